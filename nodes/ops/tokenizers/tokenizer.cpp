#include "nodes/ops/tokenizers/tokenizer.hpp"

#include <fmt/format.h>

#include <fstream>
#include <system_error>

#include "nodes/ops/naming_file.hpp"
#include "nodes/ops/tokenizers/llama2c.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"
#include "nodes/ops/tokenizers/vocabulary.hpp"

namespace millrace::ops {
namespace {

namespace fs = std::filesystem;

void check_text(std::string_view text) {
    const auto at = first_ill_formed(text);
    if (!at) return;
    throw_token_error(
        "E-TOKEN-010", "The text is not UTF-8", "UTF-8",
        fmt::format("byte 0x{:02X} at position {}",
                    static_cast<unsigned>(static_cast<unsigned char>(text[*at])), *at),
        "", "Convert the text to UTF-8, or have such bytes replaced.");
}

TokenId marker(std::optional<TokenId> id, const char* name) {
    if (id) return *id;
    throw_token_error("E-TOKEN-013", fmt::format("The tokenizer has no {} token", name),
                      "a file that names one", "none", "",
                      fmt::format("Encode without a {} token.", name));
}

std::string contents(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    std::ifstream stream(path, std::ios::binary);
    if (error || !stream) {
        throw_token_error("E-TOKEN-001", "A tokenizer's file cannot be read", "a readable file",
                          error ? error.message() : "no access", path.string(),
                          "Check the path and its permissions.");
    }
    if (size > kMostTokenizerBytes) {
        throw_token_error("E-TOKEN-002", "A tokenizer's file is too large",
                          fmt::format("at most {} bytes", kMostTokenizerBytes),
                          fmt::format("{} bytes", size), path.string(),
                          "Check that the file is a tokenizer's.");
    }
    std::string text(static_cast<std::size_t>(size), '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

fs::path file_in(const fs::path& folder) {
    std::error_code error;
    for (const char* name : {"tokenizer.json", "tokenizer.model", "vocab.json", "encoder.json"}) {
        if (fs::exists(folder / name, error)) return folder / name;
    }
    throw_token_error("E-TOKEN-001", "A folder holds no tokenizer",
                      "tokenizer.json, tokenizer.model, vocab.json or encoder.json",
                      "none of these", folder.string(), "Name the file itself.");
}

bool is_json(std::string_view bytes) {
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && bytes[first] == '{';
}

/// Only tokenizer.json has a member of this name; a vocabulary may have such a piece, though not
/// with an object as its value.
bool is_hugging_face(std::string_view json) {
    static constexpr std::string_view kMember = "\"model\"";
    for (std::size_t at = 0; (at = json.find(kMember, at)) != std::string_view::npos;) {
        at = json.find_first_not_of(" \t\r\n", at + kMember.size());
        if (at == std::string_view::npos || json[at] != ':') continue;
        at = json.find_first_not_of(" \t\r\n", at + 1);
        if (at != std::string_view::npos && json[at] == '{') return true;
    }
    return false;
}

std::unique_ptr<const Tokenizer> load_json(const fs::path& path, std::string_view json) {
    const fs::path folder = path.parent_path();
    std::error_code error;
    if (is_hugging_face(json)) {
        const fs::path config = folder / "tokenizer_config.json";
        const bool has_config = fs::exists(config, error);
        return parse_hugging_face(json, has_config ? contents(config) : "", path.string());
    }
    for (const char* name : {"merges.txt", "vocab.bpe"}) {
        if (fs::exists(folder / name, error))
            return parse_gpt2(json, contents(folder / name), path.string());
    }
    throw_token_error("E-TOKEN-001", "A vocabulary lacks its merges",
                      "merges.txt or vocab.bpe beside it", "neither", path.string(),
                      "Put the file of merges into the same folder.");
}

}  // namespace

std::vector<TokenId> Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
    if (text.size() > kMostTextBytes) {
        throw_token_error("E-TOKEN-011", "The text is too long",
                          fmt::format("at most {} bytes", kMostTextBytes),
                          fmt::format("{} bytes", text.size()), "", "Encode it in parts.");
    }
    std::string mended;
    if (options.ill_formed == IllFormed::Replace) {
        mended = replace_ill_formed(text);
        text = mended;
    } else if (options.ill_formed == IllFormed::Refuse || !takes_any_bytes()) {
        check_text(text);
    }
    std::vector<TokenId> ids;
    if (options.begin == Marker::With) ids.push_back(marker(special_tokens_.begin, "begin"));
    if (!text.empty()) append_ids(text, options.special, ids);
    if (options.end == Marker::With) ids.push_back(marker(special_tokens_.end, "end"));
    return ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids, const DecodeOptions& options) const {
    for (const TokenId id : ids) piece(id);
    std::string text = text_of(ids, options);
    if (options.ill_formed == IllFormed::Replace) return replace_ill_formed(text);
    if (options.ill_formed == IllFormed::Refuse) check_text(text);
    return text;
}

std::unique_ptr<const Tokenizer> load_tokenizer(const std::filesystem::path& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) return load_tokenizer(file_in(path));
    return naming_file(path, [&] {
        const std::string bytes = contents(path);
        if (is_json(bytes)) return load_json(path, bytes);
        if (path.extension() == ".bin" || is_llama2c(bytes))
            return parse_llama2c(bytes, path.string());
        return parse_sentencepiece(bytes, path.string());
    });
}

}  // namespace millrace::ops
