#include "viewers/tensor/tensor_view.hpp"

#include <QEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "viewers/tensor/axis_picker.hpp"
#include "viewers/tensor/heat_map.hpp"
#include "viewers/tensor/tensor_legend.hpp"
#include "viewers/tensor/tensor_panel.hpp"

namespace millrace::viewers {
namespace {

using Role = TensorLayout::Role;

constexpr int kRoomForPanel = 600;        ///< pixels of the whole viewer
constexpr std::size_t kAtOnce = 1 << 17;  ///< numbers counted in a few milliseconds

}  // namespace

TensorView::TensorView(QWidget* parent) : Viewer(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    facts_ = new QLabel(this);
    facts_->setContentsMargins(10, 4, 10, 4);
    facts_->setWordWrap(true);
    facts_->setTextFormat(Qt::PlainText);
    facts_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(facts_);
    jump_ = new QLineEdit(this);
    jump_->setAccessibleName(tr("Go to a slice or an element"));
    jump_->installEventFilter(this);
    jump_->hide();
    column->addWidget(jump_);
    auto* parts = new QSplitter(Qt::Horizontal, this);
    parts->setChildrenCollapsible(false);
    auto* left = new QWidget(parts);
    auto* left_column = new QVBoxLayout(left);
    left_column->setContentsMargins(0, 0, 0, 0);
    left_column->setSpacing(0);
    map_ = new HeatMap(left);
    left_column->addWidget(map_, 1);
    missing_ground_ = new QWidget(left);
    auto* middle = new QVBoxLayout(missing_ground_);
    middle->setSpacing(12);
    missing_ = new QLabel(missing_ground_);
    missing_->setAlignment(Qt::AlignCenter);
    missing_->setWordWrap(true);
    auto* back = new QPushButton(tr("Show what is loaded"), missing_ground_);
    connect(back, &QPushButton::clicked, this, [this] { show_loaded(); });
    middle->addStretch(1);
    middle->addWidget(missing_);
    middle->addWidget(back, 0, Qt::AlignHCenter);
    middle->addStretch(1);
    missing_ground_->hide();
    left_column->addWidget(missing_ground_, 1);
    legend_ = new TensorLegend(left);
    left_column->addWidget(legend_);
    panel_ = new TensorPanel(parts);
    parts->addWidget(left);
    parts->addWidget(panel_);
    parts->setStretchFactor(0, 1);
    parts->setStretchFactor(1, 0);
    parts->setSizes({600, 290});
    column->addWidget(parts, 1);
    setFocusProxy(map_);

    connect(map_, &HeatMap::hovered, this, [this](const std::optional<Cell>& cell) {
        if (cell)
            tell(*cell);
        else
            set_status({});
        Q_EMIT hovered(selection_of(cell));
    });
    connect(map_, &HeatMap::picked, this, [this](const Cell& cell) {
        map_->set_marked(cell, false);
        searched_ = planes_.place(cell);
        tell(cell);
        Q_EMIT selected(*selection_of(cell));
    });
    connect(panel_->axes(), &AxisPicker::layout_changed, this,
            [this](const TensorLayout& layout) { set_layout_of_axes(layout); });
    connect(panel_->axes(), &AxisPicker::axis_chosen, this, [this](int axis) { chosen_ = axis; });
    connect(panel_, &TensorPanel::map_chosen, this, &TensorView::set_map);
    connect(panel_, &TensorPanel::range_chosen, this, &TensorView::set_range);
    connect(panel_, &TensorPanel::ends_typed, this, &TensorView::set_ends);
    connect(&background_, &Background::failed, this,
            [this](const QString& what) { set_status(what); });
    make_actions();
}

bool TensorView::show_visual(Shared item) {
    const auto* next = item ? std::get_if<visual::TensorBlock>(item.get()) : nullptr;
    if (!next) return false;
    if (const std::string wrong = visual::contradiction_of(*next); !wrong.empty()) {
        set_status(tr("The tensor contradicts itself: %1").arg(QString::fromStdString(wrong)));
        return false;
    }
    const auto rank = static_cast<int>(next->full_shape.size());
    const bool same_rank = block() && layout_.rank() == rank;
    // What is looked at stays, even where another block holds another part: the wish is asked for.
    const bool same_shape = block() && block()->full_shape == next->full_shape;
    if (!same_rank) layout_ = default_layout(next->full_shape);
    for (std::size_t axis = 0; axis < next->full_shape.size(); ++axis) {
        std::int64_t& fixed = layout_.fixed[axis];
        if (!same_shape &&
            (fixed < next->start[axis] || fixed - next->start[axis] >= next->shape[axis]))
            fixed = next->start[axis];
        fixed = std::clamp<std::int64_t>(fixed, 0,
                                         std::max<std::int64_t>(0, next->full_shape[axis] - 1));
    }
    if (!same_rank) {
        chosen_ = -1;
        for (int axis = 0; axis < rank && chosen_ < 0; ++axis)
            if (layout_.roles[static_cast<std::size_t>(axis)] == Role::Fixed) chosen_ = axis;
    }
    planes_ = TensorPlanes(TensorPlanes::Block(item, next), layout_);
    block_facts_.reset();
    searched_ = -1;
    ++block_version_;
    count_block();
    show_slice();
    if (const auto wanted = std::exchange(wanted_, {});
        wanted && same_shape && visual::place_in_block(*next, *wanted))
        go_to(*wanted);
    else
        ask_for_missing();
    return true;
}

void TensorView::set_layout_of_axes(TensorLayout layout) {
    if (!block() || layout.rank() != layout_.rank() || layout == layout_) return;
    take_layout(std::move(layout));
    ask_for_missing();
}

void TensorView::take_layout(TensorLayout layout) {
    for (std::size_t axis = 0; axis < layout.fixed.size(); ++axis)
        layout.fixed[axis] = std::clamp<std::int64_t>(
            layout.fixed[axis], 0, std::max<std::int64_t>(0, block()->full_shape[axis] - 1));
    if (layout == layout_) return;
    std::optional<Index> marked;
    if (map_->marked()) marked = planes_.index(*map_->marked());
    layout_ = std::move(layout);
    planes_ = TensorPlanes(planes_.shared(), layout_);
    wanted_.reset();
    if (chosen_ < 0 || layout_.roles[static_cast<std::size_t>(chosen_)] != Role::Fixed)
        choose_axis(1);
    show_slice();
    // The mark stays on its element: at the same place of another slice is another element.
    map_->set_marked(marked ? planes_.cell(*marked) : std::nullopt, false);
}

void TensorView::ask_for_missing() {
    if (planes_.loaded() || block()->size() == 0) return;
    Index wanted = layout_.fixed;
    for (std::size_t axis = 0; axis < wanted.size(); ++axis)
        if (layout_.roles[axis] != Role::Fixed) wanted[axis] = 0;
    Q_EMIT slice_wanted(wanted);
}

void TensorView::show_slice() {
    ++slice_version_;
    slice_facts_.reset();
    quick_ = quick_range(planes_);
    map_->set_planes(planes_);
    panel_->axes()->show_layout(block()->full_shape, layout_, chosen_);
    show_missing();
    count_slice();
    if (!slice_facts_) {  // still counting
        show_facts();
        show_tone();
    }
}

void TensorView::show_missing() {
    const bool missing = planes_.cells() == 0;
    map_->setVisible(!missing);
    missing_ground_->setVisible(missing);
    legend_->setVisible(!missing);
    if (!missing) return;
    const auto* tensor = block();
    const bool empty = std::ranges::find(tensor->full_shape, 0) != tensor->full_shape.end();
    missing_ground_->findChild<QPushButton*>()->setVisible(!empty && tensor->size() > 0);
    if (empty) {
        missing_->setText(tr("The tensor is empty: an axis of %1 has no index.")
                              .arg(shape_in_words(tensor->full_shape)));
        return;
    }
    QStringList parts;
    for (std::size_t axis = 0; axis < tensor->shape.size(); ++axis) {
        if (tensor->shape[axis] == tensor->full_shape[axis]) continue;
        parts << (tensor->shape[axis] == 0 ? tr("nothing of axis %1").arg(axis)
                                           : tr("%1 to %2 of axis %3")
                                                 .arg(tensor->start[axis])
                                                 .arg(tensor->start[axis] + tensor->shape[axis] - 1)
                                                 .arg(axis));
    }
    missing_->setText(tr("Slice not loaded: %1\nLoaded: %2 (of %3)")
                          .arg(slice_text(layout_), parts.join(QStringLiteral(", ")),
                               shape_in_words(tensor->full_shape)));
}

void TensorView::show_loaded() {
    TensorLayout layout = layout_;
    for (std::size_t axis = 0; axis < layout.fixed.size(); ++axis)
        layout.fixed[axis] = std::clamp(layout.fixed[axis], block()->start[axis],
                                        block()->start[axis] + block()->shape[axis] - 1);
    set_layout_of_axes(layout);
}

void TensorView::count_slice() {
    if (planes_.cells() == 0) {
        background_.drop(QStringLiteral("slice"));
        slice_facts_ = TensorFacts();
        show_facts();
        return;
    }
    if (static_cast<std::size_t>(planes_.cells()) <= kAtOnce) {
        background_.drop(QStringLiteral("slice"));
        slice_facts_ = facts_of(planes_, std::stop_token());
        show_facts();
        show_tone();
        return;
    }
    background_.run(QStringLiteral("slice"),
                    [this, planes = planes_,
                     version = slice_version_](const std::stop_token& stop) -> Background::Finish {
                        auto facts = std::make_shared<TensorFacts>(facts_of(planes, stop));
                        return [this, facts, version] {
                            if (version != slice_version_) return;
                            slice_facts_ = std::move(*facts);
                            show_facts();
                            show_tone();
                        };
                    });
}

void TensorView::count_block() {
    if (block()->size() <= kAtOnce) {
        background_.drop(QStringLiteral("block"));
        block_facts_ = facts_of(*block(), std::stop_token());
        return;
    }
    background_.run(QStringLiteral("block"),
                    [this, held = planes_.shared(),
                     version = block_version_](const std::stop_token& stop) -> Background::Finish {
                        auto facts = std::make_shared<TensorFacts>(facts_of(*held, stop));
                        return [this, facts, version] {
                            if (version != block_version_) return;
                            block_facts_ = std::move(*facts);
                            show_facts();
                            show_tone();
                        };
                    });
}

const visual::TensorStatistics* TensorView::whole() const {
    if (block() && block()->whole) return &*block()->whole;
    return block_facts_ ? &block_facts_->statistics : nullptr;
}

std::pair<double, double> TensorView::range_of_slice() const {
    if (!slice_facts_ || slice_facts_->statistics.finite() == 0) return quick_;
    return {slice_facts_->statistics.min, slice_facts_->statistics.max};
}

std::pair<double, double> TensorView::range_of_colors() const {
    switch (range_choice_) {
        case TensorRange::Manual:
            return ends_;
        case TensorRange::Whole:
            if (whole() && whole()->finite() > 0) return {whole()->min, whole()->max};
            break;
        case TensorRange::Percentiles:
            if (slice_facts_ && slice_facts_->statistics.finite() > 0)
                return slice_facts_->percentiles;
            break;
        case TensorRange::Symmetric:
            return symmetric(range_of_slice());
        case TensorRange::Slice:
        case TensorRange::Tile:
            break;
    }
    return range_of_slice();
}

void TensorView::show_tone() {
    HeatTone tone;
    tone.range = range_of_colors();
    // Chosen by the numbers, so that ends typed by hand don't change the map.
    tone.map = chosen_map(map_choice_,
                          range_choice_ == TensorRange::Whole ? tone.range : range_of_slice());
    const bool about_zero = tone.map == TensorMap::BlueRed && range_choice_ != TensorRange::Manual;
    if (about_zero) tone.range = symmetric(tone.range);
    if (range_choice_ == TensorRange::Tile && slice_facts_ && planes_.tiles() > 1) {
        tone.tiles = slice_facts_->tiles;
        if (about_zero)
            for (auto& range : tone.tiles) range = symmetric(range);
    }
    map_->set_tone(tone);
    panel_->show_tone(map_choice_, range_choice_, tone);
    legend_->set(tone, slice_facts_ ? slice_facts_->statistics : visual::TensorStatistics());
}

void TensorView::show_facts() {
    const auto* tensor = block();
    const bool known = tensor->whole || tensor->is_whole();
    panel_->show_facts(tensor, slice_facts_ ? &*slice_facts_ : nullptr, whole(),
                       known ? tr("whole") : tr("loaded part"));
    QString text;
    if (!tensor->name.empty())
        text = QString::fromStdString(tensor->name) + QStringLiteral("  ·  ");
    text += tr("%1 [%2]").arg(QString::fromStdString(tensor->dtype),
                              shape_in_words(tensor->full_shape));
    if (layout_.rank() > 0) text += tr("  ·  slice %1").arg(slice_text(layout_));
    if (planes_.tiles() > 1)
        text += tr("  ·  %L1 tiles of %L2 × %L3")
                    .arg(planes_.tiles())
                    .arg(planes_.rows())
                    .arg(planes_.columns());
    else if (planes_.cells() > 0)
        text += tr("  ·  %L1 × %L2").arg(planes_.rows()).arg(planes_.columns());
    if (!tensor->is_whole())
        text += tr("  ·  loaded: [%1] from %2 of it")
                    .arg(shape_in_words(tensor->shape), index_text(tensor->start));
    if (const auto* all = whole(); all && all->bad() > 0)
        text += tr("  ·  %L1 NaN or infinite (N)").arg(all->bad());
    facts_->setText(text);
}

QString TensorView::facts() const { return facts_->text(); }

bool TensorView::settled() const { return background_.idle() && map_->settled(); }

void TensorView::set_map(TensorMap map) {
    map_choice_ = map;
    if (block()) show_tone();
}

void TensorView::set_range(TensorRange range) {
    if (range == TensorRange::Manual && block()) ends_ = map_->tone().range;
    range_choice_ = range;
    if (block()) show_tone();
}

void TensorView::set_ends(double low, double high) {
    if (!(low < high)) {
        set_status(tr("The first colour's number must be less than the last one's"));
        if (block()) show_tone();
        return;
    }
    range_choice_ = TensorRange::Manual;
    ends_ = {low, high};
    if (block()) show_tone();
}

void TensorView::resizeEvent(QResizeEvent*) {
    if (!panel_chosen_) panel_->setVisible(width() >= kRoomForPanel);
}

}  // namespace millrace::viewers
