// A packed BART ready for passes. Immutable; any number of PackedBartDecoders share one, each on a
// thread of its own.
#pragma once

#include <optional>
#include <vector>

#include "nodes/ops/language/bart.hpp"
#include "nodes/ops/packed/packed_linear.hpp"

namespace millrace::ops {

class PackedBart {
public:
    struct Norm {
        std::vector<float> weight, bias;
    };
    struct Attention {
        PackedLinear query, key, value, out;
        /// How queries, keys, values and probabilities are rounded.
        InputRule query_rule, key_rule, value_rule, attention_rule;
        Norm norm;
    };
    struct Layer {
        Attention self;
        std::optional<Attention> cross;
        PackedLinear first, second;  ///< of the feed-forward part
        Norm norm;
    };
    struct Side {
        std::vector<float> positions;  ///< [context + kBartPositionOffset, width]
        Norm embedding_norm;
        std::optional<Norm> last_norm;
        std::vector<Layer> layers;
    };

    /// Throws Error E-PACK-031 where tensors are missing, of other sizes or too many, 032 and 034
    /// as pack_bart(); others as Bart and matrix_of().
    explicit PackedBart(const types::PackedModel& model);

    const Bart& bart() const { return bart_; }
    const Side& side(BartSide side) const { return sides_[static_cast<std::size_t>(side)]; }
    const PackedLinear& head() const { return head_; }
    /// What the lookup reads for a token, into [width].
    void embed(std::int64_t token, std::span<float> out) const;

private:
    Bart bart_;
    std::vector<Side> sides_;
    std::vector<float> embedding_;  ///< [vocabulary, width]; empty where it is packed
    std::optional<types::PackedWeight> packed_embedding_;
    PackedLinear head_;
};

}  // namespace millrace::ops
