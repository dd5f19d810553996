#include "nodes/ops/language/token_text.hpp"

#include <utility>
#include <vector>

namespace millrace::ops {

std::string text_of_tokens(const Tokenizer& reader, std::span<const std::int64_t> ids) {
    std::vector<TokenId> known;
    for (const std::int64_t id : ids) {
        if (std::cmp_less(id, reader.size())) known.push_back(static_cast<TokenId>(id));
    }
    return reader.decode(known);
}

}  // namespace millrace::ops
