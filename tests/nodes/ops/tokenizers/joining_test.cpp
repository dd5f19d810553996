#include "nodes/ops/tokenizers/joining.hpp"

#include <gtest/gtest.h>

#include <map>

namespace millrace::ops {
namespace {

using Rules = std::map<std::pair<TokenId, TokenId>, PairJoin>;

std::vector<TokenId> joined(const std::vector<TokenId>& ids, JoinOrder order, const Rules& rules) {
    std::vector<TextSymbol> symbols;
    for (std::uint32_t i = 0; i < ids.size(); ++i) symbols.push_back({ids[i], i, 1});
    const auto find = [&](const TextSymbol& left,
                          const TextSymbol& right) -> std::optional<PairJoin> {
        const auto rule = rules.find({left.id, right.id});
        return rule == rules.end() ? std::nullopt : std::optional(rule->second);
    };
    std::vector<TokenId> result;
    std::uint32_t end = 0;
    for (const TextSymbol& symbol : join_pairs(std::move(symbols), order, find)) {
        EXPECT_EQ(symbol.begin, end);
        end = symbol.begin + symbol.length;
        result.push_back(symbol.id);
    }
    EXPECT_EQ(end, ids.size());
    return result;
}

TEST(Joining, LeavesWhatNoRuleKnows) {
    EXPECT_EQ(joined({}, JoinOrder::OneByOne, {}), (std::vector<TokenId>{}));
    EXPECT_EQ(joined({5}, JoinOrder::OneByOne, {}), (std::vector<TokenId>{5}));
    EXPECT_EQ(joined({5, 6}, JoinOrder::OneByOne, {}), (std::vector<TokenId>{5, 6}));
}

TEST(Joining, TakesTheCheapestPairAndTheLeftmostOfEqualOnes) {
    const Rules rules = {{{1, 2}, {1, 12}}, {{2, 3}, {0, 23}}, {{7, 7}, {0, 77}}};
    EXPECT_EQ(joined({1, 2, 3}, JoinOrder::OneByOne, rules), (std::vector<TokenId>{1, 23}));
    EXPECT_EQ(joined({7, 7, 7}, JoinOrder::OneByOne, rules), (std::vector<TokenId>{77, 7}));
}

// The join of (1, 2) to 12 makes (12, 1) joinable at less cost, which eats into the second (1, 2).
TEST(Joining, OrdersDifferWhereAResultIsCheaperToJoin) {
    const Rules rules = {{{1, 2}, {5, 12}}, {{12, 1}, {2, 121}}};
    EXPECT_EQ(joined({1, 2, 1, 2}, JoinOrder::OneByOne, rules), (std::vector<TokenId>{121, 2}));
    EXPECT_EQ(joined({1, 2, 1, 2}, JoinOrder::EachPlace, rules), (std::vector<TokenId>{12, 12}));
}

// A million symbols: quadratic time would need hours. 2^20 symbols double up twenty times.
TEST(Joining, TakesNearlyLinearTime) {
    Rules rules;
    for (TokenId level = 0; level < 20; ++level)
        rules[{level, level}] = {static_cast<double>(level), level + 1};
    const std::vector<TokenId> ids(std::size_t{1} << 20, 0);
    for (const JoinOrder order : {JoinOrder::OneByOne, JoinOrder::EachPlace})
        EXPECT_EQ(joined(ids, order, rules), (std::vector<TokenId>{20}));
}

}  // namespace
}  // namespace millrace::ops
