// What the tests of readers and writers share: files spelt byte by byte, problems caught, clouds to
// write, cuts.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/problem.hpp"
#include "engine/visual/io/cloud_io.hpp"

namespace millrace::visual::testing {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// Numbers as they stand in a little-endian file.
template <class T>
std::string raw(std::initializer_list<T> numbers) {
    std::string bytes;
    for (const T number : numbers) {
        bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
    return bytes;
}

/// Numbers as they stand in a big-endian file.
template <class T>
std::string raw_big(std::initializer_list<T> numbers) {
    std::string bytes;
    for (const T number : numbers) {
        const std::string one = raw({number});
        bytes.append(one.rbegin(), one.rend());
    }
    return bytes;
}

inline Cloud read(std::string_view bytes, CloudFormat format) {
    return read_cloud(bytes_of(bytes), format, "file");
}

/// The problem that a call throws; its code is "none" when nothing is thrown.
template <class Call>
engine::Problem problem_of(const Call& call) {
    try {
        call();
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {.code = "none"};
}

inline engine::Problem problem_of(std::string_view bytes, CloudFormat format) {
    return problem_of([&] { read(bytes, format); });
}

/// A problem that somebody can act on: what, where and what to do now.
inline void expect_helpful(const engine::Problem& problem) {
    EXPECT_FALSE(problem.what.empty());
    EXPECT_FALSE(problem.expected.empty());
    EXPECT_FALSE(problem.found.empty());
    EXPECT_FALSE(problem.mend.empty());
    EXPECT_EQ(problem.where.substr(0, 4), "file");
    for (const char c : problem.found) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

/// The values of a field as double, or a failure when it is absent.
inline std::vector<double> values_of(const Cloud& cloud, std::string_view name) {
    const PointField* field = cloud.field(name);
    std::vector<double> values;
    EXPECT_NE(field, nullptr) << name;
    for (std::size_t i = 0; field && i < field->count(); ++i) {
        for (int channel = 0; channel < field->channels; ++channel)
            values.push_back(field->at(i, channel));
    }
    return values;
}

/// Equal bit for bit, NaN included.
template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

inline bool same_values(const PointField& a, const PointField& b) {
    if (a.channels != b.channels || a.values.index() != b.values.index()) return false;
    return std::visit(
        [&](const auto& list) {
            return same_bits(list, std::get<std::decay_t<decltype(list)>>(b.values));
        },
        a.values);
}

/// Positions and fields bit for bit; fields may stand in another order.
inline void expect_same(const Cloud& expected, const Cloud& found) {
    EXPECT_TRUE(same_bits(expected.points, found.points));
    EXPECT_EQ(expected.origin, found.origin);
    EXPECT_EQ(found.full_count, expected.points.size());
    EXPECT_EQ(expected.fields.size(), found.fields.size());
    for (const PointField& field : expected.fields) {
        const PointField* other = found.field(field.name);
        ASSERT_NE(other, nullptr) << field.name;
        EXPECT_TRUE(same_values(field, *other)) << field.name;
    }
}

/// Calls `check` with the first 0, 1, 2 … bytes of a file, but never with all of them. The bytes
/// are copied to memory of exactly that size, so that a sanitizer sees a reader that goes too far.
template <class Check>
void for_each_cut(std::string_view bytes, const Check& check) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::vector<char> part(bytes.begin(),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(size));
        check(std::string_view(part.data(), part.size()), size);
    }
}

/// Folder of the shared data; may not exist: skip then.
inline std::filesystem::path shared_folder() {
    if (const char* folder = std::getenv("MILLRACE_SHARED")) return folder;
    return std::filesystem::path(MILLRACE_SOURCE_DIR).parent_path() / "shared";
}

}  // namespace millrace::visual::testing
