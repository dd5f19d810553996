// Packed BARTs and their simulation for tests.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nodes/ops/language/bart_decoder.hpp"
#include "nodes/ops/packed/pack_bart.hpp"
#include "nodes/ops/packed/packed_bart_decoder.hpp"
#include "tests/nodes/ops/language/bart_support.hpp"

namespace millrace::ops {

using Ids = std::vector<std::int64_t>;

inline std::string bits(int weights, int activations, int embeddings,
                        const std::string& more = "") {
    return testing::quantization(R"("method": "tbt", "weights": )" + std::to_string(weights) +
                                 R"(, "activations": )" + std::to_string(activations) +
                                 R"(, "embeddings": )" + std::to_string(embeddings) + more);
}

/// bart_spec() with 64 tokens, width 32, 4 heads, one layer of the encoder and 80 tokens of
/// context.
inline engine::Value longer_spec(const std::string& more) {
    engine::Value spec = testing::bart_spec(more);
    for (const auto& [name, value] : {std::pair{"vocabulary", 64},
                                      {"width", 32},
                                      {"hidden", 64},
                                      {"heads", 4},
                                      {"context", 80},
                                      {"encoder_layers", 1}})
        spec.as_object()[name] = value;
    return spec;
}

inline types::PackedModel packed_model(const Bart& bart, const types::Model& model,
                                       const PackOptions& options = {}) {
    return pack_bart(bart, model.parameters, model.buffers, options);
}

inline PackedBartDecoder decoder(const types::PackedModel& model, const std::vector<Ids>& sources,
                                 std::int64_t most_tokens = 0, int threads = 1) {
    return PackedBartDecoder(std::make_shared<PackedBart>(model), sources, most_tokens, threads);
}

/// In float64, where sums of equal steps are exact as they are in integers: in float32 a sum that
/// is 0 may be a little more or less, and at 1 bit its sign is all that counts.
inline NamedTensors wide(const types::Model& model) {
    NamedTensors parameters = model.parameters;
    for (auto& [name, tensor] : parameters) {
        if (tensor.dim() > 0) tensor = tensor.to(at::kDouble);
    }
    return parameters;
}

/// Of some sources at once, the shorter ones filled up.
inline BartDecoder simulation(const Bart& bart, const types::Model& model,
                              std::span<const Ids> sources) {
    const std::vector<Ids> all(sources.begin(), sources.end()), unused(all.size(), Ids{2});
    const Seq2SeqBatch batch = make_seq2seq_batch(all, unused, {});
    return BartDecoder(bart, wide(model), model.buffers, batch.source, batch.mask);
}

}  // namespace millrace::ops
