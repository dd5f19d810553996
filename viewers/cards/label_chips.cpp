#include "viewers/cards/label_chips.hpp"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

#include "engine/visual/scene/color_map.hpp"

namespace millrace::viewers {
namespace {

constexpr int kGap = 5, kPadding = 8, kSwatch = 10;
constexpr std::size_t kMostChips = 60;  ///< further labels are found by the filter

}  // namespace

LabelChips::LabelChips(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Labels"));
    setToolTip(
        tr("A click (or Space) takes a label away or brings it back, a double click (or "
           "Return) shows it alone"));
}

void LabelChips::set_counts(std::vector<std::pair<std::string, std::size_t>> counts) {
    labels_.clear();
    for (const auto& [label, count] : counts) labels_.insert(label);
    if (counts.size() > kMostChips) counts.resize(kMostChips);
    if (counts == counts_) return;
    counts_ = std::move(counts);
    current_ = std::clamp(current_, 0, std::max(0, static_cast<int>(counts_.size()) - 1));
    updateGeometry();
    update();
}

void LabelChips::toggle(const std::string& label) {
    if (!hidden_.erase(label)) hidden_.insert(label);
    update();
    Q_EMIT hidden_changed();
}

void LabelChips::show_all() {
    if (hidden_.empty()) return;
    hidden_.clear();
    update();
    Q_EMIT hidden_changed();
}

void LabelChips::show_only(const std::string& label) {
    hidden_ = labels_;
    hidden_.erase(label);
    update();
    Q_EMIT hidden_changed();
}

QString LabelChips::text_of(std::size_t chip) const {
    const auto& [label, count] = counts_[chip];
    const QString name = label.empty() ? tr("(none)") : QString::fromStdString(label.substr(0, 60));
    return QStringLiteral("%1  %2").arg(name, QLocale().toString(static_cast<qulonglong>(count)));
}

std::vector<QRect> LabelChips::places(int width) const {
    std::vector<QRect> all;
    const int high = fontMetrics().height() + 6;
    int x = 0, y = 2;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        const int wide = std::min(
            width, fontMetrics().horizontalAdvance(text_of(i)) + 2 * kPadding + kSwatch + 6);
        if (x > 0 && x + wide > width) {
            x = 0;
            y += high + kGap;
        }
        all.emplace_back(x, y, wide, high);
        x += wide + kGap;
    }
    return all;
}

int LabelChips::heightForWidth(int width) const {
    const auto all = places(std::max(40, width));
    return all.empty() ? 0 : all.back().bottom() + 3;
}

QRect LabelChips::place_of(const std::string& label) const {
    const auto all = places(width());
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i].first == label) return all[i];
    }
    return {};
}

int LabelChips::chip_at(QPoint place) const {
    const auto all = places(width());
    const auto found =
        std::ranges::find_if(all, [&](const QRect& at) { return at.contains(place); });
    return found == all.end() ? -1 : static_cast<int>(found - all.begin());
}

void LabelChips::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto all = places(width());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool shown = !hidden_.contains(counts_[i].first);
        const visual::Rgb c = visual::label_color(counts_[i].first);
        const QRectF area = QRectF(all[i]).adjusted(0.5, 0.5, -0.5, -0.5);
        const bool current = hasFocus() && static_cast<int>(i) == current_;
        painter.setPen(current ? QPen(palette().color(QPalette::Highlight), 1.8)
                               : QPen(palette().color(QPalette::PlaceholderText), 0.8));
        painter.setBrush(shown ? palette().brush(QPalette::Base) : QBrush(Qt::NoBrush));
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2);
        const QColor color(c[0], c[1], c[2]);
        painter.setPen(QPen(color.darker(130), 1.2));
        painter.setBrush(shown ? QBrush(color) : QBrush(Qt::NoBrush));
        painter.drawEllipse(QRectF(area.left() + kPadding - 1, area.center().y() - kSwatch / 2.0,
                                   kSwatch, kSwatch));
        painter.setPen(palette().color(shown ? QPalette::WindowText : QPalette::PlaceholderText));
        const QRectF inner = area.adjusted(kPadding + kSwatch + 5, 0, -kPadding / 2.0, 0);
        painter.drawText(inner, Qt::AlignVCenter,
                         fontMetrics().elidedText(text_of(i), Qt::ElideMiddle,
                                                  static_cast<int>(inner.width()) + 2));
    }
}

void LabelChips::mousePressEvent(QMouseEvent* event) {
    const int chip = chip_at(event->pos());
    if (chip < 0 || event->button() != Qt::LeftButton) return;
    current_ = chip;
    toggle(counts_[static_cast<std::size_t>(chip)].first);
}

void LabelChips::mouseDoubleClickEvent(QMouseEvent* event) {
    const int chip = chip_at(event->pos());
    if (chip >= 0) show_only(counts_[static_cast<std::size_t>(chip)].first);
}

void LabelChips::keyPressEvent(QKeyEvent* event) {
    if (counts_.empty()) return QWidget::keyPressEvent(event);
    const auto last = static_cast<int>(counts_.size()) - 1;
    switch (event->key()) {
        case Qt::Key_Left:
            current_ = std::max(0, current_ - 1);
            break;
        case Qt::Key_Right:
            current_ = std::min(last, current_ + 1);
            break;
        case Qt::Key_Space:
            return toggle(counts_[static_cast<std::size_t>(current_)].first);
        case Qt::Key_Return:
            return show_only(counts_[static_cast<std::size_t>(current_)].first);
        default:
            return QWidget::keyPressEvent(event);
    }
    update();
}

void LabelChips::focusInEvent(QFocusEvent*) { update(); }

void LabelChips::focusOutEvent(QFocusEvent*) { update(); }

}  // namespace millrace::viewers
