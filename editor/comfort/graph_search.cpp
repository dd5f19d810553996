#include "editor/comfort/graph_search.hpp"

#include <QStringList>
#include <algorithm>

namespace millrace::editor {
namespace {

QString text(const std::string& utf8) { return QString::fromStdString(utf8); }

/// Texts of one place, the name first.
QString first_match(const QStringList& texts, const QStringList& words) {
    for (const QString& word : words) {
        const bool anywhere = std::ranges::any_of(
            texts, [&](const QString& one) { return one.contains(word, Qt::CaseInsensitive); });
        if (!anywhere) return {};
    }
    for (const QString& one : texts)
        if (one.contains(words.front(), Qt::CaseInsensitive)) return one;
    return {};
}

QStringList texts_of(const std::string& id, const engine::GraphNode& node,
                     const Catalogue& catalogue, QString& name) {
    const engine::NodeType* type = catalogue.find(node.type);
    name = !node.title.empty() ? text(node.title) : type ? text(type->spec.title) : text(id);
    QStringList texts{name, text(id), text(node.type)};
    if (type) texts << text(type->spec.title);
    if (!node.subgraph.empty()) texts << text(node.subgraph);
    for (const auto& [param, value] : node.params) {
        const QString shown =
            value.is_string() ? text(value.as_string()) : text(engine::to_json(value));
        texts << QStringLiteral("%1 = %2").arg(text(param), shown);
    }
    if (type)
        for (const engine::ParamSpec& param : type->spec.params)
            if (!node.params.contains(param.name)) texts << text(param.name);
    return texts;
}

class Search {
public:
    Search(const Catalogue& catalogue, const QStringList& words)
        : catalogue_(catalogue), words_(words) {}

    void look(const engine::Graph& graph, const GraphPath& path) {
        std::vector<Placed> here;
        for (const auto& [id, node] : graph.nodes) {
            QString name;
            const QStringList texts = texts_of(id, node, catalogue_, name);
            const auto place = graph.layout.find(id);
            note(here, path, GraphHit::Kind::Node, id, name, texts,
                 place == graph.layout.end() ? 0 : place->second[0]);
        }
        for (const auto& [id, backdrop] : graph.backdrops)
            note(here, path, GraphHit::Kind::Backdrop, id, text(backdrop.title),
                 {text(backdrop.title)}, backdrop.rect[0]);
        for (const auto& [id, one] : graph.notes) {
            const QString all = text(one.text);
            // The line that fits is what helps, not the whole note.
            note(here, path, GraphHit::Kind::Note, id, all.section('\n', 0, 0), all.split('\n'),
                 one.rect[0]);
        }
        std::ranges::stable_sort(here, {}, &Placed::x);
        for (Placed& placed : here) found.push_back(std::move(placed.hit));
        for (const auto& [name, subgraph] : graph.subgraphs) {
            GraphPath inner = path;
            inner.push_back(name);
            look(subgraph.graph, inner);
        }
    }

    std::vector<GraphHit> found;

private:
    struct Placed {
        GraphHit hit;
        double x = 0;
    };

    void note(std::vector<Placed>& here, const GraphPath& path, GraphHit::Kind kind,
              const std::string& id, const QString& name, const QStringList& texts, double x) {
        const QString match = first_match(texts, words_);
        if (match.isEmpty()) return;
        here.push_back({{path, kind, id, name, match == name ? QString() : match}, x});
    }

    const Catalogue& catalogue_;
    const QStringList& words_;
};

}  // namespace

std::vector<GraphHit> search_graph(const engine::Graph& graph, const Catalogue& catalogue,
                                   const QString& words) {
    const QStringList list = words.split(' ', Qt::SkipEmptyParts);
    if (list.isEmpty()) return {};
    Search search(catalogue, list);
    search.look(graph, {});
    return std::move(search.found);
}

}  // namespace millrace::editor
