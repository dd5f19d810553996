// Parameters that a node which runs a model and the one that runs it packed have in common. Made
// anew at each call; any thread.
#pragma once

#include <fmt/format.h>

#include <vector>

#include "engine/node.hpp"

namespace millrace::nodes {

/// Of a node that takes both.
inline std::vector<engine::Problem> check_beams(int beams, double temperature) {
    if (beams == 1 || temperature == 0) return {};
    return {{.what = "Beams and sampling exclude each other",
             .expected = "1 beam, or temperature 0",
             .found = fmt::format("{} beams, {}", beams, temperature),
             .where = "beams",
             .mend = "Set temperature to 0 for the best of all beams."}};
}

/// tokenizer, most_tokens, temperature, top_k, top_p, begin and those of beams of a node that has
/// these fields.
template <class Node>
std::vector<engine::ParamSpec> writing_params() {
    return {{.name = "tokenizer",
             .field = &Node::tokenizer,
             .doc = "Of the model: a file or a folder",
             .required_path = true},
            {.name = "most_tokens",
             .field = &Node::most_tokens,
             .range = {1, 1 << 24},
             .doc = "Tokens to write, at most; the model's context ends a text too"},
            {.name = "temperature",
             .field = &Node::temperature,
             .range = {0, 100},
             .doc = "Logits are divided by it; 0: always the likeliest token"},
            {.name = "top_k",
             .field = &Node::top_k,
             .range = {0, 1 << 24},
             .doc = "Sampled are only the so many likeliest; 0: all"},
            {.name = "top_p",
             .field = &Node::top_p,
             .range = {1e-6, 1},
             .doc = "Sampled are only the likeliest that together have this probability"},
            {.name = "begin",
             .field = &Node::begin,
             .doc = "Put the tokenizer's begin token before the prompt"},
            {.name = "beams",
             .field = &Node::beams,
             .range = {1, 1024},
             .doc = "Sequences that are kept; 1: greedy, or sampling"},
            {.name = "length_penalty",
             .field = &Node::length_penalty,
             .range = {-100, 100},
             .doc = "Beams: above 0 favours longer texts, 0 compares sums"}};
}

/// tokenizer, begin, source_length, beams and length_penalty.
template <class Node>
std::vector<engine::ParamSpec> answering_params() {
    return {{.name = "tokenizer",
             .field = &Node::tokenizer,
             .doc = "Of the model: a file or a folder; empty: each byte is a token",
             .existing_path = true},
            {.name = "begin",
             .field = &Node::begin,
             .doc = "Put the tokenizer's begin token, where it has one, before source and answer"},
            {.name = "source_length",
             .field = &Node::source_length,
             .range = {2, 1 << 20},
             .doc = "Tokens of a source at most; longer ones are cut"},
            {.name = "beams",
             .field = &Node::beams,
             .range = {1, 1024},
             .doc = "Sequences that are kept; 1: greedy"},
            {.name = "length_penalty",
             .field = &Node::length_penalty,
             .range = {-100, 100},
             .doc = "Beams: above 0 favours longer answers, 0 compares sums"}};
}

template <class Node>
engine::ParamSpec answer_length_param() {
    return {.name = "most_tokens",
            .field = &Node::most_tokens,
            .range = {1, 1 << 20},
            .doc = "Tokens of an answer at most; the model's context ends it too"};
}

}  // namespace millrace::nodes
