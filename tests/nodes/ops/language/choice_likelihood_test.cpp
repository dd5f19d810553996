// Logits of choices behind their contexts: those of one pass over the whole text, whatever was
// scored before.
#include "nodes/ops/language/choice_likelihood.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include <ATen/core/grad_mode.h>

#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/llama_support.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Ids = std::vector<std::int64_t>;

/// By one pass over the last `most` + 1 tokens.
at::Tensor whole_rows(const Llama& llama, const NamedTensors& parameters,
                      const ChoiceTokens& choice, std::int64_t most) {
    const auto length = std::min(static_cast<std::int64_t>(choice.ids.size()), most + 1);
    const Ids read(choice.ids.end() - length, choice.ids.end() - 1);
    const at::Tensor logits = forward(llama, parameters, at::tensor(read, at::kLong).unsqueeze(0));
    return logits[0].narrow(0, length - 1 - choice.counted, choice.counted).to(at::kFloat);
}

TEST(ChoiceLikelihood, IsThatOfOnePassWhateverWasScoredBefore) {
    const at::NoGradGuard no_gradients;
    for (const std::string& more : {std::string(), kLowBits + "}"}) {
        const Llama llama(llama_spec(more));
        const NamedTensors parameters = llama_parameters(llama);
        ChoiceLikelihood scorer(llama, parameters, 10);
        EXPECT_EQ(scorer.capacity(), 10);
        const std::vector<ChoiceTokens> choices = {{{1, 2, 3, 4, 5}, 2},
                                                   {{1, 2, 3, 6, 7, 8}, 3},
                                                   {{1, 2, 3, 4, 5}, 2},
                                                   {{1, 2, 3}, 1},
                                                   {{1, 9}, 1},
                                                   {{9, 1}, 1},
                                                   {{9, 1, 2, 3, 4}, 4},
                                                   {{9, 1, 2, 3, 4}, 1},
                                                   {{1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2}, 5},
                                                   {{9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2}, 4}};
        for (std::size_t i = 0; i < choices.size(); ++i) {
            const at::Tensor rows = scorer.rows(choices[i]);
            ASSERT_EQ(rows.sizes(), (Ids{choices[i].counted, 11})) << i;
            const double gap = farthest(rows, whole_rows(llama, parameters, choices[i], 10));
            EXPECT_LT(gap, 1e-4) << more << " choice " << i;
        }
    }
}

TEST(ChoiceLikelihood, WhatCannotBeScoredIsAnError) {
    const Llama llama(llama_spec());
    ChoiceLikelihood scorer(llama, llama_parameters(llama), 1000);
    EXPECT_EQ(scorer.capacity(), 12) << "the model's context";
    EXPECT_EQ(error_code([&] { scorer.rows({{3}, 1}); }), "E-TEXT-012");
    EXPECT_EQ(error_code([&] { scorer.rows({{3, 4}, 0}); }), "E-TEXT-012");
    EXPECT_EQ(error_code([&] { scorer.rows({Ids(14, 1), 13}); }), "E-TEXT-011");
    EXPECT_EQ(error_code([&] { scorer.rows({{3, 11, 4}, 1}); }), "E-LM-006") << "no such token";
    EXPECT_EQ(scorer.rows({Ids(13, 1), 12}).size(0), 12) << "and goes on after an error";
    EXPECT_EQ(error_code([&] { ChoiceLikelihood(llama, {}, 5); }), "E-LM-004");
}

TEST(ChoiceTokens, AreThoseThatTheContextHasNot) {
    const auto tokenizer =
        load_tokenizer(MILLRACE_SOURCE_DIR "/graphs/llm-qat/small-text.tokenizer");
    const auto begin = tokenizer->special_tokens().begin;
    const ChoiceTokens choice =
        choice_tokens(*tokenizer, "The cat was", "on the mat.", Marker::With);
    ASSERT_GT(choice.counted, 0);
    ASSERT_GT(static_cast<std::int64_t>(choice.ids.size()), choice.counted);
    if (begin) EXPECT_EQ(choice.ids.front(), *begin);
    const auto text = [&](std::size_t from) {
        const std::vector<TokenId> ids(choice.ids.begin() + static_cast<std::ptrdiff_t>(from),
                                       choice.ids.end());
        return tokenizer->decode(ids);
    };
    EXPECT_NE(text(0).find("The cat was on the mat."), std::string::npos) << text(0);
    const std::string last = text(choice.ids.size() - static_cast<std::size_t>(choice.counted));
    EXPECT_TRUE(last == "on the mat." || last == " on the mat.") << last;
    EXPECT_EQ(error_code([&] { choice_tokens(*tokenizer, "", "", Marker::Without); }),
              "E-TEXT-012");
    EXPECT_EQ(error_code([&] { choice_tokens(*tokenizer, "a", "\xFF", Marker::Without); }),
              "E-TOKEN-010");
}

}  // namespace
}  // namespace millrace::ops
