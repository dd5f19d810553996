// Compressed files: what is unpacked keeps to its bound and is the same each time.
#include "nodes/ops/text_corpus/unpack.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace fuzz = millrace::fuzz;
    namespace ops = millrace::ops;
    constexpr std::uint64_t kMost = 1 << 20;
    const std::string_view bytes = fuzz::text_of(data, size);
    std::string text;
    if (!fuzz::succeeds([&] { text = ops::unpacked(bytes, kMost, "input"); })) return 0;
    fuzz::require(ops::is_packed(bytes), "only a compressed file is unpacked");
    fuzz::require(text.size() <= kMost, "the text keeps to its bound");
    fuzz::require(ops::unpacked(bytes, kMost, "input") == text, "a file holds one text");
    return 0;
}
