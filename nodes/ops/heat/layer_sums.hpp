// How far one layer's output is from another's, summed up over batches: squares alone are kept,
// whatever the number of values. A plain value, for one thread at a time.
#pragma once

#include "engine/sketch.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::ops {

struct LayerSums {
    double signal = 0;  ///< sum of a^2
    double other = 0;   ///< sum of b^2
    double dot = 0;     ///< sum of a b
    double error = 0;   ///< sum of (a - b)^2
    double values = 0;  ///< their number

    /// `a` is the reference, `b` of the same shape. NaN and infinity in either make the ratios NaN.
    void add(const at::Tensor& a, const at::Tensor& b);
    /// The same from sketches of the two, in which the distance is an estimate.
    void add(const engine::Sketch& a, const engine::Sketch& b);

    /// 10 log10(signal / error): infinite without error, minus infinity for an error without a
    /// signal, NaN where nothing was added.
    double sqnr_db() const;
    /// 1 without error, else 0 where one of the two is zero throughout; NaN where nothing was
    /// added.
    double cosine() const;
};

/// The sketch of a tensor, as engine::Packet::sketch() gives it.
engine::Sketch sketch_of(const at::Tensor& tensor);

}  // namespace millrace::ops
