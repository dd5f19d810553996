#include "viewers/text/tokens_view.hpp"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QStackedLayout>
#include <QTableView>
#include <QToolButton>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "viewers/text/token_flow.hpp"
#include "viewers/text/token_table.hpp"

namespace millrace::viewers {
namespace {

constexpr std::size_t kManyTokens = 100'000;  ///< whose scores take longer to sort than a frame

}  // namespace

TokensView::TokensView(QWidget* parent)
    : Viewer(parent), scores_(std::make_shared<const TokenScores>()) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    flow_ = new TokenFlow(this);
    table_ = new TokenTable(this);
    list_ = new QTableView(this);
    list_->setModel(table_);
    list_->setSortingEnabled(true);
    list_->sortByColumn(TokenTable::Number, Qt::AscendingOrder);
    list_->setSelectionBehavior(QAbstractItemView::SelectRows);
    list_->setAlternatingRowColors(true);
    list_->setFrameShape(QFrame::NoFrame);
    list_->setShowGrid(false);
    list_->verticalHeader()->hide();
    list_->verticalHeader()->setDefaultSectionSize(list_->fontMetrics().height() + 6);
    list_->horizontalHeader()->setSectionResizeMode(TokenTable::Token, QHeaderView::Stretch);
    list_->horizontalHeader()->resizeSection(TokenTable::Rank, 150);
    list_->setAccessibleName(tr("Tokens as a list"));
    make_tools();
    auto* tools = new QWidget(this);
    auto* row = new QHBoxLayout(tools);
    row->setContentsMargins(6, 3, 6, 3);
    row->setSpacing(4);
    row->addWidget(as_text_);
    row->addWidget(as_list_);
    row->addSpacing(8);
    row->addWidget(surprisal_);
    row->addStretch(1);
    row->addWidget(legend_);
    column->addWidget(tools);
    stack_ = new QStackedLayout;
    stack_->addWidget(flow_);
    stack_->addWidget(list_);
    column->addLayout(stack_, 1);
    search_ = new QLineEdit(this);
    search_->setPlaceholderText(tr("Find"));
    search_->setAccessibleName(tr("Find"));
    search_->setClearButtonEnabled(true);
    search_->hide();
    column->addWidget(search_);
    note_ = new QLabel(this);
    note_->setContentsMargins(8, 2, 8, 2);
    note_->setWordWrap(true);
    note_->hide();
    column->addWidget(note_);
    statistics_ = new QLabel(this);
    statistics_->setContentsMargins(8, 3, 8, 3);
    statistics_->setWordWrap(true);
    statistics_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(statistics_);
    setFocusProxy(flow_);
    connect(flow_, &TokenFlow::hovered_token, this, [this](qint64 token) {
        if (token < 0) {
            Q_EMIT hovered({});
            return tell();
        }
        set_status(described(static_cast<std::size_t>(token)));
        Q_EMIT hovered(Selection{.kind = Selection::Kind::Row, .frame = {}, .index = token});
    });
    connect(flow_, &TokenFlow::current_changed, this, [this](qint64 token) {
        set_status(described(static_cast<std::size_t>(token)));
        Q_EMIT selected(Selection{.kind = Selection::Kind::Row, .frame = {}, .index = token});
    });
    connect(flow_, &TokenFlow::help_wanted, this, &TokensView::show_help);
    connect(flow_, &TokenFlow::laid_out, this, [this] {
        if (search_->isVisible()) search(search_->text(), Start::Here);
    });
    connect(list_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& to) {
                if (to.isValid() && is_list())
                    flow_->go_to(static_cast<qint64>(table_->token_of(to.row())));
            });
    connect(search_, &QLineEdit::textChanged, this,
            [this](const QString& text) { search(text, Start::Here); });
    connect(search_, &QLineEdit::returnPressed, this, [this] { find(search_->text()); });
    make_actions();
}

