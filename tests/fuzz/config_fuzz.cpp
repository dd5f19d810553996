// config.json of Hugging Face: what converts names its architecture and sizes from 1 on.
#include "engine/value_parse.hpp"
#include "nodes/ops/checkpoints/config.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace engine = millrace::engine;
    namespace fuzz = millrace::fuzz;
    namespace ops = millrace::ops;
    ops::ConvertedConfig converted;
    const auto read = [&] {
        const engine::Value config = engine::parse_json(fuzz::text_of(data, size), "input");
        converted = ops::convert_config(config, "input");
    };
    if (!fuzz::succeeds(read)) return 0;
    const engine::Value* architecture = converted.spec.find("architecture");
    fuzz::require(architecture && architecture->is_string(), "a spec names its architecture");
    fuzz::require(converted.generation.is_object(), "what generation needs has names");
    for (const char* name : {"vocabulary", "width", "heads", "hidden", "context"}) {
        const engine::Value* member = converted.spec.find(name);
        fuzz::require(member && member->as_int() > 0, "sizes are from 1 on");
    }
    return 0;
}
