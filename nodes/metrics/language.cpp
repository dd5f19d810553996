#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/metrics/together.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

struct LanguageMetric {
    double peer_timeout = kPeerTimeout;

    static engine::NodeSpec spec() {
        return {
            .id = "metrics.language",
            .title = "Perplexity",
            .group = "Metrics",
            .doc =
                "How well a language model foretells a text: loss, perplexity and accuracy over "
                "all "
                "tokens of the stream. With a teacher's logits of the same batches also how far "
                "the "
                "model is from it: the mean divergence KL(teacher || model) and how often both "
                "have "
                "the same likeliest token. Perplexity is exp of the mean loss over tokens, not a "
                "mean "
                "over batches.",
            .inputs = {{"logits", "[batch, time, vocabulary] floating point"},
                       {"labels", "[batch, time] int64; what is below 0 is left out"},
                       {.name = "teacher",
                        .doc = "[batch, time, vocabulary], of the same batches",
                        .optional = true}},
            .outputs = {{"report", "figure and value, of the whole stream"}},
            .params = {peer_timeout_param(&LanguageMetric::peer_timeout)},
            .resource = engine::Resource::Wait,
            .rate = engine::Rate::New,
            .gathers = "*",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.token_corpus", "version": 1, "params": {"tokenizer": "tokenizer.json", "split": "test", "test_share": 0.5}},
    "model": {"type": "backbones.llama", "version": 1},
    "forward": {"type": "training.forward", "version": 1},
    "language": {"type": "metrics.language", "version": 1}},
"wires": [
    {"from": "corpus.tokens", "to": "forward.features"}, {"from": "model.model", "to": "forward.model"},
    {"from": "forward.logits", "to": "language.logits"}, {"from": "corpus.labels", "to": "language.labels"}])",
        };
    }

    void start(engine::RunContext& context) { together_.join(context, peer_timeout); }

    std::optional<types::Table> operator()(const types::Tensor& logits, const types::Tensor& labels,
                                           const types::Tensor* teacher) {
        const at::NoGradGuard no_gradients;
        require(logits.value, labels.value, teacher);
        const at::Tensor truth = labels.value.reshape({-1}), counted = truth.ge(0);
        const auto rows_of = [&](const at::Tensor& all) {
            return all.reshape({-1, all.size(-1)}).index({counted}).to(at::kDouble).log_softmax(-1);
        };
        const at::Tensor rows = rows_of(logits.value), wanted = truth.index({counted});
        sums_.tokens += wanted.numel();
        sums_.loss -= rows.gather(1, wanted.unsqueeze(1)).sum().item<double>();
        sums_.right += rows.argmax(-1).eq(wanted).sum().item<double>();
        if (teacher) {
            const at::Tensor other = rows_of(teacher->value);
            sums_.divergence += (other.exp() * (other - rows)).sum().item<double>();
            sums_.agreed += rows.argmax(-1).eq(other.argmax(-1)).sum().item<double>();
            has_teacher_ = true;
        }
        return {};
    }

    std::optional<types::Table> finish(engine::RunContext& context) {
        load({.values = together_.sum(context, save().values), .packets = {}});
        if (sums_.tokens == 0) return {};
        std::vector<std::string> names;
        std::vector<double> values;
        const auto add = [&](const char* name, double value) {
            names.emplace_back(name);
            values.push_back(value);
            context.metric(name, value);
        };
        const double tokens = static_cast<double>(sums_.tokens);
        add("tokens", tokens);
        add("loss", sums_.loss / tokens);
        add("perplexity", std::exp(sums_.loss / tokens));
        add("accuracy", sums_.right / tokens);
        if (has_teacher_) {
            add("kl", sums_.divergence / tokens);
            add("agreement", sums_.agreed / tokens);
        }
        return types::Table{{{"figure", std::move(names)}, {"value", std::move(values)}}};
    }

    engine::State save() const {
        engine::State state;
        state.values = {{"tokens", sums_.tokens}, {"loss", sums_.loss},
                        {"right", sums_.right},   {"divergence", sums_.divergence},
                        {"agreed", sums_.agreed}, {"teacher", has_teacher_}};
        return state;
    }

    void load(const engine::State& state) {
        sums_ = {.tokens = state.values.at("tokens").as_int(),
                 .loss = state.values.at("loss").as_double(),
                 .right = state.values.at("right").as_double(),
                 .divergence = state.values.at("divergence").as_double(),
                 .agreed = state.values.at("agreed").as_double()};
        has_teacher_ = state.values.at("teacher").as_bool();
    }

private:
    struct Sums {
        std::int64_t tokens = 0;
        double loss = 0, right = 0, divergence = 0, agreed = 0;
    };

    static std::string text_of(const at::Tensor& tensor) {
        return tensor.defined() ? fmt::format("{} [{}]", c10::toString(tensor.scalar_type()),
                                              fmt::join(tensor.sizes().vec(), ", "))
                                : "no tensor";
    }

    static void require(const at::Tensor& logits, const at::Tensor& labels,
                        const types::Tensor* teacher) {
        const bool fits =
            logits.defined() && labels.defined() && logits.dim() == 3 &&
            at::isFloatingType(logits.scalar_type()) && labels.scalar_type() == at::kLong &&
            labels.dim() == 2 && labels.sizes() == logits.sizes().slice(0, 2) &&
            (labels.numel() == 0 || labels.max().item<std::int64_t>() < logits.size(2));
        const bool alike =
            !teacher || (teacher->value.defined() && teacher->value.sizes() == logits.sizes());
        if (fits && alike) return;
        throw engine::Error(
            {.code = "E-METRIC-040",
             .what = "Logits, labels and the teacher's logits don't fit each other",
             .expected = "[batch, time, vocabulary], int64 [batch, time] below the vocabulary, and "
                         "the teacher's as the first",
             .found = text_of(logits) + ", " + text_of(labels) + " and " +
                      (teacher ? text_of(teacher->value) : "no teacher"),
             .mend = "Wire the logits and labels of the same batches."});
    }

    Together together_;
    Sums sums_;
    bool has_teacher_ = false;
};

}  // namespace

void register_language(engine::Registry& registry) { registry.add<LanguageMetric>(); }

}  // namespace millrace::nodes
