#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/node.hpp"
#include "nodes/metrics/text_ports.hpp"
#include "nodes/metrics/together.hpp"
#include "nodes/ops/text/edit_distance.hpp"
#include "nodes/ops/text/squad.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

enum class Compare { Exact, Squad };

struct TextMatch {
    Compare compare = Compare::Exact;
    double peer_timeout = kPeerTimeout;

    static engine::NodeSpec spec() {
        return {
            .id = "metrics.text_match",
            .title = "Exact match and error rates",
            .group = "Metrics",
            .doc =
                "How many written texts are their reference to the letter, and word and character "
                "error rates, over the whole stream. Error rates are edits (substitutions, "
                "deletions, insertions) over the references' lengths, summed before they are "
                "divided, so long texts weigh more and a rate may exceed 1. Of several references "
                "any may match, and the one with the fewest word edits counts for the rates.",
            .inputs = text_ports(),
            .outputs = {{"report", "figure and value, of the whole stream"}},
            .params = {{.name = "compare",
                        .field = &TextMatch::compare,
                        .choices = {"exact", "squad"},
                        .doc = "For the exact match: every character, or as SQuAD has it, in lower "
                               "case without punctuation, articles and doubled blanks; rates "
                               "always count every character"},
                       peer_timeout_param(&TextMatch::peer_timeout)},
            .tags = {"exact match", "wer", "cer", "edit distance", "text"},
            .resource = engine::Resource::Wait,
            .rate = engine::Rate::New,
            .gathers = "*",
            .source = "Levenshtein 1966; squad: Rajpurkar et al., EMNLP 2016, section 6.1",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.text_corpus", "version": 1, "params": {"task": "translation", "split": "test"}},
    "match": {"type": "metrics.text_match", "version": 1}},
"wires": [
    {"from": "corpus.source", "to": "match.hypothesis"}, {"from": "corpus.target", "to": "match.reference"}])",
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
        std::optional<ops::WordEdits> fewest;
        for (const std::string& text : references) {
            const ops::WordEdits edits = ops::word_edits(text, hypothesis.text);
            if (!fewest || edits.edits() < fewest->edits()) fewest = edits;
        }
        const auto as_compared = [this](const std::string& text) {
            return compare == Compare::Squad ? ops::squad_form(text) : text;
        };
        const std::string written = as_compared(hypothesis.text);
        sums_.matches += std::ranges::any_of(
            references, [&](const std::string& text) { return as_compared(text) == written; });
        ++sums_.texts;
        sums_.word_edits += fewest->edits();
        sums_.words += fewest->reference_words;
        // Of the hypothesis there are as many as are left, replaced or put in.
        sums_.written_words += fewest->reference_words - fewest->deletions + fewest->insertions;
        sums_.character_edits += fewest->character_edits;
        sums_.characters += fewest->reference_characters;
        return {};
    }

    std::optional<types::Table> finish(engine::RunContext& context) {
        load({.values = together_.sum(context, save().values), .packets = {}});
        if (sums_.texts == 0) {
            warn_of_no_text(context);
            return {};
        }
        std::vector<std::string> names;
        std::vector<double> values;
        const auto add = [&](const char* name, std::int64_t count, std::int64_t of) {
            const double value = of == 0 ? std::numeric_limits<double>::quiet_NaN()
                                         : static_cast<double>(count) / static_cast<double>(of);
            names.emplace_back(name);
            values.push_back(value);
            context.metric(name, value);
        };
        add("texts", sums_.texts, 1);
        add("exact_match", sums_.matches, sums_.texts);
        add("word_error_rate", sums_.word_edits, sums_.words);
        add("character_error_rate", sums_.character_edits, sums_.characters);
        add("hypothesis_words", sums_.written_words, sums_.texts);
        add("reference_words", sums_.words, sums_.texts);
        return types::Table{{{"figure", names}, {"value", values}}};
    }

    engine::State save() const {
        engine::State state;
        state.values = {{"texts", sums_.texts},
                        {"matches", sums_.matches},
                        {"word_edits", sums_.word_edits},
                        {"words", sums_.words},
                        {"written_words", sums_.written_words},
                        {"character_edits", sums_.character_edits},
                        {"characters", sums_.characters}};
        return state;
    }

    void load(const engine::State& state) {
        const auto whole = [&](const char* name) { return state.values.at(name).as_int(); };
        sums_ = {.texts = whole("texts"),
                 .matches = whole("matches"),
                 .word_edits = whole("word_edits"),
                 .words = whole("words"),
                 .written_words = whole("written_words"),
                 .character_edits = whole("character_edits"),
                 .characters = whole("characters")};
    }

private:
    struct Sums {
        std::int64_t texts = 0, matches = 0, word_edits = 0, words = 0, written_words = 0,
                     character_edits = 0, characters = 0;
    };

    Together together_;
    Sums sums_;
};

}  // namespace

void register_text_match(engine::Registry& registry) { registry.add<TextMatch>(); }

}  // namespace millrace::nodes
