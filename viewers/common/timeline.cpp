#include "viewers/common/timeline.hpp"

#include <QAction>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>
#include <algorithm>
#include <cmath>

namespace millrace::viewers {
namespace {

constexpr double kMargin = 10;
constexpr int kMostMarks = 400;  ///< beyond, marks would run into one another

}  // namespace

TimelineBar::TimelineBar(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
    setAccessibleName(tr("Timeline"));
}

void TimelineBar::set(const std::vector<quint64>* items, std::size_t place) {
    items_ = items;
    place_ = place;
    update();
}

QRectF TimelineBar::track() const {
    return {kMargin, height() / 2.0 - 2, std::max(1.0, width() - 2 * kMargin), 4};
}

double TimelineBar::x_of(std::size_t place) const {
    const QRectF line = track();
    if (!items_ || items_->size() < 2) return line.left();
    // Items lie by their numbers, so that gaps show.
    const auto first = static_cast<double>(items_->front()),
               last = static_cast<double>(items_->back());
    return line.left() +
           line.width() * (static_cast<double>((*items_)[place]) - first) / (last - first);
}

void TimelineBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF line = track();
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().color(QPalette::Mid));
    painter.drawRoundedRect(line, 2, 2);
    if (!items_ || items_->empty()) return;
    const double x = x_of(std::min(place_, items_->size() - 1));
    painter.setBrush(palette().color(QPalette::Highlight));
    painter.drawRoundedRect(QRectF(line.left(), line.top(), x - line.left(), line.height()), 2, 2);
    if (items_->size() <= kMostMarks) {
        painter.setBrush(palette().color(QPalette::Text));
        for (std::size_t i = 0; i < items_->size(); ++i)
            painter.drawRect(QRectF(x_of(i) - 0.5, line.center().y() - 5, 1, 10));
    }
    painter.setPen(QPen(palette().color(QPalette::Base), 1.5));
    painter.setBrush(palette().color(QPalette::Highlight));
    painter.drawEllipse(QPointF(x, line.center().y()), 7, 7);
}

void TimelineBar::scrub(double x) {
    if (!items_ || items_->empty()) return;
    std::size_t best = 0;
    for (std::size_t i = 1; i < items_->size(); ++i) {
        if (std::abs(x_of(i) - x) < std::abs(x_of(best) - x)) best = i;
    }
    Q_EMIT scrubbed(best);
}

void TimelineBar::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) scrub(event->position().x());
}

void TimelineBar::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) scrub(event->position().x());
}

Timeline::Timeline(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 2, 8, 2);
    row->setSpacing(2);
    const auto button = [&](QAction* action) {
        auto* made = new QToolButton(this);
        made->setDefaultAction(action);
        made->setAutoRaise(true);
        made->setFocusPolicy(Qt::NoFocus);
        row->addWidget(made);
    };
    QAction* first = add(tr("First item"), QKeySequence("Ctrl+Home"), Sign::First);
    connect(first, &QAction::triggered, this, [this] { this->first(); });
    QAction* back = add(tr("Item before"), QKeySequence("Ctrl+Left"), Sign::Back);
    connect(back, &QAction::triggered, this, [this] { step(-1); });
    play_ = add(tr("Play"), QKeySequence("Ctrl+Space"), Sign::Play);
    play_->setCheckable(true);
    connect(play_, &QAction::toggled, this, [this](bool on) { set_playing(on); });
    QAction* next = add(tr("Next item"), QKeySequence("Ctrl+Right"), Sign::Next);
    connect(next, &QAction::triggered, this, [this] { step(1); });
    QAction* last = add(tr("Last item"), QKeySequence("Ctrl+End"), Sign::Last);
    connect(last, &QAction::triggered, this, [this] { this->last(); });
    loop_action_ = add(tr("Loop"), QKeySequence("Ctrl+Shift+R"), Sign::Loop);
    loop_action_->setCheckable(true);
    loop_action_->setChecked(loop_);
    connect(loop_action_, &QAction::toggled, this, [this](bool on) { set_loops(on); });
    live_action_ = add(tr("Follow the newest"), QKeySequence("Ctrl+Shift+N"), std::nullopt);
    live_action_->setCheckable(true);
    connect(live_action_, &QAction::toggled, this, [this](bool on) { set_live(on); });
    for (QAction* action : {first, back, play_, next, last, loop_action_, live_action_})
        button(action);
    bar_ = new TimelineBar(this);
    row->addWidget(bar_, 1);
    label_ = new QLabel(this);
    label_->setMinimumWidth(
        fontMetrics().horizontalAdvance(tr("item %1  (%2 of %3)").arg("00000", "00000", "00000")));
    label_->setAlignment(Qt::AlignCenter);
    row->addWidget(label_);
    rate_ = new QDoubleSpinBox(this);
    rate_->setRange(0.1, 100);
    rate_->setDecimals(1);
    rate_->setValue(5);
    rate_->setSuffix(tr(" /s"));
    rate_->setToolTip(tr("Items a second"));
    rate_->setAccessibleName(tr("Items a second"));
    row->addWidget(rate_);
    connect(rate_, &QDoubleSpinBox::valueChanged, this, [this](double rate) {
        timer_.setInterval(std::max(1, static_cast<int>(std::lround(1000 / rate))));
    });
    connect(bar_, &TimelineBar::scrubbed, this, [this](std::size_t place) { go(place); });
    connect(&timer_, &QTimer::timeout, this, [this] { advance(); });
    timer_.setInterval(200);
    draw_icons();
    show_place();
}

