#include "engine/node/spec.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include <fmt/format.h>

#include "engine/node/curve.hpp"
#include "engine/value_parse.hpp"

namespace millrace::engine {
namespace {

/// The beginning of the value as JSON, and its kind.
std::string shown(const Value& value) {
    constexpr std::size_t kMost = 60;
    return fmt::format("{} ({})", shortened(to_json(value), kMost), value.kind());
}

[[noreturn]] void wrong_value(std::string expected, const Value& found) {
    throw Error({.code = "E-PARAM-002",
                 .what = "The value has the wrong kind",
                 .expected = std::move(expected),
                 .found = shown(found),
                 .mend = "Give a value of that kind."});
}

Value integer(const Value& value, const FieldType& type) {
    if (value.is_double() && std::nearbyint(value.as_double()) == value.as_double() &&
        std::abs(value.as_double()) < 9e15) {
        return integer(static_cast<std::int64_t>(value.as_double()), type);
    }
    if (!value.is_int()) wrong_value("an integer", value);
    if (value.as_int() < type.low || value.as_int() > type.high)
        wrong_value(fmt::format("an integer from {} to {}", type.low, type.high), value);
    return value;
}

Value numbers(const Value& value, const FieldType& type) {
    const std::string expected = type.integers ? "a list of integers" : "a list of numbers";
    if (!value.is_array()) wrong_value(expected, value);
    Array list;
    list.reserve(value.as_array().size());
    for (const Value& item : value.as_array()) {
        if (!item.is_number()) wrong_value(expected, value);
        list.push_back(type.integers ? integer(item, type) : Value(item.as_double()));
    }
    return list;
}

Value curve(const Value& value) {
    const std::string expected =
        fmt::format("a list of 1 to {} points [x, y], x rising from 0 to 1", Curve::kMostPoints);
    if (!value.is_array() || value.as_array().empty() || value.as_array().size() > Curve::kMostPoints)
        wrong_value(expected, value);
    Array points;
    double before = -1;
    for (const Value& point : value.as_array()) {
        if (!point.is_array() || point.as_array().size() != 2 || !point.as_array()[0].is_number() ||
            !point.as_array()[1].is_number())
            wrong_value(expected, value);
        const double x = point.as_array()[0].as_double(), y = point.as_array()[1].as_double();
        if (!(x >= 0 && x <= 1 && x > before) || !std::isfinite(y)) wrong_value(expected, value);
        before = x;
        points.emplace_back(Array{x, y});
    }
    return points;
}

/// The enumerator's word; empty for a number that is no enumerator.
template <class E>
std::string_view word(std::initializer_list<std::string_view> words, E value) {
    const auto index = static_cast<std::size_t>(value);
    return index < words.size() ? words.begin()[index] : std::string_view();
}

template <class T>
const T* by_name(const std::vector<T>& items, std::string_view name) {
    const auto found = std::ranges::find(items, name, &T::name);
    return found == items.end() ? nullptr : &*found;
}

}  // namespace

std::string_view to_text(Sync sync) { return word({"stream", "latch", "feedback"}, sync); }
std::string_view to_text(Change change) { return word({"hot", "warm", "cold"}, change); }
std::string_view to_text(Rate rate) { return word({"same", "new", "parent"}, rate); }
std::string_view to_text(Join join) { return word({"aligned", "zip", "alternate"}, join); }
std::string_view to_text(Resource resource) { return word({"none", "compute", "gpu", "disk", "wait"}, resource); }
std::string_view to_text(Writes writes) { return word({"nothing", "file", "folder"}, writes); }
std::string_view to_text(ParamKind kind) {
    return word({"boolean", "integer", "number", "text", "choice", "path", "numbers", "curve"}, kind);
}

Value FieldType::accept(const Value& value) const {
    switch (kind) {
        case ParamKind::Bool:
            if (!value.is_bool()) wrong_value("true or false", value);
            return value;
        case ParamKind::Int:
        case ParamKind::Choice:
            return integer(value, *this);
        case ParamKind::Double:
            if (!value.is_number()) wrong_value("a number", value);
            return value.as_double();
        case ParamKind::Text:
        case ParamKind::Path:
            if (!value.is_string()) wrong_value("text", value);
            return value;
        case ParamKind::Numbers:
            return numbers(value, *this);
        case ParamKind::Curve:
            return curve(value);
    }
    return value;
}

const InputSpec* NodeSpec::input(std::string_view name) const { return by_name(inputs, name); }
const OutputSpec* NodeSpec::output(std::string_view name) const { return by_name(outputs, name); }

const ParamSpec* NodeSpec::param(std::string_view name) const {
    if (const ParamSpec* exact = by_name(params, name)) return exact;
    for (const ParamSpec& param : params) {
        if (std::ranges::find(param.aliases, name) != param.aliases.end()) return &param;
    }
    return nullptr;
}

}  // namespace millrace::engine
