#include "nodes/ops/checkpoints/gguf_tokenizer.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "nodes/ops/checkpoints/errors.hpp"
#include "nodes/ops/tokenizers/sentencepiece_file.hpp"

namespace millrace::ops {

GgufMetadata gguf_tokenizer(std::string_view bytes, std::string_view name,
                            std::int64_t vocabulary) {
    const SentencePieceFile file = read_sentencepiece(bytes, name);
    if (file.model != PieceModel::Bpe) {
        fail_checkpoint("E-CKPT-055", "The tokenizer's model cannot be written",
                        "SentencePiece's pairs (BPE)", "its unigrams", std::string(name),
                        "Leave the tokenizer empty, and give it to the other program by itself.");
    }
    const auto count = static_cast<std::int64_t>(file.vocabulary.size());
    if (count > vocabulary) {
        fail_checkpoint("E-CKPT-055", "The tokenizer has more tokens than the model",
                        fmt::format("at most {}", vocabulary), fmt::format("{}", count),
                        std::string(name), "Give the model's own tokenizer.");
    }
    std::vector<std::string> pieces;
    std::vector<float> scores = file.scores;
    std::vector<std::int32_t> kinds;
    for (std::int64_t id = 0; id < count; ++id) {
        pieces.emplace_back(file.vocabulary.piece(static_cast<TokenId>(id)));
        kinds.push_back(static_cast<std::int32_t>(file.kind(static_cast<TokenId>(id))));
    }
    for (std::int64_t id = count; id < vocabulary; ++id) {
        pieces.push_back(fmt::format("[PAD{}]", id));
        kinds.push_back(static_cast<std::int32_t>(PieceKind::Unused));
    }
    scores.resize(pieces.size(), -1000);
    GgufMetadata metadata = {{"tokenizer.ggml.model", std::string("llama")},
                             {"tokenizer.ggml.tokens", GgufArray{std::move(pieces)}},
                             {"tokenizer.ggml.scores", GgufArray{std::move(scores)}},
                             {"tokenizer.ggml.token_type", GgufArray{std::move(kinds)}},
                             {"tokenizer.ggml.add_space_prefix", file.adds_blank}};
    const auto add = [&](const char* key, const std::string& piece) {
        const auto id = file.vocabulary.find(piece);
        if (id) metadata.emplace_back(key, static_cast<std::uint32_t>(*id));
        return id.has_value();
    };
    metadata.emplace_back("tokenizer.ggml.unknown_token_id",
                          static_cast<std::uint32_t>(file.unknown));
    metadata.emplace_back("tokenizer.ggml.add_bos_token",
                          add("tokenizer.ggml.bos_token_id", file.begin));
    add("tokenizer.ggml.eos_token_id", file.end);
    metadata.emplace_back("tokenizer.ggml.add_eos_token", false);
    add("tokenizer.ggml.padding_token_id", file.padding);
    return metadata;
}

}  // namespace millrace::ops
