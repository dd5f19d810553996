#include "nodes/ops/spotting/spotter.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "engine/problem.hpp"

namespace millrace::ops {

Spotter::Spotter(std::unique_ptr<FrameNetwork> network)
    : network_(std::move(network)), features_(network_->front_end()) {}

double Spotter::frames_per_second() const {
    const FrontEnd& front_end = features_.front_end();
    return front_end.sample_rate / front_end.frame_shift;
}

Heard Spotter::push(std::span<const float> samples) {
    std::vector<float> features;
    features_.push(samples, features);
    Heard heard;
    heard.logits = network_->push(features);
    const auto width = static_cast<std::size_t>(features_.front_end().dimension());
    recent_.insert(recent_.end(), features.begin(), features.end());
    const std::size_t kept = static_cast<std::size_t>(network_->history()) * width;
    if (recent_.size() > kept)
        recent_.erase(recent_.begin(), recent_.end() - static_cast<std::ptrdiff_t>(kept));
    read_out(heard.logits, heard.probabilities);
    return heard;
}

std::size_t Spotter::reach() const {
    // A read-out over all frames has no end in a stream: it reaches over one second there.
    const std::int64_t frames = network_->readout().frames;
    return static_cast<std::size_t>(frames > 0 ? frames : std::llround(frames_per_second()));
}

void Spotter::read_out(std::span<const float> logits, std::vector<float>& probabilities) {
    const std::size_t classes = network_->classes().size();
    const Readout& readout = network_->readout();
    for (std::size_t frame = 0; frame + classes <= logits.size(); frame += classes) {
        ++frames_;
        const auto begin = logits.begin() + static_cast<std::ptrdiff_t>(frame);
        window_.insert(window_.end(), begin, begin + static_cast<std::ptrdiff_t>(classes));
        while (window_.size() > classes * reach())
            window_.erase(window_.begin(), window_.begin() + static_cast<std::ptrdiff_t>(classes));
        std::vector<double> scores(classes, readout.kind == Readout::Kind::Max ? -INFINITY : 0);
        for (std::size_t i = 0; i < window_.size(); ++i) {
            double& score = scores[i % classes];
            if (readout.kind == Readout::Kind::Max)
                score = std::max<double>(score, window_[i]);
            else
                score += window_[i] /
                         (static_cast<double>(window_.size()) / static_cast<double>(classes));
        }
        const double most = *std::ranges::max_element(scores);
        double sum = 0;
        for (double& score : scores) sum += score = std::exp(score - most);
        for (const double score : scores) probabilities.push_back(static_cast<float>(score / sum));
    }
}

void Spotter::reset() {
    features_.reset();
    network_->reset();
    recent_.clear();
    window_.clear();
    frames_ = 0;
}

Spotter::State Spotter::state() const {
    const std::span<const float> waiting = features_.waiting();
    return {.waiting = {waiting.begin(), waiting.end()},
            .received = features_.received(),
            .features = {recent_.begin(), recent_.end()},
            .logits = {window_.begin(), window_.end()},
            .frames = frames_};
}

void Spotter::restore(const State& state) {
    const auto width = static_cast<std::size_t>(features_.front_end().dimension());
    const std::size_t classes = network_->classes().size();
    const auto frames = static_cast<std::size_t>(std::max<std::int64_t>(state.frames, 0));
    const auto history = static_cast<std::size_t>(network_->history());
    if (state.received < 0 || state.frames < 0 ||
        state.features.size() != width * std::min(frames, history) ||
        state.logits.size() != classes * std::min(frames, reach())) {
        throw engine::Error(
            {.code = "E-SPOT-003",
             .what = "The saved state is of another network",
             .expected =
                 fmt::format("{} frames of {} features, {} frames of {} classes",
                             std::min(frames, history), width, std::min(frames, reach()), classes),
             .found = fmt::format("{} features, {} logits after {} frames", state.features.size(),
                                  state.logits.size(), state.frames),
             .mend = "Run again without --resume."});
    }
    reset();
    features_.restore(state.waiting, state.received);
    network_->push(state.features);
    recent_.assign(state.features.begin(), state.features.end());
    window_.assign(state.logits.begin(), state.logits.end());
    frames_ = state.frames;
}

}  // namespace millrace::ops
