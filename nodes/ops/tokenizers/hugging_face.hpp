// The tokenizer that tokenizer.json describes, and GPT-2's two files amount to: added tokens, then
// normalisers, cuts into words, and merges. For the sources of this folder. Immutable: any thread.
#pragma once

#include <memory>
#include <vector>

#include "nodes/ops/tokenizers/added_tokens.hpp"
#include "nodes/ops/tokenizers/bpe_model.hpp"
#include "nodes/ops/tokenizers/hugging_face_steps.hpp"

namespace millrace::ops {

struct HuggingFaceParts {
    std::vector<AddedToken> raw_tokens;     ///< found in the text as it came
    std::vector<AddedToken> normal_tokens;  ///< found in normalised text
    std::vector<NormalStep> normalizer;
    std::vector<CutStep> cuts;
    std::vector<DecodeStep> decoder;
    bool joins_with_blanks = false;  ///< decoded pieces, for want of a decoder
    SpecialTokens special_tokens;
};

std::unique_ptr<const Tokenizer> make_tokenizer(HuggingFaceParts parts,
                                                std::unique_ptr<const BpeModel> model);

}  // namespace millrace::ops
