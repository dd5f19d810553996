// Specs of our models out of the config.json that Hugging Face's checkpoints carry (field names and
// defaults: the documentation of LlamaConfig, BartConfig and MBartConfig). Plain functions, any
// thread.
//
// LLaMA ("model_type" llama, or mistral without its sliding window):
//
//     {"architecture": "llama", "vocabulary": 32000, "width": 4096, "layers": 32, "heads": 32,
//      "key_value_heads": 32, "hidden": 11008, "norm_epsilon": 1e-6, "rotary_base": 10000.0,
//      "rotary": "halves", "context": 2048, "tied_head": false}
//
// BART (bart; mbart has "norm": "pre", each block's norm before it and one behind the last):
//
//     {"architecture": "bart", "vocabulary": 50265, "width": 1024, "encoder_layers": 12,
//      "decoder_layers": 12, "heads": 16, "decoder_heads": 16, "hidden": 4096,
//      "decoder_hidden": 4096, "activation": "gelu", "context": 1024, "norm": "post",
//      "scale_embedding": false, "pad": 1, "begin": 0, "end": 2, "decoder_start": 2}
#pragma once

#include <filesystem>
#include <string_view>

#include "engine/value.hpp"

namespace millrace::ops {

struct ConvertedConfig {
    engine::Value spec;
    /// What generation needs beside it, where the config has it: "begin", "end" of LLaMA,
    /// "forced_begin", "forced_end" of BART; token ids, "end" may be a list.
    engine::Value generation;
};

/// `name` stands for the config. Throws Error: E-CKPT-030 for members that are missing or of
/// another kind or range, 031 for another architecture, 032 for a feature that our models lack, by
/// its name, 033 for sizes that don't fit together.
ConvertedConfig convert_config(const engine::Value& config, std::string_view name);

/// The same of a file, or of config.json in a folder. Throws Error E-FILE-00x when it can't be
/// read, E-JSON-… when it is no JSON.
ConvertedConfig read_config(const std::filesystem::path& path);

}  // namespace millrace::ops
