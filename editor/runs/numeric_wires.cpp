#include "editor/runs/numeric_wires.hpp"

#include <QFileInfo>
#include <QLocale>
#include <QPainter>

#include "editor/canvas/canvas_view.hpp"
#include "editor/canvas/items.hpp"
#include "editor/canvas/legend_paint.hpp"
#include "editor/runs/background.hpp"
#include "editor/runs/branches.hpp"
#include "editor/session/run_names.hpp"

namespace millrace::editor {
namespace {

constexpr int kBeat_ms = 60;
constexpr int kEdge = 12;
const QColor kUnknown(0x8a, 0x91, 0x9a);

struct Loaded {
    std::shared_ptr<const NumericWires::Recording> recorded;
    QString problem;
};

Loaded read(const QString& folder) {
    try {
        return {std::make_shared<const NumericWires::Recording>(
                    engine::read_recorded(folder.toStdString())),
                {}};
    } catch (const engine::Error& error) {
        return {nullptr, QString::fromStdString(error.problem().what)};
    }
}

QString figures_of(const engine::Sketch& sketch, std::uint64_t item) {
    QStringList shape;
    for (const std::int64_t size : sketch.shape) shape << QString::number(size);
    const QLocale locale;
    QString text =
        NumericWires::tr("item %1 · %2 [%3]\nmin %4 · max %5 · mean %6 · rms %7")
            .arg(item)
            .arg(QString::fromStdString(sketch.type).section('/', 0, 0), shape.join(", "),
                 locale.toString(sketch.min, 'g', 5), locale.toString(sketch.max, 'g', 5),
                 locale.toString(sketch.mean, 'g', 5), locale.toString(sketch.rms, 'g', 5));
    if (sketch.nan_count + sketch.infinite_count > 0)
        text += NumericWires::tr("\n%1 NaN · %2 infinite")
                    .arg(sketch.nan_count)
                    .arg(sketch.infinite_count);
    return text;
}

}  // namespace

ErrorLegend::ErrorLegend(QWidget* canvas) : QWidget(canvas) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setObjectName("error-legend");
    resize(sizeHint());
    move(kEdge, kEdge);
    hide();
}

void ErrorLegend::show_scale(const ErrorScale& scale, const QString& note) {
    scale_ = scale;
    note_ = note;
    setAccessibleName(tr("%1: %2 to %3. %4").arg(scale.title, scale.good, scale.bad, note));
    setVisible(!scale.title.isEmpty());
    raise();
    update();
}

void ErrorLegend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF inner = begin_legend(painter, *this);
    painter.drawText(inner, Qt::AlignTop | Qt::AlignLeft, scale_.title);
    const QRectF bar(inner.left(), inner.top() + 18, inner.width() - 84, 10);
    draw_scale(painter, bar, error_color);
    const QRectF unknown(bar.right() + 12, bar.top(), 20, 10);
    painter.fillRect(unknown, QBrush(kUnknown, Qt::BDiagPattern));
    painter.drawText(QRectF(unknown.right() + 5, bar.top() - 3, 60, 16), Qt::AlignVCenter,
                     tr("unknown"));
    const QRectF under(bar.left(), bar.bottom() + 2, bar.width(), 16);
    painter.drawText(under, Qt::AlignLeft, scale_.good);
    painter.drawText(under, Qt::AlignHCenter, scale_.middle);
    painter.drawText(under, Qt::AlignRight, scale_.bad);
    painter.setPen(palette().color(QPalette::PlaceholderText));
    painter.drawText(
        inner, Qt::AlignBottom | Qt::AlignLeft,
        painter.fontMetrics().elidedText(note_, Qt::ElideMiddle, static_cast<int>(inner.width())));
}

NumericWires::NumericWires(CanvasView* view, QObject* parent)
    : QObject(parent), view_(view), scene_(view->canvas()), legend_(new ErrorLegend(view)) {
    soon_.setSingleShot(true);
    soon_.setInterval(kBeat_ms);
    connect(&soon_, &QTimer::timeout, this, &NumericWires::repaint);
    const auto later = [this] {
        if (by_ != ErrorBy::Off || painted_) soon_.start();
    };
    connect(scene_, &CanvasScene::path_changed, this, later);
    connect(scene_->document(), &Document::changed, this, later);
    connect(scene_->document(), &Document::started, this, later);
}

void NumericWires::set_by(ErrorBy by) {
    by_ = by;
    reload();
}

void NumericWires::set_reference(const QString& folder) {
    reference_.folder = folder;
    load(reference_);
}

