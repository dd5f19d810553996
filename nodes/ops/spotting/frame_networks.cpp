#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <utility>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/problem.hpp"
#include "nodes/ops/kws/requantize.hpp"
#include "nodes/ops/kws_runtime/kws_runtime.hpp"
#include "nodes/ops/spotting/front_end.hpp"
#include "nodes/ops/spotting/spotter.hpp"

namespace millrace::ops {
namespace {

class FloatNetwork : public FrameNetwork {
public:
    FloatNetwork(const engine::Value& spec, const NamedTensors& parameters,
                 const NamedTensors& buffers)
        : network_(spec),
          parameters_(parameters),
          buffers_(buffers),
          front_end_(front_end_of_spec(spec)) {
        network_.check_tensors(parameters_, buffers_);
        check_widths();
        pass_.state = &state_;
    }

    std::vector<float> push(std::span<const float> features) override {
        const std::int64_t width = network_.input().channels;
        const std::int64_t frames = static_cast<std::int64_t>(features.size()) / width;
        if (frames == 0) return {};
        const at::NoGradGuard no_gradients;
        const at::Tensor input = at::empty({1, frames, width}, at::kFloat);
        std::memcpy(input.data_ptr(), features.data(), features.size_bytes());
        const at::Tensor logits =
            forward(network_, parameters_, buffers_, input, pass_).contiguous();
        return {logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel()};
    }
    void reset() override { state_.clear(); }
    std::int64_t history() const override { return network_.history(); }
    const std::vector<std::string>& classes() const override { return network_.classes(); }
    const Readout& readout() const override { return network_.readout(); }
    FrontEnd front_end() const override { return front_end_; }

private:
    void check_widths() const {
        const auto refuse = [](const char* what, std::int64_t expected, std::int64_t found) {
            throw engine::Error({.code = "E-SPOT-008",
                                 .what = what,
                                 .expected = std::to_string(expected),
                                 .found = std::to_string(found),
                                 .mend = "Correct the model's spec."});
        };
        if (front_end_.dimension() != network_.input().channels)
            refuse("The front end makes other features than the network reads",
                   network_.input().channels, front_end_.dimension());
        if (static_cast<std::int64_t>(classes().size()) != network_.output().size())
            refuse("The model does not name each of its outputs", network_.output().size(),
                   static_cast<std::int64_t>(classes().size()));
    }

