#include "viewers/tensor/tensor_panel.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleValidator>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QVBoxLayout>

#include "viewers/tensor/axis_picker.hpp"
#include "viewers/tensor/value_histogram.hpp"

namespace millrace::viewers {
namespace {

/// The least and the greatest of a loaded element are shown with all their digits.
QString end_text(const visual::TensorBlock* block, std::int64_t place, double value) {
    if (block && place >= 0) {
        const auto inside =
            visual::place_in_block(*block, visual::index_of(place, block->full_shape));
        if (inside) return exact_text(*block, *inside);
    }
    return short_text(value);
}

QString share_text(std::uint64_t count, std::uint64_t all) {
    if (count == 0 || all == 0) return QStringLiteral("0");
    const double share = 100.0 * static_cast<double>(count) / static_cast<double>(all);
    return TensorPanel::tr("%L1 (%2 %)").arg(count).arg(share, 0, 'g', 3);
}

}  // namespace

TensorPanel::TensorPanel(QWidget* parent) : QScrollArea(parent) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* inside = new QWidget(this);
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(10, 6, 10, 10);
    column->setSpacing(6);
    const auto heading = [&](const QString& text) {
        auto* label = new QLabel(QStringLiteral("<b>%1</b>").arg(text.toHtmlEscaped()), inside);
        label->setContentsMargins(0, column->count() > 0 ? 8 : 0, 0, 0);
        column->addWidget(label);
    };
    heading(tr("Axes"));
    axes_ = new AxisPicker(inside);
    column->addWidget(axes_);

    heading(tr("Colours"));
    auto* colors = new QGridLayout;
    colors->setHorizontalSpacing(6);
    colors->setVerticalSpacing(4);
    colors->setColumnStretch(1, 1);
    colors->setColumnStretch(2, 1);
    map_ = new QComboBox(inside);
    map_->addItems(
        {tr("Automatic"), tr("Viridis"), tr("Magma"), tr("Turbo"), tr("Grey"), tr("Blue – red")});
    map_->setAccessibleName(tr("Colour map"));
    map_->setToolTip(
        tr("Automatic: blue – red round zero where the numbers have both signs, "
           "viridis otherwise (M)"));
    range_ = new QComboBox(inside);
    range_->addItems({tr("This slice"), tr("Whole tensor"), tr("Each tile"), tr("1 to 99 %"),
                      tr("Symmetric"), tr("By hand")});
    range_->setAccessibleName(tr("Range of the colours"));
    range_->setToolTip(tr("Which numbers get the first and the last colour (R)"));
    low_ = new QLineEdit(inside);
    high_ = new QLineEdit(inside);
    low_->setAccessibleName(tr("Number of the first colour"));
    high_->setAccessibleName(tr("Number of the last colour"));
    for (QLineEdit* end : {low_, high_}) {
        auto* validator = new QDoubleValidator(end);
        validator->setLocale(QLocale::c());
        end->setValidator(validator);
        end->setToolTip(end->accessibleName());
        connect(end, &QLineEdit::editingFinished, this, [this] { take_ends(); });
    }
    colors->addWidget(new QLabel(tr("Map"), inside), 0, 0);
    colors->addWidget(map_, 0, 1, 1, 2);
    colors->addWidget(new QLabel(tr("Range"), inside), 1, 0);
    colors->addWidget(range_, 1, 1, 1, 2);
    colors->addWidget(low_, 2, 1);
    colors->addWidget(high_, 2, 2);
    column->addLayout(colors);
    connect(map_, &QComboBox::activated, this,
            [this](int chosen) { Q_EMIT map_chosen(static_cast<TensorMap>(chosen)); });
    connect(range_, &QComboBox::activated, this,
            [this](int chosen) { Q_EMIT range_chosen(static_cast<TensorRange>(chosen)); });

    heading(tr("Histogram of the slice"));
    histogram_ = new ValueHistogram(inside);
    column->addWidget(histogram_);
    logarithmic_ = new QCheckBox(tr("Logarithmic counts"), inside);
    logarithmic_->setToolTip(tr("Rare numbers beside frequent ones (L)"));
    column->addWidget(logarithmic_);
    connect(logarithmic_, &QCheckBox::toggled, histogram_, &ValueHistogram::set_logarithmic);

    heading(tr("Statistics"));
    auto* grid = new QGridLayout;
    make_statistics(grid);
    column->addLayout(grid);
    column->addStretch(1);
    setWidget(inside);
    setMinimumWidth(268);
}

