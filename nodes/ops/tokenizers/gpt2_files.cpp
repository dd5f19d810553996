// GPT-2's vocab.json and merges.txt, also called encoder.json and vocab.bpe. (Radford et al.,
// "Language Models are Unsupervised Multitask Learners", section 2.2.)
#include <fmt/format.h>

#include <algorithm>

#include "engine/value.hpp"
#include "nodes/ops/tokenizers/hugging_face.hpp"

namespace millrace::ops {
namespace {

constexpr std::string_view kEndOfText = "<|endoftext|>";

[[noreturn]] void refuse(std::string expected, std::string found, std::string_view name) {
    throw_token_error("E-TOKEN-006", "A GPT-2 tokenizer cannot be used", std::move(expected),
                      std::move(found), name, "Get the files anew from where they were published.");
}

Vocabulary vocabulary_of(std::string_view json, std::string_view name) {
    const engine::Value file = engine::parse_json(json, name, {.max_bytes = kMostTokenizerBytes});
    if (!file.is_object()) refuse("an object of pieces and ids", std::string(file.kind()), name);
    Vocabulary vocabulary;
    for (const auto& [piece, id] : file.as_object()) {
        if (!id.is_int()) refuse("an integer for each piece", std::string(id.kind()), name);
        vocabulary.add(id.as_int(), piece, "E-TOKEN-006", name);
    }
    return vocabulary;
}

/// A line each, "a b"; a first line that begins with "#version" says nothing.
std::vector<BpeMerge> merges_of(std::string_view text, std::string_view name) {
    std::vector<BpeMerge> merges;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || (number == 1 && line.starts_with("#version"))) continue;
        const std::size_t blank = line.find(' ');
        if (blank == std::string_view::npos || line.find(' ', blank + 1) != std::string_view::npos)
            refuse("two pieces a line", fmt::format("another in line {} of the merges", number),
                   name);
        merges.emplace_back(line.substr(0, blank), line.substr(blank + 1));
    }
    return merges;
}

}  // namespace

std::unique_ptr<const Tokenizer> parse_gpt2(std::string_view vocabulary, std::string_view merges,
                                            std::string_view name) {
    Vocabulary pieces = vocabulary_of(vocabulary, name);
    HuggingFaceParts parts{.cuts = {cut_at(kGpt2Pattern), map_bytes()}, .decoder = {unmap_bytes()}};
    if (const auto id = pieces.find(kEndOfText)) {
        parts.raw_tokens = {{.id = *id, .content = std::string(kEndOfText), .is_special = true}};
        parts.special_tokens = {.begin = id, .end = id, .unknown = id};
    }
    return make_tokenizer(std::move(parts), std::make_unique<BpeModel>(
                                                std::move(pieces), merges_of(merges, name),
                                                BpeOptions{.order = JoinOrder::EachPlace}, name));
}

std::vector<std::string> split_gpt2(std::string_view text) {
    std::vector<TextWord> words = {{std::string(text), true}};
    cut_at(kGpt2Pattern)(words);
    std::vector<std::string> pieces;
    for (TextWord& word : words) pieces.push_back(std::move(word.text));
    return pieces;
}

}  // namespace millrace::ops
