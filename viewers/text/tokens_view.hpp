// The viewer of tokens with scores: a text whose tokens are coloured by their scores, or a list to
// be sorted; with a legend, figures, a search, and a way from the lowest score up. Window thread
// only.
#pragma once

#include "viewers/cloud/background.hpp"
#include "viewers/text/token_colors.hpp"
#include "viewers/text/token_scores.hpp"
#include "viewers/viewer.hpp"

class QLabel;
class QLineEdit;
class QStackedLayout;
class QTableView;
class QToolButton;

namespace millrace::viewers {

class TokenFlow;
class TokenTable;

class TokensView : public Viewer {
    Q_OBJECT

public:
    explicit TokensView(QWidget* parent = nullptr);

    bool show_visual(Shared item) override;
    void mark(const std::optional<Selection>& selection) override;
    void reveal(const Selection& selection) override;

    TokenFlow* flow() const { return flow_; }
    const TokenTable& table() const { return *table_; }
    const TokenScores& scores() const { return *scores_; }
    const TokenColors& colors() const { return colors_; }
    bool is_list() const;
    void set_list(bool list);
    /// Numbers are written as -score, which for log-probabilities is the surprisal.
    bool shows_surprisal() const;
    void set_surprisal(bool surprisal);
    void sort_list(int column, Qt::SortOrder order);
    /// The next place (or the one before), round the end; it may span tokens.
    bool find(const QString& text, bool backward = false);
    /// The token with the next higher (or lower) score, beginning with the lowest.
    void step_score(bool lower = false);
    QString statistics() const;
    /// What is wrong or missing with the scores; empty when nothing is.
    QString note() const;
    /// What a token is told with.
    QString described(std::size_t token) const;
    QString copied() const;
    bool settled() const override;

    QSize sizeHint() const override { return {640, 420}; }

private:
    void make_tools();
    void make_actions();
    void take_scores(std::shared_ptr<const TokenScores> scores);
    void recolor();
    void tell();
    void show_help(qint64 token, const QPoint& place) const;
    void open_search();
    /// A search that grows as it is written stays where it is.
    enum class Start { Here, After, Before };
    bool search(const QString& text, Start start);

    std::shared_ptr<const visual::Tokens> tokens_;
    std::shared_ptr<const TokenScores> scores_;
    TokenColors colors_;
    bool whole_range_ = false, reversed_ = false;
    TokenFlow* flow_;
    TokenTable* table_;
    QTableView* list_;
    QStackedLayout* stack_;
    QToolButton *as_text_, *as_list_, *surprisal_;
    TokenLegend* legend_;
    QLabel *statistics_, *note_;
    QLineEdit* search_;
    std::optional<std::size_t> step_;  ///< place among the scores, lowest first
    Background background_;            ///< last: its jobs end before what they fill
};

}  // namespace millrace::viewers
