#include "nodes/ops/text/rouge.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/node.hpp"
#include "nodes/metrics/text_ports.hpp"
#include "nodes/metrics/together.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct Figure {
    const char* name;
    ops::RougeScore ops::Rouge::*score;
};

constexpr std::array<Figure, 4> kFigures = {{{"rouge1", &ops::Rouge::rouge_1},
                                             {"rouge2", &ops::Rouge::rouge_2},
                                             {"rougeL", &ops::Rouge::rouge_l},
                                             {"rougeLsum", &ops::Rouge::rouge_lsum}}};

struct RougeMetric {
    bool stemming = true, split_sentences = false;
    double peer_timeout = kPeerTimeout;

    static engine::NodeSpec spec() {
        using S = RougeMetric;
        return {
            .id = "metrics.rouge",
            .title = "ROUGE",
            .group = "Metrics",
            .doc =
                "ROUGE-1, -2, -L and -Lsum of written texts against references: the mean over the "
                "texts of the stream. Numbers are those of the usual scorer: lower-case runs of "
                "a-z and 0-9 are the tokens, so other scripts give none. Of several references "
                "the one with the best F-measure counts. rougeLsum takes each line for a sentence; "
                "it is what papers on summaries mostly call ROUGE-L. The usual scorer's "
                "\"mid\" is the median of resampled means and lies by chance a little beside the "
                "mean given here.",
            .inputs = text_ports(),
            .outputs = {{"report",
                         "figure, texts, mean precision, recall and f_measure (0 to 100), and the "
                         "standard error of the last"}},
            .params = {{.name = "stemming",
                        .field = &S::stemming,
                        .doc = "Words of more than three letters are cut to their stem (Porter), "
                               "as published figures mostly are"},
                       {.name = "split_sentences",
                        .field = &S::split_sentences,
                        .doc = "For rougeLsum, put a line end behind each \".\", \"!\" and \"?\" "
                               "that white space follows; scripts elsewhere use finer rules"},
                       peer_timeout_param(&S::peer_timeout)},
            .tags = {"summarization", "text"},
            .resource = engine::Resource::Wait,
            .rate = engine::Rate::New,
            .gathers = "*",
            .source = "Lin, ROUGE: A Package for Automatic Evaluation of Summaries, 2004",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.text_corpus", "version": 1, "params": {"task": "summary", "split": "test"}},
    "rouge": {"type": "metrics.rouge", "version": 1}},
"wires": [
    {"from": "corpus.source", "to": "rouge.hypothesis"}, {"from": "corpus.target", "to": "rouge.reference"}])",
        };
    }

    void start(engine::RunContext& context) { together_.join(context, peer_timeout); }

    std::optional<types::Table> operator()(const types::Text& hypothesis,
                                           const types::Text& reference,
                                           const types::Text* reference_2,
                                           const types::Text* reference_3,
                                           const types::Text* reference_4) {
        std::vector<std::string> references =
            references_of(reference, {reference_2, reference_3, reference_4});
        if (references.empty()) return {};
        std::string written = hypothesis.text;
        if (split_sentences) {
            written = ops::sentence_lines(written);
            for (std::string& text : references) text = ops::sentence_lines(text);
        }
        const ops::Rouge scores = ops::best_rouge(
            references, written, stemming ? ops::Stemming::Porter : ops::Stemming::None);
        ++texts_;
        for (std::size_t i = 0; i < kFigures.size(); ++i) {
            const ops::RougeScore& score = scores.*kFigures[i].score;
            sums_[i].precision += score.precision;
            sums_[i].recall += score.recall;
            sums_[i].f_measure += score.f_measure;
            sums_[i].squares += score.f_measure * score.f_measure;
        }
        return {};
    }

    std::optional<types::Table> finish(engine::RunContext& context) {
        load({.values = together_.sum(context, save().values), .packets = {}});
        if (texts_ == 0) {
            warn_of_no_text(context);
            return {};
        }
        std::vector<std::string> names;
        std::vector<double> precisions, recalls, f_measures, errors;
        const double count = static_cast<double>(texts_);
        for (std::size_t i = 0; i < kFigures.size(); ++i) {
            const Sums& sums = sums_[i];
            const double mean = sums.f_measure / count;
            names.emplace_back(kFigures[i].name);
            precisions.push_back(100 * sums.precision / count);
            recalls.push_back(100 * sums.recall / count);
            f_measures.push_back(100 * mean);
            errors.push_back(100 * standard_error(sums.squares / count - mean * mean));
            context.metric(kFigures[i].name, 100 * mean);
        }
        const std::vector<std::int64_t> texts(kFigures.size(), texts_);
        return types::Table{{{"figure", names},
                             {"texts", texts},
                             {"precision", precisions},
                             {"recall", recalls},
                             {"f_measure", f_measures},
                             {"standard_error", errors}}};
    }

    engine::State save() const {
        engine::State state;
        state.values["texts"] = texts_;
        for (std::size_t i = 0; i < kFigures.size(); ++i) {
            state.values[kFigures[i].name] = engine::Object{{"precision", sums_[i].precision},
                                                            {"recall", sums_[i].recall},
                                                            {"f_measure", sums_[i].f_measure},
                                                            {"squares", sums_[i].squares}};
        }
        return state;
    }

    void load(const engine::State& state) {
        texts_ = state.values.at("texts").as_int();
        for (std::size_t i = 0; i < kFigures.size(); ++i) {
            const engine::Object& sums = state.values.at(kFigures[i].name).as_object();
            sums_[i] = {.precision = sums.at("precision").as_double(),
                        .recall = sums.at("recall").as_double(),
                        .f_measure = sums.at("f_measure").as_double(),
                        .squares = sums.at("squares").as_double()};
        }
    }

private:
    struct Sums {
        double precision = 0, recall = 0, f_measure = 0, squares = 0;
    };

    /// Of the mean, by n - 1; NaN for one text. A variance of 0 may come out a little below.
    double standard_error(double variance) const {
        if (texts_ < 2) return std::numeric_limits<double>::quiet_NaN();
        return std::sqrt(std::max(variance, 0.0) / static_cast<double>(texts_ - 1));
    }

    Together together_;
    std::int64_t texts_ = 0;
    std::array<Sums, kFigures.size()> sums_ = {};
};

}  // namespace

void register_rouge(engine::Registry& registry) { registry.add<RougeMetric>(); }

}  // namespace millrace::nodes