void TokensView::make_tools() {
    const auto button = [this](const QString& text, const QString& tip, auto work) {
        auto* made = new QToolButton(this);
        made->setText(text);
        made->setToolTip(tip);
        made->setCheckable(true);
        made->setAutoRaise(true);
        connect(made, &QToolButton::clicked, this, work);
        return made;
    };
    as_text_ = button(tr("Text"), tr("Tokens as text (Ctrl+L)"), [this] { set_list(false); });
    as_text_->setChecked(true);
    as_list_ = button(tr("List"), tr("Tokens as a list (Ctrl+L)"), [this] { set_list(true); });
    surprisal_ = button(tr("Surprisal"), {}, [this] { set_surprisal(surprisal_->isChecked()); });
    legend_ = new TokenLegend(this);
}

void TokensView::make_actions() {
    add_action(tr("Text or list"), QKeySequence("Ctrl+L"), [this] { set_list(!is_list()); });
    add_action(tr("Surprisal or score"), QKeySequence("S"),
               [this] { set_surprisal(!shows_surprisal()); });
    add_action(tr("Lowest score next"), QKeySequence("N"), [this] { step_score(); });
    add_action(tr("Back to the lower score"), QKeySequence("Shift+N"),
               [this] { step_score(true); });
    add_action(tr("Colours over all scores, or without the outermost hundredths"),
               QKeySequence("R"), [this] {
                   whole_range_ = !whole_range_;
                   recolor();
               });
    add_action(tr("Strong colours for the other end"), QKeySequence("Shift+R"), [this] {
        reversed_ = !reversed_;
        recolor();
    });
    add_action(tr("Tokens as they are stored"), QKeySequence("B"),
               [this] { flow_->set_stored(!flow_->stored()); });
    add_action(tr("Larger letters"), QKeySequence::ZoomIn, [this] { flow_->step_font(1); });
    add_action(tr("Smaller letters"), QKeySequence::ZoomOut, [this] { flow_->step_font(-1); });
    add_action(tr("Find"), QKeySequence::Find, [this] { open_search(); });
    add_action(tr("Find next"), QKeySequence(Qt::Key_F3), [this] { find(search_->text()); });
    add_action(tr("Find before"), QKeySequence("Shift+F3"),
               [this] { find(search_->text(), true); });
    add_action(tr("Copy"), QKeySequence::Copy,
               [this] { QGuiApplication::clipboard()->setText(copied()); });
    add_action(tr("Close the search"), QKeySequence(Qt::Key_Escape), [this] {
        search_->hide();
        is_list() ? list_->setFocus() : flow_->setFocus();
    });
}

bool TokensView::show_visual(Shared item) {
    const auto* tokens = item ? std::get_if<visual::Tokens>(item.get()) : nullptr;
    if (!tokens) return false;
    tokens_ = std::shared_ptr<const visual::Tokens>(item, tokens);
    step_.reset();
    // Until they are sorted, there are no scores.
    const bool many = tokens->tokens.size() > kManyTokens && !tokens->scores.empty();
    auto scores =
        many ? std::make_shared<const TokenScores>() : std::make_shared<const TokenScores>(*tokens);
    flow_->set_tokens(tokens_, scores);
    take_scores(std::move(scores));
    background_.drop(QStringLiteral("scores"));
    if (many) {
        background_.run(QStringLiteral("scores"),
                        [this, of = tokens_](const std::stop_token&) -> Background::Finish {
                            auto sorted = std::make_shared<const TokenScores>(*of);
                            return [this, of, sorted] {
                                if (of == tokens_) take_scores(sorted);
                            };
                        });
    }
    return true;
}

void TokensView::take_scores(std::shared_ptr<const TokenScores> scores) {
    scores_ = std::move(scores);
    flow_->set_scores(scores_);
    table_->set(tokens_, scores_);
    const bool may = scores_->may_be_log_probabilities();
    surprisal_->setEnabled(may);
    surprisal_->setToolTip(may ? tr("Write -score, the surprisal of a log-probability (S)")
                               : tr("Only scores that are all 0 or less can be log-probabilities"));
    if (!may) surprisal_->setChecked(false);
    recolor();
    tell();
}

