#include "editor/inspector/inspector.hpp"

#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include "editor/document/edits.hpp"
#include "editor/document/subgraphs.hpp"
#include "editor/inspector/node_detail.hpp"
#include "editor/inspector/param_row.hpp"
#include "editor/inspector/section.hpp"
#include "engine/graph/scope.hpp"

namespace millrace::editor {
namespace {

QLabel* wrapped(const QString& text) {
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

/// The parameter that a promoted one leads to, through calls to any depth.
struct Origin {
    const engine::ParamSpec* spec = nullptr;
    engine::Value standard;  ///< what it is where the call says nothing
    std::string where;       ///< "node.param", "call/node.param"
};

std::optional<Origin> origin_of(const engine::Graph& root, const GraphPath& path,
                                const std::string& of, const Catalogue& catalogue, int depth = 0) {
    constexpr int kDeepest = 32;
    const engine::Graph* graph = graph_at(root, path);
    const auto dot = of.rfind('.');
    if (!graph || dot == of.npos || depth > kDeepest) return {};
    const std::string id = of.substr(0, dot), name = of.substr(dot + 1);
    const auto node = graph->nodes.find(id);
    if (node == graph->nodes.end()) return {};
    const auto set = node->second.params.find(name);
    if (engine::is_call(node->second)) {
        GraphPath declared;
        const engine::Subgraph* inner =
            called_subgraph(root, path, node->second.subgraph, &declared);
        if (!inner) return {};
        const auto promoted = inner->graph.parameters.find(name);
        if (promoted == inner->graph.parameters.end()) return {};
        declared.push_back(node->second.subgraph);
        auto origin = origin_of(root, declared, promoted->second.of, catalogue, depth + 1);
        if (!origin) return {};
        if (set != node->second.params.end()) origin->standard = set->second;
        origin->where = id + "/" + origin->where;
        return origin;
    }
    const engine::NodeType* type = catalogue.find(node->second.type);
    const engine::ParamSpec* spec = type ? type->spec.param(name) : nullptr;
    if (!spec) return {};
    return Origin{
        spec, set != node->second.params.end() ? set->second : catalogue.default_of(*type, name),
        of};
}

}  // namespace

Inspector::Inspector(Document* document, QWidget* parent)
    : QScrollArea(parent), document_(document), catalogue_(std::make_shared<const Catalogue>()) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMinimumWidth(300);
    setAccessibleName(tr("Parameters of the selected node"));
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(10, 8, 10, 10);
    form_ = new QVBoxLayout;
    column->addLayout(form_);
    detail_ = new NodeDetail(document);
    column->addWidget(detail_);
    column->addStretch(1);
    setWidget(page);
    connect(detail_, &NodeDetail::look_wanted, this, &Inspector::look_wanted);
    connect(detail_, &NodeDetail::help_wanted, this, &Inspector::help_wanted);
    connect(detail_, &NodeDetail::connection_wanted, this, &Inspector::connection_wanted);
    connect(document, &Document::changed, this, [this](bool meaning) {
        refresh();
        if (meaning && !id_.empty()) detail_->show_node(path_, id_, catalogue_);
    });
    connect(document, &Document::started, this, [this] { show_node({}, {}); });
    rebuild();
}

void Inspector::set_catalogue(std::shared_ptr<const Catalogue> catalogue) {
    commit_typed();
    catalogue_ = std::move(catalogue);
    rebuild();
}

/// What is being typed belongs to the node that is shown until now: hiding the field would say that
/// it is finished when another one's name stands here.
void Inspector::commit_typed() {
    if (QWidget* field = QApplication::focusWidget(); field && isAncestorOf(field))
        field->clearFocus();
}

void Inspector::show_node(const GraphPath& path, const std::string& id) {
    if (id == id_ && path == path_) return;
    commit_typed();
    path_ = path;
    id_ = id;
    rebuild();
}

ParamRow* Inspector::row(const std::string& param) const {
    const auto found = rows_.find(param);
    return found == rows_.end() ? nullptr : found->second;
}

void Inspector::toggle_outside(const std::string& param) {
    const engine::Graph* graph = document_->graph_at(path_);
    if (!graph || !rows_.contains(param)) return;
    const auto name = promoted_name(*graph, id_, param);
    document_->edit_at(path_, name ? tr("No longer show outside") : tr("Show outside"),
                       [&](engine::Graph& changed) {
                           if (name)
                               demote(changed, *name);
                           else
                               promote(changed, id_, param);
                       });
}

std::string Inspector::focused_param() const {
    for (const auto& [name, row] : rows_)
        if (row->isAncestorOf(QApplication::focusWidget())) return name;
    return {};
}

const engine::GraphNode* Inspector::graph_node() const {
    const engine::Graph* graph = document_->graph_at(path_);
    if (!graph) return nullptr;
    const auto found = graph->nodes.find(id_);
    return found == graph->nodes.end() ? nullptr : &found->second;
}

void Inspector::rebuild() {
    rows_.clear();
    while (QLayoutItem* item = form_->takeAt(0)) {
        // Later: one of its own fields may be what asks for it.
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    auto* column = form_;
    const engine::GraphNode* node = graph_node();
    shown_type_ = node ? node->type : std::string();
    if (!node) {
        auto* hint = wrapped(tr("Select a node to see its parameters."));
        hint->setEnabled(false);
        column->addWidget(hint);
    } else {
        const engine::NodeType* type = catalogue_->find(node->type);
        add_head(column, *node, type);
        auto* section = new Section("parameters", tr("Parameters"), true);
        if (engine::is_call(*node))
            add_promoted(section->column(), *node);
        else if (type)
            add_params(section->column(), *type);
        section->setVisible(type || engine::is_call(*node));
        column->addWidget(section);
    }
    detail_->show_node(path_, node ? id_ : std::string(), catalogue_);
    refresh();
}

void Inspector::set_run(RunMonitor* monitor, Session* session) {
    detail_->set_run(monitor, session);
}

void Inspector::set_problems(const std::vector<engine::Problem>& problems) {
    detail_->set_problems(problems);
}

void Inspector::add_head(QVBoxLayout* column, const engine::GraphNode& node,
                         const engine::NodeType* type) {
    auto* title = new QLineEdit(QString::fromStdString(node.title));
    title->setPlaceholderText(type ? QString::fromStdString(type->spec.title)
                                   : QString::fromStdString(id_));
    title->setAccessibleName(tr("Title of the node"));
    QFont font = title->font();
    font.setBold(true);
    title->setFont(font);
    connect(title, &QLineEdit::editingFinished, this, [this, title] {
        document_->edit_at(path_, tr("Rename"), [&](engine::Graph& graph) {
            const auto found = graph.nodes.find(id_);
            if (found != graph.nodes.end()) found->second.title = title->text().toStdString();
        });
    });
    column->addWidget(title);
    auto* kind =
        wrapped(tr("%1 · %2").arg(QString::fromStdString(id_), QString::fromStdString(node.type)));
    kind->setEnabled(false);
    column->addWidget(kind);
    if (!type && node.subgraph.empty()) {
        column->addWidget(
            wrapped(tr("No plug-in offers this node type. Its parameters are kept as "
                       "they are in the file.")));
        return;
    }
    if (node.mode == engine::NodeMode::Freeze)
        column->addWidget(
            wrapped(tr("Frozen: it gives the results it had then. What is set below holds once it "
                       "is thawed (Ctrl+Shift+M).")));
    if (type) column->addWidget(wrapped(QString::fromStdString(type->spec.doc)));
}

void Inspector::add_params(QVBoxLayout* column, const engine::NodeType& type) {
    for (const engine::ParamSpec& spec : type.spec.params)
        add_row(column, spec, catalogue_->default_of(type, spec.name));
    if (type.spec.params.empty()) column->addWidget(wrapped(tr("This node has none.")));
}

/// Of a call: the parameters that its subgraph shows outside.
void Inspector::add_promoted(QVBoxLayout* column, const engine::GraphNode& call) {
    GraphPath declared;
    const engine::Subgraph* subgraph =
        called_subgraph(document_->graph(), path_, call.subgraph, &declared);
    if (!subgraph) return;
    declared.push_back(call.subgraph);
    for (const auto& [name, promoted] : subgraph->graph.parameters) {
        const auto origin = origin_of(document_->graph(), declared, promoted.of, *catalogue_);
        if (!origin) continue;
        engine::ParamSpec spec = *origin->spec;
        spec.name = name;
        const QString from =
            tr("From %1 in “%2”")
                .arg(QString::fromStdString(origin->where), QString::fromStdString(call.subgraph));
        spec.doc += "\n" + from.toStdString();
        add_row(column, spec, origin->standard);
        auto* hint = wrapped(from);
        hint->setForegroundRole(QPalette::PlaceholderText);
        column->addWidget(hint);
    }
    if (subgraph->graph.parameters.empty())
        column->addWidget(wrapped(tr("The subgraph shows no parameters outside.")));
}

void Inspector::add_row(QVBoxLayout* column, const engine::ParamSpec& spec,
                        const engine::Value& standard) {
    auto* row = new ParamRow(spec, standard);
    connect(row, &ParamRow::changed, this,
            [this, row](const engine::Value& value) { change(*row, value); });
    connect(row, &ParamRow::finished, this, [this] { document_->end_merging(); });
    connect(row, &ParamRow::outside_wanted, this,
            [this, name = spec.name] { toggle_outside(name); });
    row->set_drag_text(QString::fromStdString(id_ + "." + spec.name));
    column->addWidget(row);
    rows_[spec.name] = row;
}

void Inspector::change(const ParamRow& row, const engine::Value& value) {
    const engine::ParamSpec& spec = row.spec();
    document_->edit_at(
        path_, tr("Change %1").arg(spoken(spec.name)),
        [&](engine::Graph& graph) { set_param(graph, id_, spec.name, value, row.standard()); },
        QString::fromStdString(id_ + "." + spec.name));
    const engine::GraphNode* node = graph_node();
    if (spec.change == engine::Change::Hot && node && !engine::is_call(*node))
        Q_EMIT hot_parameter_changed(QString::fromStdString(id_), QString::fromStdString(spec.name),
                                     value);
}

/// Shows what the document says; a node that is gone or of another type gets another form.
void Inspector::refresh() {
    const engine::GraphNode* node = graph_node();
    if (!node != shown_type_.empty() || (node && node->type != shown_type_)) return rebuild();
    if (!node) return;
    const engine::Graph* graph = document_->graph_at(path_);
    for (const auto& [name, row] : rows_) {
        const auto set = node->params.find(name);
        const engine::Value& value = set == node->params.end() ? row->standard() : set->second;
        if (!(value == row->value())) row->set_value(value);
        const auto outside = graph ? promoted_name(*graph, id_, name) : std::nullopt;
        row->set_outside(QString::fromStdString(outside.value_or("")));
    }
}

}  // namespace millrace::editor
