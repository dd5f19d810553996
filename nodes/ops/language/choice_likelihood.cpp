#include "nodes/ops/language/choice_likelihood.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

const NamedTensors& checked(const Llama& llama, const NamedTensors& parameters) {
    llama.check_tensors(parameters);
    return parameters;
}

}  // namespace

ChoiceTokens choice_tokens(const Tokenizer& tokenizer, const std::string& context,
                           const std::string& choice, Marker begin) {
    const EncodeOptions options = {.begin =
                                       tokenizer.special_tokens().begin ? begin : Marker::Without};
    const std::vector<TokenId> before = tokenizer.encode(context, options);
    const std::vector<TokenId> whole =
        tokenizer.encode(context.empty() ? choice : context + ' ' + choice, options);
    if (whole.size() <= before.size()) {
        throw engine::Error(
            {.code = "E-TEXT-012",
             .what = "A choice has no token of its own",
             .expected = fmt::format("more than the context's {} tokens", before.size()),
             .found = fmt::format("{}", whole.size()),
             .mend = "Change the context's end or the choice's beginning."});
    }
    return {{whole.begin(), whole.end()}, static_cast<std::int64_t>(whole.size() - before.size())};
}

ChoiceLikelihood::ChoiceLikelihood(Llama llama, const NamedTensors& parameters,
                                   std::int64_t most_tokens)
    : llama_(std::move(llama)),
      parameters_(rounded_weights(llama_, checked(llama_, parameters))),
      cache_(llama_, 1, std::min(most_tokens, llama_.sizes().context)) {}

at::Tensor ChoiceLikelihood::feed(std::span<const std::int64_t> ids, LogitsOf logits) {
    const at::Tensor input =
        at::tensor(at::IntArrayRef(ids.data(), ids.size()), at::kLong).unsqueeze(0);
    return forward(llama_, parameters_, input,
                   {.cache = &cache_, .weights = RoundedWeights::Given, .logits = logits});
}

at::Tensor ChoiceLikelihood::rows(const ChoiceTokens& choice) {
    const at::NoGradGuard no_gradients;
    const auto length = static_cast<std::int64_t>(choice.ids.size());
    if (choice.counted < 1 || choice.counted >= length) {
        throw engine::Error({.code = "E-TEXT-012",
                             .what = "Nothing stands before a choice",
                             .expected = "a context, or a begin token of the tokenizer",
                             .found = "neither",
                             .mend = "Give the question a context."});
    }
    if (choice.counted > capacity()) {
        throw engine::Error({.code = "E-TEXT-011",
                             .what = "A choice is longer than what the model reads",
                             .expected = fmt::format("at most {} tokens", capacity()),
                             .found = fmt::format("{}", choice.counted),
                             .mend = "Shorten the choice, read more tokens, or take a model of a "
                                     "longer context."});
    }
    // The very last token is scored, never read.
    const std::int64_t read = std::min(length - 1, capacity());
    const std::span input =
        std::span(choice.ids)
            .subspan(static_cast<std::size_t>(length - 1 - read), static_cast<std::size_t>(read));
    const auto scored_from = static_cast<std::size_t>(read - choice.counted);
    const auto shared = std::ranges::mismatch(seen_, input).in1 - seen_.begin();
    const std::size_t known = std::min(static_cast<std::size_t>(shared), scored_from);
    // Whatever the passes throw, the cache is not taken for more than it holds.
    seen_.clear();
    cache_.rewind(static_cast<std::int64_t>(known));
    if (known < scored_from) feed(input.subspan(known, scored_from - known), LogitsOf::Last);
    const at::Tensor logits = feed(input.subspan(scored_from), LogitsOf::All);
    seen_.assign(input.begin(), input.end());
    return logits[0].to(at::kFloat).contiguous();
}

}  // namespace millrace::ops
