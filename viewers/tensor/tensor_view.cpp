#include "viewers/tensor/tensor_view.hpp"

#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <cstring>

#include "viewers/image/image_view.hpp"

namespace millrace::viewers {
namespace {

QString listed(const std::vector<std::int64_t>& numbers, const QString& between) {
    QStringList texts;
    for (const std::int64_t number : numbers) texts << QString::number(number);
    return texts.join(between);
}

/// Single precision is what the map's colours need; the cell under the pointer tells the value
/// itself.
visual::Raster raster_of(const visual::TensorSlice& slice) {
    visual::Raster raster{.width = slice.columns,
                          .height = slice.rows,
                          .channels = 1,
                          .depth = visual::Raster::Depth::F32,
                          .bytes = {},
                          .full_width = slice.columns,
                          .full_height = slice.rows,
                          .frame = {},
                          .unit = {}};
    std::vector<float> values(slice.values.begin(), slice.values.end());
    raster.bytes.resize(values.size() * sizeof(float));
    if (!values.empty()) std::memcpy(raster.bytes.data(), values.data(), raster.bytes.size());
    return raster;
}

bool is_bad(double value) { return !std::isfinite(value); }

}  // namespace

TensorView::TensorView(QWidget* parent) : Viewer(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    facts_ = new QLabel(this);
    facts_->setContentsMargins(8, 3, 8, 3);
    facts_->setWordWrap(true);
    facts_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(facts_);
    map_ = new ImageView(this);
    column->addWidget(map_, 1);
    setFocusProxy(map_);
    connect(map_, &Viewer::status_changed, this, [this](const QString& text) { set_status(text); });
    connect(map_, &Viewer::hovered, this, &Viewer::hovered);
    connect(map_, &Viewer::selected, this, &Viewer::selected);
    add_action(tr("Next NaN or infinite value"), QKeySequence("Ctrl+Shift+F"),
               [this] { next_bad(); });
}

bool TensorView::show_visual(Shared item) {
    const auto* slice = item ? std::get_if<visual::TensorSlice>(item.get()) : nullptr;
    if (!slice) return false;
    const auto cells = static_cast<std::size_t>(std::max(0, slice->rows)) *
                       static_cast<std::size_t>(std::max(0, slice->columns));
    if (slice->rows < 0 || slice->columns < 0 || slice->values.size() != cells) {
        set_status(tr("The slice has %1 values, not %2 × %3")
                       .arg(slice->values.size())
                       .arg(slice->rows)
                       .arg(slice->columns));
        return false;
    }
    item_ = item;
    next_ = 0;
    const auto bad = std::ranges::count_if(slice->values, is_bad);
    QString text =
        tr("%1 [%2]").arg(QString::fromStdString(slice->dtype), listed(slice->full_shape, " × "));
    if (!slice->index.empty()) text += tr("  at [%1]").arg(listed(slice->index, ", "));
    text += tr("  ·  %1 × %2 shown  ·  min %3  max %4  mean %5")
                .arg(slice->rows)
                .arg(slice->columns)
                .arg(slice->min, 0, 'g', 5)
                .arg(slice->max, 0, 'g', 5)
                .arg(slice->mean, 0, 'g', 5);
    if (bad > 0) text += tr("  ·  %1 NaN or infinite").arg(bad);
    facts_->setText(text);
    map_->setVisible(cells > 0);
    if (cells > 0) map_->show_visual(std::make_shared<const visual::Visual>(raster_of(*slice)));
    return true;
}

bool TensorView::next_bad() {
    if (!item_) return false;
    const auto& slice = std::get<visual::TensorSlice>(*item_);
    const std::size_t count = slice.values.size();
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = (next_ + i) % count;
        if (!is_bad(slice.values[at])) continue;
        next_ = at + 1;
        const auto columns = static_cast<std::size_t>(slice.columns);
        const Selection place{.kind = Selection::Kind::Pixel,
                              .frame = {},
                              .index = static_cast<qint64>(at),
                              .x = static_cast<double>(at % columns) + 0.5,
                              .y = static_cast<double>(at / columns) + 0.5};
        map_->mark(place);
        set_status(
            tr("row %1, column %2: %3").arg(at / columns).arg(at % columns).arg(slice.values[at]));
        Q_EMIT selected(place);
        return true;
    }
    set_status(tr("All values are finite"));
    return false;
}

QString TensorView::facts() const { return facts_->text(); }

}  // namespace millrace::viewers
