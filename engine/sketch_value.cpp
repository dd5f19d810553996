#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string_view>

#include "engine/problem.hpp"
#include "engine/sketch.hpp"
#include "engine/value_parse.hpp"

namespace millrace::engine {
namespace {

[[noreturn]] void malformed(std::string_view member, std::string expected, std::string found) {
    throw Error({.code = "E-FILE-013",
                 .what = fmt::format("The member \"{}\" of a recorded sketch is malformed", member),
                 .expected = std::move(expected),
                 .found = shortened(found),
                 .mend = "Record the run again; the line is damaged or from another version."});
}

constexpr std::string_view kDigits = "0123456789abcdef";

/// A double as the 16 hexadecimal digits of its bits: exact, and shorter than in decimal.
void append_bits(double number, std::string& text) {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(bits >> shift) & 15];
}

std::uint64_t word_from(std::string_view digits, std::string_view member) {
    std::uint64_t word = 0;
    for (const char digit : digits) {
        const std::size_t place = kDigits.find(digit);
        if (place == std::string_view::npos)
            malformed(member, "lower-case hexadecimal digits", std::string(1, digit));
        word = word << 4 | place;
    }
    return word;
}

const Value& member_of(const Value& value, std::string_view name) {
    const Value* member = value.find(name);
    if (!member) malformed(name, "a value", "nothing");
    return *member;
}

std::string_view text_of(const Value& value, std::string_view name, std::size_t length) {
    const Value& member = member_of(value, name);
    const std::string expected = fmt::format("a text of {} characters", length);
    if (!member.is_string()) malformed(name, expected, std::string(member.kind()));
    if (member.as_string().size() != length)
        malformed(name, expected, fmt::format("{}", member.as_string().size()));
    return member.as_string();
}

std::uint64_t count_of(const Value& member, std::string_view name, std::uint64_t most) {
    if (!member.is_int()) malformed(name, "an integer", std::string(member.kind()));
    const std::int64_t count = member.as_int();
    if (count < 0 || static_cast<std::uint64_t>(count) > most) {
        malformed(name, fmt::format("0 to {}", most), std::to_string(count));
    }
    return static_cast<std::uint64_t>(count);
}

double number_of(const Value& value, std::string_view name) {
    const Value& member = member_of(value, name);
    if (!member.is_number()) malformed(name, "a number", std::string(member.kind()));
    return member.as_double();
}

const Array& list_of(const Value& value, std::string_view name) {
    const Value& member = member_of(value, name);
    if (!member.is_array()) malformed(name, "a list", std::string(member.kind()));
    return member.as_array();
}

}  // namespace

SketchDistance distance(const Sketch& reference, const Sketch& other) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    SketchDistance result;
    result.comparable = reference.type == other.type && reference.shape == other.shape &&
                        reference.count == other.count;
    result.identical = reference.hash == other.hash;
    if (!result.comparable) return result;
    if (result.identical) {
        result.sqnr_db = infinity;
        result.cosine = 1;
        return result;
    }
    const auto norm = [](const Sketch& sketch) {
        return sketch.rms * std::sqrt(static_cast<double>(sketch.count - sketch.nan_count -
                                                          sketch.infinite_count));
    };
    const double reference_norm = norm(reference), other_norm = norm(other);
    double error = 0;  // of the norms, not squares, which leave double's range for large values
    for (std::size_t bucket = 0; bucket < kSketchBuckets; ++bucket) {
        error = std::hypot(error, reference.projection[bucket] - other.projection[bucket]);
    }
    result.squared_error = error * error;
    result.sqnr_db = error == 0 ? infinity : 20 * (std::log10(reference_norm) - std::log10(error));
    if (reference_norm > 0 && other_norm > 0) {
        const double ratio = other_norm / reference_norm, relative = error / reference_norm;
        result.cosine =
            std::clamp((1 + ratio * ratio - relative * relative) / (2 * ratio), -1.0, 1.0);
    } else {
        result.cosine = reference_norm == other_norm ? 1 : 0;
    }
    return result;
}

Value to_value(const Sketch& sketch) {
    std::string projection;
    projection.reserve(kSketchBuckets * 16);
    for (const double bucket : sketch.projection) append_bits(bucket, projection);
    return Object{{"hash", to_hex(sketch.hash)},
                  {"type", sketch.type},
                  {"shape", Array(sketch.shape.begin(), sketch.shape.end())},
                  {"count", sketch.count},
                  {"nan_count", sketch.nan_count},
                  {"infinite_count", sketch.infinite_count},
                  {"min", sketch.min},
                  {"max", sketch.max},
                  {"mean", sketch.mean},
                  {"rms", sketch.rms},
                  {"histogram", Array(sketch.histogram.begin(), sketch.histogram.end())},
                  {"projection", std::move(projection)}};
}

Sketch sketch_from(const Value& value) {
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    Sketch sketch;
    const std::string_view hash = text_of(value, "hash", 32);
    sketch.hash = {.low = word_from(hash.substr(16), "hash"),
                   .high = word_from(hash.substr(0, 16), "hash")};
    const Value& type = member_of(value, "type");
    if (!type.is_string()) malformed("type", "a text", std::string(type.kind()));
    sketch.type = type.as_string();
    for (const Value& extent : list_of(value, "shape")) {
        sketch.shape.push_back(static_cast<std::int64_t>(count_of(extent, "shape", most)));
    }
    sketch.count = count_of(member_of(value, "count"), "count", most);
    sketch.nan_count = count_of(member_of(value, "nan_count"), "nan_count", sketch.count);
    sketch.infinite_count = count_of(member_of(value, "infinite_count"), "infinite_count",
                                     sketch.count - sketch.nan_count);
    sketch.min = number_of(value, "min");
    sketch.max = number_of(value, "max");
    sketch.mean = number_of(value, "mean");
    sketch.rms = number_of(value, "rms");
    const Array& bins = list_of(value, "histogram");
    if (bins.size() != kSketchBins)
        malformed("histogram", "32 counts", std::to_string(bins.size()));
    for (std::size_t bin = 0; bin < bins.size(); ++bin) {
        sketch.histogram[bin] = static_cast<std::uint32_t>(
            count_of(bins[bin], "histogram", std::numeric_limits<std::uint32_t>::max()));
    }
    const std::string_view projection = text_of(value, "projection", kSketchBuckets * 16);
    for (std::size_t bucket = 0; bucket < kSketchBuckets; ++bucket) {
        const double number =
            std::bit_cast<double>(word_from(projection.substr(bucket * 16, 16), "projection"));
        if (!std::isfinite(number)) malformed("projection", "finite numbers", "another");
        sketch.projection[bucket] = number;
    }
    return sketch;
}

}  // namespace millrace::engine
