#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/spotting/spotter.hpp"
#include "nodes/ops/words.hpp"
#include "nodes/types/audio.hpp"
#include "nodes/types/curves.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

struct Listen {
    std::string keywords;
    double threshold = 0.8;
    int smooth = 20;
    double pause = 0.7;
    bool continuous = true;

    static engine::NodeSpec spec() {
        return {
            .id = "spotting.listen",
            .title = "Listen for keywords",
            .group = "Speech",
            .doc =
                "Runs a spotter on audio as it comes, in pieces of any length: features, network, "
                "read-out, smoothing, detection. With \"network\" the int8 network of the device "
                "runs, by "
                "the very code that runs there; else the float model.",
            .inputs = {{"audio",
                        "one channel; in a continuous stream each item goes on where the one "
                        "before ended"},
                       {.name = "model",
                        .doc = "a float model",
                        .sync = engine::Sync::Latch,
                        .optional = true},
                       {.name = "network",
                        .doc = "what quantizers.to_device made",
                        .sync = engine::Sync::Latch,
                        .optional = true}},
            .outputs = {{"probabilities",
                         "[frames, classes] of the frames that these samples complete"},
                        {"detections", "keyword, time in seconds from the stream's begin, score"},
                        {"timeline",
                         "the keywords' smoothed probabilities over seconds, and a line that jumps "
                         "to 1 at detections"},
                        {"score",
                         "[frames] float32, the largest smoothed probability of the keywords"},
                        {"final",
                         "[classes] probabilities of the last of these frames; none without one"}},
            .params = {{.name = "keywords",
                        .field = &Listen::keywords,
                        .doc = "Classes that are told, parted by blanks; empty: all but those that "
                               "begin with _"},
                       {.name = "threshold",
                        .field = &Listen::threshold,
                        .range = {0, 1},
                        .doc = "Smoothed probability from which on a keyword counts as heard",
                        .change = engine::Change::Hot},
                       {.name = "smooth",
                        .field = &Listen::smooth,
                        .range = {1, 10000},
                        .doc = "Frames of the trailing mean"},
                       {.name = "pause",
                        .field = &Listen::pause,
                        .unit = "s",
                        .range = {0, 3600},
                        .doc = "After a detection nothing is told for so long"},
                       {.name = "continuous",
                        .field = &Listen::continuous,
                        .doc = "Items are parts of one recording; else each is heard by itself"}},
            .pure = false,
            .example = R"("nodes": {
    "corpus": {"type": "loaders.speech_corpus", "version": 2, "params": {"sample_rate": 8000}},
    "model": {"type": "backbones.lico_net", "version": 1},
    "listen": {"type": "spotting.listen", "version": 1}},
"wires": [{"from": "corpus.audio", "to": "listen.audio"}, {"from": "model.model", "to": "listen.model"}])",
        };
    }

    using Result = std::tuple<types::Tensor, types::Table, types::Curves, types::Tensor,
                              std::optional<types::Tensor>>;

    Result operator()(const types::Audio& audio, const types::Model* model,
                      const types::Tensor* network) {
        if (!spotter_) begin(model, network);
        if (!continuous) reset();
        const double rate = spotter_->network().front_end().sample_rate;
        if (audio.channels != 1 || audio.sample_rate != rate) {
            throw engine::Error(
                {.code = "E-SPOT-004",
                 .what = "The recording is not what the spotter hears",
                 .expected = fmt::format("one channel at {} Hz", rate),
                 .found = fmt::format("{} channels at {} Hz", audio.channels, audio.sample_rate),
                 .mend = "Bring recordings to that rate and one channel where they are loaded."});
        }
        // One such sample would silence the network for as long as it remembers.
        const auto bad = std::ranges::find_if(audio.samples,
                                              [](float sample) { return !std::isfinite(sample); });
        if (bad != audio.samples.end()) {
            throw engine::Error(
                {.code = "E-SPOT-007",
                 .what = "The recording has a sample that is no number",
                 .expected = "finite samples",
                 .found = fmt::format("{} at sample {}", *bad, bad - audio.samples.begin()),
                 .mend = "Look at the node that made it, or at the file."});
        }
        const ops::Heard heard = spotter_->push(audio.samples);
        return told(heard);
    }

    engine::State save() const {
        engine::State state;
        if (!spotter_ && !kept_) return state;
        const ops::Spotter::State inner = spotter_ ? spotter_->state() : *kept_;
        state.values = {{"received", inner.received},
                        {"spotted", inner.frames},
                        {"frames", frames_},
                        {"quiet_until", quiet_until_}};
        for (const auto& [name, values] :
             {std::pair("waiting", &inner.waiting), std::pair("features", &inner.features),
              std::pair("logits", &inner.logits)})
            state.packets[name] = {engine::Packet::make<types::Tensor>({tensor_of(*values)})};
        const std::vector<float> window(window_.begin(), window_.end());
        state.packets["window"] = {engine::Packet::make<types::Tensor>({tensor_of(window)})};
        return state;
    }

    /// The network comes with the next item; what it remembers is given to it then.
    void load(const engine::State& state) {
        if (!state.values.contains("frames")) return;
        const auto floats = [&](const char* name) {
            const at::Tensor& tensor = state.packets.at(name).at(0).as<types::Tensor>().value;
            return std::vector<float>(tensor.data_ptr<float>(),
                                      tensor.data_ptr<float>() + tensor.numel());
        };
        kept_ = std::make_shared<ops::Spotter::State>(
            ops::Spotter::State{.waiting = floats("waiting"),
                                .received = state.values.at("received").as_int(),
                                .features = floats("features"),
                                .logits = floats("logits"),
                                .frames = state.values.at("spotted").as_int()});
        frames_ = state.values.at("frames").as_int();
        quiet_until_ = state.values.at("quiet_until").as_int();
        window_ = floats("window");
    }

