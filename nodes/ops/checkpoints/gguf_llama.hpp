// Decoders of the LLaMA architecture from and to GGUF. Plain functions, any thread.
//
// Names, of layer N:
//     token_embd.weight             model.embed_tokens.weight
//     output_norm.weight            model.norm.weight
//     output.weight                 lm_head.weight; none where the head is the embedding
//     blk.N.attn_norm.weight        model.layers.N.input_layernorm.weight
//     blk.N.attn_{q,k,v}.weight     model.layers.N.self_attn.{q,k,v}_proj.weight
//     blk.N.attn_output.weight      model.layers.N.self_attn.o_proj.weight
//     blk.N.ffn_norm.weight         model.layers.N.post_attention_layernorm.weight
//     blk.N.ffn_{gate,up,down}.weight  model.layers.N.mlp.{gate,up,down}_proj.weight
//
// llama.cpp turns elements 2 i and 2 i + 1 of a head together, while Hugging Face turns i and i +
// width / 2. Its converter therefore reorders the rows of q and k, in each head: row i + h width /
// 2 (h = 0 or 1) becomes row 2 i + h. Reading undoes this and gives a spec of rotary "halves";
// writing does it, unless the spec says "interleaved", which is that order already.
#pragma once

#include "engine/value.hpp"
#include "nodes/ops/checkpoints/gguf_file.hpp"

namespace millrace::ops {

struct GgufLlama {
    engine::Value spec;  ///< as nodes/ops/language/llama.hpp describes it
    types::NamedTensors parameters;
};

/// The spec alone. Throws Error E-CKPT-050 for a file without a value that is needed, or of another
/// architecture; 051 for what Llama lacks: scaled rotation, experts, heads of another width.
engine::Value llama_spec(const Gguf& header, std::string_view name);

/// Throws Error: as llama_spec(); E-CKPT-052 for tensors that have no place in the model, biases
/// among them; 026 where names or shapes are not those of the spec; 028 when they don't fit into
/// memory.
GgufLlama load_gguf_llama(const GgufFile& file, Precision precision = Precision::Float32);

/// The bytes of a GGUF file with the linears and the embedding as `type`, norms as F32. Matrices
/// whose rows are no whole blocks of the type are F16. `others` is metadata beside the
/// architecture's, for example gguf_tokenizer()'s. Quantization in the spec is not written: give
/// rounded_weights(). Throws Error E-CKPT-026 where parameters are not those of the spec; others as
/// gguf_data() and write_gguf().
std::string gguf_of_llama(const engine::Value& spec, const types::NamedTensors& parameters,
                          GgmlType type, const GgufMetadata& others = {});

}  // namespace millrace::ops
