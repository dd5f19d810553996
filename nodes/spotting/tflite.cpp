#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/kws/tflite_network.hpp"
#include "nodes/ops/words.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

struct Tflite {
    engine::Path path;
    std::string labels;
    bool stateful = false;

    static engine::NodeSpec spec() {
        return {
            .id = "spotting.tflite",
            .title = "TensorFlow Lite model",
            .group = "Speech",
            .doc =
                "Runs an int8 .tflite model of one input and one output, with the rounding of "
                "TensorFlow Lite's reference kernels. A run that goes on gives what an unbroken "
                "one gives: the newest inputs, as many as the state depends on, are kept with it "
                "and run again.",
            .inputs = {{"features",
                        "as many numbers as the model's input holds, in any shape; integers go in "
                        "as they are, floats at the input's scale"}},
            .outputs = {{"scores", "float32, dequantized, in the shape of the model's output"},
                        {"best", "name of the largest score, or its number from 0"},
                        {"summary",
                         "the layers: kind, shape, bytes, multiply-accumulates; with "
                         "the first item alone"}},
            .params = {{.name = "path",
                        .field = &Tflite::path,
                        .doc = "The .tflite file",
                        .required_path = true},
                       {.name = "labels",
                        .field = &Tflite::labels,
                        .doc = "Names of the scores in their order, parted by blanks or commas; "
                               "empty: their numbers"},
                       {.name = "stateful",
                        .field = &Tflite::stateful,
                        .doc = "Items are steps of one stream, and SVDF layers remember those "
                               "before; else each is heard by itself"}},
            .pure = false,
        };
    }

    void start() {
        ops::TfliteNetwork network(ops::read_tflite(path.text));
        if (network.input_count() != 1 || network.output_count() != 1) {
            refuse(
                "E-SPOT-010", "The model has other inputs or outputs than this node",
                "one input and one output",
                fmt::format("{} inputs, {} outputs", network.input_count(), network.output_count()),
                "Export a model of one input and one output.");
        }
        ops::to_real(ops::to_tensor({}, network.output(0)), network.output(0));  // has one scale
        names_ = ops::words_of(labels);
        if (!names_.empty() && !std::cmp_equal(names_.size(), network.output(0).count())) {
            refuse("E-SPOT-011", "There is not a label for each score",
                   fmt::format("{} labels", network.output(0).count()),
                   fmt::format("{}", names_.size()), "Correct \"labels\", or leave them empty.");
        }
        const ops::TfliteTensor& input = network.input(0);
        const std::int64_t bytes = input.count() * std::int64_t(ops::size_of(input.type));
        const std::int64_t memory = stateful ? network.memory() : 0;
        if (memory > std::int64_t{ops::kMostTfliteTensorBytes} / bytes) {
            refuse("E-SPOT-013", "The model remembers too much",
                   fmt::format("inputs of {} bytes together at most", ops::kMostTfliteTensorBytes),
                   fmt::format("{} inputs of {} bytes", memory, bytes),
                   "Turn \"stateful\" off, or train a model of shorter memory.");
        }
        memory_ = static_cast<std::size_t>(memory);
        newest_.clear();
        is_summary_given_ = false;
        network_.emplace(std::move(network));
    }

    std::tuple<types::Tensor, types::Text, std::optional<types::Table>> operator()(
        const types::Tensor& features) {
        ops::TfliteValues input = input_of(features.value);
        if (!stateful) network_->reset();
        const ops::TfliteTensor& output = network_->output(0);
        const std::vector<float> real =
            ops::to_real(network_->run(std::span(&input, 1)).at(0), output);
        if (memory_ > 0) {
            if (newest_.size() == memory_) newest_.pop_front();
            newest_.push_back(std::move(input));
        }
        at::Tensor scores = at::empty(output.shape, at::kFloat);
        std::memcpy(scores.data_ptr(), real.data(), real.size() * sizeof(float));
        const auto best = static_cast<std::size_t>(std::ranges::max_element(real) - real.begin());
        return {types::Tensor{std::move(scores)},
                types::Text{names_.empty() ? fmt::format("{}", best) : names_[best]},
                std::exchange(is_summary_given_, true) ? std::nullopt : std::optional(summary())};
    }

    engine::State save() const {
        engine::State state;
        state.values["is_summary_given"] = is_summary_given_;
        std::vector<engine::Packet>& inputs = state.packets["inputs"];
        for (const ops::TfliteValues& input : newest_)
            inputs.push_back(engine::Packet::make<types::Tensor>({tensor_of(input)}));
        return state;
    }

    void load(const engine::State& state) {
        is_summary_given_ = state.values.at("is_summary_given").as_bool();
        newest_.clear();
        network_->reset();
        const auto inputs = state.packets.find("inputs");
        if (inputs == state.packets.end()) return;
        for (const engine::Packet& packet : inputs->second) {
            newest_.push_back(input_of(packet.as<types::Tensor>().value));
            network_->run(std::span(&newest_.back(), 1));
        }
    }

