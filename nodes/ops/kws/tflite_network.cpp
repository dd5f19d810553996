#include "nodes/ops/kws/tflite_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/kws/tflite_builder.hpp"

namespace millrace::ops {

TfliteNetwork::TfliteNetwork(TfliteModel model) : model_(std::move(model)) {
    TfliteBuilder(*this).build();
}

const TfliteTensor& TfliteNetwork::input(std::size_t index) const {
    return model_.tensors[static_cast<std::size_t>(model_.inputs.at(index))];
}

const TfliteTensor& TfliteNetwork::output(std::size_t index) const {
    return model_.tensors[static_cast<std::size_t>(model_.outputs.at(index))];
}

std::vector<TfliteValues> TfliteNetwork::run(std::span<const TfliteValues> inputs) {
    const auto refuse = [](const std::string& expected, const std::string& found) {
        throw engine::Error({.code = "E-TFL-010",
                             .what = "A .tflite model was given the wrong inputs",
                             .expected = expected,
                             .found = found,
                             .mend = "Match the features to the model's input."});
    };
    if (inputs.size() != input_count())
        refuse(fmt::format("{} inputs", input_count()), fmt::format("{}", inputs.size()));
    const auto length = [](const auto& values) { return values.size(); };
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const TfliteValues& own = values_[static_cast<std::size_t>(model_.inputs[i])];
        if (inputs[i].index() != own.index() ||
            std::visit(length, inputs[i]) != std::visit(length, own)) {
            refuse(fmt::format("{} values of {}", std::visit(length, own), name_of(input(i).type)),
                   fmt::format("{} values{}", std::visit(length, inputs[i]),
                               inputs[i].index() != own.index() ? " of another type" : ""));
        }
    }
    for (std::size_t i = 0; i < inputs.size(); ++i)
        values_[static_cast<std::size_t>(model_.inputs[i])] = inputs[i];
    for (const Step& step : steps_) step(*this);
    std::vector<TfliteValues> outputs;
    for (const int output : model_.outputs)
        outputs.push_back(values_[static_cast<std::size_t>(output)]);
    return outputs;
}

void TfliteNetwork::reset() {
    for (Int8Svdf& svdf : svdfs_) svdf.reset();
}

std::int64_t TfliteNetwork::memory() const {
    std::int64_t runs = 0;  // a layer's oldest column may come from the oldest of the one before
    for (const TfliteOperator& op : model_.operators) {
        if (op.kind != TfliteKind::Svdf) continue;
        runs += model_.tensors[static_cast<std::size_t>(op.inputs[2])].shape[1];
    }
    return runs;
}

TfliteValues to_tensor(std::span<const float> real, const TfliteTensor& tensor) {
    TfliteValues values = zero_values(tensor.type, real.size());
    convert_tensor(std::vector<float>(real.begin(), real.end()), {}, scale_of(tensor), values);
    return values;
}

std::vector<float> to_real(const TfliteValues& values, const TfliteTensor& tensor) {
    const std::size_t count = std::visit([](const auto& all) { return all.size(); }, values);
    TfliteValues real = std::vector<float>(count);
    convert_tensor(values, scale_of(tensor), {}, real);
    return std::get<std::vector<float>>(real);
}

}  // namespace millrace::ops
