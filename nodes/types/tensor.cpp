#include "nodes/types/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/visual/tensor_array.hpp"

namespace millrace::engine {
namespace {

using types::Tensor;

DType dtype_of_tensor(const at::Tensor& tensor) {
    switch (tensor.scalar_type()) {
        case at::kByte:
            return DType::U8;
        case at::kChar:
            return DType::I8;
        case at::kShort:
            return DType::I16;
        case at::kInt:
            return DType::I32;
        case at::kLong:
            return DType::I64;
        case at::kHalf:
            return DType::F16;
        case at::kBFloat16:
            return DType::BF16;
        case at::kFloat:
            return DType::F32;
        case at::kDouble:
            return DType::F64;
        case at::kBool:
            return DType::Bool;
        default:
            break;
    }
    throw Error({.code = "E-TYPE-005",
                 .what = "Tensors of this type can't travel",
                 .expected = "a real, integer or boolean type",
                 .found = toString(tensor.scalar_type()),
                 .mend = "Convert it, for example a complex tensor with view_as_real."});
}

/// On the CPU and without its history.
at::Tensor dense_of(const at::Tensor& tensor) {
    if (tensor.layout() == at::kStrided) return tensor.detach().to(at::kCPU);
    throw Error({.code = "E-TYPE-005",
                 .what = "Tensors of this layout can't travel",
                 .expected = "a dense tensor",
                 .found = "a sparse one",
                 .mend = "Convert it with to_dense."});
}

at::ScalarType scalar_type(DType type) {
    switch (type) {
        case DType::U8:
            return at::kByte;
        case DType::I8:
            return at::kChar;
        case DType::I16:
            return at::kShort;
        case DType::I32:
            return at::kInt;
        case DType::I64:
            return at::kLong;
        case DType::F16:
            return at::kHalf;
        case DType::BF16:
            return at::kBFloat16;
        case DType::F32:
            return at::kFloat;
        case DType::F64:
            return at::kDouble;
        case DType::Bool:
            return at::kBool;
        default:
            break;
    }
    throw Error({.code = "E-FILE-011",
                 .what = "LibTorch has no such type",
                 .expected = "signed integers, U8, BOOL or floats",
                 .found = std::string(to_text(type))});
}

}  // namespace

Record PayloadTraits<Tensor>::record(const Tensor& tensor) {
    if (!tensor.value.defined()) return {.arrays = {}, .attributes = {{"defined", false}}};
    return {.arrays = {types::array_of("tensor", tensor.value)}, .attributes = {}};
}

Tensor PayloadTraits<Tensor>::restore(const Record& record) {
    const ArrayView* view = record.find("tensor");
    if (!view) {
        if (record.attributes.contains("defined")) return {};
        throw Error({.code = "E-FILE-011",
                     .what = "The stored tensor is missing",
                     .expected = "an array named \"tensor\"",
                     .found = "nothing"});
    }
    record.require("tensor", view->type, view->shape.size());  // that the bytes fit the shape
    return {types::tensor_of(*view)};
}

std::vector<visual::Visual> PayloadTraits<Tensor>::visual(const Tensor& tensor,
                                                          const visual::Budget& budget) {
    if (!tensor.value.defined()) return {visual::Text{"undefined tensor"}};
    const Record held = record(tensor);
    const ArrayView& array = *held.find("tensor");
    visual::TensorBlock block = visual::block_of(array, {}, budget.bytes);
    block.name.clear();                                           // "tensor" says nothing
    constexpr std::int64_t kMostCounted = std::int64_t{1} << 26;  // a third of a second
    if (!block.is_whole() && array.count() <= kMostCounted)
        block.whole = visual::statistics_of(array);
    const visual::TensorStatistics statistics = visual::statistics_of(block);
    if (statistics.finite() == 0) return {std::move(block)};
    const double low = statistics.min, high = statistics.max;
    visual::Histogram histogram{
        .title = block.is_whole() ? "values" : "values of the part that is shown",
        .unit = {},
        .min = low,
        .max = high,
        .counts = std::vector<std::uint64_t>(64)};
    for (std::size_t i = 0; i < block.size(); ++i) {
        const double number = block.at(i);
        if (!std::isfinite(number)) continue;
        // Halves, since the span of doubles may be no double.
        const double place = high > low ? (number / 2 - low / 2) / (high / 2 - low / 2) * 64 : 0;
        ++histogram.counts[std::min<std::size_t>(63, static_cast<std::size_t>(place))];
    }
    return {std::move(block), std::move(histogram)};
}

}  // namespace millrace::engine

namespace millrace::types {

engine::ArrayView array_of(std::string name, const at::Tensor& tensor) {
    auto dense =
        std::make_shared<const at::Tensor>(engine::dense_of(tensor).resolve_neg().contiguous());
    engine::ArrayView view;
    view.name = std::move(name);
    view.type = engine::dtype_of_tensor(*dense);
    view.shape.assign(dense->sizes().begin(), dense->sizes().end());
    view.bytes = {static_cast<const std::byte*>(dense->data_ptr()), dense->nbytes()};
    view.owner = dense;
    return view;
}

at::Tensor tensor_of(const engine::ArrayView& array) {
    at::Tensor value = at::empty(array.shape, at::TensorOptions(engine::scalar_type(array.type)));
    if (!array.bytes.empty()) std::memcpy(value.data_ptr(), array.bytes.data(), array.bytes.size());
    // A bool that is neither 0 nor 1 is undefined behaviour wherever it is read.
    if (array.type == engine::DType::Bool) value = value.view(at::kByte).ne(0);
    return value;
}

}  // namespace millrace::types