QAction* Timeline::add(const QString& text, const QKeySequence& keys, std::optional<Sign> sign) {
    auto* action = new QAction(sign ? text : tr("Live"), this);
    action->setShortcut(keys);
    action->setToolTip(tr("%1 (%2)").arg(text, keys.toString(QKeySequence::NativeText)));
    addAction(action);
    if (sign) signs_.emplace_back(action, *sign);
    return action;
}

void Timeline::draw_icons() {
    for (const auto& [action, sign] : signs_) {
        const bool pauses = action == play_ && playing();
        action->setIcon(player_icon(pauses ? Sign::Pause : sign, palette(), devicePixelRatioF()));
    }
}

void Timeline::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        draw_icons();
    QWidget::changeEvent(event);
}

std::optional<quint64> Timeline::item() const {
    if (items_.empty()) return {};
    return items_[place_];
}

void Timeline::set_items(std::vector<quint64> items) {
    const std::optional<quint64> shown = item();
    items_ = std::move(items);
    place_ = 0;
    if (shown && !items_.empty()) {
        const auto after = std::ranges::upper_bound(items_, *shown);
        place_ = after == items_.begin() ? 0 : static_cast<std::size_t>(after - items_.begin()) - 1;
    }
    if (live_ && !items_.empty()) place_ = items_.size() - 1;
    if (items_.empty()) set_playing(false);
    show_place();
    if (item() != shown && !items_.empty()) Q_EMIT item_changed(items_[place_]);
}

void Timeline::set_item(quint64 item) {
    const auto after = std::ranges::upper_bound(items_, item);
    if (!items_.empty())
        go(after == items_.begin() ? 0 : static_cast<std::size_t>(after - items_.begin()) - 1);
}

void Timeline::go(std::size_t place) {
    if (items_.empty()) return;
    place = std::min(place, items_.size() - 1);
    // Whoever looks back no longer follows.
    if (live_ && place + 1 < items_.size()) set_live(false);
    if (place == place_) return;
    place_ = place;
    show_place();
    Q_EMIT item_changed(items_[place_]);
}

void Timeline::step(int by) {
    if (items_.empty()) return;
    const auto most = static_cast<long long>(items_.size()) - 1;
    go(static_cast<std::size_t>(std::clamp(static_cast<long long>(place_) + by, 0LL, most)));
}

void Timeline::first() { go(0); }

void Timeline::last() {
    if (!items_.empty()) go(items_.size() - 1);
}

void Timeline::set_playing(bool playing) {
    playing = playing && items_.size() > 1;
    if (playing && !loop_ && place_ + 1 == items_.size()) first();
    if (playing)
        timer_.start();
    else
        timer_.stop();
    const QSignalBlocker quiet(play_);
    play_->setChecked(playing);
    draw_icons();
}

void Timeline::advance() {
    if (place_ + 1 < items_.size()) {
        step(1);
    } else if (loop_) {
        first();
    } else {
        set_playing(false);
    }
}

void Timeline::set_loops(bool loops) {
    loop_ = loops;
    loop_action_->setChecked(loops);
}

void Timeline::set_live(bool live) {
    live_ = live;
    live_action_->setChecked(live);
    if (live) last();
}

double Timeline::rate() const { return rate_->value(); }
void Timeline::set_rate(double rate) { rate_->setValue(rate); }

void Timeline::show_place() {
    bar_->set(&items_, place_);
    label_->setText(
        items_.empty()
            ? tr("no items")
            : tr("item %1  (%2 of %3)").arg(items_[place_]).arg(place_ + 1).arg(items_.size()));
}

}  // namespace millrace::viewers