bool NumericWires::set_branches(const std::string& reference, const std::string& branch) {
    const engine::Graph expanded = engine::expand(scene_->document()->graph()).graph;
    if (counterparts(expanded, reference, branch).empty()) return false;
    branches_ = {reference, branch};
    refresh();
    return true;
}

void NumericWires::clear_branches() {
    branches_ = {};
    refresh();
}

void NumericWires::set_run(const QString& folder) {
    run_.folder = folder;
    load(run_);
}

void NumericWires::set_item(std::optional<std::uint64_t> item) {
    if (item == item_) return;
    item_ = item;
    refresh();
}

void NumericWires::reload() {
    load(run_);
    load(reference_);
    refresh();
}

/// Only what is to be seen is read.
void NumericWires::load(Side& side) {
    ++side.wanted;
    side.recorded.reset();
    side.problem.clear();
    side.loading = false;
    if (side.folder.isEmpty() || (by_ == ErrorBy::Off && !item_)) return refresh();
    side.loading = true;
    in_background(
        this, [folder = side.folder] { return read(folder); },
        [this, &side, wanted = side.wanted](const Loaded& loaded) {
            if (wanted != side.wanted) return;
            side.loading = false;
            side.recorded = loaded.recorded;
            side.problem = loaded.problem;
            refresh();
        });
}

QString NumericWires::legend_note() const {
    const auto name = [](const QString& folder) { return QFileInfo(folder).fileName(); };
    const bool branch = !branches_.second.empty();
    if (reference_.folder.isEmpty() && !branch) return tr("Choose a reference in the Runs panel.");
    if (run_.folder.isEmpty()) return tr("Run the graph to compare it with the reference.");
    if (is_busy()) return tr("Reading…");
    for (const Side* side : {&reference_, &run_})
        if (!side->problem.isEmpty() && (side == &run_ || !branch))
            return name(side->folder) + ": " + side->problem;
    const QString which = item_ ? tr("item %1").arg(*item_) : tr("worst item");
    if (branch)
        return tr("%1 against %2 · %3")
            .arg(QString::fromStdString(branches_.second), QString::fromStdString(branches_.first),
                 which);
    return tr("%1 against %2 · %3").arg(name(run_.folder), name(reference_.folder), which);
}

void NumericWires::refresh() {
    errors_.clear();
    if (by_ != ErrorBy::Off && run_.recorded && !branches_.second.empty()) {
        const engine::Graph expanded = engine::expand(scene_->document()->graph()).graph;
        const auto reference =
            as_reference(*run_.recorded, counterparts(expanded, branches_.first, branches_.second));
        errors_ = wire_errors(reference, *run_.recorded, by_, item_);
    } else if (by_ != ErrorBy::Off && reference_.recorded && run_.recorded)
        errors_ = wire_errors(*reference_.recorded, *run_.recorded, by_, item_);
    repaint();
}

/// The errors are those of the recordings, whatever becomes of the document.
void NumericWires::repaint() {
    soon_.stop();
    legend_->show_scale(scale_of(by_), legend_note());
    const bool wanted = by_ != ErrorBy::Off || (item_ && run_.recorded);
    if (!wanted && !painted_) return;
    painted_ = wanted;
    const engine::Graph& root = scene_->document()->graph();
    const auto prefixes = run_prefixes(root, scene_->path());
    for (QGraphicsItem* item : scene_->items()) {
        auto* wire = qgraphicsitem_cast<WireItem*>(item);
        if (!wire) continue;
        WirePaint paint;
        const auto output =
            wanted ? run_output(root, scene_->path(), wire->wire().from, prefixes) : std::nullopt;
        const std::string name = output ? to_text(*output) : std::string();
        QStringList notes;
        if (by_ != ErrorBy::Off) {
            const auto error = errors_.find(name);
            paint.hatched = error == errors_.end();
            paint.color = paint.hatched ? kUnknown : error_color(badness(error->second, by_));
            notes << (paint.hatched ? tr("Not known against the reference")
                                    : error_text(error->second));
        }
        if (item_ && run_.recorded) {
            const auto recorded = run_.recorded->find(name);
            if (recorded != run_.recorded->end())
                if (const auto sketch = recorded->second.sketches.find(*item_);
                    sketch != recorded->second.sketches.end())
                    notes << figures_of(sketch->second, *item_);
        }
        paint.note = notes.join('\n');
        wire->set_paint(paint);
    }
    Q_EMIT painted();
}

}  // namespace millrace::editor
