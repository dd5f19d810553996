#include "viewers/text/token_table.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "viewers/text/token_colors.hpp"
#include "viewers/text/token_text.hpp"

namespace millrace::viewers {

void TokenTable::set(std::shared_ptr<const visual::Tokens> tokens,
                     std::shared_ptr<const TokenScores> scores) {
    beginResetModel();
    tokens_ = std::move(tokens);
    scores_ = std::move(scores);
    order_.resize(tokens_ ? tokens_->tokens.size() : 0);
    row_.resize(order_.size());
    put_in_order();
    endResetModel();
}

void TokenTable::set_negated(bool negated) {
    beginResetModel();
    negated_ = negated;
    put_in_order();
    endResetModel();
}

int TokenTable::row_of(std::size_t token) const {
    return token < row_.size() ? static_cast<int>(row_[token]) : -1;
}

int TokenTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

int TokenTable::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Columns;
}

QVariant TokenTable::data(const QModelIndex& index, int role) const {
    const std::size_t token = token_of(index.row());
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(
            Qt::AlignVCenter | (index.column() == Token ? Qt::AlignLeft : Qt::AlignRight)));
    if (role != Qt::DisplayRole) return {};
    const auto score = scores_->at(token);
    switch (index.column()) {
        case Number:
            return static_cast<qulonglong>(token);
        case Token:
            return escaped_token(tokens_->tokens[token]);
        case Score:
            return score ? score_text(negated_ ? -*score : *score) : QStringLiteral("–");
        default:
            return score ? QString::number(scores_->rank(token)) : QStringLiteral("–");
    }
}

QVariant TokenTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical || role != Qt::DisplayRole) return {};
    switch (section) {
        case Number:
            return tr("Index");
        case Token:
            return tr("Token");
        case Score:
            return negated_ ? tr("Surprisal") : tr("Score");
        default:
            return tr("Rank from lowest");
    }
}

void TokenTable::sort(int column, Qt::SortOrder order) {
    Q_EMIT layoutAboutToBeChanged();
    column_ = column < 0 ? static_cast<int>(Number) : column;
    direction_ = order;
    std::vector<std::uint32_t> tokens = order_;
    put_in_order();
    QModelIndexList from = persistentIndexList(), to;
    for (const QModelIndex& one : from) {
        to << index(row_of(tokens[static_cast<std::size_t>(one.row())]), one.column());
    }
    changePersistentIndexList(from, to);
    Q_EMIT layoutChanged();
}

void TokenTable::put_in_order() {
    std::iota(order_.begin(), order_.end(), 0U);
    const bool down = direction_ == Qt::DescendingOrder;
    if (column_ == Token) {
        // Eight bytes tell nearly all tokens apart, and are compared at once.
        std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed;
        keyed.reserve(order_.size());
        for (const std::uint32_t token : order_) {
            const std::string& text = tokens_->tokens[token];
            std::uint64_t key = 0;
            for (std::size_t i = 0; i < 8; ++i)
                key = key << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
            keyed.emplace_back(key, token);
        }
        const auto less = [this](const auto& a, const auto& b) {
            if (a.first != b.first) return a.first < b.first;
            const int by = tokens_->tokens[a.second].compare(tokens_->tokens[b.second]);
            return by != 0 ? by < 0 : a.second < b.second;
        };
        std::ranges::sort(keyed, less);
        if (down) std::ranges::reverse(keyed);
        for (std::size_t i = 0; i < keyed.size(); ++i) order_[i] = keyed[i].second;
    } else if (column_ == Number && down) {
        std::ranges::reverse(order_);
    } else if (column_ != Number && scores_) {
        // The ranks are known; those without a score follow.
        std::vector<std::uint32_t> sorted = scores_->order();
        if (down != (negated_ && column_ == Score)) std::ranges::reverse(sorted);
        for (const std::uint32_t token : order_) {
            if (!scores_->at(token)) sorted.push_back(token);
        }
        order_ = std::move(sorted);
    }
    for (std::size_t i = 0; i < order_.size(); ++i) row_[order_[i]] = static_cast<std::uint32_t>(i);
}

}  // namespace millrace::viewers
