#include "nodes/ops/tokenizers/joining.hpp"

#include <queue>

namespace millrace::ops {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF;

struct Candidate {
    double cost;
    std::uint32_t left, right, length;
    TokenId id;
};

struct GoesLater {
    bool operator()(const Candidate& a, const Candidate& b) const {
        return a.cost > b.cost || (a.cost == b.cost && a.left > b.left);
    }
};

/// Symbols as a list through which a join takes out its right one.
class JoinList {
public:
    JoinList(std::vector<TextSymbol> symbols, const FindJoin& find)
        : symbols_(std::move(symbols)),
          next_(symbols_.size()),
          previous_(symbols_.size()),
          find_(find) {
        for (std::uint32_t i = 0; i < symbols_.size(); ++i) {
            previous_[i] = i == 0 ? kNone : i - 1;
            next_[i] = i + 1 < symbols_.size() ? i + 1 : kNone;
        }
    }

    std::vector<TextSymbol> run(JoinOrder order) {
        for (std::uint32_t i = 0; i + 1 < symbols_.size(); ++i) consider(i, i + 1);
        flush();
        while (!waiting_.empty()) {
            const double cost = waiting_.top().cost;
            do {
                const Candidate candidate = waiting_.top();
                waiting_.pop();
                if (is_current(candidate)) join(candidate);
            } while (order == JoinOrder::EachPlace && !waiting_.empty() &&
                     waiting_.top().cost == cost);
            flush();
        }
        std::vector<TextSymbol> rest;
        for (const TextSymbol& symbol : symbols_) {
            if (symbol.length > 0) rest.push_back(symbol);
        }
        return rest;
    }

private:
    // Symbols only grow, so that equal lengths of the same places mean the same symbols.
    bool is_current(const Candidate& candidate) const {
        const TextSymbol& left = symbols_[candidate.left];
        return left.length > 0 && next_[candidate.left] == candidate.right &&
               left.length + symbols_[candidate.right].length == candidate.length;
    }

    void join(const Candidate& candidate) {
        const std::uint32_t left = candidate.left, after = next_[candidate.right];
        symbols_[left].id = candidate.id;
        symbols_[left].length = candidate.length;
        symbols_[candidate.right].length = 0;
        next_[left] = after;
        if (after != kNone) {
            previous_[after] = left;
            consider(left, after);
        }
        if (previous_[left] != kNone) consider(previous_[left], left);
    }

    void consider(std::uint32_t left, std::uint32_t right) {
        const auto found = find_(symbols_[left], symbols_[right]);
        if (!found) return;
        const std::uint32_t length = symbols_[left].length + symbols_[right].length;
        fresh_.push_back({found->cost, left, right, length, found->id});
    }

    void flush() {
        for (const Candidate& candidate : fresh_) waiting_.push(candidate);
        fresh_.clear();
    }

    std::vector<TextSymbol> symbols_;
    std::vector<std::uint32_t> next_, previous_;
    const FindJoin& find_;
    std::priority_queue<Candidate, std::vector<Candidate>, GoesLater> waiting_;
    std::vector<Candidate> fresh_;
};

}  // namespace

std::vector<TextSymbol> join_pairs(std::vector<TextSymbol> symbols, JoinOrder order,
                                   const FindJoin& find) {
    if (symbols.size() < 2) return symbols;
    return JoinList(std::move(symbols), find).run(order);
}

}  // namespace millrace::ops
