#include "nodes/ops/language/seq2seq_batch.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

using Sequences = std::span<const std::vector<std::int64_t>>;

[[noreturn]] void fail(std::string what, std::string expected, std::string found) {
    throw engine::Error({.code = "E-LM-062",
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Leave out empty texts before making batches."});
}

void check(Sequences sequences, const char* name) {
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        if (sequences[i].empty())
            fail(fmt::format("A {} has no tokens", name), "1 token or more",
                 fmt::format("none in {} {}", name, i));
    }
}

/// [batch, longest] with `filling` behind each.
at::Tensor padded(Sequences sequences, std::int64_t filling) {
    std::size_t longest = 0;
    for (const auto& sequence : sequences) longest = std::max(longest, sequence.size());
    at::Tensor rows =
        at::full({static_cast<std::int64_t>(sequences.size()), static_cast<std::int64_t>(longest)},
                 filling, at::kLong);
    std::int64_t* row = rows.data_ptr<std::int64_t>();
    for (const auto& sequence : sequences) {
        std::ranges::copy(sequence, row);
        row += longest;
    }
    return rows;
}

}  // namespace

Seq2SeqBatch make_seq2seq_batch(Sequences sources, Sequences targets, const Seq2SeqTokens& tokens) {
    if (sources.empty() || sources.size() != targets.size())
        fail("A batch needs pairs of texts", "as many sources as targets, and at least 1",
             fmt::format("{} and {}", sources.size(), targets.size()));
    check(sources, "source");
    check(targets, "target");
    Seq2SeqBatch batch{.source = padded(sources, tokens.pad),
                       .labels = padded(targets, kIgnoredLabel)};
    std::vector<std::vector<std::int64_t>> ones, inputs;
    for (const auto& source : sources) ones.emplace_back(source.size(), 1);
    for (const auto& target : targets) {
        std::vector<std::int64_t>& input = inputs.emplace_back();
        input.push_back(tokens.decoder_start);
        input.insert(input.end(), target.begin(), target.end() - 1);
    }
    batch.mask = padded(ones, 0) == 1;
    batch.target = padded(inputs, tokens.pad);
    return batch;
}

}  // namespace millrace::ops
