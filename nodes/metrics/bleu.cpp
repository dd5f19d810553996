#include "nodes/ops/text/bleu.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/node.hpp"
#include "engine/version.hpp"
#include "nodes/metrics/text_ports.hpp"
#include "nodes/metrics/together.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct BleuMetric {
    ops::BleuTokens tokens = ops::BleuTokens::Mteval13a;
    ops::BleuSmoothing smoothing = ops::BleuSmoothing::Exponential;
    double smoothing_value = -1;
    bool lower_case = false, effective_order = false;
    int highest_order = 4;
    double peer_timeout = kPeerTimeout;

    static engine::NodeSpec spec() {
        using S = BleuMetric;
        return {
            .id = "metrics.bleu",
            .title = "BLEU",
            .group = "Metrics",
            .doc =
                "BLEU of written texts against references, over the whole stream, as sacreBLEU "
                "computes it. Counts are summed over all texts before anything is divided, so it "
                "is no mean of sentence scores. Figures are comparable only where the signature, "
                "which stands in the report and the log, is the same.",
            .inputs = text_ports(),
            .outputs = {{"report",
                         "one row: texts, bleu (0 to 100), precision of each order (0 to 100), "
                         "brevity_penalty, lengths in tokens, signature"}},
            .params =
                {{.name = "tokens",
                  .field = &S::tokens,
                  .choices = {"none", "13a"},
                  .doc = "How texts are cut: at white space alone, or by the rules of "
                         "mteval-v13a as published figures are"},
                 {.name = "smoothing",
                  .field = &S::smoothing,
                  .choices = {"none", "exp", "floor", "add_k"},
                  .doc = "What stands in for orders without a match; exp is sacreBLEU's own"},
                 {.name = "smoothing_value",
                  .field = &S::smoothing_value,
                  .range = {-1, 100},
                  .doc = "Of floor and add_k; below 0: 0.1 and 1"},
                 {.name = "lower_case",
                  .field = &S::lower_case,
                  .doc = "Upper and lower case count as the same"},
                 {.name = "effective_order",
                  .field = &S::effective_order,
                  .doc = "Leave out orders that the texts are too short for; for single sentences"},
                 {.name = "highest_order",
                  .field = &S::highest_order,
                  .range = {1, 9},
                  .doc = "Longest n-gram; 4 is usual"},
                 peer_timeout_param(&S::peer_timeout)},
            .tags = {"translation", "text", "sacrebleu"},
            .resource = engine::Resource::Wait,
            .rate = engine::Rate::New,
            .gathers = "*",
            .source = "Papineni et al., ACL 2002; Post, WMT 2018, arXiv 1804.08771",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.text_corpus", "version": 1, "params": {"task": "translation", "split": "test"}},
    "bleu": {"type": "metrics.bleu", "version": 1}},
"wires": [
    {"from": "corpus.source", "to": "bleu.hypothesis"}, {"from": "corpus.target", "to": "bleu.reference"}])",
        };
    }

    void start(engine::RunContext& context) { together_.join(context, peer_timeout); }

    std::optional<types::Table> operator()(const types::Text& hypothesis,
                                           const types::Text& reference,
                                           const types::Text* reference_2,
                                           const types::Text* reference_3,
                                           const types::Text* reference_4) {
        const std::vector<std::string> references =
            references_of(reference, {reference_2, reference_3, reference_4});
        if (references.empty()) return {};
        ops::add_hypothesis(sums_, hypothesis.text, references, options());
        references_ = references.size();
        return {};
    }

    std::optional<types::Table> finish(engine::RunContext& context) {
        load({.values = together_.sum(context, save().values, {"references"}), .packets = {}});
        if (sums_.hypotheses == 0) {
            warn_of_no_text(context);
            return {};
        }
        const ops::Bleu bleu = ops::bleu(sums_, options());
        const std::string signature = ops::bleu_signature(
            references_, options(), "millrace-" + std::string(engine::version()));
        context.log(fmt::format("BLEU|{} = {:.2f}", signature, bleu.score));
        context.metric("bleu", bleu.score);
        context.metric("brevity_penalty", bleu.brevity_penalty);
        types::Table report;
        const auto add = [&](std::string name, auto value) {
            report.columns.push_back({std::move(name), std::vector{std::move(value)}});
        };
        add("texts", sums_.hypotheses);
        add("bleu", bleu.score);
        for (std::size_t n = 0; n < bleu.precisions.size(); ++n)
            add(fmt::format("precision_{}", n + 1), bleu.precisions[n]);
        add("brevity_penalty", bleu.brevity_penalty);
        add("hypothesis_length", bleu.hypothesis_length);
        add("reference_length", bleu.reference_length);
        add("signature", signature);
        return report;
    }

    engine::State save() const {
        engine::State state;
        state.values = {{"counts", engine::Array(sums_.counts.begin(), sums_.counts.end())},
                        {"totals", engine::Array(sums_.totals.begin(), sums_.totals.end())},
                        {"hypothesis_length", sums_.hypothesis_length},
                        {"reference_length", sums_.reference_length},
                        {"hypotheses", sums_.hypotheses},
                        {"references", static_cast<std::int64_t>(references_)}};
        return state;
    }

    void load(const engine::State& state) {
        const auto whole = [&](const char* name) { return state.values.at(name).as_int(); };
        const auto by_order = [&](const char* name) {
            std::vector<std::int64_t> numbers;
            for (const engine::Value& number : state.values.at(name).as_array())
                numbers.push_back(number.as_int());
            // What is scored has all orders, whatever the file says.
            numbers.resize(static_cast<std::size_t>(highest_order));
            return numbers;
        };
        sums_ = {.counts = by_order("counts"),
                 .totals = by_order("totals"),
                 .hypothesis_length = whole("hypothesis_length"),
                 .reference_length = whole("reference_length"),
                 .hypotheses = whole("hypotheses")};
        references_ = static_cast<std::size_t>(whole("references"));
    }

private:
    ops::BleuOptions options() const {
        return {.tokens = tokens,
                .smoothing = smoothing,
                .smoothing_value = smoothing_value,
                .is_lower_cased = lower_case,
                .has_effective_order = effective_order,
                .highest_order = highest_order};
    }

    Together together_;
    ops::BleuSums sums_;
    std::size_t references_ = 0;  // of each hypothesis
};

}  // namespace

void register_bleu(engine::Registry& registry) { registry.add<BleuMetric>(); }

}  // namespace millrace::nodes
