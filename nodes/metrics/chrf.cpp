#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/node.hpp"
#include "nodes/metrics/together.hpp"
#include "nodes/ops/text/character_f.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct Chrf {
    int shown = 50;
    double peer_timeout = kPeerTimeout;

    static engine::NodeSpec spec() {
        return {
            .id = "metrics.chrf",
            .title = "Character F-score",
            .group = "Metrics",
            .doc =
                "How like written texts are to their references by the characters that they share: "
                "chrF, 0 to 1. Stretches of 1 to 6 characters are counted over the whole stream. "
                "It suits models that hardly write whole words yet, where BLEU is 0. The first "
                "texts are given beside each other, to be read.",
            .inputs = {{"hypothesis", "what was written"},
                       {"reference", "what should have been written"},
                       {.name = "source",
                        .doc = "what it is the answer to, for the table of texts",
                        .optional = true}},
            .outputs = {{"report", "figure and value, of the whole stream; lengths in characters"},
                        {"texts", "source, reference and hypothesis, of the first items"}},
            .params = {{.name = "shown",
                        .field = &Chrf::shown,
                        .range = {0, 100000},
                        .doc = "Texts in the table at most"},
                       peer_timeout_param(&Chrf::peer_timeout)},
            .tags = {"translation", "summarization", "text"},
            .resource = engine::Resource::Wait,
            .rate = engine::Rate::New,
            .gathers = "*",
            .source =
                "Popović 2015, chrF, section 2; beta 2, orders 1 to 6, white space left out, "
                "summed "
                "as sacreBLEU 2 does",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.text_corpus", "version": 1, "params": {"task": "translation", "split": "test"}},
    "chrf": {"type": "metrics.chrf", "version": 1}},
"wires": [
    {"from": "corpus.source", "to": "chrf.hypothesis"}, {"from": "corpus.target", "to": "chrf.reference"}])",
        };
    }

    using Result = std::tuple<std::optional<types::Table>, std::optional<types::Table>>;

    void start(engine::RunContext& context) { together_.join(context, peer_timeout); }

    Result operator()(const types::Text& hypothesis, const types::Text& reference,
                      const types::Text* source) {
        // The item only keeps processes in step.
        if (reference.text == types::kPadding) return {};
        counts_.add(hypothesis.text, reference.text);
        ++texts_;
        if (std::ssize(rows_) < shown)
            rows_.push_back({source ? source->text : "", reference.text, hypothesis.text});
        return {};
    }

    Result finish(engine::RunContext& context) {
        load({.values = together_.sum(context, save().values), .packets = {}});
        if (std::ssize(rows_) > shown) rows_.resize(static_cast<std::size_t>(shown));
        if (texts_ == 0) {
            context.warn("No text was given, so that there is nothing to report");
            return {};
        }
        const auto count = static_cast<double>(texts_);
        const std::vector<std::pair<std::string, double>> figures = {
            {"texts", count},
            {"chrf", counts_.f_score()},
            {"hypothesis_length", static_cast<double>(counts_.made_length) / count},
            {"reference_length", static_cast<double>(counts_.wanted_length) / count}};
        std::vector<std::string> names;
        std::vector<double> values;
        for (const auto& [name, value] : figures) {
            context.metric(name, value);
            names.push_back(name);
            values.push_back(value);
        }
        std::vector<std::string> sources, references, hypotheses;
        for (const Row& row : rows_) {
            sources.push_back(row.source);
            references.push_back(row.reference);
            hypotheses.push_back(row.hypothesis);
        }
        return {types::Table{{{"figure", std::move(names)}, {"value", std::move(values)}}},
                types::Table{{{"source", std::move(sources)},
                              {"reference", std::move(references)},
                              {"hypothesis", std::move(hypotheses)}}}};
    }

    engine::State save() const {
        engine::State state;
        engine::Array matches, made, wanted, rows;
        for (std::size_t i = 0; i < ops::kCharacterOrders; ++i) {
            matches.push_back(counts_.matches[i]);
            made.push_back(counts_.made[i]);
            wanted.push_back(counts_.wanted[i]);
        }
        for (const Row& row : rows_)
            rows.push_back(engine::Array{row.source, row.reference, row.hypothesis});
        state.values = {{"texts", texts_},
                        {"made", counts_.made_length},
                        {"wanted", counts_.wanted_length},
                        {"matches", std::move(matches)},
                        {"made_counts", std::move(made)},
                        {"wanted_counts", std::move(wanted)},
                        {"rows", std::move(rows)}};
        return state;
    }

    void load(const engine::State& state) {
        texts_ = state.values.at("texts").as_int();
        counts_.made_length = state.values.at("made").as_int();
        counts_.wanted_length = state.values.at("wanted").as_int();
        const auto read = [&](const char* name, auto& counts) {
            const engine::Array& kept = state.values.at(name).as_array();
            for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = kept.at(i).as_int();
        };
        read("matches", counts_.matches);
        read("made_counts", counts_.made);
        read("wanted_counts", counts_.wanted);
        rows_.clear();
        for (const engine::Value& row : state.values.at("rows").as_array()) {
            const engine::Array& cells = row.as_array();
            rows_.push_back(
                {cells.at(0).as_string(), cells.at(1).as_string(), cells.at(2).as_string()});
        }
    }

private:
    struct Row {
        std::string source, reference, hypothesis;
    };

    Together together_;
    ops::CharacterCounts counts_;
    std::int64_t texts_ = 0;
    std::vector<Row> rows_;
};

}  // namespace

void register_chrf(engine::Registry& registry) { registry.add<Chrf>(); }

}  // namespace millrace::nodes