void TokensView::recolor() {
    const bool surprisal = shows_surprisal();
    table_->set_negated(surprisal);
    colors_.range = scores_->range(whole_range_);
    colors_.diverging = scores_->has_both_signs();
    // Unlikely words stand out among log-probabilities, large weights among weights.
    colors_.high_is_strong = (scores_->scored() > 0 && scores_->least() >= 0) != reversed_;
    flow_->set_colors(colors_);
    legend_->setVisible(scores_->scored() > 0);
    legend_->set(colors_, surprisal ? tr("Surprisal") : tr("Score"), surprisal,
                 scores_->least() < colors_.range.first, scores_->most() > colors_.range.second);
    const double sign = surprisal ? -1 : 1;
    const auto number = [](std::size_t count) {
        return QLocale().toString(static_cast<qulonglong>(count));
    };
    QStringList facts = {tokens_ && tokens_->tokens.size() == 1
                             ? tr("1 token")
                             : tr("%1 tokens").arg(number(tokens_ ? tokens_->tokens.size() : 0))};
    if (scores_->scored() > 0) {
        const double low = sign * scores_->least(), high = sign * scores_->most();
        facts
            << tr("mean %1 %2")
                   .arg(surprisal ? tr("surprisal") : tr("score"),
                        score_text(sign * scores_->mean()))
            << tr("%1 to %2").arg(score_text(std::min(low, high)), score_text(std::max(low, high)));
        if (const auto perplexity = scores_->perplexity())
            facts << tr("perplexity %1, if scores are natural log-probabilities")
                         .arg(score_text(*perplexity));
    }
    statistics_->setText(facts.join(QStringLiteral("  ·  ")));
    QStringList wrong;
    if (tokens_ && !tokens_->scores.empty()) {
        if (tokens_->scores.size() != tokens_->tokens.size() && background_.idle())
            wrong << tr("Scores: %1, tokens: %2; they are matched from the first on.")
                         .arg(number(tokens_->scores.size()), number(tokens_->tokens.size()));
        const std::size_t both = std::min(tokens_->scores.size(), scores_->tokens());
        if (const std::size_t bad = both - std::min(both, scores_->scored()); bad > 0)
            wrong << tr("Scores that are NaN or infinite and count nowhere: %1.").arg(number(bad));
    }
    note_->setText(wrong.join(' '));
    note_->setVisible(!wrong.isEmpty());
}

void TokensView::tell() {
    if (tokens_ && !tokens_->tokens.empty() && flow_->current() >= 0)
        set_status(described(static_cast<std::size_t>(flow_->current())));
    else
        set_status({});
}

QString TokensView::described(std::size_t token) const {
    if (!tokens_ || token >= tokens_->tokens.size()) return {};
    QString text = tr("token %1 of %2   %3")
                       .arg(token)
                       .arg(tokens_->tokens.size())
                       .arg(escaped_token(tokens_->tokens[token]));
    const auto score = scores_->at(token);
    if (!score) {
        if (token < tokens_->scores.size() && background_.idle())
            text += tr("   score %1").arg(QString::number(tokens_->scores[token]));
        return text;
    }
    text += tr("   score %1").arg(QString::number(*score, 'g', 6));
    if (scores_->may_be_log_probabilities())
        text +=
            tr("   surprisal %1   probability %2")
                .arg(QString::number(-*score, 'g', 6), QString::number(std::exp(*score), 'g', 3));
    return text +
           tr("   rank %1 of %2 from the lowest").arg(scores_->rank(token)).arg(scores_->scored());
}

void TokensView::show_help(qint64 token, const QPoint& place) const {
    if (token < 0) return QToolTip::hideText();
    QString rows;
    const QStringList parts =
        described(static_cast<std::size_t>(token)).split(QStringLiteral("   "));
    for (const QString& part : parts)
        rows += QStringLiteral("<div style='white-space:pre'>%1</div>").arg(part.toHtmlEscaped());
    QToolTip::showText(place, rows, flow_);
}

bool TokensView::is_list() const { return stack_->currentWidget() == list_; }

