// The rounding of the device within float networks: weights symmetric int8 with a scale for each
// row, tensors asymmetric int8, states of SVDF layers symmetric int16, TFLite's scheme (Jacob et
// al., arXiv 1712.05877). Gradients pass where a value is inside the range and not outside. For the
// sources of this folder; an object lives for one pass.
#pragma once

#include <string>

#include "nodes/ops/networks/network.hpp"
#include "nodes/ops/quant/end_codes.hpp"

namespace millrace::ops {

class FakeInt8 {
public:
    /// In training, ranges that do not rest yet follow the batch by a moving average into
    /// `pass.updates`.
    FakeInt8(const Network& network, const NamedTensors& buffers, const Pass& pass);

    /// A scale for each row: [out, …], or [kernel, frequency_kernel, channels] of a depthwise
    /// layer.
    at::Tensor weight_rows(const at::Tensor& weight, bool depthwise) const;
    /// One scale for the whole, `most` steps to either side.
    at::Tensor weight(const at::Tensor& weight, int most) const;
    at::Tensor tensor(const std::string& name, const at::Tensor& values) const;
    at::Tensor state(const std::string& name, const at::Tensor& values) const;

    /// What weight_rows(), weight() and tensor() put on the ends of their grids.
    EndCodes weight_row_ends(const at::Tensor& weight, bool depthwise) const;
    EndCodes weight_ends(const at::Tensor& weight, int most) const;
    EndCodes tensor_ends(const std::string& name, const at::Tensor& values) const;

private:
    struct Range {
        double low, high;
    };
    Range range(const std::string& name, const at::Tensor& values) const;

    const NamedTensors& buffers_;
    const Pass& pass_;
    std::vector<std::string> fixed_;
    bool moving_ = false;
};

}  // namespace millrace::ops
