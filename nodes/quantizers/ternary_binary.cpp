#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/language/bart.hpp"
#include "nodes/ops/language/layer_patterns.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {
namespace {

struct TernaryBinary {
    int embeddings = 2, weights = 2, activations = 2;
    ops::WeightMethod method = ops::WeightMethod::Tbt;
    ops::TbtRule rule = ops::TbtRule::Release;
    ops::ActivationMethod activation_method = ops::ActivationMethod::Elastic;
    std::string layers = "*";

    static engine::NodeSpec spec() {
        using S = TernaryBinary;
        return {
            .id = "quantizers.ternary_binary",
            .title = "Ternary and binary",
            .group = "Quantizers",
            .doc =
                "Makes every further pass of an encoder-decoder use embeddings, weights and "
                "activations of 1 or 2 bits. Ternary and Binary Transformers take the scales of "
                "weights from their statistics and learn those of activations; TWN, BWN and BiT "
                "are there to compare, in any mixture. Learned scales begin unset: "
                "quantizers.first_scales sets them. Norms, biases, positions and the head stay "
                "float. Put twice in a row it gives layers different bits: the second replaces the "
                "first's where both are of a layer and adds to it elsewhere, where scales that are "
                "there stay.",
            .inputs = {{"model", "an encoder-decoder of the BART architecture"}},
            .outputs = {{"model",
                         "the same tensors, quantized in each pass, with scales to learn"}},
            .params = {{.name = "embeddings",
                        .field = &S::embeddings,
                        .unit = "bits",
                        .range = {1, 32},
                        .doc = "Of the lookup: 1, 2, or 32: off"},
                       {.name = "weights",
                        .field = &S::weights,
                        .unit = "bits",
                        .range = {1, 32},
                        .doc = "Of linear layers: 1, 2, or 32: off"},
                       {.name = "activations",
                        .field = &S::activations,
                        .unit = "bits",
                        .range = {1, 32},
                        .doc = "1 and 2 by their method, 3 to 16 by the least and most of the "
                               "whole tensor, 32: off"},
                       {.name = "method",
                        .field = &S::method,
                        .choices = {"tbt", "twn", "bwn"},
                        .doc = "Of weights and embeddings: tbt has 1 and 2 bits, twn 2, bwn 1"},
                       {.name = "rule",
                        .field = &S::rule,
                        .choices = {"release", "paper"},
                        .doc = "tbt: as the authors' program has it, or with the mean subtracted "
                               "and the gradient clipped as the paper says"},
                       {.name = "activation_method",
                        .field = &S::activation_method,
                        .choices = {"elastic", "twn", "bit"},
                        .doc = "Of 1 and 2 bits: a learned scale for each place; TWN's and BWN's "
                               "statistics of the whole tensor; BiT's learned scale, four levels "
                               "at 2 bits"},
                       {.name = "layers",
                        .field = &S::layers,
                        .doc = "Names, parted by blanks; * stands for any text. Linears: *.fc1, "
                               "model.decoder.*_proj; attentions, for their queries, keys, values "
                               "and probabilities: *.self_attn, *.encoder_attn; the lookup: "
                               "model.shared. Others stay as they are"}},
            .tags = {"translation", "summarization", "encoder", "decoder"},
            .source =
                "Liu et al. 2023, Binary and Ternary Natural Language Generation, arXiv "
                "2306.01841, section 3",
        };
    }

    std::vector<engine::Problem> check() const {
        std::vector<engine::Problem> problems;
        const auto refuse = [&](const char* param, int bits, const char* allowed) {
            problems.push_back({.code = "E-LM-051",
                                .what = fmt::format("\"{}\" cannot have {} bits", param, bits),
                                .expected = allowed,
                                .found = fmt::format("{}", bits),
                                .where = param,
                                .mend = "Choose one of these, or another method."});
        };
        const bool has_1 = method != ops::WeightMethod::Twn;
        const bool has_2 = method != ops::WeightMethod::Bwn;
        const char* allowed = !has_1   ? "2, or 32 for none, of method twn"
                              : !has_2 ? "1, or 32 for none, of method bwn"
                                       : "1, 2, or 32 for none";
        const auto is_allowed = [&](int bits) {
            return bits == 32 || (bits == 1 && has_1) || (bits == 2 && has_2);
        };
        if (!is_allowed(weights)) refuse("weights", weights, allowed);
        if (!is_allowed(embeddings)) refuse("embeddings", embeddings, allowed);
        if (activations > 16 && activations != 32)
            refuse("activations", activations, "1 to 16, or 32 for none");
        return problems;
    }

    types::Model operator()(const types::Model& model) const {
        const ops::Bart before(model.spec);
        const ops::Bart bart(
            ops::with_rule(model.spec, rule_members(), layers, before.quantized_parts()));
        types::Model made{.spec = bart.spec(), .parameters = {}, .buffers = {}, .average = {}};
        // What is measured and trained from here on are the tensors that evaluation goes by. Scales
        // of another quantization are none of this one.
        types::NamedTensors kept = model.evaluated(), buffers = model.buffers;
        for (const std::string& name : bart.scale_names()) {
            const bool is_kept =
                kept.contains(name) && !ops::fits_layer(layers, ops::bart_part_of_site(name));
            if (is_kept) continue;
            kept[name] = at::ones({}, at::kFloat);
            buffers[name + ".initialised"] = at::zeros({}, at::kFloat);
        }
        made.parameters = chosen(bart.parameter_shapes(), kept);
        made.buffers = chosen(bart.buffer_shapes(), buffers);
        bart.check_tensors(made.parameters, made.buffers);
        return made;
    }

private:
    engine::Object rule_members() const {
        static constexpr const char* kMethods[] = {"tbt", "twn", "bwn"};
        static constexpr const char* kActivationMethods[] = {"elastic", "twn", "bit"};
        return {{"method", kMethods[static_cast<int>(method)]},
                {"activation_method", kActivationMethods[static_cast<int>(activation_method)]},
                {"rule", rule == ops::TbtRule::Release ? "release" : "paper"},
                {"embeddings", embeddings},
                {"weights", weights},
                {"activations", activations}};
    }

    /// Those of `shapes`; what is missing is for check_tensors() to tell.
    static types::NamedTensors chosen(const ops::Bart::Shapes& shapes,
                                      const types::NamedTensors& own) {
        types::NamedTensors found;
        for (const auto& [name, shape] : shapes) {
            if (const auto from = own.find(name); from != own.end()) found[name] = from->second;
        }
        return found;
    }
};

}  // namespace

void register_ternary_binary(engine::Registry& registry) { registry.add<TernaryBinary>(); }

}  // namespace millrace::nodes
