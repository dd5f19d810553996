#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/node.hpp"
#include "nodes/ops/metrics/det.hpp"
#include "nodes/types/curves.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

using Output = std::tuple<types::Curves, types::Table, types::Table>;

struct Detection {
    std::string keyword = "zero";
    double frames_per_second = 100;
    int smooth = 1;
    int refractory = 0;
    double false_alarms_per_hour = 1;

    static engine::NodeSpec spec() {
        return {
            .id = "metrics.detection",
            .title = "Detection errors",
            .group = "Metrics",
            .doc =
                "Measures a keyword spotter over all recordings: how many with the keyword it "
                "misses at how many false alarms per hour without. An alarm sounds where the "
                "smoothed score reaches the threshold. Rates below one false alarm in all hours "
                "without the keyword can't be told; the point is then that of one alarm. The "
                "metrics false_reject_rate, false_alarms_per_hour and hours_of_negatives are "
                "written at the end.",
            .inputs = {{"scores",
                        "[frames] floating point: of the keyword, frame by frame of one "
                        "recording"},
                       {"truth", "what is said in it: the keyword, or anything else"}},
            .outputs = {{"curve", "false reject rate over false alarms per hour"},
                        {"table",
                         "threshold, false alarms per hour and false reject rate, by "
                         "rising threshold"},
                        {"point",
                         "one row: threshold, false alarms per hour and false reject "
                         "rate at the target, hours of negatives, number of positives"}},
            .params = {{.name = "keyword",
                        .field = &Detection::keyword,
                        .doc = "Recordings whose truth is this are the positives"},
                       {.name = "frames_per_second",
                        .field = &Detection::frames_per_second,
                        .unit = "1/s",
                        .range = {0.001, 1e6},
                        .doc = "Scores in a second of a recording"},
                       {.name = "smooth",
                        .field = &Detection::smooth,
                        .unit = "frames",
                        .range = {1, 65536},
                        .doc = "The mean of so many last scores counts"},
                       {.name = "refractory",
                        .field = &Detection::refractory,
                        .unit = "frames",
                        .range = {0, 1e9},
                        .doc = "After an alarm the next can sound so many frames on"},
                       {.name = "false_alarms_per_hour",
                        .field = &Detection::false_alarms_per_hour,
                        .unit = "1/h",
                        .range = {0, 1e9},
                        .doc = "Target: the point is that of the smallest threshold with at most "
                               "so many"}},
            .rate = engine::Rate::New,
            .gathers = "*",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.speech_corpus", "version": 2, "params": {"split": "test"}},
    "length": {"type": "augment.fit_length", "version": 1},
    "model": {"type": "backbones.lico_net", "version": 1},
    "listen": {"type": "spotting.listen", "version": 1, "params": {"continuous": false, "keywords": "seven"}},
    "detection": {"type": "metrics.detection", "version": 1, "params": {"keyword": "seven"}}},
"wires": [
    {"from": "corpus.audio", "to": "length.audio"}, {"from": "length.audio", "to": "listen.audio"},
    {"from": "model.model", "to": "listen.model"}, {"from": "listen.score", "to": "detection.scores"},
    {"from": "corpus.label", "to": "detection.truth"}])",
        };
    }

    std::vector<engine::Problem> check() const {
        if (!keyword.empty()) return {};
        return {{.what = "There is no keyword to detect",
                 .where = "keyword",
                 .mend = "Set the text that stands for it in the truth."}};
    }

    void start() { errors_.emplace(rule()); }

    std::optional<Output> operator()(const types::Tensor& scores, const types::Text& truth) {
        const at::Tensor& value = scores.value;
        if (!value.defined() || value.dim() != 1 || !at::isFloatingType(value.scalar_type())) {
            throw engine::Error({.code = "E-METRIC-040",
                                 .what = "The scores are not those of one keyword in a recording",
                                 .expected = "floating-point [frames]",
                                 .found = text_of(value),
                                 .mend = "Choose the column of the keyword."});
        }
        const std::vector<double> frames = doubles_of(value);
        if (truth.text == keyword)
            errors_->add_positive(frames);
        else
            errors_->add_negative(frames);
        return {};
    }

    std::optional<Output> finish(engine::RunContext& context) {
        const ops::DetectionScores& seen = errors_->scores();
        if (seen.positives.empty() && seen.negatives.empty()) return {};
        const std::vector<ops::OperatingPoint> points = errors_->curve();
        const ops::RatePoint found = errors_->point_at_rate(false_alarms_per_hour);
        const double hours = errors_->hours_of_negatives();
        if (!found.resolved) {
            context.warn(fmt::format(
                "{:.3g} h without the keyword can't tell {:.3g} false alarms per hour; the point "
                "is that of {:.3g}",
                hours, false_alarms_per_hour, found.rate));
        }
        context.metric("false_reject_rate", found.point.false_reject_rate);
        context.metric("false_alarms_per_hour", found.point.false_alarms_per_hour);
        context.metric("hours_of_negatives", hours);
        types::Table point = table_of({&found.point, 1});
        point.columns.push_back({"hours_of_negatives", std::vector<double>{hours}});
        point.columns.push_back({"positives", std::vector<std::int64_t>{static_cast<std::int64_t>(
                                                  seen.positives.size())}});
        return Output{curve_of(points), table_of(points), std::move(point)};
    }

    engine::State save() const {
        const ops::DetectionScores& seen = errors_->scores();
        engine::State state;
        state.packets["positives"] = {stored(seen.positives, at::kDouble)};
        state.packets["negatives"] = {stored(seen.negatives, at::kDouble)};
        state.packets["lengths"] = {stored(seen.lengths, at::kLong)};
        return state;
    }

    void load(const engine::State& state) {
        errors_.emplace(rule(), ops::DetectionScores{
                                    .positives = kept<double>(state, "positives", at::kDouble),
                                    .negatives = kept<double>(state, "negatives", at::kDouble),
                                    .lengths = kept<std::int64_t>(state, "lengths", at::kLong)});
    }

