// The text as a reader shows it, each token on the colour of its score. Only lines in sight are
// painted, and a long text is measured in small pieces between events. Window thread only.
#pragma once

#include <QAbstractScrollArea>
#include <QHash>
#include <QTimer>
#include <memory>
#include <optional>
#include <utility>

#include "engine/visual/visual.hpp"
#include "viewers/text/token_colors.hpp"
#include "viewers/text/token_lines.hpp"
#include "viewers/text/token_scores.hpp"
#include "viewers/text/token_text.hpp"

namespace millrace::viewers {

class TokenFlow : public QAbstractScrollArea {
    Q_OBJECT

public:
    using Tokens = std::shared_ptr<const visual::Tokens>;
    using Scores = std::shared_ptr<const TokenScores>;

    explicit TokenFlow(QWidget* parent = nullptr);

    void set_tokens(Tokens tokens, Scores scores);
    void set_scores(Scores scores);
    void set_colors(const TokenColors& colors);
    /// As they stand in the vocabulary, or with their blanks and line ends made visible.
    void set_stored(bool stored);
    bool stored() const { return stored_; }
    void step_font(int steps);

    std::size_t count() const { return tokens_ ? tokens_->tokens.size() : 0; }
    qint64 current() const { return current_; }
    /// From the token where selecting began to the current one, rising; nothing without tokens.
    std::optional<std::pair<std::size_t, std::size_t>> selection() const;
    /// Goes there and brings it into sight; tells current_changed().
    void go_to(qint64 token, bool select = false);
    /// Selects first to last and brings them into sight.
    void select(std::size_t first, std::size_t last);
    void mark(qint64 token);
    void scroll_to(std::size_t token);

    /// Whether all tokens are measured.
    bool settled() const { return lines_.tokens() == count(); }
    BlankSign sign() const { return sign_; }
    /// Where a token is seen; empty when it isn't laid out yet.
    QRect place_of(std::size_t token) const;
    qint64 token_at(QPoint place) const;

    /// The text that the tokens stand for, as far as it is measured, and where each one begins.
    const QString& text() const { return text_; }
    std::size_t token_of_character(qsizetype at) const;
    qsizetype begin_of(std::size_t token) const;

Q_SIGNALS:
    void current_changed(qint64 token);
    void hovered_token(qint64 token);  ///< -1 when none
    void laid_out();
    /// Asked for what the pointer rests on.
    void help_wanted(qint64 token, const QPoint& place);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void changeEvent(QEvent* event) override;
    void scrollContentsBy(int, int) override { viewport()->update(); }

private:
    void restart();
    void measure_some();
    void set_scroll_range();
    int line_height() const { return fontMetrics().height() + 10; }
    TokenText shown(std::size_t token) const;
    void paint_token(QPainter& painter, std::size_t token, const QRectF& area) const;
    void hover(qint64 token);

    Tokens tokens_;
    Scores scores_;
    TokenColors colors_;
    BlankSign sign_ = BlankSign::None;
    bool stored_ = false;
    TokenLines lines_;
    QString text_;
    std::vector<qsizetype> begins_;
    QHash<QString, float> widths_;
    QTimer measuring_;
    qint64 current_ = 0, anchor_ = 0, hovered_ = -1, marked_ = -1;
    std::optional<std::size_t> wanted_;  ///< to be brought into sight once it is laid out
};

}  // namespace millrace::viewers
