#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/language/llama_rivals.hpp"
#include "nodes/quantizers/calibrator.hpp"
#include "nodes/quantizers/weight_grid.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct Gptq {
    int bits = 4, group = 0, activations = 16, cache = 16, block = 128;
    GridKind kind = GridKind::Symmetric;
    bool by_activity = false, static_groups = false;
    double damping = 0.01;
    std::string layers = "*";

    static engine::NodeSpec spec() {
        using S = Gptq;
        std::vector<engine::ParamSpec> params = grid_params<S>();
        params.push_back({.name = "damping",
                          .field = &S::damping,
                          .range = {0, 10},
                          .doc = "Share of the mean square of the inputs that is added to each, "
                                 "so that the problem can be solved"});
        params.push_back({.name = "by_activity",
                          .field = &S::by_activity,
                          .doc = "Round the columns with the strongest inputs first"});
        params.push_back({.name = "static_groups",
                          .field = &S::static_groups,
                          .doc = "Groups are of neighbours in the weight and have their scales "
                                 "before any correction"});
        params.push_back({.name = "block",
                          .field = &S::block,
                          .unit = "columns",
                          .range = {1, 1 << 20},
                          .doc = "Corrected together; with groups it moves results a little",
                          .advanced = true});
        return {
            .id = "quantizers.gptq",
            .title = "GPTQ",
            .group = "Quantizers",
            .doc =
                "Rounds a decoder's weights column by column and makes each error good in the "
                "columns that follow, weighed by what the layers read. All "
                "inputs are the float model's, where the paper has those behind the layers "
                "rounded so far. Keeps four matrices of float64 a layer, as wide as its inputs, "
                "however long the stream.",
            .inputs = Calibrator::inputs(),
            .outputs = {{"model", "with rounded weights, at the end of the stream"},
                        {"report",
                         "linear and what rounding does to its output, to nearest and so: the "
                         "error's squares as a share of the output's"}},
            .params = std::move(params),
            .pure = false,
            .resource = engine::Resource::Compute,
            .rate = engine::Rate::New,
            .gathers = "*",
            .source = "Frantar et al. 2023, GPTQ, arXiv 2210.17323, section 3",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.token_corpus", "version": 1, "params": {"tokenizer": "tokenizer.json", "split": "train"}},
    "model": {"type": "backbones.llama", "version": 1},
    "gptq": {"type": "quantizers.gptq", "version": 1}},
"wires": [
    {"from": "corpus.tokens", "to": "gptq.tokens"}, {"from": "corpus.labels", "to": "gptq.labels"},
    {"from": "model.model", "to": "gptq.model"}])",
        };
    }

    using Result = std::tuple<types::Model, types::Table>;

    std::optional<Result> operator()(const types::Tensor& tokens, const types::Tensor* labels,
                                     const types::Model& model) {
        calibrator_.add(tokens, labels, model);
        return {};
    }

    std::optional<Result> finish() {
        const ops::LlamaInputs& sums = calibrator_.sums();
        types::Model made = calibrator_.model();
        const ops::Llama chosen(with_bits(made.spec, bits, activations, cache, layers));
        ops::RoundedLlama rounded = ops::gptq_llama(chosen, made.parameters, sums,
                                                    {.bits = bits,
                                                     .is_symmetric = kind == GridKind::Symmetric,
                                                     .group_size = group > 0 ? group : -1,
                                                     .orders_by_activity = by_activity,
                                                     .has_static_groups = static_groups,
                                                     .block_size = block,
                                                     .damping = damping});
        made.parameters = std::move(rounded.parameters);
        made.spec = with_bits(made.spec, 16, activations, cache, layers);
        return Result{std::move(made), report(rounded.linears)};
    }

    engine::State save() const { return calibrator_.save(); }
    void load(const engine::State& state) { calibrator_.load(state); }

private:
    static types::Table report(const std::vector<ops::RoundedLinear>& linears) {
        std::vector<std::string> names;
        std::vector<double> nearest, errors;
        for (const ops::RoundedLinear& linear : linears) {
            names.push_back(linear.name);
            nearest.push_back(linear.nearest_error);
            errors.push_back(linear.error);
        }
        return {{{"linear", std::move(names)},
                 {"error to nearest", std::move(nearest)},
                 {"error", std::move(errors)}}};
    }

    Calibrator calibrator_{ops::LlamaInputs::Kept::Grams};
};

}  // namespace

void register_gptq(engine::Registry& registry) { registry.add<Gptq>(); }

}  // namespace millrace::nodes
