// Files of expected numbers ("golden/1"): reading them and comparing results with them. One file
// holds one operation with several cases; every value is a tensor or plain JSON that may hold
// tensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace millrace::golden {

/// Row-major. Real dtypes (float32, complex64 with a last axis of 2) fill `reals`; the others
/// `integers`.
struct Tensor {
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::vector<double> reals;
    std::vector<std::int64_t> integers;

    bool is_real() const { return dtype == "float32" || dtype == "complex64"; }
    std::int64_t rows() const { return shape.empty() ? 1 : shape.front(); }
    std::vector<float> floats() const { return {reals.begin(), reals.end()}; }
};

struct Item;
using List = std::vector<Item>;
using Members = std::map<std::string, Item, std::less<>>;

/// A plain value or a tensor; monostate is JSON's null.
struct Item {
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Tensor, List, Members>
        value;

    const Tensor& tensor() const { return std::get<Tensor>(value); }
    const List& list() const { return std::get<List>(value); }
    double number() const;
};

/// An element passes when |got - want| <= abs + abs_of_max * max|want| + rel * |want|.
struct Tolerance {
    double abs = 0, rel = 0, abs_of_max = 0;
};

struct Case {
    std::string name;
    Members params, inputs, outputs;
    std::optional<Tolerance> tolerance;
    /// The published code gives NaN or infinity here: finite rows and grad_input are compared, the
    /// other rows of results must be 0.
    bool reference_is_nonfinite = false;

    const Tensor& input(std::string_view name) const;
    double param(std::string_view name) const;
};

struct File {
    std::filesystem::path path;
    std::string op;
    std::optional<Tolerance> tolerance;
    std::map<std::string, Tolerance, std::less<>>
        tolerance_of;  ///< by output; goes before all others
    std::vector<Case> cases;
};

/// Reads one file. Throws engine::Error E-GOLDEN-001 for anything that is not of the form.
File load(const std::filesystem::path& path);

/// What differs between `got` and the outputs of `expected` (a case of `file`), a line each; empty
/// when all pass. Outputs that the case doesn't name are not looked at.
std::vector<std::string> differences(const File& file, const Case& expected, const Members& got);

using Shape = std::initializer_list<std::size_t>;

/// Results as tensors. float32_tensor takes float or double values and rounds them to float.
template <class T>
Item float32_tensor(Shape shape, const std::vector<T>& values) {
    Tensor tensor{.dtype = "float32", .shape = {shape.begin(), shape.end()}};
    for (const T& value : values) tensor.reals.push_back(static_cast<float>(value));
    return {std::move(tensor)};
}
template <class T>
Item integer_tensor(std::string dtype, Shape shape, const std::vector<T>& values) {
    return {Tensor{.dtype = std::move(dtype),
                   .shape = {shape.begin(), shape.end()},
                   .integers = {values.begin(), values.end()}}};
}

}  // namespace millrace::golden
