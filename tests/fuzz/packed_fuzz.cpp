// Files of packed models: what is read is shown and written so that it reads back the same; a model
// that fits its architecture gives logits, whatever its codes and scales are.
#include <algorithm>
#include <memory>
#include <vector>

#include "nodes/ops/packed/packed_bart_decoder.hpp"
#include "nodes/ops/packed/packed_llama_steps.hpp"
#include "nodes/ops/packed/packed_report.hpp"
#include "nodes/types/packed_model.hpp"
#include "tests/fuzz/files.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

namespace fuzz = millrace::fuzz;
namespace ops = millrace::ops;
using fuzz::require;
using millrace::types::PackedModel;

constexpr std::int64_t kTokens = 3;

void run_llama(const PackedModel& packed) {
    const auto model = std::make_shared<const ops::PackedLlama>(packed);
    ops::PackedLlamaSteps steps(model, std::min(model->llama().sizes().context, kTokens));
    for (std::int64_t step = 0; step < steps.capacity(); ++step) {
        const std::int64_t token = step % 2 == 0 ? steps.vocabulary() - 1 : 0;
        require(std::ssize(steps.feed(std::vector{token})) == steps.vocabulary(),
                "each token of the vocabulary has a logit");
    }
}

void run_bart(const PackedModel& packed) {
    const auto model = std::make_shared<const ops::PackedBart>(packed);
    const std::int64_t last = model->bart().vocabulary() - 1;
    const std::vector<std::int64_t> first = {0}, token = {last};
    const std::vector<std::vector<std::int64_t>> sources = {token};
    ops::PackedBartDecoder decoder(model, sources, 1);
    std::vector<float> out(static_cast<std::size_t>(decoder.vocabulary()));
    decoder.step(first, token, out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace engine = millrace::engine;
    static const fuzz::Folder folder;
    PackedModel packed;
    const auto read = [&] {
        packed = millrace::types::read_packed_model(
            folder.put("m.safetensors", fuzz::text_of(data, size)));
    };
    if (!fuzz::succeeds(read)) return 0;
    require(packed.bytes() <= size, "a model is no larger than its file");
    const engine::Packet packet = engine::Packet::make<PackedModel>(packed);
    packet.visual({.bytes = 1 << 16});
    const auto file = folder.path() / "again.safetensors";
    millrace::types::write_packed_model(packed, file);
    require(engine::Packet::make<PackedModel>(millrace::types::read_packed_model(file)).hash() ==
                packet.hash(),
            "a written model is read whole");
    fuzz::succeeds([&] { run_llama(packed); });
    fuzz::succeeds([&] { run_bart(packed); });
    if (!packed.packed.empty()) ops::packed_parts(packed);
    return 0;
}
