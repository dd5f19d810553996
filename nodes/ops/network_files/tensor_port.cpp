#include "nodes/ops/network_files/tensor_port.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

constexpr std::array<std::pair<std::string_view, at::ScalarType>, 10> kTypes = {
    {{"float32", at::kFloat},
     {"float64", at::kDouble},
     {"float16", at::kHalf},
     {"bfloat16", at::kBFloat16},
     {"int64", at::kLong},
     {"int32", at::kInt},
     {"int16", at::kShort},
     {"int8", at::kChar},
     {"uint8", at::kByte},
     {"bool", at::kBool}}};
constexpr std::size_t kMostDimensions = 8;
constexpr std::int64_t kMostTrialBytes = std::int64_t{1} << 30;
constexpr std::string_view kForm = "\"name\", or \"name: 1x3x?x224 float32\"";

[[noreturn]] void refuse(const char* code, std::string what, std::string expected,
                         std::string found, std::string mend) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = std::move(mend)});
}

[[noreturn]] void no_declaration(std::string_view found) {
    refuse("E-PORT-001", "This is no input or output", std::string(kForm), std::string(found),
           "Correct it; several are parted by semicolons.");
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::int64_t> shape_of(std::string_view text, std::string_view whole) {
    std::vector<std::int64_t> shape;
    while (true) {
        const std::size_t end = text.find('x');
        const std::string_view part = text.substr(0, end);
        std::int64_t length = -1;
        if (part != "?") {
            const auto [stop, error] =
                std::from_chars(part.data(), part.data() + part.size(), length);
            if (error != std::errc() || stop != part.data() + part.size() || length < 0 ||
                length > std::numeric_limits<std::int32_t>::max())
                no_declaration(whole);
        }
        shape.push_back(length);
        if (shape.size() > kMostDimensions) no_declaration(whole);
        if (end == text.npos) return shape;
        text.remove_prefix(end + 1);
    }
}

TensorPort port_of(std::string_view text) {
    // Names may hold colons themselves, as TensorFlow's do.
    const std::size_t colon = text.rfind(": ");
    TensorPort port{.name = std::string(trimmed(text.substr(0, colon)))};
    if (port.name.empty()) no_declaration(text);
    if (colon == text.npos) return port;
    const std::string_view rest = trimmed(text.substr(colon + 2));
    const std::size_t blank = rest.find(' ');
    const std::string_view shape = rest.substr(0, blank);
    if (shape == "scalar")
        port.shape.emplace();
    else if (shape != "any")
        port.shape = shape_of(shape, text);
    if (blank == rest.npos) return port;
    const auto known = std::ranges::find(kTypes, trimmed(rest.substr(blank)),
                                         &decltype(kTypes)::value_type::first);
    if (known == kTypes.end()) {
        std::vector<std::string_view> names;
        for (const auto& [name, type] : kTypes) names.push_back(name);
        refuse("E-PORT-001", "There is no such type of numbers",
               fmt::format("{}", fmt::join(names, ", ")), std::string(text), "Correct the type.");
    }
    port.type = known->second;
    return port;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
    if (shape.empty()) return "scalar";
    std::string text;
    for (const std::int64_t length : shape)
        text += (text.empty() ? "" : "x") + (length < 0 ? "?" : std::to_string(length));
    return text;
}

/// What both say, or none where they contradict.
std::optional<std::vector<std::int64_t>> met(std::vector<std::int64_t> one,
                                             const std::vector<std::int64_t>& other) {
    if (one.size() != other.size()) return {};
    for (std::size_t i = 0; i < one.size(); ++i) {
        if (one[i] < 0)
            one[i] = other[i];
        else if (other[i] >= 0 && other[i] != one[i])
            return {};
    }
    return one;
}

TensorPort completed(TensorPort declared, const TensorPort& of_file, std::string_view kind) {
    const auto differ = [&] {
        refuse("E-PORT-004", fmt::format("The file's {} is not the declared one", kind),
               to_text(declared), to_text(of_file),
               fmt::format("Declare the {} as the file has it.", kind));
    };
    if (declared.type && of_file.type && *declared.type != *of_file.type) differ();
    if (!declared.type) declared.type = of_file.type;
    if (!of_file.shape) return declared;
    if (declared.shape) {
        const auto both = met(*declared.shape, *of_file.shape);
        if (!both) differ();
        declared.shape = both;
    } else {
        declared.shape = of_file.shape;
    }
    return declared;
}

}  // namespace

std::vector<TensorPort> parse_ports(std::string_view text) {
    std::vector<TensorPort> ports;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(";\n"), text.size());
        const std::string_view part = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (part.empty()) continue;
        TensorPort port = port_of(part);
        if (std::ranges::find(ports, port.name, &TensorPort::name) != ports.end())
            refuse("E-PORT-002", "A name is declared twice", "different names", port.name,
                   "Remove one of the two.");
        ports.push_back(std::move(port));
    }
    return ports;
}

std::string to_text(const TensorPort& port) {
    if (!port.shape && !port.type) return port.name;
    std::string text = port.name + ": " + (port.shape ? shape_text(*port.shape) : "any");
    if (port.type) text += fmt::format(" {}", name_of(*port.type));
    return text;
}

std::string_view name_of(at::ScalarType type) {
    const auto known = std::ranges::find(kTypes, type, &decltype(kTypes)::value_type::second);
    return known == kTypes.end() ? c10::toString(type) : known->first;
}

std::vector<TensorPort> agreed_ports(const std::vector<TensorPort>& declared,
                                     const std::vector<TensorPort>& of_file,
                                     std::string_view kind) {
    if (declared.empty()) return of_file;
    std::vector<TensorPort> agreed;
    for (const TensorPort& port : declared) {
        const auto same = std::ranges::find(of_file, port.name, &TensorPort::name);
        if (same == of_file.end()) {
            std::vector<std::string> all;
            for (const TensorPort& other : of_file) all.push_back(to_text(other));
            refuse("E-PORT-003", fmt::format("The file has no {} of this name", kind),
                   all.empty() ? "none" : fmt::format("{}", fmt::join(all, "; ")), port.name,
                   fmt::format("Take a name of the file, or leave \"{}s\" empty.", kind));
        }
        agreed.push_back(completed(port, *same, kind));
    }
    return agreed;
}

void check_tensor(const TensorPort& port, const at::Tensor& tensor, std::string_view kind) {
    const auto differs = [&](std::string found) {
        refuse("E-PORT-005", fmt::format("The tensor does not fit this {} of the network", kind),
               to_text(port), std::move(found),
               kind == "input" ? "Give it that shape and type, or correct the declaration."
                               : "Correct the declaration.");
    };
    if (!tensor.defined()) differs("an undefined tensor");
    if (tensor.layout() != at::kStrided) differs("a sparse tensor");
    const TensorPort present{
        .name = port.name, .shape = tensor.sizes().vec(), .type = tensor.scalar_type()};
    if (port.type && *port.type != *present.type) differs(to_text(present));
    if (port.shape && !met(*present.shape, *port.shape)) differs(to_text(present));
}

std::optional<at::Tensor> zeros_for(const TensorPort& port) {
    if (!port.shape) return {};
    std::int64_t bytes =
        static_cast<std::int64_t>(c10::elementSize(port.type.value_or(at::kFloat)));
    for (const std::int64_t length : *port.shape) {
        if (length < 0 || __builtin_mul_overflow(bytes, length, &bytes)) return {};
    }
    if (bytes > kMostTrialBytes) return {};
    return at::zeros(*port.shape, port.type.value_or(at::kFloat));
}

}  // namespace millrace::ops
