// Text to token ids and back, for language models. A tokenizer is immutable: any number of threads
// may use one at once. Files are untrusted; each format's reader bounds sizes, ids and lengths.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::ops {

using TokenId = std::int32_t;

/// Most bytes of a tokenizer's file, of one text, and of what a file's rules may make of it.
inline constexpr std::size_t kMostTokenizerBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMostTextBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMostNormalBytes = 8 * kMostTextBytes;

enum class Marker { Without, With };

/// What to do about text that is not UTF-8. Keep hands the bytes on as they are, where the format
/// takes any bytes (llama2.c; all formats when decoding); elsewhere it is as Refuse.
enum class IllFormed { Refuse, Replace, Keep };

/// Whether "<s>" and the like in a text are those tokens or ordinary characters. Plain is safe for
/// text of others' making. Tokens that a file adds without calling them special are always found.
enum class SpecialText { Plain, Recognise };

enum class SpecialTokensShown { Skip, Show };

struct EncodeOptions {
    Marker begin = Marker::Without, end = Marker::Without;
    SpecialText special = SpecialText::Plain;
    IllFormed ill_formed = IllFormed::Refuse;
};

struct DecodeOptions {
    SpecialTokensShown special = SpecialTokensShown::Skip;
    IllFormed ill_formed = IllFormed::Replace;
};

struct SpecialTokens {
    std::optional<TokenId> begin, end, unknown, padding;
};

class Tokenizer {
public:
    Tokenizer(const Tokenizer&) = delete;
    Tokenizer& operator=(const Tokenizer&) = delete;
    virtual ~Tokenizer() = default;

    /// Throws Error E-TOKEN-010 (not UTF-8; names the byte), E-TOKEN-011 (too long), E-TOKEN-013
    /// (a begin or end token that the file lacks), E-TOKEN-009 (the file's pattern needs too long).
    std::vector<TokenId> encode(std::string_view text, const EncodeOptions& options = {}) const;

    /// Throws Error E-TOKEN-012 (an id that is none of the vocabulary's), E-TOKEN-010.
    std::string decode(std::span<const TokenId> ids, const DecodeOptions& options = {}) const;

    /// The id's spelling as the file has it. Throws Error E-TOKEN-012.
    virtual std::string_view piece(TokenId id) const = 0;

    /// The id whose spelling in the file this is.
    virtual std::optional<TokenId> find(std::string_view piece) const = 0;

    /// One more than the greatest id.
    virtual std::size_t size() const = 0;

    const SpecialTokens& special_tokens() const { return special_tokens_; }

protected:
    Tokenizer() = default;
    void set_special_tokens(const SpecialTokens& tokens) { special_tokens_ = tokens; }

private:
    virtual void append_ids(std::string_view text, SpecialText special,
                            std::vector<TokenId>& ids) const = 0;
    /// Ill-formed parts may stay, unless the format says how to replace them.
    virtual std::string text_of(std::span<const TokenId> ids,
                                const DecodeOptions& options) const = 0;
    virtual bool takes_any_bytes() const { return false; }

    SpecialTokens special_tokens_;
};

/// Reads a file whose content tells its format: llama2.c's tokenizer.bin, SentencePiece's .model
/// (BPE or unigram), Hugging Face's tokenizer.json (BPE), GPT-2's vocab.json beside merges.txt (or
/// encoder.json beside vocab.bpe); of a folder, the first that is there of tokenizer.json,
/// tokenizer.model, vocab.json, encoder.json. Throws Error E-TOKEN-001 to -009.
std::unique_ptr<const Tokenizer> load_tokenizer(const std::filesystem::path& path);

/// The formats one by one, from a file's bytes; `name` names them in errors. parse_llama2c throws
/// E-TOKEN-002 and -003, parse_sentencepiece E-TOKEN-002, -004 and -005, the others E-TOKEN-002,
/// -006 to -009 and E-JSON-….
std::unique_ptr<const Tokenizer> parse_llama2c(std::string_view bytes, std::string_view name);
std::unique_ptr<const Tokenizer> parse_sentencepiece(std::string_view bytes, std::string_view name);
/// `config` is the text of tokenizer_config.json, which may name begin and end tokens; or empty.
std::unique_ptr<const Tokenizer> parse_hugging_face(std::string_view json, std::string_view config,
                                                    std::string_view name);
std::unique_ptr<const Tokenizer> parse_gpt2(std::string_view vocabulary, std::string_view merges,
                                            std::string_view name);

/// The pieces into which GPT-2 cuts well-formed text before any pair is joined.
std::vector<std::string> split_gpt2(std::string_view text);

}  // namespace millrace::ops
