// Colours for the scores of tokens, soft enough to read text on: from the window's ground to a
// strong colour, or with both signs from one colour to another. Values; window thread only.
#pragma once

#include <QColor>
#include <QPalette>
#include <QWidget>
#include <optional>
#include <utility>

namespace millrace::viewers {

struct TokenColors {
    std::pair<double, double> range = {0, 1};
    bool diverging = false;  ///< 0 is plain, and both ends are strong
    bool high_is_strong = false;

    /// Scores beyond the range have the colours of its ends.
    QColor ground(double score, const QPalette& palette) const;
    bool operator==(const TokenColors&) const = default;
};

bool is_dark(const QPalette& palette);
/// Black or white, whichever reads better.
QColor ink_on(const QColor& ground);

/// A score with as many digits as tell it apart.
QString score_text(double score);

/// The colours' bar with its ends.
class TokenLegend : public QWidget {
    Q_OBJECT

public:
    explicit TokenLegend(QWidget* parent = nullptr);

    /// `negated`: the numbers written are -score. Clipped ends are marked.
    void set(const TokenColors& colors, const QString& title, bool negated, bool low_clipped,
             bool high_clipped);
    QString low_text() const { return low_; }
    QString high_text() const { return high_; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    TokenColors colors_;
    QString title_, low_, high_;
    bool negated_ = false;
};

}  // namespace millrace::viewers
