#include "viewers/text/token_flow.hpp"

#include <QElapsedTimer>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QWheelEvent>
#include <algorithm>

namespace millrace::viewers {
namespace {

constexpr int kMargin = 12;
constexpr double kPadding = 3, kGap = 1;  ///< of a token, pixels
constexpr qint64 kSliceMs = 8;            ///< of measuring between two events

bool begins_word(std::string_view token, const TokenText& text, BlankSign sign) {
    if (text.shown.startsWith(QChar(0xB7))) return true;
    // Vocabularies without blanks: WordPiece marks what goes on instead.
    return sign == BlankSign::None && !token.starts_with("##") && text.shown.size() > 1;
}

}  // namespace

TokenFlow::TokenFlow(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Tokens as text"));
    viewport()->setMouseTracking(true);
    QFont larger = font();
    larger.setPointSizeF(larger.pointSizeF() * 1.1);
    setFont(larger);
    measuring_.setInterval(0);
    connect(&measuring_, &QTimer::timeout, this, [this] { measure_some(); });
}

void TokenFlow::set_tokens(Tokens tokens, Scores scores) {
    tokens_ = std::move(tokens);
    scores_ = std::move(scores);
    sign_ = tokens_ ? blank_sign_of(tokens_->tokens) : BlankSign::None;
    const auto last = static_cast<qint64>(count()) - 1;
    current_ = std::clamp<qint64>(current_, 0, std::max<qint64>(0, last));
    anchor_ = current_;
    hovered_ = marked_ = -1;
    restart();
}

void TokenFlow::set_scores(Scores scores) {
    scores_ = std::move(scores);
    viewport()->update();
}

void TokenFlow::set_colors(const TokenColors& colors) {
    colors_ = colors;
    viewport()->update();
}

void TokenFlow::set_stored(bool stored) {
    if (stored == stored_) return;
    stored_ = stored;
    restart();
}

void TokenFlow::step_font(int steps) {
    QFont other = font();
    other.setPointSizeF(std::clamp(other.pointSizeF() + steps, 6.0, 40.0));
    setFont(other);
}

void TokenFlow::restart() {
    if (lines_.tokens() > 0 && count() > 0 && current_ > 0)
        wanted_ = static_cast<std::size_t>(current_);
    lines_.clear();
    lines_.set_width(viewport()->width() - 2 * kMargin);
    text_.clear();
    begins_.clear();
    widths_.clear();
    measure_some();
    if (!settled()) measuring_.start();
    viewport()->update();
}

void TokenFlow::measure_some() {
    QElapsedTimer clock;
    clock.start();
    const QFontMetricsF metrics(font());
    constexpr qsizetype kMostWidths = 200'000;  // a vocabulary; not every odd token of a huge text
    for (std::size_t i = lines_.tokens(); i < count(); ++i) {
        if (i % 64 == 63 && clock.elapsed() >= kSliceMs) break;
        const TokenText piece = shown(i);
        auto known = widths_.constFind(piece.shown);
        if (known == widths_.cend()) {
            if (widths_.size() > kMostWidths) widths_.clear();
            const double width = metrics.horizontalAdvance(piece.shown) + 2 * kPadding + kGap;
            known = widths_.insert(piece.shown, static_cast<float>(width));
        }
        lines_.add({.width = known.value(),
                    .ends_line = piece.ends_line,
                    .begins_word = begins_word(tokens_->tokens[i], piece, sign_)});
        begins_.push_back(text_.size());
        text_ += plain_token(tokens_->tokens[i], sign_);
    }
    set_scroll_range();
    viewport()->update();
    if (wanted_ && *wanted_ < lines_.tokens()) {
        const std::size_t token = *std::exchange(wanted_, std::nullopt);
        scroll_to(token);
    }
    if (settled()) {
        measuring_.stop();
        Q_EMIT laid_out();
    }
}

TokenText TokenFlow::shown(std::size_t token) const {
    const std::string& text = tokens_->tokens[token];
    if (!stored_) return shown_token(text, sign_);
    TokenText piece{.shown = escaped_token(text)};
    piece.shown = piece.shown.mid(1, std::min<qsizetype>(piece.shown.size() - 2, kLongestToken));
    return piece;
}

void TokenFlow::set_scroll_range() {
    const auto total = static_cast<qint64>(lines_.lines()) * line_height() + 2 * kMargin;
    const int height = viewport()->height();
    verticalScrollBar()->setRange(0, static_cast<int>(std::clamp<qint64>(
                                         total - height, 0, std::numeric_limits<int>::max())));
    verticalScrollBar()->setPageStep(height);
    verticalScrollBar()->setSingleStep(line_height());
}

QRect TokenFlow::place_of(std::size_t token) const {
    if (token >= lines_.tokens()) return {};
    const auto top = static_cast<qint64>(lines_.line_of(token)) * line_height() + kMargin -
                     verticalScrollBar()->value();
    return {kMargin + static_cast<int>(lines_.left(token)), static_cast<int>(top),
            std::max(1, static_cast<int>(lines_.width_of(token) - kGap)), line_height() - 4};
}

qint64 TokenFlow::token_at(QPoint place) const {
    const int y = place.y() + verticalScrollBar()->value() - kMargin;
    if (y < 0) return -1;
    const std::size_t token =
        lines_.at(static_cast<std::size_t>(y / line_height()), place.x() - kMargin);
    return token < lines_.tokens() ? static_cast<qint64>(token) : -1;
}

std::size_t TokenFlow::token_of_character(qsizetype at) const {
    const auto after = std::ranges::upper_bound(begins_, at);
    return after == begins_.begin() ? 0 : static_cast<std::size_t>(after - begins_.begin()) - 1;
}

qsizetype TokenFlow::begin_of(std::size_t token) const {
    return token < begins_.size() ? begins_[token] : text_.size();
}

std::optional<std::pair<std::size_t, std::size_t>> TokenFlow::selection() const {
    if (count() == 0) return {};
    const auto [low, high] = std::minmax(anchor_, current_);
    return std::pair(static_cast<std::size_t>(low), static_cast<std::size_t>(high));
}

void TokenFlow::go_to(qint64 token, bool select) {
    if (count() == 0) return;
    current_ = std::clamp<qint64>(token, 0, static_cast<qint64>(count()) - 1);
    if (!select) anchor_ = current_;
    scroll_to(static_cast<std::size_t>(current_));
    viewport()->update();
    Q_EMIT current_changed(current_);
}

void TokenFlow::select(std::size_t first, std::size_t last) {
    if (last >= count()) return;
    anchor_ = static_cast<qint64>(first);
    go_to(static_cast<qint64>(last), true);
    scroll_to(first);
}

void TokenFlow::mark(qint64 token) {
    if (token == marked_) return;
    marked_ = token;
    viewport()->update();
}

void TokenFlow::scroll_to(std::size_t token) {
    if (token >= lines_.tokens()) {
        wanted_ = token;
        return;
    }
    const QRect place = place_of(token);
    const int height = viewport()->height();
    if (place.top() >= 4 && place.bottom() < height - 4) return;
    // With some lines round it, so that it is read in its place.
    verticalScrollBar()->setValue(verticalScrollBar()->value() + place.top() - height / 3);
}

void TokenFlow::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.fillRect(event->rect(), palette().base());
    if (count() == 0) {
        painter.setPen(palette().color(QPalette::PlaceholderText));
        painter.drawText(viewport()->rect(), Qt::AlignCenter, tr("There are no tokens."));
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    const int height = line_height(), offset = verticalScrollBar()->value() - kMargin;
    const auto line_at = [&](int y) {
        return static_cast<std::size_t>(std::max(0, (y + offset) / height));
    };
    const std::size_t end = std::min(lines_.lines(), line_at(event->rect().bottom()) + 1);
    for (std::size_t line = line_at(event->rect().top()); line < end; ++line) {
        double x = kMargin;
        const double y = static_cast<double>(line) * height - offset;
        for (std::size_t i = lines_.first(line); i < lines_.first(line + 1); ++i) {
            const double width = lines_.width_of(i);
            if (x > viewport()->width()) break;
            paint_token(painter, i, QRectF(x, y, width - kGap, height - 4));
            x += width;
        }
    }
}

void TokenFlow::paint_token(QPainter& painter, std::size_t token, const QRectF& area) const {
    const TokenText piece = shown(token);
    const auto score = scores_->at(token);
    const auto number = static_cast<qint64>(token);
    const QColor faint = palette().color(QPalette::PlaceholderText);
    QColor ground = palette().color(QPalette::Base);
    painter.setPen(Qt::NoPen);
    if (score) {
        ground = colors_.ground(*score, palette());
    } else if (scores_->scored() == 0 && token % 2 == 1) {
        ground = is_dark(palette()) ? ground.lighter(150) : ground.darker(107);
    }
    painter.setBrush(ground);
    painter.drawRoundedRect(area, 3, 3);
    painter.setBrush(Qt::NoBrush);
    if (!score && scores_->scored() > 0) {
        painter.setPen(QPen(faint, 1, Qt::DotLine));
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    }
    const QColor ink = ink_on(ground);
    QColor soft = ink;
    soft.setAlphaF(0.62F);
    const QRectF inner = area.adjusted(kPadding, 0, 0, 0);
    const bool fits = inner.right() <= viewport()->width();
    const QString text = fits ? piece.shown
                              : fontMetrics().elidedText(
                                    piece.shown, Qt::ElideRight,
                                    viewport()->width() - kMargin - static_cast<int>(inner.x()));
    const bool blank = text.startsWith(QChar(0xB7)) && !piece.special;
    if (blank) {
        // The blank's dot is no part of the word.
        painter.setPen(soft);
        painter.drawText(inner, Qt::AlignVCenter, text.left(1));
        painter.setPen(ink);
        painter.drawText(
            inner.adjusted(QFontMetricsF(font()).horizontalAdvance(QChar(0xB7)), 0, 0, 0),
            Qt::AlignVCenter, text.mid(1));
    } else {
        painter.setPen(piece.special ? soft : ink);
        painter.drawText(inner, Qt::AlignVCenter, text);
    }
    const auto chosen = selection();
    const bool in_selection = chosen && chosen->first != chosen->second && token >= chosen->first &&
                              token <= chosen->second;
    if (in_selection) {
        QColor veil = palette().color(QPalette::Highlight);
        painter.fillRect(QRectF(area.left(), area.bottom() - 2, area.width() + kGap, 3), veil);
    }
    if (number == current_ || number == hovered_ || number == marked_) {
        const QColor ring = number == hovered_ && number != current_ && number != marked_
                                ? palette().color(QPalette::WindowText)
                                : palette().color(QPalette::Highlight);
        painter.setPen(QPen(ring, number == hovered_ ? 1.2 : 2));
        painter.drawRoundedRect(area.adjusted(0, 0, 0, 0), 3, 3);
    }
}

void TokenFlow::resizeEvent(QResizeEvent* event) {
    const auto kept = token_at(QPoint(kMargin + 1, kMargin + 1));
    lines_.set_width(viewport()->width() - 2 * kMargin);
    set_scroll_range();
    if (kept >= 0 && event->oldSize().width() != event->size().width()) {
        verticalScrollBar()->setValue(
            static_cast<int>(lines_.line_of(static_cast<std::size_t>(kept))) * line_height());
    }
}

void TokenFlow::keyPressEvent(QKeyEvent* event) {
    const bool select = event->modifiers().testFlag(Qt::ShiftModifier);
    const auto up_or_down = [&](qint64 by) {
        if (lines_.tokens() == 0) return;
        const auto now = std::min(static_cast<std::size_t>(current_), lines_.tokens() - 1);
        const double middle = lines_.left(now) + lines_.width_of(now) / 2;
        const auto line = static_cast<qint64>(lines_.line_of(now)) + by;
        const auto wanted = std::clamp<qint64>(line, 0, static_cast<qint64>(lines_.lines()) - 1);
        go_to(static_cast<qint64>(lines_.nearest(static_cast<std::size_t>(wanted), middle)),
              select);
    };
    const bool far = event->modifiers().testFlag(Qt::ControlModifier);
    const auto line = lines_.line_of(static_cast<std::size_t>(current_));
    const qint64 page = std::max(1, viewport()->height() / line_height() - 1);
    switch (event->key()) {
        case Qt::Key_Left:
            return go_to(current_ - 1, select);
        case Qt::Key_Right:
            return go_to(current_ + 1, select);
        case Qt::Key_Up:
            return up_or_down(-1);
        case Qt::Key_Down:
            return up_or_down(1);
        case Qt::Key_PageUp:
            return up_or_down(-page);
        case Qt::Key_PageDown:
            return up_or_down(page);
        case Qt::Key_Home:
            return go_to(far ? 0 : static_cast<qint64>(lines_.first(line)), select);
        case Qt::Key_End:
            return go_to(static_cast<qint64>(far ? count() : lines_.first(line + 1)) - 1, select);
        default:
            QAbstractScrollArea::keyPressEvent(event);
    }
}

void TokenFlow::mousePressEvent(QMouseEvent* event) {
    const qint64 token = token_at(event->pos());
    if (token >= 0) go_to(token, event->modifiers().testFlag(Qt::ShiftModifier));
}

void TokenFlow::mouseMoveEvent(QMouseEvent* event) {
    const qint64 token = token_at(event->pos());
    hover(token);
    if (event->buttons().testFlag(Qt::LeftButton) && token >= 0 && token != current_)
        go_to(token, true);
}

bool TokenFlow::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave) hover(-1);
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        Q_EMIT help_wanted(token_at(help->pos()), help->globalPos());
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void TokenFlow::wheelEvent(QWheelEvent* event) {
    if (!event->modifiers().testFlag(Qt::ControlModifier))
        return QAbstractScrollArea::wheelEvent(event);
    step_font(event->angleDelta().y() > 0 ? 1 : -1);
}

void TokenFlow::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange && tokens_) restart();
}

void TokenFlow::hover(qint64 token) {
    if (token == hovered_) return;
    hovered_ = token;
    viewport()->update();
    Q_EMIT hovered_token(token);
}

}  // namespace millrace::viewers