void TensorPanel::make_statistics(QGridLayout* grid) {
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(2);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(2, 1);
    for (std::size_t i = 0; i < 2; ++i) {
        titles_[i] = new QLabel(this);
        titles_[i]->setAlignment(Qt::AlignRight);
        titles_[i]->setForegroundRole(QPalette::PlaceholderText);
        grid->addWidget(titles_[i], 0, static_cast<int>(i) + 1);
    }
    titles_[0]->setText(tr("slice"));
    const QStringList names = {tr("count"), tr("min"),   tr("max"), tr("mean"), tr("std"),
                               tr("rms"),   tr("zeros"), tr("NaN"), tr("+∞"),   tr("−∞")};
    for (std::size_t line = 0; line < kLines; ++line) {
        names_[line] = new QLabel(names[static_cast<qsizetype>(line)], this);
        names_[line]->setForegroundRole(QPalette::PlaceholderText);
        grid->addWidget(names_[line], static_cast<int>(line) + 1, 0);
        for (std::size_t i = 0; i < 2; ++i) {
            values_[i][line] = new QLabel(this);
            values_[i][line]->setAlignment(Qt::AlignRight);
            values_[i][line]->setTextInteractionFlags(Qt::TextSelectableByMouse);
            values_[i][line]->setMinimumWidth(40);
            grid->addWidget(values_[i][line], static_cast<int>(line) + 1, static_cast<int>(i) + 1);
        }
    }
}

void TensorPanel::take_ends() {
    const QLocale c = QLocale::c();
    bool low_good = false, high_good = false;
    const double low = c.toDouble(low_->text(), &low_good),
                 high = c.toDouble(high_->text(), &high_good);
    if (!low_->isModified() && !high_->isModified()) return;
    low_->setModified(false);
    high_->setModified(false);
    if (low_good && high_good) Q_EMIT ends_typed(low, high);
}

void TensorPanel::show_tone(TensorMap map, TensorRange range, const HeatTone& tone) {
    map_->setCurrentIndex(static_cast<int>(map));
    range_->setCurrentIndex(static_cast<int>(range));
    const bool tiles = range == TensorRange::Tile;
    const auto fill = [tiles](QLineEdit* end, double value) {
        end->setEnabled(!tiles);
        if (end->hasFocus() && end->isModified()) return;  // being typed
        end->setText(tiles ? QString() : short_text(value));
        end->setCursorPosition(0);
    };
    fill(low_, tone.range.first);
    fill(high_, tone.range.second);
    histogram_->set_tone(tone);
}

void TensorPanel::show_facts(const visual::TensorBlock* block, const TensorFacts* slice,
                             const visual::TensorStatistics* whole, const QString& whole_title) {
    titles_[1]->setText(whole_title);
    // Until the next slice is counted the last one's bars stay, rather than flicker.
    if (slice) histogram_->set_counts(slice->histogram);
    show_statistics(0, block, slice ? &slice->statistics : nullptr);
    show_statistics(1, block, whole);
}

void TensorPanel::show_statistics(int column, const visual::TensorBlock* block,
                                  const visual::TensorStatistics* statistics) {
    auto& labels = values_[static_cast<std::size_t>(column)];
    if (!statistics) {
        for (QLabel* label : labels) label->setText(QStringLiteral("…"));
        return;
    }
    const auto& s = *statistics;
    const QLocale c = locale();
    const bool none = s.finite() == 0;
    const auto measure = [none](const QString& text) { return none ? QStringLiteral("–") : text; };
    const std::array<QString, kLines> texts = {c.toString(static_cast<qulonglong>(s.count)),
                                               measure(end_text(block, s.min_at, s.min)),
                                               measure(end_text(block, s.max_at, s.max)),
                                               measure(short_text(s.mean)),
                                               measure(short_text(s.deviation)),
                                               measure(short_text(s.rms)),
                                               share_text(s.zeros, s.count),
                                               share_text(s.nan, s.count),
                                               share_text(s.positive_infinite, s.count),
                                               share_text(s.negative_infinite, s.count)};
    for (std::size_t line = 0; line < kLines; ++line) {
        labels[line]->setText(texts[line]);
        const bool alarm = line >= 7 && texts[line] != QLatin1String("0");
        QFont font = labels[line]->font();
        font.setBold(alarm);
        labels[line]->setFont(font);
    }
}

QString TensorPanel::statistic(const QString& name, int column) const {
    for (std::size_t line = 0; line < kLines; ++line)
        if (names_[line]->text() == name)
            return values_[static_cast<std::size_t>(column)][line]->text();
    return {};
}

}  // namespace millrace::viewers
