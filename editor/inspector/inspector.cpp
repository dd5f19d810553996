#include "editor/inspector/inspector.hpp"

#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

#include "editor/document/edits.hpp"
#include "editor/inspector/param_row.hpp"

namespace millrace::editor {
namespace {

QLabel* wrapped(const QString& text) {
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

}  // namespace

Inspector::Inspector(Document* document, QWidget* parent)
    : QScrollArea(parent), document_(document), catalogue_(std::make_shared<const Catalogue>()) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMinimumWidth(300);
    setAccessibleName(tr("Parameters of the selected node"));
    connect(document, &Document::changed, this, [this] { refresh(); });
    connect(document, &Document::started, this, [this] { show_node({}, {}); });
    rebuild();
}

void Inspector::set_catalogue(std::shared_ptr<const Catalogue> catalogue) {
    catalogue_ = std::move(catalogue);
    rebuild();
}

void Inspector::show_node(const GraphPath& path, const std::string& id) {
    if (id == id_ && path == path_) return;
    path_ = path;
    id_ = id;
    rebuild();
}

ParamRow* Inspector::row(const std::string& param) const {
    const auto found = rows_.find(param);
    return found == rows_.end() ? nullptr : found->second;
}

const engine::GraphNode* Inspector::graph_node() const {
    const engine::Graph* graph = document_->graph_at(path_);
    if (!graph) return nullptr;
    const auto found = graph->nodes.find(id_);
    return found == graph->nodes.end() ? nullptr : &found->second;
}

void Inspector::rebuild() {
    rows_.clear();
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(10, 8, 10, 10);
    const engine::GraphNode* node = graph_node();
    shown_type_ = node ? node->type : std::string();
    if (!node) {
        auto* hint = wrapped(tr("Select a node to see its parameters."));
        hint->setEnabled(false);
        column->addWidget(hint);
    } else {
        const engine::NodeType* type = catalogue_->find(node->type);
        add_head(column, *node, type);
        if (type) add_params(column, *type);
    }
    column->addStretch(1);
    setWidget(page);
    refresh();
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
    if (type) column->addWidget(wrapped(QString::fromStdString(type->spec.doc)));
}

void Inspector::add_params(QVBoxLayout* column, const engine::NodeType& type) {
    for (const engine::ParamSpec& spec : type.spec.params) {
        auto* row = new ParamRow(spec, catalogue_->default_of(type, spec.name));
        connect(row, &ParamRow::changed, this,
                [this, row](const engine::Value& value) { change(row->spec(), value); });
        connect(row, &ParamRow::finished, this, [this] { document_->end_merging(); });
        column->addWidget(row);
        rows_[spec.name] = row;
    }
}

void Inspector::change(const engine::ParamSpec& spec, const engine::Value& value) {
    const engine::NodeType* type = catalogue_->find(shown_type_);
    if (!type) return;
    document_->edit_at(
        path_, tr("Change %1").arg(spoken(spec.name)),
        [&](engine::Graph& graph) {
            set_param(graph, id_, spec.name, value, catalogue_->default_of(*type, spec.name));
        },
        QString::fromStdString(id_ + "." + spec.name));
    if (spec.change == engine::Change::Hot)
        Q_EMIT hot_parameter_changed(QString::fromStdString(id_), QString::fromStdString(spec.name),
                                     value);
}

/// Shows what the document says; a node that is gone or of another type gets another form.
void Inspector::refresh() {
    const engine::GraphNode* node = graph_node();
    if (!node != shown_type_.empty() || (node && node->type != shown_type_)) return rebuild();
    if (!node) return;
    const engine::NodeType* type = catalogue_->find(node->type);
    if (!type) return;
    for (const auto& [name, row] : rows_) {
        const auto set = node->params.find(name);
        const engine::Value value =
            set == node->params.end() ? catalogue_->default_of(*type, name) : set->second;
        if (!(value == row->value())) row->set_value(value);
    }
}

}  // namespace millrace::editor
