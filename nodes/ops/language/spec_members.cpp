#include "nodes/ops/language/spec_members.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/problem.hpp"
#include "engine/value_parse.hpp"

namespace millrace::ops {

using engine::Value;

namespace {

/// Names in foreign files may be any text.
constexpr std::size_t kMostShown = 300;

}  // namespace

void fail_spec(const char* code, std::string what, std::string expected, std::string found) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = engine::shortened(found, kMostShown),
                         .mend = "Correct the model's spec."});
}

namespace {

/// To begin a sentence with.
std::string capital(std::string words) {
    if (!words.empty() && words[0] >= 'a' && words[0] <= 'z')
        words[0] = static_cast<char>(words[0] - 'a' + 'A');
    return words;
}

}  // namespace

SpecMembers::SpecMembers(const Value& value, std::string where, SpecCodes codes)
    : where_(std::move(where)), codes_(codes) {
    if (!value.is_object())
        fail_spec(codes_.malformed, capital(where_) + " is no object", "an object",
                  std::string(value.kind()));
    for (const auto& [name, member] : value.as_object()) left_[name] = &member;
}

const Value* SpecMembers::any(const std::string& name) {
    const auto found = left_.find(name);
    if (found == left_.end()) return nullptr;
    const Value* value = found->second;
    left_.erase(found);
    return value;
}

std::int64_t SpecMembers::whole(const std::string& name, std::int64_t least, std::int64_t most,
                                std::optional<std::int64_t> otherwise) {
    const Value* value = any(name);
    if (!value && !otherwise)
        fail_spec(codes_.malformed, fmt::format("{} has no \"{}\"", capital(where_), name),
                  "a whole number", "nothing");
    if (value && !value->is_int()) wrong(name, "a whole number", *value);
    const std::int64_t number = value ? value->as_int() : *otherwise;
    if (number < least || number > most)
        fail_spec(codes_.range, fmt::format("\"{}\" of {} is out of range", name, where_),
                  fmt::format("{} to {}", least, most), fmt::format("{}", number));
    return number;
}

double SpecMembers::positive(const std::string& name, double otherwise, Null null) {
    const Value* value = any(name);
    if (!value) return otherwise;
    if (value->is_null() && null == Null::Infinity) return std::numeric_limits<double>::infinity();
    if (!value->is_number()) wrong(name, "a number above 0", *value);
    if (!(value->as_double() > 0) || !std::isfinite(value->as_double()))
        fail_spec(codes_.range, fmt::format("\"{}\" of {} is out of range", name, where_),
                  "a number above 0", fmt::format("{}", value->as_double()));
    return value->as_double();
}

double SpecMembers::share(const std::string& name, double otherwise) {
    const Value* value = any(name);
    if (!value) return otherwise;
    if (!value->is_number()) wrong(name, "a number", *value);
    if (!(value->as_double() >= 0 && value->as_double() < 1))
        fail_spec(codes_.range, fmt::format("\"{}\" of {} is no share", name, where_),
                  "0 to below 1", engine::to_json(*value));
    return value->as_double();
}

bool SpecMembers::flag(const std::string& name, bool otherwise) {
    const Value* value = any(name);
    if (!value) return otherwise;
    if (!value->is_bool()) wrong(name, "true or false", *value);
    return value->as_bool();
}

std::ptrdiff_t SpecMembers::place(const std::string& name,
                                  std::initializer_list<const char*> known) {
    const Value* value = any(name);
    if (!value) return 0;
    if (!value->is_string()) wrong(name, "text", *value);
    const auto found = std::ranges::find(known, value->as_string());
    if (found == known.end())
        fail_spec(codes_.malformed, fmt::format("\"{}\" of {} is not known", name, where_),
                  fmt::format("{}", fmt::join(known, ", ")), value->as_string());
    return found - known.begin();
}

void SpecMembers::only(const std::string& name, const char* word) {
    const Value* value = any(name);
    if (value && value->is_string() && value->as_string() == word) return;
    if (name == "architecture")
        throw engine::Error({.code = codes_.malformed,
                             .what = "The model is of another architecture",
                             .expected = fmt::format("\"{}\"", word),
                             .found = value ? engine::to_json(*value) : "none",
                             .mend = "Give a model of the architecture that is expected."});
    fail_spec(codes_.malformed, fmt::format("\"{}\" of {} is not known", name, where_),
              fmt::format("\"{}\"", word), value ? engine::to_json(*value) : "nothing");
}

int SpecMembers::bits(const std::string& name, std::span<const int> allowed, int off) {
    const auto number = static_cast<int>(whole(name, 1, off, off));
    if (number == off || std::ranges::find(allowed, number) != allowed.end()) return number;
    fail_spec(codes_.range, fmt::format("\"{}\" of {} cannot have these bits", name, where_),
              fmt::format("{}, or {} for none", fmt::join(allowed, ", "), off),
              fmt::format("{}", number));
}

void SpecMembers::finish() const {
    if (left_.empty()) return;
    fail_spec(codes_.malformed, capital(where_) + " has a member that is not known",
              "those that the model has a use for", left_.begin()->first);
}

void SpecMembers::wrong(const std::string& name, const char* expected, const Value& value) const {
    fail_spec(codes_.malformed, fmt::format("\"{}\" of {} has the wrong kind", name, where_),
              expected, std::string(value.kind()));
}

}  // namespace millrace::ops
