#include "nodes/ops/packed/packed_report.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/packed/pack_bart.hpp"

namespace millrace::ops {
namespace {

constexpr std::array<const char*, 5> kParts = {"linears", "embedding", "head", "positions",
                                               "norms, biases, scales"};

std::size_t part_of(const std::string& name, std::int64_t axes) {
    if (axes < 2) return 4;
    if (name == "lm_head.weight") return 2;
    if (name.find(".layers.") != std::string::npos) return 0;
    return name.find("positions") != std::string::npos ? 3 : 1;
}

class Parts {
public:
    PackedPart& at(std::size_t part, const std::string& layout) {
        const auto found = std::ranges::find_if(list_, [&](const PackedPart& one) {
            return one.part == kParts[part] && one.layout == layout;
        });
        if (found != list_.end()) return *found;
        return list_.emplace_back(PackedPart{.part = kParts[part], .layout = layout});
    }

    std::vector<PackedPart> ordered() && {
        std::ranges::stable_sort(list_, {}, [](const PackedPart& one) {
            return std::ranges::find(kParts, one.part) - kParts.begin();
        });
        return std::move(list_);
    }

private:
    std::vector<PackedPart> list_;
};

}  // namespace

types::PackedModel pack_model(const types::Model& model, const PackOptions& options) {
    const engine::Value* named = model.spec.find("architecture");
    const std::string architecture = named && named->is_string() ? named->as_string() : "none";
    if (architecture == "llama") return pack_llama(Llama(model.spec), model.evaluated(), options);
    if (architecture == "bart")
        return pack_bart(Bart(model.spec), model.evaluated(), model.buffers, options);
    throw engine::Error({.code = "E-PACK-036",
                         .what = "Models of this architecture are not packed here",
                         .expected = "llama or bart",
                         .found = architecture,
                         .mend = "For spotters there is quantizers.to_device."});
}

std::vector<PackedPart> packed_parts(const types::PackedModel& model) {
    Parts parts;
    for (const auto& [name, weight] : model.packed) {
        const std::size_t kind = part_of(name, 2);
        PackedPart& part = parts.at(kind, weight.layout);
        const std::int64_t products = weight.rows() * weight.columns;
        part.weights += products;
        part.bytes += static_cast<std::int64_t>(weight.bytes());
        if (kind == 1) continue;  // a lookup reads one row
        part.float_products += 2 * weight.rows() + weight.columns;
        if (weight.layout == "nibble" || weight.layout == "int8") part.integer_products += products;
    }
    const bool has_head =
        model.packed.contains("lm_head.weight") || model.floats.contains("lm_head.weight");
    for (const auto& [name, tensor] : model.floats) {
        const std::size_t kind = part_of(name, tensor.dim());
        PackedPart& part = parts.at(kind, "float32");
        part.weights += tensor.numel();
        part.bytes += static_cast<std::int64_t>(tensor.nbytes());
        if (kind == 0 || kind == 2) part.float_products += tensor.numel();
        if (kind == 4 && name.ends_with(".weight")) part.float_products += 2 * tensor.numel();
        if (kind == 1 && !has_head) parts.at(2, "float32").float_products += tensor.numel();
    }
    return std::move(parts).ordered();
}

}  // namespace millrace::ops
