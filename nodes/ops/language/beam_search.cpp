#include "nodes/ops/language/beam_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMostBeams = 4096, kMostLength = std::int64_t{1} << 20,
                       kMostScores = std::int64_t{1} << 31;

struct Beam {
    std::vector<std::int64_t> tokens;
    double sum = 0;
    std::int64_t row = 0;  ///< in the model's last step; before the first, the source
};

struct Candidate {
    double sum = 0;
    std::size_t beam = 0;
    std::int64_t token = 0;

    bool is_before(const Candidate& other) const {
        if (sum != other.sum) return sum > other.sum;
        return std::pair(beam, token) < std::pair(other.beam, other.token);
    }
};

/// The best candidates, as many as there is room for.
class Best {
public:
    explicit Best(std::size_t room) : room_(room) {}

    void offer(const Candidate& candidate) {
        if (heap_.size() == room_) {
            if (!candidate.is_before(heap_.front())) return;
            std::pop_heap(heap_.begin(), heap_.end(), before);
            heap_.pop_back();
        }
        heap_.push_back(candidate);
        std::push_heap(heap_.begin(), heap_.end(), before);
    }

    std::vector<Candidate> take() {
        std::sort_heap(heap_.begin(), heap_.end(), before);
        return std::move(heap_);
    }

private:
    static bool before(const Candidate& a, const Candidate& b) { return a.is_before(b); }

    std::size_t room_;
    std::vector<Candidate> heap_;  // the last of them in front
};

/// Tokens that would end an n-gram for the second time; the start token is no part of the text.
std::vector<std::int64_t> repeating(const std::vector<std::int64_t>& tokens, std::int64_t n) {
    std::vector<std::int64_t> banned;
    const std::span<const std::int64_t> text = std::span(tokens).subspan(1);
    const auto size = static_cast<std::size_t>(n);
    if (n == 0 || text.size() < size) return banned;
    const auto newest = text.last(size - 1);
    for (std::size_t i = 0; i + size <= text.size(); ++i) {
        if (std::ranges::equal(text.subspan(i, size - 1), newest))
            banned.push_back(text[i + size - 1]);
    }
    return banned;
}

double score_of(double sum, std::int64_t generated, double penalty) {
    return sum / std::pow(static_cast<double>(generated), penalty);
}

/// The search of one source.
class Search {
public:
    Search(std::int64_t source, const BeamOptions& options) : options_(options) {
        running_.push_back({.tokens = {options.start}, .row = source});
    }

    bool is_done() const { return is_done_; }
    std::vector<Beam>& running() { return running_; }

    /// `scores` [rows, vocabulary] of the step that the running beams' rows are of.
    void advance(std::span<const float> scores, std::int64_t vocabulary) {
        const auto beams = static_cast<std::size_t>(options_.beams);
        // Twice as many, so that beams are left when as many of these as there are beams end.
        Best best(2 * beams);
        for (std::size_t i = 0; i < running_.size(); ++i) {
            offer(best, i,
                  scores.subspan(static_cast<std::size_t>(running_[i].row * vocabulary),
                                 static_cast<std::size_t>(vocabulary)));
        }
        const std::vector<Candidate> candidates = best.take();
        std::vector<Beam> next;
        for (std::size_t rank = 0; rank < candidates.size() && next.size() < beams; ++rank) {
            const Candidate& candidate = candidates[rank];
            const Beam& from = running_[candidate.beam];
            const bool is_end = candidate.token == options_.end;
            if (is_end && rank >= beams) continue;
            Beam longer{.tokens = from.tokens, .sum = candidate.sum, .row = from.row};
            longer.tokens.push_back(candidate.token);
            if (is_end)
                finish(longer, true);
            else
                next.push_back(std::move(longer));
        }
        if (next.empty()) {
            if (finished_.empty()) close();
            is_done_ = true;
            return;
        }
        running_ = std::move(next);
        is_done_ = is_settled();
        if (!is_done_ && length() == options_.max_length) {
            close();
            is_done_ = true;
        }
    }

    std::vector<Hypothesis> result(std::int64_t most) {
        finished_.resize(std::min(finished_.size(), static_cast<std::size_t>(most)));
        return std::move(finished_);
    }

private:
    /// Of the running beams, the start token included.
    std::int64_t length() const {
        return static_cast<std::int64_t>(running_.front().tokens.size());
    }

    void offer(Best& best, std::size_t number, std::span<const float> scores) const {
        const Beam& beam = running_[number];
        if (options_.forced_end && length() == options_.max_length - 1)
            return best.offer({beam.sum, number, *options_.forced_end});
        if (options_.forced_begin && length() == 1)
            return best.offer({beam.sum, number, *options_.forced_begin});
        std::vector<std::int64_t> banned = repeating(beam.tokens, options_.no_repeat_ngram);
        if (length() < options_.min_length) banned.push_back(options_.end);
        std::ranges::sort(banned);
        for (std::size_t i = 0; i < scores.size(); ++i) {
            const auto token = static_cast<std::int64_t>(i);
            if (std::isnan(scores[i])) throw_nan(token);
            if (scores[i] == -std::numeric_limits<float>::infinity()) continue;
            if (!banned.empty() && std::ranges::binary_search(banned, token)) continue;
            best.offer({beam.sum + static_cast<double>(scores[i]), number, token});
        }
    }

