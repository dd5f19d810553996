#include "tests/golden/golden.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "engine/problem.hpp"

namespace millrace::golden {
namespace {

using nlohmann::json;

[[noreturn]] void throw_form(const std::string& found) {
    throw engine::Error({.code = "E-GOLDEN-001",
                         .what = "A file of expected numbers is not of the form golden/1",
                         .found = found,
                         .mend = "Mend or remove the file."});
}

double read_real(const json& element) {
    if (element.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (element.is_number()) return element.get<double>();
    if (element == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (element == "inf") return std::numeric_limits<double>::infinity();
    if (element == "-inf") return -std::numeric_limits<double>::infinity();
    throw_form("tensor element " + element.dump());
}

Tensor read_tensor(const json& object) {
    Tensor tensor;
    tensor.dtype = object.at("dtype").get<std::string>();
    tensor.shape = object.at("shape").get<std::vector<std::int64_t>>();
    std::int64_t count = 1;
    for (const std::int64_t size : tensor.shape) count *= size;
    const json& data = object.at("data");
    if (!data.is_array() || static_cast<std::int64_t>(data.size()) != count) {
        throw_form(fmt::format("{} elements for a shape of {}", data.size(), count));
    }
    for (const json& element : data) {
        if (tensor.dtype == "float32" || tensor.dtype == "complex64") {
            // Nine digits give back the very bits only when rounded to float.
            tensor.reals.push_back(static_cast<float>(read_real(element)));
        } else {
            tensor.integers.push_back(element.is_boolean() ? element.get<bool>()
                                                           : element.get<std::int64_t>());
        }
    }
    return tensor;
}

Members read_members(const json& object);

Item read_item(const json& value) {
    if (value.is_null()) return {};
    if (value.is_boolean()) return {value.get<bool>()};
    if (value.is_number_integer()) return {value.get<std::int64_t>()};
    if (value.is_number()) return {value.get<double>()};
    if (value.is_string()) return {value.get<std::string>()};
    if (value.is_array()) {
        List list;
        for (const json& element : value) list.push_back(read_item(element));
        return {std::move(list)};
    }
    if (value.contains("dtype") && value.contains("data")) return {read_tensor(value)};
    return {read_members(value)};
}

Members read_members(const json& object) {
    Members members;
    for (const auto& [name, value] : object.items()) members[name] = read_item(value);
    return members;
}

Tolerance read_tolerance(const json& object) {
    return {.abs = object.value("abs", 0.0),
            .rel = object.value("rel", 0.0),
            .abs_of_max = object.value("abs_of_max", 0.0)};
}

std::optional<Tolerance> optional_tolerance(const json& holder) {
    if (!holder.contains("tolerance")) return std::nullopt;
    return read_tolerance(holder.at("tolerance"));
}

Case read_case(const json& object) {
    return {.name = object.at("name").get<std::string>(),
            .params = read_members(object.value("params", json::object())),
            .inputs = read_members(object.at("inputs")),
            .outputs = read_members(object.at("outputs")),
            .tolerance = optional_tolerance(object),
            .reference_is_nonfinite = object.value("reference_is_nonfinite", false)};
}

}  // namespace

double Item::number() const {
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return static_cast<double>(*integer);
    return std::get<double>(value);
}

const Tensor& Case::input(std::string_view input_name) const {
    const auto found = inputs.find(input_name);
    if (found == inputs.end())
        throw_form(fmt::format("case {} without input {}", name, input_name));
    return found->second.tensor();
}

double Case::param(std::string_view param_name) const {
    const auto found = params.find(param_name);
    if (found == params.end())
        throw_form(fmt::format("case {} without parameter {}", name, param_name));
    return found->second.number();
}

File load(const std::filesystem::path& path) {
    std::ifstream stream(path);
    File file;
    file.path = path;
    try {
        const json document = json::parse(stream);
        if (document.at("format") != "golden/1")
            throw_form("format " + document.at("format").dump());
        file.op = document.at("op").get<std::string>();
        file.tolerance = optional_tolerance(document);
        // Named, since a temporary would be gone before the first turn of the loop.
        const json narrower = document.value("tolerance_of", json::object());
        for (const auto& [output, tolerance] : narrower.items()) {
            file.tolerance_of[output] = read_tolerance(tolerance);
        }
        for (const json& object : document.at("cases")) file.cases.push_back(read_case(object));
    } catch (const json::exception& error) {
        throw_form(path.string() + ": " + error.what());
    }
    if (file.cases.empty()) throw_form(path.string() + ": no cases");
    return file;
}

}  // namespace millrace::golden
