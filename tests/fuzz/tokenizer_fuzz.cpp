// Tokenizers' files: the first byte picks the format; what parses gives ids of its vocabulary for
// any text, and text for any of its ids.
#include <algorithm>
#include <memory>
#include <vector>

#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace fuzz = millrace::fuzz;
    namespace ops = millrace::ops;
    using fuzz::require;
    if (size == 0) return 0;
    const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
    std::unique_ptr<const ops::Tokenizer> tokenizer;
    const auto parse = [&] {
        switch (data[0] % 4) {
            case 0:
                tokenizer = ops::parse_llama2c(bytes, "input");
                break;
            case 1:
                tokenizer = ops::parse_sentencepiece(bytes, "input");
                break;
            case 2:
                tokenizer = ops::parse_hugging_face(bytes, "", "input");
                break;
            default: {
                const std::size_t brace = bytes.find('}');
                const std::size_t end = brace == bytes.npos ? bytes.size() : brace + 1;
                tokenizer = ops::parse_gpt2(bytes.substr(0, end), bytes.substr(end), "input");
            }
        }
    };
    if (!fuzz::succeeds(parse)) return 0;

    // The file's own bytes as text meet its pieces.
    constexpr std::size_t kMostText = 4096;  // more would only be slow
    for (const std::string_view text : {std::string_view("a b\xC3\xA9 <s>1"), bytes}) {
        fuzz::succeeds([&] {
            const auto ids = tokenizer->encode(
                text.substr(0, kMostText),
                {.special = ops::SpecialText::Recognise, .ill_formed = ops::IllFormed::Replace});
            for (const ops::TokenId id : ids)
                require(id >= 0 && static_cast<std::size_t>(id) < tokenizer->size(),
                        "ids are the vocabulary's");
            // Text with a mended byte is UTF-8, which a report must be.
            millrace::engine::parse_json(millrace::engine::to_json(tokenizer->decode(ids)), "text");
        });
    }
    return 0;
}
