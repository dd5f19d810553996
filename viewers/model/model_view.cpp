#include "viewers/model/model_view.hpp"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <algorithm>

#include "viewers/common/numbers.hpp"
#include "viewers/model/graph_canvas.hpp"
#include "viewers/model/layer_table.hpp"

namespace millrace::viewers {
namespace {

constexpr std::size_t kManyLayers = 400;  ///< of which the groups are looked at first

/// For storage that is told in millions: 1000, as makers of models count.
QString bytes_text(std::uint64_t parameters, int bits) {
    const double bytes = static_cast<double>(parameters) * bits / 8;
    if (bytes < 1000) return ModelView::tr("%1 B").arg(bytes, 0, 'f', 0);
    if (bytes < 1e6) return ModelView::tr("%1 kB").arg(bytes / 1e3, 0, 'f', 1);
    if (bytes < 1e9) return ModelView::tr("%1 MB").arg(bytes / 1e6, 0, 'f', 1);
    return ModelView::tr("%1 GB").arg(bytes / 1e9, 0, 'f', 2);
}

}  // namespace

ModelView::ModelView(QWidget* parent) : Viewer(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    canvas_ = new GraphCanvas(this);
    table_ = new LayerTable(this);
    list_ = new QTableView(this);
    list_->setModel(table_);
    list_->setSortingEnabled(true);
    list_->sortByColumn(LayerTable::Number, Qt::AscendingOrder);
    list_->setSelectionBehavior(QAbstractItemView::SelectRows);
    list_->setSelectionMode(QAbstractItemView::SingleSelection);
    list_->setAlternatingRowColors(true);
    list_->setFrameShape(QFrame::NoFrame);
    list_->setShowGrid(false);
    list_->verticalHeader()->hide();
    list_->verticalHeader()->setDefaultSectionSize(list_->fontMetrics().height() + 6);
    list_->horizontalHeader()->setResizeContentsPrecision(100);
    list_->setTextElideMode(Qt::ElideMiddle);
    list_->setAccessibleName(tr("Layers"));
    column->addWidget(make_tools());
    auto* halves = new QSplitter(this);
    halves->addWidget(canvas_);
    halves->addWidget(list_);
    halves->setSizes({1000, 760});  // as shares
    halves->setStretchFactor(0, 1);
    column->addWidget(halves, 1);
    note_ = new QLabel(this);
    note_->setContentsMargins(8, 2, 8, 2);
    note_->setWordWrap(true);
    note_->hide();
    column->addWidget(note_);
    totals_ = new QLabel(this);
    totals_->setContentsMargins(8, 3, 8, 3);
    totals_->setWordWrap(true);
    totals_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(totals_);
    setFocusProxy(canvas_);
    connect(canvas_, &GraphCanvas::chosen, this, [this](int node) { taken_node(node); });
    connect(canvas_, &GraphCanvas::hovered_node, this, [this](int node) {
        set_status(node >= 0 ? described(node) : QString());
        if (node < 0) return Q_EMIT hovered({});
        Q_EMIT hovered(Selection{
            .kind = Selection::Kind::Row,
            .frame = {},
            .index =
                canvas_->drawing()->graph.nodes[static_cast<std::size_t>(node)].layers.front()});
    });
    connect(canvas_, &GraphCanvas::activated, this, [this](int node) {
        if (canvas_->drawing()->graph.nodes[static_cast<std::size_t>(node)].group)
            unfold_chosen();
        else
            fold_chosen();
    });
    connect(list_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& to) {
                if (to.isValid() && !choosing_) choose_layer(table_->layer_of(to.row()));
            });
    connect(&background_, &Background::failed, this, [this](const QString& what) {
        note_->setText(what);
        note_->show();
    });
    make_actions();
}

