// BART (Lewis et al., arXiv 1910.13461), an encoder and a decoder of text described in JSON, also
// with low-bit weights and activations (Ternary and Binary Transformers, arXiv 2306.01841). A Bart
// holds no tensor; it is immutable and safe on any thread.
//
//     {"architecture": "bart", "vocabulary": 50265, "width": 768, "encoder_layers": 6, "heads": 12,
//      "hidden": 3072, "context": 1024}
//
// Defaults: decoder_layers, decoder_heads and decoder_hidden as the encoder's, hidden 4 * width,
// activation "gelu" (or "relu"), context 1024, norm "post" (or "pre", as mBART: the encoder and the
// decoder end with a norm), scale_embedding false, pad 1, begin 0, end 2, decoder_start 2, dropout
// 0.1, attention_dropout and activation_dropout 0. "name", "tokenizer" and "training" may stand
// beside them; they are for others. "quantization" is optional:
//
//     {"method": "tbt", "weights": 2, "activations": 8, "embeddings": 2, "rule": "release",
//      "activation_method": "elastic", "layers": ["*"]}
//
// with the methods, rules and bits of bart_quantizers.hpp: "tbt", "twn" or "bwn"; "elastic", "twn"
// or "bit"; 32 bits, the default, are off. "layers" are patterns of quantized_parts(), and a list
// of such objects gives layers different bits (layer_patterns.hpp): linears have the bits of
// weights and activations, an attention those of activations, for its queries, keys, values and
// probabilities, and "model.shared" those of embeddings. Norms, biases, positions and the head,
// which shares the embedding's latent weight, always stay float.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value.hpp"
#include "nodes/ops/language/bart_layer.hpp"

namespace millrace::ops {

enum class BartSide { Encoder, Decoder };
inline constexpr std::array kBartSides = {BartSide::Encoder, BartSide::Decoder};

/// Of one side.
struct BartSizes {
    std::int64_t layers = 0, heads = 0, hidden = 0;
};

/// Token numbers with a meaning.
struct BartTokens {
    std::int64_t pad = 1, begin = 0, end = 2, decoder_start = 2;
};

/// Positions start here in the table of position embeddings, a remnant of the original release.
inline constexpr std::int64_t kBartPositionOffset = 2;

class Bart {
public:
    /// Throws Error E-LM-050 for a spec that is malformed and E-LM-051 for numbers that are out of
    /// range or don't fit together.
    explicit Bart(const engine::Value& spec);

    const engine::Value& spec() const { return spec_; }
    std::int64_t vocabulary() const { return vocabulary_; }
    std::int64_t width() const { return width_; }
    std::int64_t context() const { return context_; }  ///< tokens of a source or target, at most
    const BartSizes& sizes(BartSide side) const { return sizes_[static_cast<std::size_t>(side)]; }
    const BartTokens& tokens() const { return tokens_; }
    BartNorm norm() const { return norm_; }
    bool scales_embedding() const { return scales_embedding_; }
    double dropout() const { return dropout_; }
    /// Of one of these parts; off where no rule is of it.
    const BartQuantization& quantization(std::string_view part) const;
    bool is_quantized() const;
    /// The same model for a pass over weights that are rounded already: layers' weights are off.
    Bart without_weights() const;
    /// The same model with these statistics in all places.
    Bart with_statistics(Statistics statistics) const;
    /// What the layer functions need.
    const BartLayerOptions& layer_options(BartSide side, std::int64_t layer) const {
        return layers_[static_cast<std::size_t>(side)][static_cast<std::size_t>(layer)];
    }

    /// "model.encoder." and "model.decoder.layers.3."
    static std::string prefix(BartSide side);
    static std::string prefix(BartSide side, std::int64_t layer);
    /// What patterns of a quantization choose from: "model.shared", the embedding, and of each
    /// layer bart_encoder_parts() or bart_decoder_parts() behind its prefix.
    std::vector<std::string> quantized_parts() const;

    /// Names, as Hugging Face and the release have them, and shapes of what the model needs.
    /// Learned scales are parameters of no axes, and each has a buffer "….initialised": 1 once it
    /// is set.
    using Shapes = std::map<std::string, std::vector<std::int64_t>, std::less<>>;
    Shapes parameter_shapes() const;
    Shapes buffer_shapes() const;
    /// The learned scales, the encoder's first, of parts whose activations have such.
    std::vector<std::string> scale_names() const;

    /// First parameters, float32, keyed by seed and name: weights normal with deviation 0.02, the
    /// embedding of the pad token 0, biases 0, norms and scales 1. And first buffers, all 0.
    NamedTensors initial_parameters(std::uint64_t seed) const;
    NamedTensors initial_buffers() const;

    /// Throws Error E-LM-052 where names or shapes are not those of this model or tensors are
    /// neither float32 nor float64 (scales: float32): a checkpoint of another architecture.
    void check_tensors(const NamedTensors& parameters, const NamedTensors& buffers) const;

    /// Multiply-accumulates of one source and target of these lengths: the target in one pass.
    std::int64_t macs(std::int64_t source_length, std::int64_t target_length) const;

private:
    void set_quantizers(BartQuantizers quantizers);

    engine::Value spec_;
    std::int64_t vocabulary_ = 0, width_ = 0, context_ = 0;
    std::array<BartSizes, 2> sizes_;  ///< by BartSide
    BartTokens tokens_;
    BartNorm norm_ = BartNorm::Post;
    bool scales_embedding_ = false;
    double dropout_ = 0.1;
    BartQuantizers quantizers_;                            ///< by full names
    std::array<std::vector<BartLayerOptions>, 2> layers_;  ///< by BartSide
};

inline constexpr std::string_view kBartEmbedding = "model.shared";

}  // namespace millrace::ops
