#include "nodes/ops/tokenizers/byte_tokenizer.hpp"

#include <string>

#include "nodes/ops/tokenizers/vocabulary.hpp"

namespace millrace::ops {
namespace {

class ByteTokenizer final : public Tokenizer {
public:
    ByteTokenizer() {
        pieces_ = {"<s>", "<pad>", "</s>", "<unk>"};
        for (int byte = 0; byte < 256; ++byte) pieces_.emplace_back(1, static_cast<char>(byte));
        set_special_tokens({.begin = {}, .end = 2, .unknown = 3, .padding = 1});
    }

    std::string_view piece(TokenId id) const override {
        if (id < 0 || static_cast<std::size_t>(id) >= pieces_.size()) {
            throw_token_error("E-TOKEN-012", "The tokenizer has no such token", "0 to 259",
                              std::to_string(id), "", "Decode with the model's own tokenizer.");
        }
        return pieces_[static_cast<std::size_t>(id)];
    }

    std::optional<TokenId> find(std::string_view piece) const override {
        for (std::size_t id = 0; id < pieces_.size(); ++id) {
            if (pieces_[id] == piece) return static_cast<TokenId>(id);
        }
        return {};
    }

    std::size_t size() const override { return pieces_.size(); }

private:
    bool takes_any_bytes() const override { return true; }

    /// The names of special tokens have no meaning in a text.
    void append_ids(std::string_view text, SpecialText, std::vector<TokenId>& ids) const override {
        for (const char byte : text)
            ids.push_back(kFirstByteToken + static_cast<unsigned char>(byte));
    }

    std::string text_of(std::span<const TokenId> ids, const DecodeOptions& options) const override {
        std::string text;
        for (const TokenId id : ids) {
            if (id >= kFirstByteToken || options.special == SpecialTokensShown::Show)
                text += piece(id);
        }
        return text;
    }

    std::vector<std::string> pieces_;
};

}  // namespace

std::unique_ptr<const Tokenizer> byte_tokenizer() { return std::make_unique<ByteTokenizer>(); }

std::unique_ptr<const Tokenizer> tokenizer_or_bytes(const std::filesystem::path& path) {
    return path.empty() ? byte_tokenizer() : load_tokenizer(path);
}

}  // namespace millrace::ops