    Network network_;
    NamedTensors parameters_, buffers_, state_;
    FrontEnd front_end_;
    Pass pass_;
};

[[noreturn]] void refuse(std::string expected, std::string found) {
    throw engine::Error({.code = "E-SPOT-002",
                         .what = "The network of the device can't be run",
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Give the file that quantizers.to_device wrote."});
}

constexpr std::int64_t kMostFrames = 1 << 16;  // as a spec may have

struct alignas(64) Block {
    std::byte bytes[64];
};

std::vector<Block> aligned(std::size_t bytes) {
    return std::vector<Block>(bytes / sizeof(Block) + 1);
}

class DeviceNetwork : public FrameNetwork {
public:
    explicit DeviceNetwork(const std::string& bytes) : file_(aligned(bytes.size())) {
        std::memcpy(file_.data(), bytes.data(), bytes.size());
        const kws::Status status = kws::open(file_.data(), bytes.size(), network_);
        if (status != kws::Status::Ok) refuse("a network file", kws::status_name(status));
        arena_ = aligned(kws::arena_bytes(network_));
        kws::start(network_, arena_.data(), arena_.size() * sizeof(Block));
        for (std::uint32_t i = 0; i < kws::label_count(network_); ++i)
            classes_.emplace_back(kws::label(network_, i));
        if (classes_.size() != kws::output_width(network_))
            refuse(fmt::format("{} labels", kws::output_width(network_)),
                   std::to_string(classes_.size()));
        read_metadata();
    }

    std::vector<float> push(std::span<const float> features) override {
        const std::size_t width = mean_.size();
        const Int8Scale scale{.scale = kws::input_scale(network_),
                              .zero_point = kws::input_zero_point(network_)};
        std::vector<float> logits;
        std::vector<std::int8_t> frame(width);
        for (std::size_t at = 0; at + width <= features.size(); at += width) {
            for (std::size_t i = 0; i < width; ++i)
                frame[i] = quantize_int8((features[at + i] - mean_[i]) * scale_[i], scale);
            const std::int8_t* out = kws::step(network_, frame.data());
            for (std::size_t i = 0; i < classes_.size(); ++i)
                logits.push_back(static_cast<float>(out[i] - kws::output_zero_point(network_)) *
                                 kws::output_scale(network_));
        }
        return logits;
    }
    void reset() override { kws::reset(network_); }
    std::int64_t history() const override { return history_; }
    const std::vector<std::string>& classes() const override { return classes_; }
    const Readout& readout() const override { return readout_; }
    FrontEnd front_end() const override { return front_end_; }

private:
    void read_metadata() {
        const kws::Text text = kws::metadata(network_);
        const engine::Value data = engine::parse_json({text.data, text.bytes}, "metadata");
        const engine::Value* input = data.find("input");
        const engine::Value* front_end = input ? input->find("front_end") : nullptr;
        if (!front_end) refuse("metadata with a front end", "none");
        front_end_ = front_end_from(*front_end);
        for (const auto& [name, values] :
             {std::pair("mean", &mean_), std::pair("scale", &scale_)}) {
            const engine::Value* array = data.find(name);
            if (!array || !array->is_array() ||
                array->as_array().size() != kws::input_width(network_))
                refuse(fmt::format("{} numbers \"{}\"", kws::input_width(network_), name),
                       "something else");
            for (const engine::Value& value : array->as_array()) {
                values->push_back(value.is_number() ? static_cast<float>(value.as_double()) : NAN);
                if (!std::isfinite(values->back()))
                    refuse(fmt::format("numbers \"{}\"", name), engine::to_json(value));
            }
        }
        if (static_cast<std::size_t>(front_end_.dimension()) != mean_.size())
            refuse(fmt::format("a front end of {} features", mean_.size()),
                   std::to_string(front_end_.dimension()));
        if (const engine::Value* readout = data.find("readout")) {
            const engine::Value* frames = readout->find("frames");
            const engine::Value* kind = readout->find("kind");
            if (frames) {
                if (!frames->is_int() || frames->as_int() < 0 || frames->as_int() > kMostFrames)
                    refuse(fmt::format("a read-out over 0 to {} frames", kMostFrames),
                           engine::to_json(*frames));
                readout_.frames = frames->as_int();
            }
            if (kind && *kind == engine::Value("max")) readout_.kind = Readout::Kind::Max;
        }
        std::vector<std::int64_t> reach = {0};  // by source: 0 is the input
        for (std::uint32_t i = 0; i < kws::layer_count(network_); ++i) {
            const kws::LayerRecord& layer = *kws::layer_info(network_, i);
            std::int64_t own = reach.at(layer.source_a);
            if (layer.kind == kws::Kind::Add)
                own = std::max(own, reach.at(layer.source_b));
            else if (layer.kind != kws::Kind::Mean)
                own += std::max<std::int64_t>(1, layer.kernel_time) - 1;
            reach.push_back(own);
        }
        history_ = reach.back();
    }

    std::vector<Block> file_, arena_;
    kws::Network network_;
    std::vector<std::string> classes_;
    std::vector<float> mean_, scale_;
    Readout readout_;
    FrontEnd front_end_;
    std::int64_t history_ = 0;
};

}  // namespace

std::unique_ptr<FrameNetwork> float_network(const engine::Value& spec,
                                            const NamedTensors& parameters,
                                            const NamedTensors& buffers) {
    return std::make_unique<FloatNetwork>(spec, parameters, buffers);
}

std::unique_ptr<FrameNetwork> device_network(const std::string& bytes) {
    return std::make_unique<DeviceNetwork>(bytes);
}

}  // namespace millrace::ops
