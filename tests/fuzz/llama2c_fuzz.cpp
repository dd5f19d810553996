// Checkpoints of llama2.c: what is read fits the architecture that the header describes.
#include "nodes/ops/language/llama2c_file.hpp"

#include "nodes/ops/language/llama.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace fuzz = millrace::fuzz;
    namespace ops = millrace::ops;
    millrace::types::Model model;
    const auto read = [&] { model = ops::read_llama2c(fuzz::bytes_of(data, size), "input"); };
    if (!fuzz::succeeds(read)) return 0;
    const ops::Llama llama(model.spec);
    llama.check_tensors(model.parameters);
    fuzz::require(model.bytes() < size, "a model is no larger than its file");
    return 0;
}
