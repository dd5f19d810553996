// JSON and what is read from it besides documents: sketches and problems of recorded runs.
#include "engine/sketch.hpp"
#include "engine/value_parse.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace engine = millrace::engine;
    namespace fuzz = millrace::fuzz;
    using fuzz::require;
    const std::string_view text = fuzz::text_of(data, size);
    std::vector<engine::Problem> faults;
    engine::Value lenient;
    const bool readable =
        fuzz::succeeds([&] { lenient = engine::parse_document(text, "input", faults); });
    for (const engine::Problem& fault : faults) fuzz::require_helpful(fault);
    engine::Value value;
    const bool strict = fuzz::succeeds([&] { value = engine::parse_json(text, "input"); });
    require(strict == (readable && faults.empty()), "both parsers agree on what is right");
    if (!strict) return 0;
    require(value == lenient, "both parsers read the same");
    for (const engine::JsonLayout layout :
         {engine::JsonLayout::Compact, engine::JsonLayout::Pretty}) {
        const std::string written = to_json(value, layout);
        require(engine::parse_json(written, "written") == value,
                "JSON is written so that it reads back the same");
        require(to_json(engine::parse_json(written, "written"), layout) == written,
                "writing twice gives the same text");
    }
    fuzz::succeeds([&] {
        const engine::Sketch sketch = engine::sketch_from(value);
        require(engine::sketch_from(to_value(sketch)) == sketch, "a sketch is recorded whole");
        engine::distance(sketch, sketch);
    });
    fuzz::succeeds([&] { engine::problem_from(value); });
    return 0;
}
