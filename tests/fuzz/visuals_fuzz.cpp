// Recorded visuals: what is read is written so that it reads back the same.
#include "engine/visual/codec.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace fuzz = millrace::fuzz;
    namespace visual = millrace::visual;
    std::vector<visual::Visual> read;
    if (!fuzz::succeeds([&] { read = visual::read_visuals(fuzz::bytes_of(data, size), "input"); }))
        return 0;
    const std::string written = visual::write_visuals(read);
    const auto again = visual::read_visuals(std::as_bytes(std::span(written)), "written");
    fuzz::require(visual::write_visuals(again) == written, "visuals stay the same");
    return 0;
}
