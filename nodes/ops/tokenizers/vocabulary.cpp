#include "nodes/ops/tokenizers/vocabulary.hpp"

#include <fmt/format.h>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::size_t kMostShown = 64;  // of a spelling, in an error

std::string shown(std::string_view piece) {
    return fmt::format("\"{}\"{}", piece.substr(0, kMostShown),
                       piece.size() > kMostShown ? " and more" : "");
}

}  // namespace

void throw_token_error(const char* code, std::string what, std::string expected, std::string found,
                       std::string_view where, std::string mend) {
    engine::Problem problem{.code = code,
                            .what = std::move(what),
                            .expected = std::move(expected),
                            .found = std::move(found),
                            .where = std::string(where),
                            .mend = std::move(mend)};
    make_harmless(problem, false);  // pieces may hold line ends, which would tear a message
    throw engine::Error(std::move(problem));
}

void check_normal_size(std::size_t bytes) {
    if (bytes <= kMostNormalBytes) return;
    throw_token_error("E-TOKEN-011", "The normalised text is too long",
                      fmt::format("at most {} bytes", kMostNormalBytes), "more", "",
                      "Encode the text in parts, and check where the tokenizer comes from.");
}

void Vocabulary::add(std::int64_t id, std::string_view piece, const char* code,
                     std::string_view where) {
    const auto refuse = [&](const char* what, std::string expected, std::string found) {
        throw_token_error(code, what, std::move(expected), std::move(found), where,
                          "Get the file anew from where it was published.");
    };
    if (id < 0 || id >= kMostTokenIds) {
        refuse("A token's id lies outside the vocabulary",
               fmt::format("ids from 0 to {}", kMostTokenIds - 1),
               fmt::format("{} for {}", id, shown(piece)));
    }
    const auto index = static_cast<std::size_t>(id);
    if (index >= pieces_.size()) pieces_.resize(index + 1);
    if (pieces_[index]) {
        refuse("Two tokens have one id", "one spelling for each id",
               fmt::format("{} and {} for id {}", shown(*pieces_[index]), shown(piece), id));
    }
    const auto [entry, is_new] = ids_.emplace(piece, static_cast<TokenId>(id));
    if (!is_new) {
        refuse("Two tokens are spelled alike", "one id for each spelling",
               fmt::format("ids {} and {} for {}", entry->second, id, shown(piece)));
    }
    pieces_[index] = piece;
}

std::optional<TokenId> Vocabulary::find(std::string_view piece) const {
    const auto entry = ids_.find(piece);
    return entry == ids_.end() ? std::nullopt : std::optional(entry->second);
}

std::string_view Vocabulary::piece(TokenId id) const {
    if (!contains(id)) {
        throw_token_error("E-TOKEN-012", "An id is none of the vocabulary's",
                          fmt::format("ids from 0 to {}", static_cast<std::int64_t>(size()) - 1),
                          fmt::format("{}", id), "",
                          "Use the tokenizer that belongs to the model.");
    }
    return *pieces_[id];
}

std::array<std::optional<TokenId>, 256> Vocabulary::byte_ids() const {
    std::array<std::optional<TokenId>, 256> ids;
    for (unsigned byte = 0; byte < ids.size(); ++byte)
        ids[byte] = find(fmt::format("<0x{:02X}>", byte));
    return ids;
}

}  // namespace millrace::ops