private:
    static at::Tensor tensor_of(const std::vector<float>& values) {
        at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kFloat);
        if (!values.empty())
            std::memcpy(tensor.data_ptr(), values.data(), values.size() * sizeof(float));
        return tensor;
    }

    /// Nothing is kept of a beginning that fails: the next item meets the same problem.
    void begin(const types::Model* model, const types::Tensor* network) {
        std::shared_ptr<ops::Spotter> made;
        if (network) {
            const at::Tensor bytes = network->value.contiguous();
            made = std::make_shared<ops::Spotter>(ops::device_network(
                std::string(static_cast<const char*>(bytes.data_ptr()), bytes.nbytes())));
        } else if (model) {
            made = std::make_shared<ops::Spotter>(
                ops::float_network(model->spec, model->evaluated(), model->buffers));
        } else {
            throw engine::Error({.code = "E-SPOT-005",
                                 .what = "There is nothing to listen with",
                                 .expected = "a model or a network",
                                 .found = "neither",
                                 .mend = "Connect one of the two inputs."});
        }
        const std::vector<std::string>& classes = made->network().classes();
        const std::vector<std::string> wanted = ops::words_of(keywords);
        for (const std::string& word : wanted) {
            if (std::ranges::find(classes, word) == classes.end()) {
                throw engine::Error({.code = "E-SPOT-006",
                                     .what = "The network does not know this keyword",
                                     .expected = fmt::format("{}", fmt::join(classes, ", ")),
                                     .found = word,
                                     .mend = "Correct \"keywords\"."});
            }
        }
        if (kept_) made->restore(*kept_);
        told_.clear();
        for (std::size_t i = 0; i < classes.size(); ++i) {
            if (wanted.empty() ? !classes[i].starts_with('_')
                               : std::ranges::find(wanted, classes[i]) != wanted.end())
                told_.push_back(i);
        }
        kept_.reset();
        spotter_ = std::move(made);
    }

    void reset() {
        spotter_->reset();
        window_.clear();
        frames_ = quiet_until_ = 0;
    }

    Result told(const ops::Heard& heard) {
        const std::vector<std::string>& classes = spotter_->network().classes();
        const std::size_t width = classes.size();
        const auto frames = static_cast<std::int64_t>(heard.probabilities.size() / width);
        const double per_second = spotter_->frames_per_second();
        std::vector<std::string> words;
        std::vector<double> times, scores;
        types::Curves timeline{.title = "Keywords",
                               .x_label = "seconds",
                               .y_label = "smoothed probability",
                               .lines = {}};
        for (const std::size_t number : told_)
            timeline.lines.push_back({.name = classes[number], .x = {}, .y = {}});
        std::vector<float> largest;
        types::Curves::Line hits{.name = "detections", .x = {}, .y = {}};
        for (std::int64_t frame = 0; frame < frames; ++frame, ++frames_) {
            const auto row = heard.probabilities.begin() + frame * static_cast<std::int64_t>(width);
            window_.insert(window_.end(), row, row + static_cast<std::ptrdiff_t>(width));
            if (const std::size_t most = width * static_cast<std::size_t>(smooth);
                window_.size() > most)
                window_.erase(window_.begin(), window_.end() - static_cast<std::ptrdiff_t>(most));
            const double time = static_cast<double>(frames_ + 1) / per_second;
            std::size_t best = 0;
            double most = -1;
            for (std::size_t i = 0; i < told_.size(); ++i) {
                double sum = 0;
                for (std::size_t at = told_[i]; at < window_.size(); at += width)
                    sum += window_[at];
                const double mean =
                    sum / (static_cast<double>(window_.size()) / static_cast<double>(width));
                timeline.lines[i].x.push_back(time);
                timeline.lines[i].y.push_back(mean);
                if (mean > most) {
                    most = mean;
                    best = i;
                }
            }
            largest.push_back(static_cast<float>(most));
            const bool hit = most >= threshold && frames_ >= quiet_until_;
            hits.x.push_back(time);
            hits.y.push_back(hit ? 1 : 0);
            if (!hit) continue;
            words.push_back(classes[told_[best]]);
            times.push_back(time);
            scores.push_back(most);
            quiet_until_ = frames_ + std::llround(pause * per_second);
        }
        timeline.lines.push_back(std::move(hits));
        const at::Tensor probabilities =
            tensor_of(heard.probabilities).reshape({frames, static_cast<std::int64_t>(width)});
        std::optional<types::Tensor> final;
        if (frames > 0) final = types::Tensor{probabilities[frames - 1].clone()};
        types::Table found{{{"keyword", std::move(words)},
                            {"seconds", std::move(times)},
                            {"score", std::move(scores)}}};
        return {types::Tensor{probabilities}, std::move(found), std::move(timeline),
                types::Tensor{tensor_of(largest)}, std::move(final)};
    }

    std::shared_ptr<ops::Spotter> spotter_;
    std::shared_ptr<ops::Spotter::State> kept_;  ///< of the run that goes on
    std::vector<std::size_t> told_;              ///< numbers of the classes that are told
    std::vector<float> window_;                  ///< probabilities of the newest frames
    std::int64_t frames_ = 0, quiet_until_ = 0;
};

}  // namespace

void register_listen(engine::Registry& registry) { registry.add<Listen>(); }

}  // namespace millrace::nodes
