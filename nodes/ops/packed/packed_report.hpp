// What packing a model saved and what it left. Plain functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nodes/ops/packed/pack_llama.hpp"
#include "nodes/types/model.hpp"

namespace millrace::ops {

/// By the spec's architecture pack_llama() or pack_bart(), of the tensors that evaluation goes by.
/// Throws Error E-PACK-036 for another architecture; others as these.
types::PackedModel pack_model(const types::Model& model, const PackOptions& options = {});

/// The tensors of a kind that are kept in one layout.
struct PackedPart {
    std::string part;    ///< "linears", "embedding", "head", "positions" or "norms, biases, scales"
    std::string layout;  ///< as PackedWeight has it, or "float32"
    std::int64_t weights = 0, bytes = 0;
    /// For one token that meets each of these matrices once; a packed row's two scales are float.
    std::int64_t float_products = 0, integer_products = 0;

    double bits_a_weight() const {
        return 8 * static_cast<double>(bytes) / static_cast<double>(weights);
    }
};

/// In the order above; a head that is the float embedding counts its bytes there and its products
/// as the head's.
std::vector<PackedPart> packed_parts(const types::PackedModel& model);

}  // namespace millrace::ops