QWidget* ModelView::make_tools() {
    auto* tools = new QWidget(this);
    auto* row = new QHBoxLayout(tools);
    row->setContentsMargins(6, 4, 6, 4);
    row->setSpacing(4);
    search_ = new QLineEdit(tools);
    search_->setPlaceholderText(
        tr("Find layers (%1)")
            .arg(QKeySequence(QKeySequence::Find).toString(QKeySequence::NativeText)));
    search_->setAccessibleName(tr("Find layers"));
    search_->setClearButtonEnabled(true);
    search_->setMaximumWidth(260);
    row->addWidget(search_);
    found_label_ = new QLabel(tools);
    row->addWidget(found_label_);
    row->addStretch(1);
    const auto button = [&](const QString& text, const QString& tip, auto work) {
        auto* made = new QToolButton(tools);
        made->setText(text);
        made->setToolTip(tip);
        made->setAutoRaise(true);
        connect(made, &QToolButton::clicked, this, work);
        row->addWidget(made);
    };
    button(tr("Fold"), tr("Fold the group of the chosen layer (Backspace, or a double click)"),
           [this] { fold_chosen(); });
    button(tr("Fold all"), tr("Fold all groups (Ctrl+Shift+F)"), [this] { fold_all(); });
    button(tr("Unfold all"), tr("Unfold all groups (Ctrl+Shift+U)"), [this] { unfold_all(); });
    button(tr("Fit"), tr("Fit the window (F)"), [this] { canvas_->fit(); });
    connect(search_, &QLineEdit::textChanged, this, [this](const QString& text) { search(text); });
    connect(search_, &QLineEdit::returnPressed, this, [this] { step_found(1); });
    return tools;
}

void ModelView::make_actions() {
    add_action(tr("Fit the window"), Qt::Key_F, [this] { canvas_->fit(); });
    add_action(tr("Upper end"), Qt::Key_T, [this] { canvas_->show_first(); });
    add_action(tr("Zoom in"), Qt::Key_Plus, [this] { canvas_->zoom_by(1.3); });
    add_action(tr("Zoom out"), Qt::Key_Minus, [this] { canvas_->zoom_by(1 / 1.3); });
    add_action(tr("Fold the group"), Qt::Key_Backspace, [this] { fold_chosen(); });
    add_action(tr("Unfold the group"), Qt::Key_Space, [this] { unfold_chosen(); });
    add_action(tr("Fold all"), QKeySequence("Ctrl+Shift+F"), [this] { fold_all(); });
    add_action(tr("Unfold all"), QKeySequence("Ctrl+Shift+U"), [this] { unfold_all(); });
    add_action(tr("Find"), QKeySequence::Find, [this] {
        search_->setFocus();
        search_->selectAll();
    });
    add_action(tr("Find next"), QKeySequence(Qt::Key_F3), [this] { step_found(1); });
    add_action(tr("Find before"), QKeySequence("Shift+F3"), [this] { step_found(-1); });
    add_action(tr("Copy the table"), QKeySequence::Copy, [this] { copy(); });
    add_action(tr("Leave the search"), QKeySequence(Qt::Key_Escape), [this] {
        search_->clear();
        canvas_->setFocus();
    });
}

bool ModelView::show_visual(Shared item) {
    const auto* graph = item ? std::get_if<visual::ModelGraph>(item.get()) : nullptr;
    if (!graph) return false;
    const bool first = !model_;
    const Folding before = std::move(folding_);
    model_ = std::shared_ptr<const visual::ModelGraph>(item, graph);
    folding_ = Folding(*graph);
    if (!first)
        folding_.fold_like(before);
    else if (graph->layers.size() > kManyLayers)
        folding_.fold_all();
    chosen_ = -1;
    choosing_ = true;
    table_->set(model_);
    choosing_ = false;
    if (first) {
        list_->resizeColumnsToContents();
        list_->setColumnWidth(LayerTable::Name,
                              std::min(220, list_->columnWidth(LayerTable::Name)));
    }
    tell_totals();
    search(search_->text());
    lay_out_again();
    return true;
}

void ModelView::lay_out_again() {
    const visual::GraphSize box = canvas_->box_for(*model_);
    background_.run(QStringLiteral("layout"),
                    [this, model = model_, folding = folding_,
                     box](const std::stop_token& stop) -> Background::Finish {
                        auto drawing = std::make_shared<GraphDrawing>();
                        drawing->box = box;
                        drawing->graph = folding.apply(*model);
                        drawing->layout = visual::lay_out(
                            std::vector<visual::GraphSize>(drawing->graph.nodes.size(), box),
                            drawing->graph.edges, {}, [&stop] { return stop.stop_requested(); });
                        return [this, model, drawing] {
                            if (model != model_) return;
                            canvas_->set_drawing(model, drawing);
                            mark_found();
                            if (chosen_ >= 0)
                                canvas_->choose(
                                    drawing->graph.node_of[static_cast<std::size_t>(chosen_)],
                                    true);
                        };
                    });
}

