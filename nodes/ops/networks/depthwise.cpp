#include "nodes/ops/networks/depthwise.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

// Functions of their own for processors with AVX2, chosen when the library is loaded.
#if defined(__x86_64__)
#define MILLRACE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define MILLRACE_WIDE
#endif

namespace millrace::ops {
namespace {

struct Sizes {
    std::int64_t batch, time, positions, channels;  // of the output
    std::int64_t kernel, frequency_kernel, stride, padded_time, padded_positions;

    std::int64_t in(std::int64_t t, std::int64_t p) const {
        return (t * padded_positions + p) * channels;
    }
    std::int64_t out(std::int64_t t, std::int64_t p) const {
        return (t * positions + p) * channels;
    }
};

Sizes sizes_of(const at::Tensor& padded, const at::Tensor& weight, std::int64_t stride) {
    const std::int64_t kernel = weight.size(0), frequency_kernel = weight.size(1);
    return {padded.size(0),
            padded.size(1) - kernel + 1,
            (padded.size(2) - frequency_kernel) / stride + 1,
            padded.size(3),
            kernel,
            frequency_kernel,
            stride,
            padded.size(1),
            padded.size(2)};
}

/// sum[c] += a[c] * b[c]
template <class T>
inline void add_product(T* __restrict sum, const T* __restrict a, const T* __restrict b,
                        std::int64_t count) {
    for (std::int64_t c = 0; c < count; ++c) sum[c] += a[c] * b[c];
}

/// One recording.
template <class T>
inline void run(const Sizes& s, const T* x, const T* w, T* y) {
    for (std::int64_t t = 0; t < s.time; ++t) {
        for (std::int64_t p = 0; p < s.positions; ++p) {
            T* row = y + s.out(t, p);
            for (std::int64_t c = 0; c < s.channels; ++c) row[c] = 0;
            for (std::int64_t j = 0; j < s.kernel; ++j) {
                for (std::int64_t f = 0; f < s.frequency_kernel; ++f)
                    add_product(row, x + s.in(t + j, p * s.stride + f),
                                w + (j * s.frequency_kernel + f) * s.channels, s.channels);
            }
        }
    }
}

/// The gradients of one recording; `dx` and `dw` begin as zeros.
template <class T>
inline void run_back(const Sizes& s, const T* x, const T* w, const T* dy, T* dx, T* dw) {
    for (std::int64_t t = 0; t < s.time; ++t) {
        for (std::int64_t p = 0; p < s.positions; ++p) {
            const T* row = dy + s.out(t, p);
            for (std::int64_t j = 0; j < s.kernel; ++j) {
                for (std::int64_t f = 0; f < s.frequency_kernel; ++f) {
                    const std::int64_t from = s.in(t + j, p * s.stride + f),
                                       tap = (j * s.frequency_kernel + f) * s.channels;
                    add_product(dx + from, row, w + tap, s.channels);
                    add_product(dw + tap, row, x + from, s.channels);
                }
            }
        }
    }
}

MILLRACE_WIDE void run_float(const Sizes& s, const float* x, const float* w, float* y) {
    run(s, x, w, y);
}
MILLRACE_WIDE void run_float_back(const Sizes& s, const float* x, const float* w, const float* dy,
                                  float* dx, float* dw) {
    run_back(s, x, w, dy, dx, dw);
}

struct Depthwise : torch::autograd::Function<Depthwise> {
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& padded,
                              const at::Tensor& weight, std::int64_t stride) {
        const at::Tensor x = padded.contiguous(), w = weight.contiguous();
        context->save_for_backward({x, w});
        context->saved_data["stride"] = stride;
        const Sizes s = sizes_of(x, w, stride);
        at::Tensor y = at::empty({s.batch, s.time, s.positions, s.channels}, x.options());
        const std::int64_t in = s.padded_time * s.padded_positions * s.channels,
                           out = s.time * s.positions * s.channels;
        at::parallel_for(0, s.batch, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t b = begin; b < end; ++b) {
                if (x.scalar_type() == at::kFloat)
                    run_float(s, x.data_ptr<float>() + b * in, w.data_ptr<float>(),
                              y.data_ptr<float>() + b * out);
                else
                    run(s, x.data_ptr<double>() + b * in, w.data_ptr<double>(),
                        y.data_ptr<double>() + b * out);
            }
        });
        return y;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const at::Tensor &x = saved[0], &w = saved[1];
        const at::Tensor dy = gradients[0].contiguous();
        const Sizes s = sizes_of(x, w, context->saved_data["stride"].toInt());
        at::Tensor dx = at::zeros_like(x);
        // Of each recording by itself, added in their order below.
        at::Tensor dw = at::zeros({s.batch, w.size(0), w.size(1), w.size(2)}, w.options());
        const std::int64_t in = s.padded_time * s.padded_positions * s.channels,
                           out = s.time * s.positions * s.channels;
        at::parallel_for(0, s.batch, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t b = begin; b < end; ++b) {
                if (x.scalar_type() == at::kFloat)
                    run_float_back(s, x.data_ptr<float>() + b * in, w.data_ptr<float>(),
                                   dy.data_ptr<float>() + b * out, dx.data_ptr<float>() + b * in,
                                   dw.data_ptr<float>() + b * w.numel());
                else
                    run_back(s, x.data_ptr<double>() + b * in, w.data_ptr<double>(),
                             dy.data_ptr<double>() + b * out, dx.data_ptr<double>() + b * in,
                             dw.data_ptr<double>() + b * w.numel());
            }
        });
        return {dx, dw.sum(0), at::Tensor()};
    }
};

}  // namespace

at::Tensor depthwise(const at::Tensor& padded, const at::Tensor& weight, std::int64_t stride) {
    return Depthwise::apply(padded, weight, stride);
}

}  // namespace millrace::ops
