// Files with bytes changed or cut off: each is refused with a code, or encodes and decodes within
// its vocabulary.
#include <gtest/gtest.h>

#include <functional>

#include "engine/problem.hpp"
#include "engine/random.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "tests/nodes/ops/tokenizers/files.hpp"

namespace millrace::ops {
namespace {

using Parse = std::function<std::unique_ptr<const Tokenizer>(const std::string&)>;

constexpr std::string_view kText = "a<s>b ab\xC3\xA9  12\n";

/// Whether the file was taken.
bool holds_its_promises(const Parse& parse, const std::string& bytes) {
    try {
        const auto tokenizer = parse(bytes);
        const auto ids = tokenizer->encode(kText, {.special = SpecialText::Recognise});
        for (const TokenId id : ids) EXPECT_LT(static_cast<std::size_t>(id), tokenizer->size());
        tokenizer->decode(ids);
        return true;
    } catch (const engine::Error& error) {
        const std::string& code = error.problem().code;
        EXPECT_TRUE(code.starts_with("E-TOKEN-") || code.starts_with("E-JSON-")) << code;
        return false;
    }
}

void mutate(const Parse& parse, const std::string& file, std::uint64_t seed) {
    ASSERT_TRUE(holds_its_promises(parse, file));
    for (std::size_t size = 0; size < file.size(); size += file.size() / 97 + 1)
        holds_its_promises(parse, file.substr(0, size));
    engine::Random random(seed, "mutate", 0);
    int refused = 0;
    for (int round = 0; round < 1500; ++round) {
        std::string broken = file;
        for (int change = 0; change <= round % 4; ++change) {
            const auto at = static_cast<std::size_t>(random.below(broken.size()));
            broken[at] = static_cast<char>(random.below(256));
        }
        refused += holds_its_promises(parse, broken) ? 0 : 1;
    }
    EXPECT_GT(refused, 0);
}

TEST(HostileTokenizers, Llama2c) {
    mutate([](const std::string& bytes) { return parse_llama2c(bytes, "x"); },
           testing::llama2c_file({{" ", -1}, {"a", -1}, {" a", -2}}), 1);
}

TEST(HostileTokenizers, SentencePiece) {
    const auto parse = [](const std::string& bytes) { return parse_sentencepiece(bytes, "x"); };
    const auto pieces = testing::with_controls(
        {{"a", -1}, {"b", -2}, {"ab", -3}, {std::string(testing::kBlank), -2}, {"ba", 0, 4}});
    const std::string map = testing::one_rule_map('1', "ab");
    mutate(parse, testing::model_file(pieces, {.model = 2, .character_map = map}), 2);
    mutate(parse, testing::model_file(pieces, {.model = 1}), 3);
}

TEST(HostileTokenizers, HuggingFace) {
    mutate([](const std::string& bytes) { return parse_hugging_face(bytes, "", "x"); },
           R"json({"added_tokens":[{"id":4,"content":"<s>","special":true}],
               "normalizer":{"type":"NFC"},
               "pre_tokenizer":{"type":"Sequence","pretokenizers":[
                 {"type":"Split","pattern":{"Regex":"\\p{N}{1,3}|\\s+(?!\\S)"},
                  "behavior":"Isolated"},
                 {"type":"ByteLevel","add_prefix_space":true,"use_regex":false}]},
               "decoder":{"type":"ByteLevel"},
               "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"Ġ":3},"merges":["a b"]}})json",
           4);
}

TEST(HostileTokenizers, Gpt2) {
    mutate(
        [](const std::string& bytes) {
            const std::size_t end = bytes.find('}') + 1;
            return parse_gpt2(bytes.substr(0, end), bytes.substr(end), "x");
        },
        "{\"a\":0,\"b\":1,\"ab\":2,\"Ġ\":3}a b\n", 5);
}

}  // namespace
}  // namespace millrace::ops
