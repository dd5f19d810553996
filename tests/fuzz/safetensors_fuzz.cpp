// safetensors files: the arrays tile the data, and are written so that they read back the same.
#include <algorithm>

#include "engine/visual/io/safetensors.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace engine = millrace::engine;
    namespace fuzz = millrace::fuzz;
    namespace visual = millrace::visual;
    using fuzz::require;
    const std::span<const std::byte> bytes = fuzz::bytes_of(data, size);
    visual::Safetensors read;
    if (!fuzz::succeeds([&] { read = visual::read_safetensors(bytes, "input"); })) return 0;
    std::size_t total = 0;
    for (const engine::ArrayView& array : read.arrays) {
        require(array.bytes.data() >= bytes.data() &&
                    array.bytes.data() + array.bytes.size() <= bytes.data() + bytes.size(),
                "arrays lie within the file");
        require(static_cast<std::size_t>(array.count()) * size_of(array.type) == array.bytes.size(),
                "an array has the size of its shape");
        total += array.bytes.size();
    }
    require(total <= size, "arrays do not overlap");

    const std::string written = visual::write_safetensors(read.arrays, read.metadata);
    const visual::Safetensors again =
        visual::read_safetensors(std::as_bytes(std::span(written)), "written");
    require(again.metadata == read.metadata, "metadata stay the same");
    require(again.arrays.size() == read.arrays.size(), "as many arrays are read as were written");
    for (const engine::ArrayView& array : read.arrays) {
        const auto same = std::ranges::find(again.arrays, array.name, &engine::ArrayView::name);
        require(same != again.arrays.end() && same->type == array.type &&
                    same->shape == array.shape && std::ranges::equal(same->bytes, array.bytes),
                "arrays stay the same");
    }
    return 0;
}