void ModelView::tell_totals() {
    const std::uint64_t total = total_parameters(*model_);
    QString text = tr("%1 layers  ·  %2 edges  ·  %3 parameters")
                       .arg(count_text(model_->layers.size()), count_text(model_->edges.size()),
                            count_text(total));
    if (total > 0)
        text += tr("  ·  the weights alone, parameters × bits ÷ 8:  %1 at 32 bit,  %2 at 16,  "
                   "%3 at 8,  %4 at 4")
                    .arg(bytes_text(total, 32), bytes_text(total, 16), bytes_text(total, 8),
                         bytes_text(total, 4));
    totals_->setText(text);
    const EdgeFaults faults = faults_of(*model_);
    QStringList wrong;
    if (faults.out_of_range > 0)
        wrong << tr("%1 of layers that don't exist").arg(count_text(faults.out_of_range));
    if (faults.self_loops > 0)
        wrong << tr("%1 from a layer to itself").arg(count_text(faults.self_loops));
    if (faults.duplicates > 0) wrong << tr("%1 repeated").arg(count_text(faults.duplicates));
    note_->setText(wrong.isEmpty() ? QString()
                                   : tr("Edges that aren't drawn: %1.").arg(wrong.join(", ")));
    note_->setVisible(!wrong.isEmpty());
}

void ModelView::fold_all() {
    if (!model_) return;
    folding_.fold_all();
    lay_out_again();
}

void ModelView::unfold_all() {
    if (!model_) return;
    folding_.unfold_all();
    lay_out_again();
}

void ModelView::fold_chosen() {
    const GraphDrawing* drawing = canvas_->drawing();
    if (!drawing || canvas_->chosen_node() < 0) {
        set_status(tr("Choose a layer first: its group is what is folded."));
        return;
    }
    const auto& node = drawing->graph.nodes[static_cast<std::size_t>(canvas_->chosen_node())];
    const std::string group = folding_.open_group_of(node.name);
    if (group.empty()) {
        set_status(tr("No other layer's name begins like this one's."));
        return;
    }
    folding_.fold(group);
    lay_out_again();
}

void ModelView::unfold_chosen() {
    const GraphDrawing* drawing = canvas_->drawing();
    if (!drawing || canvas_->chosen_node() < 0) return;
    const auto& node = drawing->graph.nodes[static_cast<std::size_t>(canvas_->chosen_node())];
    if (!node.group) return;
    folding_.unfold(node.name);
    lay_out_again();
}

int ModelView::search(const QString& text) {
    if (search_->text() != text) {
        search_->setText(text);  // comes back here
        return static_cast<int>(found_.size());
    }
    found_.clear();
    found_at_ = 0;
    if (!text.isEmpty() && model_) {
        for (std::size_t i = 0; i < model_->layers.size(); ++i) {
            const auto& layer = model_->layers[i];
            if (QString::fromStdString(layer.name).contains(text, Qt::CaseInsensitive) ||
                QString::fromStdString(layer.type).contains(text, Qt::CaseInsensitive))
                found_.push_back(static_cast<int>(i));
        }
    }
    found_label_->setText(text.isEmpty()   ? QString()
                          : found_.empty() ? tr("none")
                                           : tr("%1 found").arg(count_text(found_.size())));
    mark_found();
    return static_cast<int>(found_.size());
}

void ModelView::mark_found() {
    const GraphDrawing* drawing = canvas_->drawing();
    std::set<int> nodes;
    for (const int layer : found_) {
        if (drawing && static_cast<std::size_t>(layer) < drawing->graph.node_of.size())
            nodes.insert(drawing->graph.node_of[static_cast<std::size_t>(layer)]);
    }
    canvas_->set_found(std::move(nodes));
}