void TokensView::set_list(bool list) {
    as_text_->setChecked(!list);
    as_list_->setChecked(list);
    const qint64 token = flow_->current();
    stack_->setCurrentWidget(list ? static_cast<QWidget*>(list_) : flow_);
    setFocusProxy(stack_->currentWidget());
    stack_->currentWidget()->setFocus();
    const int row = list && token >= 0 ? table_->row_of(static_cast<std::size_t>(token)) : -1;
    if (row >= 0) list_->setCurrentIndex(table_->index(row, TokenTable::Token));
}

bool TokensView::shows_surprisal() const { return surprisal_->isChecked(); }

void TokensView::set_surprisal(bool surprisal) {
    surprisal_->setChecked(surprisal && surprisal_->isEnabled());
    recolor();
}

void TokensView::sort_list(int column, Qt::SortOrder order) { list_->sortByColumn(column, order); }

void TokensView::open_search() {
    search_->show();
    search_->setFocus();
    search_->selectAll();
}

bool TokensView::find(const QString& text, bool backward) {
    return search(text, backward ? Start::Before : Start::After);
}

bool TokensView::search(const QString& text, Start start) {
    const auto chosen = flow_->selection();
    if (text.isEmpty() || !chosen) return false;
    const QString& all = flow_->text();
    qsizetype at = -1;
    if (start == Start::Before) {
        const qsizetype from = flow_->begin_of(chosen->first);
        if (from > 0) at = all.lastIndexOf(text, from - 1, Qt::CaseInsensitive);
        if (at < 0) at = all.lastIndexOf(text, -1, Qt::CaseInsensitive);
    } else {
        const std::size_t token = start == Start::Here ? chosen->first : chosen->second + 1;
        at = all.indexOf(text, flow_->begin_of(token), Qt::CaseInsensitive);
        if (at < 0) at = all.indexOf(text, 0, Qt::CaseInsensitive);
    }
    if (at < 0) {
        set_status(flow_->settled() ? tr("\"%1\" stands nowhere").arg(text)
                                    : tr("The text is still being read …"));
        return false;
    }
    flow_->select(flow_->token_of_character(at), flow_->token_of_character(at + text.size() - 1));
    if (is_list()) set_list(true);
    return true;
}

void TokensView::step_score(bool lower) {
    const std::size_t count = scores_->scored();
    if (count == 0) {
        set_status(tr("No token has a score."));
        return;
    }
    step_ = !step_ ? (lower ? count - 1 : 0) : (*step_ + (lower ? count - 1 : 1)) % count;
    flow_->go_to(scores_->order()[*step_]);
    if (is_list()) set_list(true);
}

QString TokensView::statistics() const { return statistics_->text(); }

QString TokensView::note() const { return note_->text(); }

QString TokensView::copied() const {
    if (!tokens_) return {};
    if (is_list()) {
        QModelIndexList rows = list_->selectionModel()->selectedRows();
        std::sort(rows.begin(), rows.end());
        QString text;
        for (const QModelIndex& row : rows) {
            for (int column = 0; column < TokenTable::Columns; ++column)
                text += (column ? "\t" : "") + row.siblingAtColumn(column).data().toString();
            text += '\n';
        }
        return text;
    }
    const auto chosen = flow_->selection();
    if (!chosen || chosen->first == chosen->second) return flow_->text();
    const qsizetype begin = flow_->begin_of(chosen->first);
    return flow_->text().mid(begin, flow_->begin_of(chosen->second + 1) - begin);
}

void TokensView::mark(const std::optional<Selection>& selection) {
    const bool ours = selection && selection->kind == Selection::Kind::Row && tokens_ &&
                      selection->index < static_cast<qint64>(tokens_->tokens.size());
    flow_->mark(ours ? selection->index : -1);
}

void TokensView::reveal(const Selection& selection) {
    mark(selection);
    if (selection.kind != Selection::Kind::Row || selection.index < 0 || !tokens_) return;
    if (selection.index < static_cast<qint64>(tokens_->tokens.size()))
        flow_->scroll_to(static_cast<std::size_t>(selection.index));
}

bool TokensView::settled() const { return background_.idle() && flow_->settled(); }

}  // namespace millrace::viewers