    std::vector<engine::Path> files(std::uint64_t) const { return {path}; }

private:
    [[noreturn]] static void refuse(std::string code, std::string what, std::string expected,
                                    std::string found, std::string mend) {
        throw engine::Error({.code = std::move(code),
                             .what = std::move(what),
                             .expected = std::move(expected),
                             .found = std::move(found),
                             .mend = std::move(mend)});
    }

    ops::TfliteValues input_of(const at::Tensor& features) const {
        const ops::TfliteTensor& input = network_->input(0);
        const std::string expected =
            fmt::format("{} integers or floats, [{}]", input.count(), fmt::join(input.shape, ", "));
        const auto bad = [&](std::string found) {
            refuse("E-SPOT-012", "The features are not what the model takes", expected,
                   std::move(found), "Match the features to the model's input.");
        };
        if (!features.defined()) bad("an undefined tensor");
        const at::ScalarType type = features.scalar_type();
        const bool is_integer = at::isIntegralType(type, /*includeBool=*/false);
        if (features.layout() != at::kStrided || (!is_integer && !at::isFloatingType(type)))
            bad(fmt::format("a {} tensor of {}",
                            features.layout() == at::kStrided ? "dense" : "sparse",
                            at::toString(type)));
        if (features.numel() != input.count())
            bad(fmt::format("{} numbers, [{}]", features.numel(),
                            fmt::join(features.sizes().vec(), ", ")));
        const at::Tensor flat = features.detach().to(at::kCPU).flatten();
        if (!is_integer || input.type == ops::TfliteType::Float32) {
            const at::Tensor real = flat.to(at::kFloat).contiguous();
            const std::span values(real.data_ptr<float>(), static_cast<std::size_t>(real.numel()));
            return ops::to_tensor(values, input);
        }
        const at::Tensor whole = flat.to(at::kLong).contiguous();
        const std::span values(whole.data_ptr<std::int64_t>(),
                               static_cast<std::size_t>(whole.numel()));
        switch (input.type) {
            case ops::TfliteType::Int32:
                return narrowed<std::int32_t>(values);
            case ops::TfliteType::Int16:
                return narrowed<std::int16_t>(values);
            default:
                return narrowed<std::int8_t>(values);
        }
    }

    template <class T>
    static ops::TfliteValues narrowed(std::span<const std::int64_t> values) {
        std::vector<T> result;
        result.reserve(values.size());
        for (const std::int64_t value : values) {
            if (!std::in_range<T>(value)) {
                refuse("E-SPOT-012", "The features are not what the model takes",
                       fmt::format("integers from {} to {}", std::numeric_limits<T>::min(),
                                   std::numeric_limits<T>::max()),
                       fmt::format("{}", value), "Give floats, which are brought to its scale.");
            }
            result.push_back(static_cast<T>(value));
        }
        return result;
    }

    static at::Tensor tensor_of(const ops::TfliteValues& values) {
        return std::visit(
            [](const auto& all) {
                using T = typename std::decay_t<decltype(all)>::value_type;
                at::Tensor tensor = at::empty({static_cast<std::int64_t>(all.size())},
                                              c10::CppTypeToScalarType<T>::value);
                std::memcpy(tensor.data_ptr(), all.data(), all.size() * sizeof(T));
                return tensor;
            },
            values);
    }

    types::Table summary() const {
        std::vector<std::int64_t> numbers, parameters, states, macs;
        std::vector<std::string> kinds, shapes;
        for (const ops::TfliteLayer& layer : network_->summary()) {
            numbers.push_back(static_cast<std::int64_t>(numbers.size()));
            kinds.emplace_back(ops::name_of(layer.kind));
            shapes.push_back(fmt::format("{}", fmt::join(layer.shape, "x")));
            parameters.push_back(layer.parameter_bytes);
            states.push_back(layer.state_bytes);
            macs.push_back(layer.macs);
        }
        return {{{"layer", std::move(numbers)},
                 {"kind", std::move(kinds)},
                 {"shape", std::move(shapes)},
                 {"parameter_bytes", std::move(parameters)},
                 {"state_bytes", std::move(states)},
                 {"macs", std::move(macs)}}};
    }

    std::optional<ops::TfliteNetwork> network_;
    std::vector<std::string> names_;
    std::size_t memory_ = 0;                ///< inputs to keep
    std::deque<ops::TfliteValues> newest_;  ///< inputs, the oldest first
    bool is_summary_given_ = false;
};

}  // namespace

void register_tflite(engine::Registry& registry) { registry.add<Tflite>(); }

}  // namespace millrace::nodes
