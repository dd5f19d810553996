#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/heat/heat.hpp"
#include "nodes/ops/heat/heat_picture.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

using Output = std::tuple<types::Table, types::Image>;

/// What is kept of a layer between batches, in this order.
constexpr std::int64_t kFigures = 21;

std::vector<double> figures_of(const ops::LayerHeat& layer) {
    std::vector<double> figures;
    for (const ops::LayerSums* sums : {&layer.own, &layer.inherited, &layer.total}) {
        figures.insert(figures.end(),
                       {sums->signal, sums->other, sums->dot, sums->error, sums->values});
    }
    for (const ops::EndCodes* ends : {&layer.activations, &layer.weights})
        figures.insert(figures.end(), {ends->at_ends, ends->all});
    figures.insert(figures.end(), {layer.effect, layer.positions});
    return figures;
}

ops::LayerHeat layer_from(std::string name, const double* figures) {
    ops::LayerHeat layer{.name = std::move(name), .own = {}, .inherited = {}, .total = {}};
    for (ops::LayerSums* sums : {&layer.own, &layer.inherited, &layer.total}) {
        *sums = {figures[0], figures[1], figures[2], figures[3], figures[4]};
        figures += 5;
    }
    for (ops::EndCodes* ends : {&layer.activations, &layer.weights}) {
        *ends = {figures[0], figures[1]};
        figures += 2;
    }
    layer.effect = figures[0];
    layer.positions = figures[1];
    return layer;
}

struct QuantizationHeat {
    ops::HeatMeasure measure = ops::HeatMeasure::Exact;
    int draws = 4;

    static engine::NodeSpec spec() {
        return {
            .id = "metrics.quantization_heat",
            .title = "Quantization heat",
            .group = "Metrics",
            .doc =
                "Runs a float and a quantized model on the same batches and tells for every layer "
                "how much error it adds. Errors are of a layer's output against the float model's, "
                "as signal over error in dB (SQNR) and as cosine: own is the quantized layer on "
                "the float model's input, inherited the float layer on the quantized model's "
                "input, "
                "total the quantized layer on that. Effect is how far the model's output moves "
                "where this layer alone is quantized: KL(float || quantized) in nats, estimated to "
                "second order for all layers at once. At ends is the share of values whose code is "
                "an outermost one of its grid; an end that stands for zero or the tensor's least "
                "value is not counted. A trained quantized model has weights of its own, whose "
                "distance from the float model's counts as own error, too. The metrics "
                "\"worst_effect\", \"worst_own_sqnr\" and \"output_sqnr\" are written at the end.",
            .inputs =
                {{"features",
                  "[batch, frames, features], or ids [batch, time] int64 of a language model"},
                 {.name = "float", .doc = "the reference", .sync = engine::Sync::Latch},
                 {.name = "quantized",
                  .doc = "a model with the same layers, some of them quantized",
                  .sync = engine::Sync::Latch},
                 {.name = "target",
                  .doc = "ids [batch, time] int64 before the decoder, of a model with an encoder",
                  .optional = true}},
            .outputs = {{"heat",
                         "layer, effect in nats an output distribution, own, inherited and total "
                         "SQNR in dB (infinite where exact) and cosine, shares of weights and "
                         "activations at ends (NaN where not quantized), rank by effect, or by own "
                         "SQNR without (0: no error), in the order of the pass"},
                        {"picture",
                         "8-bit RGB: a bar for each layer, the longer and warmer the worse"}},
            .params = {{.name = "measure",
                        .field = &QuantizationHeat::measure,
                        .choices = {"exact", "sketches"},
                        .doc = "Exact holds the float model's outputs of a batch; sketches hold a "
                               "kilobyte a layer and estimate errors to about half a dB"},
                       {.name = "draws",
                        .field = &QuantizationHeat::draws,
                        .range = {0, 1000},
                        .doc =
                            "Backward passes a batch that estimate effects, each text of it to "
                            "be counted; n together err by about sqrt(2 / n). 0: no effects, and "
                            "less memory"}},
            .pure = false,
            .resource = engine::Resource::Compute,
            .rate = engine::Rate::New,
            .gathers = "*",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.token_corpus", "version": 1, "params": {"tokenizer": "tokenizer.json", "epochs": 1, "split": "validation"}},
    "model": {"type": "backbones.llama", "version": 1},
    "quantize": {"type": "quantizers.llm_qat", "version": 1},
    "heat": {"type": "metrics.quantization_heat", "version": 1},
    "table": {"type": "sinks.table", "version": 1}},
"wires": [
    {"from": "corpus.tokens", "to": "heat.features"}, {"from": "model.model", "to": "heat.float"},
    {"from": "model.model", "to": "quantize.model"}, {"from": "quantize.model", "to": "heat.quantized"},
    {"from": "heat.heat", "to": "table.table"}])",
        };
    }

    std::optional<Output> operator()(const types::Tensor& features, const types::Model& exact,
                                     const types::Model& quantized, const types::Tensor* target) {
        if (!heat_) heat_.emplace(options());
        heat_->add(exact, quantized,
                   {.input = features.value, .target = target ? target->value : at::Tensor()});
        return {};
    }

    std::optional<Output> finish(engine::RunContext& context) {
        if (!heat_ || heat_->layers().empty()) return {};
        const std::vector<ops::LayerHeat>& layers = heat_->layers();
        const std::vector<std::size_t> hot = ops::hottest(layers);
        if (!hot.empty()) {
            const ops::LayerHeat& worst = layers[hot.front()];
            double least = worst.own.sqnr_db();
            for (const std::size_t i : hot) least = std::min(least, layers[i].own.sqnr_db());
            context.metric("worst_own_sqnr", least);
            if (worst.positions > 0) context.metric("worst_effect", worst.effect_nats());
            context.log(
                fmt::format("hottest: {}, {:.1f} dB by itself", worst.name, worst.own.sqnr_db()));
        }
        context.metric("output_sqnr", layers.back().total.sqnr_db());
        return Output{table(layers, hot), ops::draw_heat(layers, "Quantization heat")};
    }

    engine::State save() const {
        engine::State state;
        if (!heat_ || heat_->layers().empty()) return state;  // no batch has gone well yet
        engine::Array names;
        std::vector<double> all;
        for (const ops::LayerHeat& layer : heat_->layers()) {
            names.emplace_back(layer.name);
            const std::vector<double> figures = figures_of(layer);
            all.insert(all.end(), figures.begin(), figures.end());
        }
        state.values["layers"] = std::move(names);
        state.values["batches"] = heat_->batches();
        // As a tensor, which keeps NaN and infinity.
        state.packets["figures"] = {engine::Packet::make(
            types::Tensor{at::tensor(all, at::kDouble).reshape({-1, kFigures})})};
        return state;
    }

    void load(const engine::State& state) {
        const auto kept = state.packets.find("figures");
        if (kept == state.packets.end()) return;
        const at::Tensor figures = kept->second.at(0).as<types::Tensor>().value.contiguous();
        std::vector<ops::LayerHeat> layers;
        const double* row = figures.data_ptr<double>();
        for (const engine::Value& name : state.values.at("layers").as_array()) {
            layers.push_back(layer_from(name.as_string(), row));
            row += kFigures;
        }
        heat_.emplace(options()).restore(
            std::move(layers), static_cast<std::uint64_t>(state.values.at("batches").as_int()));
    }

