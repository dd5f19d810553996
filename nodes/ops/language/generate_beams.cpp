#include "nodes/ops/language/generate_beams.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

using Tokens = std::vector<std::int64_t>;

void log_softmax(std::span<const float> logits, std::span<float> out) {
    const double most = *std::ranges::max_element(logits);
    double sum = 0;
    for (const float logit : logits) sum += std::exp(logit - most);
    const double all = most + std::log(sum);
    std::ranges::transform(logits, out.begin(),
                           [&](float logit) { return static_cast<float>(logit - all); });
}

/// A decoder whose prompt, but for the last token, is read, as the one source of a beam search.
class Continuation final : public BeamStep {
public:
    Continuation(LanguageSteps& steps, const std::function<GoOn()>& on_step)
        : prompt_(steps.length()), on_step_(on_step), vocabulary_(steps.vocabulary()) {
        rows_.push_back({.steps = &steps});
    }

    std::int64_t vocabulary() const override { return vocabulary_; }
    bool was_stopped() const { return was_stopped_; }

    void step(std::span<const std::int64_t> parents, std::span<const std::int64_t> tokens,
              std::span<float> log_probabilities) override {
        if (on_step_ && on_step_() == GoOn::No) {
            // Beams without a token that can come end the search.
            was_stopped_ = true;
            std::ranges::fill(log_probabilities, -std::numeric_limits<float>::infinity());
            return;
        }
        choose(parents);
        const auto each = static_cast<std::size_t>(vocabulary_);
        for (std::size_t row = 0; row < tokens.size(); ++row) {
            rows_[row].seen.push_back(tokens[row]);
            log_softmax(rows_[row].steps->feed({&tokens[row], 1}),
                        log_probabilities.subspan(row * each, each));
        }
    }

private:
    struct Row {
        LanguageSteps* steps;
        Tokens seen = {};  ///< behind the prompt
    };

    /// The rows that go on, each as its parent was.
    void choose(std::span<const std::int64_t> parents) {
        children_.assign(rows_.size(), 0);
        for (const std::int64_t parent : parents) ++children_[static_cast<std::size_t>(parent)];
        // Those without children are free, and can have seen much of what others have.
        for (std::size_t row = 0; row < rows_.size(); ++row) {
            if (children_[row] == 0) free_.push_back(std::move(rows_[row]));
        }
        next_.clear();
        for (const std::int64_t parent : parents) {
            Row& from = rows_[static_cast<std::size_t>(parent)];
            // The last of a row's children takes it as it is.
            if (--children_[static_cast<std::size_t>(parent)] == 0)
                next_.push_back(std::move(from));
            else
                next_.push_back(copy_of(from));
        }
        std::swap(rows_, next_);
    }

    Row copy_of(const Row& from) {
        if (free_.empty()) {
            owned_.push_back(from.steps->sibling());
            owned_.back()->take(*from.steps, 0);
            return {owned_.back().get(), from.seen};
        }
        Row row = std::move(free_.back());
        free_.pop_back();
        const auto [mine, theirs] = std::ranges::mismatch(row.seen, from.seen);
        row.steps->take(*from.steps, prompt_ + (mine - row.seen.begin()));
        row.seen = from.seen;
        return row;
    }

    const std::int64_t prompt_;
    const std::function<GoOn()>& on_step_;
    const std::int64_t vocabulary_;
    bool was_stopped_ = false;
    std::vector<std::unique_ptr<LanguageSteps>> owned_;
    std::vector<Row> rows_, next_, free_;
    std::vector<std::int64_t> children_;
};

}  // namespace

BeamText generate_beams(LanguageSteps& steps, std::span<const std::int64_t> prompt,
                        const BeamWriting& options, const std::function<GoOn()>& on_step) {
    if (options.most_tokens < 0) {
        throw engine::Error({.code = "E-LM-024",
                             .what = "A number of tokens is below 0",
                             .expected = "0 and up",
                             .found = fmt::format("most_tokens {}", options.most_tokens),
                             .mend = "Set it to 0 or more."});
    }
    check_prompt(steps, prompt);
    const std::int64_t end = steps.length() + std::ssize(prompt);
    // The last token is not read, so one more than there is room for can be made.
    const std::int64_t room = steps.capacity() - end + 1;
    const std::int64_t most = std::min({options.most_tokens, room, (std::int64_t{1} << 20) - 1});
    if (most == 0) {
        steps.feed(prompt);
        return {};
    }
    if (prompt.size() > 1) steps.feed(prompt.first(prompt.size() - 1));
    Continuation model(steps, on_step);
    std::vector<Hypothesis> found = beam_search(model, 1,
                                                {.beams = options.beams,
                                                 .length_penalty = options.length_penalty,
                                                 .max_length = most + 1,
                                                 .start = prompt.back(),
                                                 .end = options.end_token})
                                        .front();
    if (steps.length() >= end)
        steps.rewind(end);
    else  // stopped before the first token
        steps.feed(prompt.last(1));
    BeamText text;
    text.made.ending = model.was_stopped()          ? Ending::Stopped
                       : most < options.most_tokens ? Ending::Full
                                                    : Ending::MostTokens;
    if (found.empty()) return text;
    const Hypothesis& best = found.front();
    text.made.tokens.assign(best.tokens.begin() + 1, best.tokens.end());
    text.log_probability = best.log_probability;
    text.score = best.score;
    if (best.is_finished) {
        text.made.ending = Ending::EndToken;
        text.made.end_token = text.made.tokens.back();
        text.made.tokens.pop_back();
    }
    return text;
}

}  // namespace millrace::ops
