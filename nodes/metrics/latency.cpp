#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/metrics/latency.hpp"
#include "nodes/types/audio.hpp"
#include "nodes/types/curves.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

using Output = std::tuple<types::Table, types::Curves>;

struct Latency {
    double grace = 1;
    bool continuous = true;

    static engine::NodeSpec spec() {
        return {
            .id = "metrics.latency",
            .title = "Detection latency",
            .group = "Metrics",
            .doc =
                "How soon after a word is said a listener tells of it, over the whole stream. A "
                "detection belongs to the first word of its label that has begun and was not heard "
                "yet. The metrics median_latency, p95_latency (s after the word's start), "
                "misses (a share), false_alarms and false_alarms_per_hour are written at the end.",
            .inputs = {{"detections", "keyword and seconds, as spotting.listen gives them"},
                       {"truth", "label, start and end in s from the item's begin"},
                       {"audio", "what was listened to; its length places the next item"}},
            .outputs = {{"report",
                         "label, start (s from the stream's begin), seconds after start and after "
                         "end; NaN where it was not heard"},
                        {"curve",
                         "share of the words that were heard so many seconds after their "
                         "start"}},
            .params = {{.name = "grace",
                        .field = &Latency::grace,
                        .unit = "s",
                        .range = {0, 60},
                        .doc = "A detection counts so long after the word's end"},
                       {.name = "continuous",
                        .field = &Latency::continuous,
                        .doc = "Detections count seconds from the stream's begin, not from the "
                               "item's, as the listening node is set"}},
            .rate = engine::Rate::New,
            .gathers = "*",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.speech_corpus", "version": 2, "params": {"split": "test"}},
    "join": {"type": "augment.join", "version": 1},
    "model": {"type": "backbones.lico_net", "version": 1},
    "listen": {"type": "spotting.listen", "version": 1},
    "latency": {"type": "metrics.latency", "version": 1}},
"wires": [
    {"from": "corpus.audio", "to": "join.audio"}, {"from": "corpus.label", "to": "join.label"},
    {"from": "join.audio", "to": "listen.audio"}, {"from": "model.model", "to": "listen.model"},
    {"from": "listen.detections", "to": "latency.detections"}, {"from": "join.truth", "to": "latency.truth"},
    {"from": "join.audio", "to": "latency.audio"}])",
        };
    }

    std::optional<Output> operator()(const types::Table& detections, const types::Table& truth,
                                     const types::Audio& audio) {
        const auto& keywords = texts(detections, "keyword");
        const auto& times = numbers(detections, "seconds");
        const auto& labels = texts(truth, "label");
        const auto &starts = numbers(truth, "start"), &ends = numbers(truth, "end");
        for (std::size_t i = 0; i < keywords.size(); ++i)
            heard_.push_back({keywords[i], times[i] + (continuous ? 0 : seconds_)});
        for (std::size_t i = 0; i < labels.size(); ++i)
            said_.push_back({labels[i], seconds_ + starts[i], seconds_ + ends[i]});
        seconds_ += static_cast<double>(audio.frames()) / audio.sample_rate;
        return {};
    }

    std::optional<Output> finish(engine::RunContext& context) {
        if (seconds_ == 0) return {};
        const ops::Delays delays = ops::word_delays(said_, heard_, grace);
        std::vector<double> after;
        for (const ops::WordDelay& word : delays.words) {
            if (word.heard) after.push_back(word.after_start);
        }
        if (!after.empty()) {
            context.metric("median_latency", ops::quantile(after, 0.5));
            context.metric("p95_latency", ops::quantile(after, 0.95));
        }
        if (!said_.empty()) {
            context.metric("misses", 1 - static_cast<double>(after.size()) /
                                             static_cast<double>(said_.size()));
        }
        const auto strays = static_cast<double>(delays.strays.size());
        context.metric("false_alarms", strays);
        context.metric("false_alarms_per_hour", strays / (seconds_ / 3600));
        return Output{report(delays), curve(std::move(after))};
    }

    engine::State save() const {
        engine::State state;
        state.values["seconds"] = seconds_;
        types::Table said = said_table();
        types::Table heard{
            {{"label", std::vector<std::string>()}, {"time", std::vector<double>()}}};
        for (const ops::HeardWord& word : heard_) {
            std::get<std::vector<std::string>>(heard.columns[0].values).push_back(word.label);
            std::get<std::vector<double>>(heard.columns[1].values).push_back(word.time);
        }
        state.packets["said"] = {engine::Packet::make(std::move(said))};
        state.packets["heard"] = {engine::Packet::make(std::move(heard))};
        return state;
    }

    void load(const engine::State& state) {
        seconds_ = state.values.at("seconds").as_double();
        const auto& said = state.packets.at("said").at(0).as<types::Table>();
        const auto& heard = state.packets.at("heard").at(0).as<types::Table>();
        said_.clear();
        heard_.clear();
        for (std::size_t i = 0; i < said.rows(); ++i)
            said_.push_back({texts(said, "label").at(i), numbers(said, "start").at(i),
                             numbers(said, "end").at(i)});
        for (std::size_t i = 0; i < heard.rows(); ++i)
            heard_.push_back({texts(heard, "label").at(i), numbers(heard, "time").at(i)});
    }

