#include "nodes/ops/language/beam_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kMostBeams = 4096, kMostLength = std::int64_t{1} << 20,
                       kMostScores = std::int64_t{1} << 31;

using Tokens = std::vector<std::int64_t>;

struct Beam {
    Tokens tokens = {};
    double sum = 0;
    std::int64_t row = 0;  ///< in the model's last step; before the first, the source
};

/// `to` as `from`, in memory that it has or that is of twice the length.
void copy(const Tokens& from, Tokens& to) {
    if (to.capacity() < from.size()) to.reserve(2 * from.size());
    to.assign(from.begin(), from.end());
}

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
    explicit Best(std::size_t room) : room_(room) { heap_.reserve(room); }

    void clear() { heap_.clear(); }

    void offer(const Candidate& candidate) {
        if (heap_.size() == room_) {
            if (!candidate.is_before(heap_.front())) return;
            std::pop_heap(heap_.begin(), heap_.end(), before);
            heap_.pop_back();
        }
        heap_.push_back(candidate);
        std::push_heap(heap_.begin(), heap_.end(), before);
    }

    /// The best first; then it must be cleared.
    std::span<const Candidate> sorted() {
        std::sort_heap(heap_.begin(), heap_.end(), before);
        return heap_;
    }

private:
    static bool before(const Candidate& a, const Candidate& b) { return a.is_before(b); }

    std::size_t room_;
    std::vector<Candidate> heap_;  // the last of them in front
};

/// Adds tokens that would end an n-gram for the second time; the start token is no part of the
/// text.
void ban_repeating(const Tokens& tokens, std::int64_t n, Tokens& banned) {
    const std::span<const std::int64_t> text = std::span(tokens).subspan(1);
    const auto size = static_cast<std::size_t>(n);
    if (n == 0 || text.size() < size) return;
    const auto newest = text.last(size - 1);
    for (std::size_t i = 0; i + size <= text.size(); ++i) {
        if (std::ranges::equal(text.subspan(i, size - 1), newest))
            banned.push_back(text[i + size - 1]);
    }
}

double score_of(double sum, std::int64_t generated, double penalty) {
    return sum / std::pow(static_cast<double>(generated), penalty);
}

/// The search of one source.
class Search {
public:
    Search(std::int64_t source, const BeamOptions& options)
        : options_(options),
          best_(2 * static_cast<std::size_t>(options.beams)),
          beams_(static_cast<std::size_t>(options.beams)),
          next_(beams_.size()),
          // One more, where a sequence stands that may be the last.
          finished_(beams_.size() + 1) {
        const auto room = static_cast<std::size_t>(std::min(options.max_length, kTokensAtFirst));
        for (std::vector<Beam>* beams : {&beams_, &next_}) {
            for (Beam& beam : *beams) beam.tokens.reserve(room);
        }
        for (Hypothesis& one : finished_) one.tokens.reserve(room);
        banned_.reserve(room);
        beams_.front().tokens.push_back(options.start);
        beams_.front().row = source;
    }

    bool is_done() const { return is_done_; }
    std::span<Beam> running() { return std::span(beams_).first(running_); }

    /// `scores` [rows, vocabulary] of the step that the running beams' rows are of.
    void advance(std::span<const float> scores, std::int64_t vocabulary) {
        const auto beams = static_cast<std::size_t>(options_.beams);
        // Twice as many, so that beams are left when as many of these as there are beams end.
        best_.clear();
        for (std::size_t i = 0; i < running_; ++i) {
            offer(i, scores.subspan(static_cast<std::size_t>(beams_[i].row * vocabulary),
                                    static_cast<std::size_t>(vocabulary)));
        }
        const std::span<const Candidate> candidates = best_.sorted();
        std::size_t grown = 0;
        for (std::size_t rank = 0; rank < candidates.size() && grown < beams; ++rank) {
            const Candidate& candidate = candidates[rank];
            const Beam& from = beams_[candidate.beam];
            const bool is_end = candidate.token == options_.end;
            if (is_end && rank >= beams) continue;
            Beam& longer = next_[grown];
            copy(from.tokens, longer.tokens);
            longer.tokens.push_back(candidate.token);
            longer.sum = candidate.sum;
            longer.row = from.row;
            if (is_end)
                finish(longer, true);
            else
                ++grown;
        }
        if (grown == 0) {
            if (count_ == 0) close();
            is_done_ = true;
            return;
        }
        std::swap(beams_, next_);
        running_ = grown;
        is_done_ = is_settled();
        if (!is_done_ && length() == options_.max_length) {
            close();
            is_done_ = true;
        }
    }

    std::vector<Hypothesis> result(std::int64_t most) {
        finished_.resize(std::min(count_, static_cast<std::size_t>(most)));
        return std::move(finished_);
    }

private:
    /// Of the running beams, the start token included.
    std::int64_t length() const { return static_cast<std::int64_t>(beams_.front().tokens.size()); }

    void offer(std::size_t number, std::span<const float> scores) {
        const Beam& beam = beams_[number];
        if (options_.forced_end && length() == options_.max_length - 1)
            return best_.offer({beam.sum, number, *options_.forced_end});
        if (options_.forced_begin && length() == 1)
            return best_.offer({beam.sum, number, *options_.forced_begin});
        banned_.clear();
        ban_repeating(beam.tokens, options_.no_repeat_ngram, banned_);
        if (options_.end && length() < options_.min_length) banned_.push_back(*options_.end);
        std::ranges::sort(banned_);
        for (std::size_t i = 0; i < scores.size(); ++i) {
            const auto token = static_cast<std::int64_t>(i);
            if (std::isnan(scores[i])) throw_nan(token);
            if (scores[i] == -std::numeric_limits<float>::infinity()) continue;
            if (!banned_.empty() && std::ranges::binary_search(banned_, token)) continue;
            best_.offer({beam.sum + static_cast<double>(scores[i]), number, token});
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
        Hypothesis& newest = finished_[count_];
        copy(beam.tokens, newest.tokens);
        newest.log_probability = beam.sum;
        newest.score = score_of(beam.sum, generated, options_.length_penalty);
        newest.is_finished = is_finished;
        const auto end = finished_.begin() + static_cast<std::ptrdiff_t>(count_);
        const auto place =
            std::upper_bound(finished_.begin(), end, newest.score,
                             [](double score, const Hypothesis& one) { return score > one.score; });
        std::rotate(place, end, end + 1);
        count_ = std::min(count_ + 1, beams_.size());
    }

    /// The open ones are a result too.
    void close() {
        for (const Beam& beam : running()) {
            if (beam.tokens.size() > 1) finish(beam, false);
        }
    }

    bool is_settled() const {
        if (count_ < beams_.size()) return false;
        if (options_.stopping == EarlyStopping::Now) return true;
        // No sum grows. With a penalty above 0 the same sum counts most at the greatest length.
        const bool grows = options_.stopping == EarlyStopping::Exact && options_.length_penalty > 0;
        const std::int64_t generated = (grows ? options_.max_length : length()) - 1;
        return score_of(beams_.front().sum, generated, options_.length_penalty) <=
               finished_[count_ - 1].score;
    }

    const BeamOptions& options_;
    Best best_;
    std::vector<Beam> beams_, next_;    // of one length, best first
    std::size_t running_ = 1;           // of beams_
    std::vector<Hypothesis> finished_;  // best first
    std::size_t count_ = 0;             // of finished_
    Tokens banned_;
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
    between("end token", options.end.value_or(0), 0, vocabulary - 1);
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
