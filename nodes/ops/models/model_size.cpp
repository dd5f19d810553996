#include "nodes/ops/models/model_size.hpp"

#include <ATen/ATen.h>

#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "nodes/ops/language/bart.hpp"
#include "nodes/ops/language/llama.hpp"
#include "nodes/ops/models/architecture.hpp"

namespace millrace::ops {
namespace {

constexpr std::int64_t kFloatBits = 32;

using Parts = std::map<std::string, PartSize, std::less<>>;

/// Bits of a code on disk; 0: such codes are not packed.
std::int64_t code_bits(int bits) {
    if (bits <= 2) return bits;
    if (bits <= 4) return 4;
    return bits <= 8 ? 8 : 0;
}

std::string part_of(const std::string& name) { return name.substr(0, name.rfind('.')); }

std::int64_t bits_of(const at::Tensor& tensor) {
    return tensor.numel() * static_cast<std::int64_t>(tensor.element_size()) * 8;
}

std::int64_t packed_rows(const at::Tensor& weight, std::int64_t bits) {
    const std::int64_t rows = weight.size(0), columns = weight.numel() / rows;
    return rows * ((columns * bits + 7) / 8 * 8 + kFloatBits);
}

/// `packed` tells the bits of a parameter's codes, 0 where it is not packed.
template <class Packed>
Parts parts_of(const types::Model& model, const Packed& packed) {
    Parts parts;
    for (const auto& [name, tensor] : model.parameters) {
        PartSize& part = parts[part_of(name)];
        const std::int64_t bits = tensor.dim() >= 2 ? packed(name) : 0;
        part.parameters += tensor.numel();
        part.bytes += bits_of(tensor) / 8;
        part.packed_bits += bits > 0 ? packed_rows(tensor, bits) : bits_of(tensor);
    }
    for (const auto& [name, tensor] : model.buffers) {
        // The mark that a learned scale is set belongs to the scale, which is a parameter.
        PartSize& part = parts[part_of(name.ends_with(".initialised") ? part_of(name) : name)];
        part.bytes += bits_of(tensor) / 8;
        part.packed_bits += bits_of(tensor);
    }
    return parts;
}

Parts llama_parts(const types::Model& model, const Work& work) {
    const Llama llama(model.spec);
    llama.check_tensors(model.parameters);
    std::map<std::string, int, std::less<>> bits;
    for (std::size_t layer = 0; layer < llama.layers().size(); ++layer) {
        for (std::size_t i = 0; i < kLlamaLinears; ++i) {
            const std::string name = Llama::prefix(static_cast<std::int64_t>(layer)) +
                                     std::string(to_text(static_cast<LlamaLinear>(i)));
            bits[name + ".weight"] = llama.layers()[layer].quantizers[i].bits.weight_bits;
        }
    }
    Parts parts = parts_of(model, [&](const std::string& name) -> std::int64_t {
        const auto found = bits.find(name);
        return found == bits.end() ? 0 : code_bits(found->second);
    });
    for (const auto& [name, macs] : llama.macs_by_part(work.source_tokens)) parts[name].macs = macs;
    return parts;
}

void add_bart_macs(Parts& parts, const Bart& bart, const Work& work) {
    const std::int64_t width = bart.width(), square = width * width;
    for (const BartSide side : {BartSide::Encoder, BartSide::Decoder}) {
        const BartSizes& sizes = bart.sizes(side);
        const bool is_decoder = side == BartSide::Decoder;
        const std::int64_t tokens = is_decoder ? work.target_tokens : work.source_tokens;
        for (std::int64_t layer = 0; layer < sizes.layers; ++layer) {
            const std::string prefix = Bart::prefix(side, layer);
            const auto add_attention = [&](const std::string& name, std::int64_t seen) {
                for (const char* linear : {".q_proj", ".out_proj"})
                    parts[prefix + name + linear].macs = tokens * square;
                for (const char* linear : {".k_proj", ".v_proj"})
                    parts[prefix + name + linear].macs = seen * square;
                parts[prefix + name].macs = 2 * tokens * seen * width;
            };
            add_attention("self_attn", tokens);
            if (is_decoder) add_attention("encoder_attn", work.source_tokens);
            for (const char* linear : {"fc1", "fc2"})
                parts[prefix + linear].macs = tokens * width * sizes.hidden;
        }
    }
    parts["lm_head"].macs = work.target_tokens * width * bart.vocabulary();
}

Parts bart_parts(const types::Model& model, const Work& work) {
    const Bart bart(model.spec);
    bart.check_tensors(model.parameters, model.buffers);
    const int embeddings = bart.quantization(kBartEmbedding).embeddings;
    Parts parts = parts_of(model, [&](const std::string& name) -> std::int64_t {
        const std::string part = part_of(name);
        return code_bits(part == kBartEmbedding ? embeddings : bart.quantization(part).weights);
    });
    if (code_bits(embeddings) > 0)
        parts["lm_head"].packed_bits =
            bits_of(model.parameters.find(std::string(kBartEmbedding) + ".weight")->second);
    add_bart_macs(parts, bart, work);
    return parts;
}

Parts network_parts(const types::Model& model) {
    const Network network(model.spec);
    network.check_tensors(model.parameters, model.buffers);
    const bool is_int8 = network.quantization().on;
    Parts parts = parts_of(model, [&](const std::string& name) -> std::int64_t {
        if (!is_int8) return 0;
        return name.ends_with(".time") ? 16 : 8;
    });
    for (const Layer& layer : network.layers()) {
        if (layer.macs() > 0) parts[layer.name].macs = layer.macs();
    }
    return parts;
}

}  // namespace

std::vector<PartSize> part_sizes(const types::Model& model, const Work& work) {
    const engine::Value* named = model.spec.is_object() ? model.spec.find("architecture") : nullptr;
    Parts parts;
    if (!named) {
        parts = network_parts(model);
    } else if (*named == engine::Value("llama")) {
        parts = llama_parts(model, work);
    } else {
        // Throws for what is no architecture at all.
        architecture_of(model.spec);
        parts = bart_parts(model, work);
    }
    std::vector<PartSize> list;
    for (auto& [name, part] : parts) {
        part.part = name;
        list.push_back(std::move(part));
    }
    return list;
}

PartSize whole_size(const std::vector<PartSize>& parts) {
    PartSize whole{.part = "all"};
    for (const PartSize& part : parts) {
        whole.parameters += part.parameters;
        whole.bytes += part.bytes;
        whole.packed_bits += part.packed_bits;
        whole.macs += part.macs;
    }
    return whole;
}

}  // namespace millrace::ops
