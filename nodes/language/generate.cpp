#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "engine/node.hpp"
#include "nodes/language/text_params.hpp"
#include "nodes/language/writing.hpp"
#include "nodes/ops/language/llama_steps.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {
namespace {

struct Generate {
    engine::Path tokenizer;
    int most_tokens = 128, top_k = 0, beams = 1;
    double temperature = 0, top_p = 1, length_penalty = 1;
    bool begin = true;

    static engine::NodeSpec spec() {
        using S = Generate;
        return {
            .id = "language.generate",
            .title = "Write on",
            .group = "Language",
            .doc =
                "Lets a decoder go on from each prompt: the likeliest token at a time, by "
                "sampling, "
                "or with the best of several beams. Keys and values of what was read are kept, so "
                "a token costs one pass, for each beam. The same seed writes the same text.",
            .inputs = {{"prompt", "how the text begins"},
                       {.name = "model", .doc = "a decoder", .sync = engine::Sync::Latch}},
            .outputs = {{"text", "the prompt and what follows"},
                        {"tokens", "[tokens] int64, of what follows"}},
            .params = writing_params<S>(),
            .tags = {"language model", "decoder"},
            // A metric of the run is not kept with a result.
            .pure = false,
            .random = true,
            .resource = engine::Resource::Compute,
        };
    }

    std::vector<engine::Problem> check() const { return check_beams(beams, temperature); }

    void start() { reader_ = ops::load_tokenizer(tokenizer.text); }

    std::tuple<types::Text, types::Tensor> operator()(const types::Text& prompt,
                                                      const types::Model& model,
                                                      engine::RunContext& context) const {
        const at::NoGradGuard no_gradients;
        ops::LlamaSteps steps(ops::Llama(model.spec), model.evaluated());
        return write_on(steps, *reader_, prompt_ids(*reader_, prompt.text, begin),
                        writing_of(*this), context);
    }

private:
    std::shared_ptr<const ops::Tokenizer> reader_;
};

}  // namespace

void register_generate(engine::Registry& registry) { registry.add<Generate>(); }

}  // namespace millrace::nodes
