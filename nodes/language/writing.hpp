// What nodes that write on with a decoder have in common, whatever computes it.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/language/generate.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {

/// Parameters of such a node, which has these as members; see writing_params().
struct Writing {
    int most_tokens, beams;
    double length_penalty, temperature;
    int top_k;
    double top_p;
};

template <class Node>
Writing writing_of(const Node& node) {
    return {node.most_tokens, node.beams, node.length_penalty,
            node.temperature, node.top_k, node.top_p};
}

/// Token ids of a prompt, with the begin token where there is one and it is wanted.
std::vector<std::int64_t> prompt_ids(const ops::Tokenizer& reader, const std::string& prompt,
                                     bool begin);

/// Prompt and what follows as text, and what follows as ids; warns where the tokenizer may be
/// another model's, and reports tokens a second, with beams the score as well.
std::tuple<types::Text, types::Tensor> write_on(ops::LanguageSteps& steps,
                                                const ops::Tokenizer& reader,
                                                const std::vector<std::int64_t>& prompt,
                                                const Writing& writing,
                                                engine::RunContext& context);

}  // namespace millrace::nodes