    [[noreturn]] static void throw_nan(std::int64_t token) {
        throw engine::Error({.code = "E-LM-061",
                             .what = "The model gave a probability that is no number",
                             .expected = "logarithms of probabilities",
                             .found = fmt::format("NaN for token {}", token),
                             .cause = "training that diverged, or a damaged checkpoint",
                             .mend = "Load another checkpoint."});
    }

    void finish(const Beam& beam, bool is_finished) {
        const auto generated = static_cast<std::int64_t>(beam.tokens.size()) - 1;
        const double score = score_of(beam.sum, generated, options_.length_penalty);
        const auto place =
            std::ranges::upper_bound(finished_, score, std::greater<>{}, &Hypothesis::score);
        finished_.insert(place, {beam.tokens, beam.sum, score, is_finished});
        if (finished_.size() > static_cast<std::size_t>(options_.beams)) finished_.pop_back();
    }

    /// The open ones are a result too.
    void close() {
        for (const Beam& beam : running_) {
            if (beam.tokens.size() > 1) finish(beam, false);
        }
    }

    bool is_settled() const {
        if (finished_.size() < static_cast<std::size_t>(options_.beams)) return false;
        if (options_.stopping == EarlyStopping::Now) return true;
        // No sum grows. With a penalty above 0 the same sum counts most at the greatest length.
        const bool grows = options_.stopping == EarlyStopping::Exact && options_.length_penalty > 0;
        const std::int64_t generated = (grows ? options_.max_length : length()) - 1;
        return score_of(running_.front().sum, generated, options_.length_penalty) <=
               finished_.back().score;
    }

    const BeamOptions& options_;
    std::vector<Beam> running_;         // of one length, best first
    std::vector<Hypothesis> finished_;  // best first
    bool is_done_ = false;
};

void check(std::int64_t vocabulary, std::int64_t sources, const BeamOptions& options) {
    const auto require = [](bool holds, const char* what, std::string expected, auto found) {
        if (holds) return;
        throw engine::Error({.code = "E-LM-060",
                             .what = fmt::format("The search cannot have this {}", what),
                             .expected = std::move(expected),
                             .found = fmt::format("{}", found),
                             .mend = "Correct the options of the search."});
    };
    const auto between = [&](const char* what, std::int64_t value, std::int64_t least,
                             std::int64_t most) {
        require(least <= value && value <= most, what, fmt::format("{} to {}", least, most), value);
    };
    between("vocabulary", vocabulary, 1, std::int64_t{1} << 24);
    between("number of beams", options.beams, 1, kMostBeams);
    between("number of sources", sources, 0, kMostScores / options.beams / vocabulary);
    between("greatest length", options.max_length, 2, kMostLength);
    between("least length", options.min_length, 0, options.max_length);
    between("n-gram", options.no_repeat_ngram, 0, kMostLength);
    between("number of results", options.returned, 1, options.beams);
    between("start token", options.start, 0, vocabulary - 1);
    between("end token", options.end, 0, vocabulary - 1);
    between("forced first token", options.forced_begin.value_or(0), 0, vocabulary - 1);
    between("forced last token", options.forced_end.value_or(0), 0, vocabulary - 1);
    require(std::isfinite(options.length_penalty) && std::abs(options.length_penalty) <= 100,
            "length penalty", "-100 to 100", options.length_penalty);
}

}  // namespace

std::vector<std::vector<Hypothesis>> beam_search(BeamStep& model, std::int64_t sources,
                                                 const BeamOptions& options) {
    const std::int64_t vocabulary = model.vocabulary();
    check(vocabulary, sources, options);
    std::vector<Search> searches;
    for (std::int64_t source = 0; source < sources; ++source)
        searches.emplace_back(source, options);
    std::vector<std::int64_t> parents, tokens;
    std::vector<float> scores;
    while (true) {
        parents.clear();
        tokens.clear();
        for (Search& search : searches) {
            if (search.is_done()) continue;
            for (Beam& beam : search.running()) {
                parents.push_back(beam.row);
                tokens.push_back(beam.tokens.back());
                beam.row = static_cast<std::int64_t>(parents.size()) - 1;
            }
        }
        if (parents.empty()) break;
        scores.resize(parents.size() * static_cast<std::size_t>(vocabulary));
        model.step(parents, tokens, scores);
        for (Search& search : searches) {
            if (!search.is_done()) search.advance(scores, vocabulary);
        }
    }
    std::vector<std::vector<Hypothesis>> results;
    for (Search& search : searches) results.push_back(search.result(options.returned));
    return results;
}

std::vector<Hypothesis> greedy_search(BeamStep& model, std::int64_t sources,
                                      const BeamOptions& options) {
    BeamOptions single = options;
    single.beams = single.returned = 1;
    single.stopping = EarlyStopping::Now;
    std::vector<Hypothesis> results;
    for (std::vector<Hypothesis>& found : beam_search(model, sources, single)) {
        // Without any token that is allowed there is the start token alone.
        results.push_back(found.empty() ? Hypothesis{.tokens = {options.start}}
                                        : std::move(found.front()));
    }
    return results;
}

}  // namespace millrace::ops
