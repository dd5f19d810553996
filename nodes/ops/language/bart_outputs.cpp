#include "nodes/ops/language/bart_outputs.hpp"

#include <ATen/ATen.h>

#include <string_view>

#include "nodes/ops/language/bart.hpp"

namespace millrace::ops {
namespace {

/// "layers.3", without anything behind it.
bool is_layer(std::string_view name) {
    static constexpr std::string_view kLayers = "layers.";
    if (!name.starts_with(kLayers)) return false;
    name.remove_prefix(kLayers.size());
    return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool add_seen(Seq2SeqOutputs& outputs, const std::string& name, const at::Tensor& tensor) {
    const std::string encoder = Bart::prefix(BartSide::Encoder),
                      decoder = Bart::prefix(BartSide::Decoder);
    const bool is_encoder = name.starts_with(encoder);
    if (!is_encoder && !name.starts_with(decoder)) return false;
    const std::string_view part =
        std::string_view(name).substr((is_encoder ? encoder : decoder).size());
    if (part == "layernorm_embedding" || is_layer(part)) {
        (is_encoder ? outputs.encoder_hidden : outputs.decoder_hidden).push_back(tensor);
        return true;
    }
    const std::size_t point = part.rfind('.');
    if (point == std::string_view::npos || !is_layer(part.substr(0, point))) return false;
    const std::string_view attention = part.substr(point + 1);
    if (attention == "encoder_attn")
        outputs.cross_attention.push_back(tensor);
    else if (attention == "self_attn")
        (is_encoder ? outputs.encoder_attention : outputs.decoder_attention).push_back(tensor);
    else
        return false;
    return true;
}

}  // namespace millrace::ops