private:
    ops::HeatOptions options() const { return {.measure = measure, .draws = draws}; }

    static types::Table table(const std::vector<ops::LayerHeat>& layers,
                              const std::vector<std::size_t>& hot) {
        std::vector<std::string> names;
        for (const ops::LayerHeat& layer : layers) names.push_back(layer.name);
        types::Table table{{{"layer", std::move(names)}}};
        const auto add = [&](const char* name, const auto& figure) {
            std::vector<double> values;
            for (const ops::LayerHeat& layer : layers) values.push_back(figure(layer));
            table.columns.push_back({name, std::move(values)});
        };
        using Layer = const ops::LayerHeat&;
        add("effect nats", [](Layer layer) { return layer.effect_nats(); });
        add("own SQNR dB", [](Layer layer) { return layer.own.sqnr_db(); });
        add("inherited SQNR dB", [](Layer layer) { return layer.inherited.sqnr_db(); });
        add("total SQNR dB", [](Layer layer) { return layer.total.sqnr_db(); });
        add("own cosine", [](Layer layer) { return layer.own.cosine(); });
        add("inherited cosine", [](Layer layer) { return layer.inherited.cosine(); });
        add("total cosine", [](Layer layer) { return layer.total.cosine(); });
        add("weights at ends", [](Layer layer) { return layer.weights.share(); });
        add("activations at ends", [](Layer layer) { return layer.activations.share(); });
        std::vector<std::int64_t> ranks(layers.size(), 0);
        for (std::size_t i = 0; i < hot.size(); ++i)
            ranks[hot[i]] = static_cast<std::int64_t>(i) + 1;
        table.columns.push_back({"rank", std::move(ranks)});
        return table;
    }

    std::optional<ops::Heat> heat_;
};

}  // namespace

void register_quantization_heat(engine::Registry& registry) { registry.add<QuantizationHeat>(); }

}  // namespace millrace::nodes