private:
    template <class Values>
    static const Values& column(const types::Table& table, std::string_view name) {
        const types::Column* found = table.column(name);
        const Values* values = found ? std::get_if<Values>(&found->values) : nullptr;
        if (values) return *values;
        throw engine::Error(
            {.code = "E-METRIC-051",
             .what = "The table lacks a column",
             .expected = std::string(name),
             .found = found ? "values of another kind" : "no such column",
             .mend = "Wire spotting.listen's detections and augment.join's truth."});
    }
    static const std::vector<std::string>& texts(const types::Table& table, std::string_view name) {
        return column<std::vector<std::string>>(table, name);
    }
    static const std::vector<double>& numbers(const types::Table& table, std::string_view name) {
        return column<std::vector<double>>(table, name);
    }

    types::Table said_table() const {
        std::vector<std::string> labels;
        std::vector<double> starts, ends;
        for (const ops::SpokenWord& word : said_) {
            labels.push_back(word.label);
            starts.push_back(word.start);
            ends.push_back(word.end);
        }
        return {
            {{"label", std::move(labels)}, {"start", std::move(starts)}, {"end", std::move(ends)}}};
    }

    types::Table report(const ops::Delays& delays) const {
        types::Table table = said_table();
        std::vector<double> after_start, after_end;
        for (const ops::WordDelay& word : delays.words) {
            after_start.push_back(word.heard ? word.after_start : NAN);
            after_end.push_back(word.heard ? word.after_end : NAN);
        }
        table.columns[2] = {"after start", std::move(after_start)};
        table.columns.push_back({"after end", std::move(after_end)});
        return table;
    }

    types::Curves curve(std::vector<double> after) const {
        std::ranges::sort(after);
        types::Curves::Line line{.name = "heard", .x = {0}, .y = {0}};
        for (std::size_t i = 0; i < after.size(); ++i) {
            line.x.insert(line.x.end(), 2, after[i]);
            line.y.push_back(line.y.back());
            line.y.push_back(static_cast<double>(i + 1) / static_cast<double>(said_.size()));
        }
        return {.title = "Detection latency",
                .x_label = "seconds after the word's start",
                .y_label = "share of the words",
                .lines = {std::move(line)}};
    }

    std::vector<ops::SpokenWord> said_;
    std::vector<ops::HeardWord> heard_;
    double seconds_ = 0;
};

}  // namespace

void register_latency(engine::Registry& registry) { registry.add<Latency>(); }

}  // namespace millrace::nodes