void ModelView::step_found(int by) {
    if (found_.empty()) return;
    const std::size_t count = found_.size();
    const bool here = chosen_ == found_[found_at_];
    if (here || by < 0) found_at_ = (found_at_ + (by > 0 ? 1 : count - 1)) % count;
    found_label_->setText(tr("%1 of %2").arg(count_text(found_at_ + 1), count_text(count)));
    choose_layer(found_[found_at_]);
}

void ModelView::choose_layer(int layer) {
    if (!model_ || layer < 0 || static_cast<std::size_t>(layer) >= model_->layers.size()) return;
    chosen_ = layer;
    choosing_ = true;
    const int row = table_->row_of(layer);
    list_->setCurrentIndex(table_->index(row, LayerTable::Name));
    choosing_ = false;
    const GraphDrawing* drawing = canvas_->drawing();
    if (drawing && static_cast<std::size_t>(layer) < drawing->graph.node_of.size()) {
        const int node = drawing->graph.node_of[static_cast<std::size_t>(layer)];
        canvas_->choose(node, true);
        set_status(described(node));
    }
    Q_EMIT selected(Selection{.kind = Selection::Kind::Row, .frame = {}, .index = layer});
}

void ModelView::taken_node(int node) {
    const auto& taken = canvas_->drawing()->graph.nodes[static_cast<std::size_t>(node)];
    // A group stands for all its layers; the one that was chosen remains.
    const bool within = std::ranges::find(taken.layers, chosen_) != taken.layers.end();
    choose_layer(within ? chosen_ : taken.layers.front());
}

QString ModelView::described(int node) const {
    const GraphDrawing* drawing = canvas_->drawing();
    if (!drawing || node < 0) return {};
    const auto& shown = drawing->graph.nodes[static_cast<std::size_t>(node)];
    const visual::ModelGraph& model = *canvas_->model();
    const auto& layer = model.layers[static_cast<std::size_t>(shown.layers.back())];
    const std::uint64_t total = total_parameters(model);
    QStringList parts = {QString::fromStdString(shown.name.substr(0, 400))};
    parts << (shown.group ? tr("%1 layers").arg(count_text(shown.layers.size()))
                          : QString::fromStdString(layer.type.substr(0, 400)));
    if (!layer.output_shape.empty()) parts << tr("output %1").arg(shape_text(layer.output_shape));
    parts << tr("%1 parameters").arg(count_text(shown.parameters));
    if (total > 0)
        parts << tr("%1 % of all")
                     .arg(100 * static_cast<double>(shown.parameters) / static_cast<double>(total),
                          0, 'f', 2);
    if (shown.group) parts << tr("unfold with Space or a double click");
    return parts.join(QStringLiteral("   "));
}

QString ModelView::totals() const { return totals_->text(); }

QString ModelView::note() const { return note_->text(); }

void ModelView::copy() const {
    QString text;
    for (int row = -1; row < table_->rowCount(); ++row) {
        for (int column = 0; column < LayerTable::Columns; ++column) {
            text += column ? "\t" : "";
            text += row < 0 ? table_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString()
                            : table_->index(row, column).data().toString();
        }
        text += '\n';
    }
    QGuiApplication::clipboard()->setText(text);
}

void ModelView::mark(const std::optional<Selection>& selection) {
    const GraphDrawing* drawing = canvas_->drawing();
    const bool ours = drawing && selection && selection->kind == Selection::Kind::Row &&
                      selection->index >= 0 &&
                      selection->index < static_cast<qint64>(drawing->graph.node_of.size());
    canvas_->set_marked(ours ? drawing->graph.node_of[static_cast<std::size_t>(selection->index)]
                             : -1);
}

void ModelView::reveal(const Selection& selection) {
    mark(selection);
    const GraphDrawing* drawing = canvas_->drawing();
    if (!drawing || selection.kind != Selection::Kind::Row || selection.index < 0 ||
        selection.index >= static_cast<qint64>(drawing->graph.node_of.size()))
        return;
    canvas_->bring_into_sight(drawing->graph.node_of[static_cast<std::size_t>(selection.index)]);
}

}  // namespace millrace::viewers
