#include "nodes/ops/metrics/latency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

void check(bool good, const char* expected, double found) {
    if (good) return;
    throw engine::Error({.code = "E-METRIC-050",
                         .what = "A time on the timeline is wrong",
                         .expected = expected,
                         .found = fmt::format("{}", found),
                         .mend = "Give finite seconds, and words that end after they start."});
}

template <class Item, class Key>
std::vector<std::size_t> order_of(std::span<const Item> items, Key key) {
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return key(items[i]); });
    return order;
}

}  // namespace

Delays word_delays(std::span<const SpokenWord> said, std::span<const HeardWord> heard,
                   double grace) {
    check(std::isfinite(grace) && grace >= 0, "a grace of at least 0 s", grace);
    for (const SpokenWord& word : said) {
        check(std::isfinite(word.start), "a finite start", word.start);
        check(std::isfinite(word.end) && word.end >= word.start, "an end after the start",
              word.end);
    }
    for (const HeardWord& word : heard) check(std::isfinite(word.time), "a finite time", word.time);

    Delays delays{.words = std::vector<WordDelay>(said.size()), .strays = {}};
    const auto words = order_of(said, [](const SpokenWord& word) { return word.start; });
    for (const std::size_t detection : order_of(heard, [](const HeardWord& w) { return w.time; })) {
        const HeardWord& now = heard[detection];
        const auto found = std::ranges::find_if(words, [&](std::size_t i) {
            const SpokenWord& word = said[i];
            return !delays.words[i].heard && word.label == now.label && word.start <= now.time &&
                   now.time <= word.end + grace;
        });
        if (found == words.end()) {
            delays.strays.push_back(detection);
            continue;
        }
        const SpokenWord& word = said[*found];
        delays.words[*found] = {true, now.time - word.start, now.time - word.end};
    }
    return delays;
}

double quantile(std::vector<double> values, double share) {
    std::ranges::sort(values);
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    const double part = place - static_cast<double>(below);
    return values[below] + part * (values[above] - values[below]);
}

}  // namespace millrace::ops
