#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "engine/node.hpp"
#include "nodes/ops/language/bart.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {
namespace {

enum class FirstWeights { Fixed, ByWidth };

constexpr double kFixedDeviation = 0.02;  // of ops::Bart::initial_parameters()

/// Linear layers from the fixed deviation to 1 / sqrt(inputs), by which what they pass on keeps its
/// size: at a width of 64 the fixed one shrinks it to a sixth in each.
void spread_by_width(types::NamedTensors& parameters) {
    for (auto& [name, tensor] : parameters) {
        if (!name.ends_with("_proj.weight") && !name.ends_with("fc1.weight") &&
            !name.ends_with("fc2.weight"))
            continue;
        const auto inputs = static_cast<double>(tensor.size(1));
        tensor = tensor / (kFixedDeviation * std::sqrt(inputs));
    }
}

struct BartModel {
    int vocabulary = 260, width = 64, encoder_layers = 2, decoder_layers = 2, heads = 4,
        hidden = 128, context = 128;
    ops::BartActivation activation = ops::BartActivation::Gelu;
    ops::BartNorm norm = ops::BartNorm::Post;
    FirstWeights first_weights = FirstWeights::Fixed;
    bool scale_embedding = false;
    double dropout = 0.1, attention_dropout = 0, activation_dropout = 0;
    int pad = 1, begin = 0, end = 2, decoder_start = 2;

    static engine::NodeSpec spec() {
        return {
            .id = "backbones.bart",
            .title = "BART encoder-decoder",
            .group = "Models",
            .doc =
                "A model of the BART architecture with first parameters, for translation and "
                "summaries. An encoder reads the source; a decoder, which sees it through "
                "cross-attention, writes the target. Embedding and head are one weight; positions "
                "are learned. With norms before each part it is of mBART's kind.",
            .outputs = {{"model", "with first parameters, drawn by the run's seed"}},
            .params = params(),
            .tags = {"translation", "summarization", "transformer", "mbart"},
            .pure = true,
            .random = true,
            .source = "Lewis et al. 2020, BART, arXiv 1910.13461, section 2",
        };
    }

    static std::vector<engine::ParamSpec> params() {
        using S = BartModel;
        const auto token = [](const char* name, engine::Field field, const char* doc) {
            return engine::ParamSpec{.name = name,
                                     .field = std::move(field),
                                     .range = {0, 1 << 20},
                                     .doc = doc,
                                     .advanced = true};
        };
        const auto share = [](const char* name, engine::Field field, const char* doc) {
            return engine::ParamSpec{
                .name = name, .field = std::move(field), .range = {0, 0.999}, .doc = doc};
        };
        return {{.name = "vocabulary",
                 .field = &S::vocabulary,
                 .range = {2, 1 << 20},
                 .doc = "Tokens it knows; that of its tokenizer, 260 for bytes"},
                {.name = "width",
                 .field = &S::width,
                 .range = {1, 1 << 16},
                 .doc = "Channels between the layers"},
                {.name = "encoder_layers",
                 .field = &S::encoder_layers,
                 .range = {1, 256},
                 .doc = "Layers of the encoder"},
                {.name = "decoder_layers",
                 .field = &S::decoder_layers,
                 .range = {1, 256},
                 .doc = "Layers of the decoder"},
                {.name = "heads",
                 .field = &S::heads,
                 .range = {1, 1024},
                 .doc = "Heads of attention; a divisor of the width"},
                {.name = "hidden",
                 .field = &S::hidden,
                 .range = {1, 1 << 18},
                 .doc = "Channels inside of the feed-forward part"},
                {.name = "context",
                 .field = &S::context,
                 .range = {1, 1 << 20},
                 .doc = "Tokens of a source or of a target at most"},
                {.name = "activation",
                 .field = &S::activation,
                 .choices = {"gelu", "relu"},
                 .doc = "Inside of the feed-forward part"},
                {.name = "norm",
                 .field = &S::norm,
                 .choices = {"post", "pre"},
                 .doc = "Norms behind each residual sum (BART), or before each part (mBART)"},
                {.name = "first_weights",
                 .field = &S::first_weights,
                 .choices = {"fixed", "by_width"},
                 .doc = "Deviation of linear layers: 0.02 (BART), or 1 over the root of their "
                        "inputs, by which a narrow model passes on values of the size it reads"},
                {.name = "scale_embedding",
                 .field = &S::scale_embedding,
                 .doc = "Multiply embeddings by the root of the width, as mBART"},
                share("dropout", &S::dropout, "Share of what each part adds that is dropped"),
                share("attention_dropout", &S::attention_dropout,
                      "Share of attention's probabilities that is dropped"),
                share("activation_dropout", &S::activation_dropout,
                      "Share inside of the feed-forward part that is dropped"),
                token("pad", &S::pad, "Token of padding"),
                token("begin", &S::begin, "Token that texts begin with"),
                token("end", &S::end, "Token that texts end with"),
                token("decoder_start", &S::decoder_start, "Token that the decoder begins with")};
    }

    std::vector<engine::Problem> check() const {
        try {
            const ops::Bart checked(description());
            return {};
        } catch (const engine::Error& error) {
            return {error.problem()};
        }
    }

    std::uint64_t count() const { return 1; }

    std::optional<types::Model> operator()(engine::Item item, engine::RunContext& context) const {
        if (item.number > 0) return std::nullopt;
        const ops::Bart bart(description());
        types::NamedTensors parameters = bart.initial_parameters(context.seed());
        if (first_weights == FirstWeights::ByWidth) spread_by_width(parameters);
        return types::Model{.spec = bart.spec(),
                            .parameters = std::move(parameters),
                            .buffers = bart.initial_buffers(),
                            .average = {}};
    }

private:
    engine::Value description() const {
        return engine::Object{
            {"architecture", "bart"},
            {"vocabulary", vocabulary},
            {"width", width},
            {"encoder_layers", encoder_layers},
            {"decoder_layers", decoder_layers},
            {"heads", heads},
            {"hidden", hidden},
            {"context", context},
            {"activation", activation == ops::BartActivation::Gelu ? "gelu" : "relu"},
            {"norm", norm == ops::BartNorm::Post ? "post" : "pre"},
            {"scale_embedding", scale_embedding},
            {"dropout", dropout},
            {"attention_dropout", attention_dropout},
            {"activation_dropout", activation_dropout},
            {"pad", pad},
            {"begin", begin},
            {"end", end},
            {"decoder_start", decoder_start}};
    }
};

}  // namespace

void register_bart(engine::Registry& registry) { registry.add<BartModel>(); }

}  // namespace millrace::nodes
