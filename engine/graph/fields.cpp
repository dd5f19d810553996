#include "engine/graph/fields.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "engine/value_parse.hpp"

namespace millrace::engine {
namespace {

constexpr std::int64_t kLargestInteger = 1'000'000'000;

/// The beginning of a value as JSON; a long list is not written out for it.
std::string beginning_of(const Value& value) {
    constexpr std::size_t kMost = 60;
    if (value.is_object()) return value.as_object().empty() ? "{}" : "{...}";
    if (value.is_array()) {
        return value.as_array().empty() ? "[]" : fmt::format("[{} items]", value.as_array().size());
    }
    if (value.is_string()) return to_json(Value(shortened(value.as_string(), kMost)));
    return to_json(value);
}

}  // namespace

void Findings::add(Problem problem) {
    if (listed_.size() < kMostListed)
        listed_.push_back(std::move(problem));
    else
        ++more_;
}

std::vector<Problem> Findings::take() {
    if (more_ > 0) {
        listed_.push_back(
            {.code = "E-GRAPH-007",
             .what = "The document has more faults than are listed",
             .expected = "none",
             .found = fmt::format("{} more", std::exchange(more_, 0)),
             .mend = "Check that this is the right file; else mend the first ones and try again."});
    }
    return std::exchange(listed_, {});
}

Fields::Fields(Value value, std::string where, Findings& findings)
    : where_(std::move(where)), findings_(findings), is_object_(value.is_object()) {
    if (is_object_)
        left_ = std::move(value.as_object());
    else
        wrong("an object", value);
}

std::optional<Value> Fields::take(std::string_view name) {
    const auto found = left_.find(name);
    if (found == left_.end()) return {};
    Value value = std::move(found->second);
    left_.erase(found);
    return value;
}

std::string Fields::text(std::string_view name) {
    const auto value = take(name);
    if (!value) return {};
    if (value->is_string()) return value->as_string();
    wrong("a text", *value, name);
    return {};
}

std::optional<int> Fields::integer(std::string_view name, int low) {
    const auto value = take(name);
    if (!value) return {};
    // JSON knows no integers: 2.0 is the same number.
    const double number = value->is_number() ? value->as_double() : -1;
    if (number >= low && number <= kLargestInteger && number == std::trunc(number))
        return static_cast<int>(number);
    wrong(fmt::format("an integer from {} to {}", low, kLargestInteger), *value, name);
    return {};
}

Object Fields::object(std::string_view name) {
    auto value = take(name);
    if (!value) return {};
    if (value->is_object()) return std::move(value->as_object());
    wrong("an object", *value, name);
    return {};
}

int Fields::choice(std::string_view name, std::initializer_list<std::string_view> names) {
    const auto value = take(name);
    if (!value) return 0;
    int index = 0;
    for (std::string_view known : names) {
        if (value->is_string() && value->as_string() == known) return index;
        ++index;
    }
    wrong(fmt::format("one of {}", fmt::join(names, ", ")), *value, name);
    return 0;
}

std::string Fields::inside(std::string_view name) const {
    constexpr std::size_t kMost = 200;
    const std::string member = shortened(name, kMost);
    return where_.empty() ? member : where_ + "." + member;
}

void Fields::wrong(std::string expected, const Value& found, std::string_view name) {
    report("E-GRAPH-003", "The field can't have this value", std::move(expected),
           fmt::format("{} ({})", beginning_of(found), found.kind()),
           name.empty() ? where_ : inside(name));
}

void Fields::report(std::string code, std::string what, std::string expected, std::string found,
                    std::string where, std::string mend) {
    findings_.add({.code = std::move(code),
                   .what = std::move(what),
                   .expected = std::move(expected),
                   .found = std::move(found),
                   .where = std::move(where),
                   .mend = std::move(mend)});
}

void Fields::fill(double* list, std::size_t count, const Value& value, std::string_view name) {
    const bool good =
        value.is_array() && value.as_array().size() == count &&
        std::ranges::all_of(value.as_array(), [](const Value& item) { return item.is_number(); });
    if (!good) return wrong(fmt::format("a list of {} numbers", count), value, name);
    for (std::size_t i = 0; i < count; ++i) list[i] = value.as_array()[i].as_double();
}

}  // namespace millrace::engine
