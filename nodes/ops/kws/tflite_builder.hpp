// How tflite_network.cpp checks a model and turns it into steps: one operator after another, in the
// order of execution. Lives only while a network is made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nodes/ops/kws/tflite_network.hpp"

namespace millrace::ops {

/// Values of 0.
TfliteValues zero_values(TfliteType type, std::size_t count);

/// The one scale of a tensor; scale 1 for float32. Throws Error E-TFL-008 for several or none.
Int8Scale scale_of(const TfliteTensor& tensor);

/// Error E-TFL-008.
[[noreturn]] void throw_tflite_scale(const std::string& expected, const std::string& found);

class TfliteBuilder {
public:
    explicit TfliteBuilder(TfliteNetwork& network)
        : net_(network), model_(network.model_), ready_(model_.tensors.size()) {}

    void build();

private:
    using Step = TfliteNetwork::Step;

    const TfliteTensor& tensor(int index) const;
    std::string where() const;
    void require(bool holds, const std::string& expected) const;
    void require_ready(int index) const;
    /// Marks a tensor as filled, which must happen once.
    void claim(int index);
    [[noreturn]] void throw_order(const std::string& expected, int index) const;

    void add_operator(const TfliteOperator& op);
    Step make_step(const TfliteOperator& op);
    Step weighted(const TfliteOperator& op);
    Step svdf(const TfliteOperator& op);
    Step pool(const TfliteOperator& op);
    Step add(const TfliteOperator& op);
    Step elementwise(const TfliteOperator& op);
    Step reshape(const TfliteOperator& op);
    Step softmax(const TfliteOperator& op);

    /// The int8 scale of an int8 tensor.
    Int8Scale int8(int index) const;
    /// The scales of weights [..], one or `channels`, with zero points of 0.
    const std::vector<float>& weight_scales(int index, int axis, std::int64_t channels) const;
    std::optional<int> bias(const TfliteOperator& op, std::size_t slot, std::int64_t channels);
    OutputStage output_stage(const TfliteOperator& op) const;
    WindowShape window(const TfliteOperator& op, std::int64_t kernel_height,
                       std::int64_t kernel_width) const;

    TfliteNetwork& net_;
    TfliteModel& model_;
    std::vector<bool> ready_;           ///< tensors filled so far
    std::vector<int> states_;           ///< tensors that a layer owns
    std::size_t at_ = std::size_t(-1);  ///< operator, for errors
    std::int64_t work_ = 0;
    TfliteLayer layer_;
};

}  // namespace millrace::ops