private:
    ops::DetectionRule rule() const {
        return {.frames_per_second = frames_per_second, .smooth = smooth, .refractory = refractory};
    }

    static std::string text_of(const at::Tensor& tensor) {
        if (!tensor.defined()) return "no tensor";
        return fmt::format("{} [{}]", c10::toString(tensor.scalar_type()),
                           fmt::join(tensor.sizes().vec(), ", "));
    }

    template <class Number>
    static std::vector<Number> numbers_of(const at::Tensor& tensor) {
        const at::Tensor dense = tensor.contiguous();
        const Number* first = dense.data_ptr<Number>();
        return {first, first + dense.numel()};
    }

    static std::vector<double> doubles_of(const at::Tensor& tensor) {
        return numbers_of<double>(tensor.detach().to(at::kDouble));
    }

    template <class Number>
    static engine::Packet stored(const std::vector<Number>& numbers, at::ScalarType type) {
        at::Tensor tensor = at::empty({static_cast<std::int64_t>(numbers.size())}, type);
        std::ranges::copy(numbers, tensor.data_ptr<Number>());
        return engine::Packet::make(types::Tensor{tensor});
    }

    /// Nothing where another tensor lies under the name; the lengths then don't add up.
    template <class Number>
    static std::vector<Number> kept(const engine::State& state, const char* name,
                                    at::ScalarType type) {
        const at::Tensor& tensor = state.packets.at(name).at(0).as<types::Tensor>().value;
        if (tensor.dim() != 1 || tensor.scalar_type() != type) return {};
        return numbers_of<Number>(tensor);
    }

    static types::Table table_of(std::span<const ops::OperatingPoint> points) {
        std::vector<double> thresholds, alarms, rejects;
        for (const ops::OperatingPoint& point : points) {
            thresholds.push_back(point.threshold);
            alarms.push_back(point.false_alarms_per_hour);
            rejects.push_back(point.false_reject_rate);
        }
        return {.columns = {{"threshold", std::move(thresholds)},
                            {"false_alarms_per_hour", std::move(alarms)},
                            {"false_reject_rate", std::move(rejects)}}};
    }

    /// The curve ends where every positive is found: rates of alarms beyond that say nothing,
    /// and on an axis of theirs the useful ones would be a stroke at its edge.
    types::Curves curve_of(std::span<const ops::OperatingPoint> points) const {
        types::Curves::Line line{.name = keyword, .x = {}, .y = {}};
        // By rising x, as curves are drawn.
        for (auto point = points.rbegin(); point != points.rend(); ++point) {
            line.x.push_back(point->false_alarms_per_hour);
            line.y.push_back(point->false_reject_rate);
            if (point->false_reject_rate == 0) break;
        }
        return {.title = "Detection errors",
                .x_label = "false alarms per hour",
                .y_label = "false reject rate",
                .lines = {std::move(line)}};
    }

    std::optional<ops::DetectionErrors> errors_;
};

}  // namespace

void register_detection(engine::Registry& registry) { registry.add<Detection>(); }

}  // namespace millrace::nodes
