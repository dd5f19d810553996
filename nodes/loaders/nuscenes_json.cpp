#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/loaders/nuscenes.hpp"

namespace millrace::nodes {
namespace {

void flatten(const engine::Value& value, std::vector<double>& numbers, std::size_t most) {
    if (value.is_array()) {
        for (const engine::Value& each : value.as_array()) flatten(each, numbers, most);
    } else if (value.is_number() && std::isfinite(value.as_double()) && numbers.size() <= most) {
        numbers.push_back(value.as_double());
    } else {
        numbers.resize(most + 1);  // told as the wrong number of numbers
    }
}

}  // namespace

engine::Value load_json(const std::filesystem::path& file) {
    const std::vector<std::byte> bytes = visual::read_file_bytes(file, engine::JsonLimits{}.max_bytes);
    return engine::parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                              file.string());
}

void JsonRecord::fail(std::string_view key, std::string expected, std::string found) const {
    throw engine::Error(
        {.code = "E-FILE-042",
         .what = fmt::format("The nuScenes table can't be used: \"{}\" is wrong", key),
         .expected = std::move(expected),
         .found = std::move(found),
         .where = file_.string(),
         .mend = "Unpack the data set's meta data again."});
}

const engine::Value& JsonRecord::at(std::string_view key) const {
    const engine::Value* member = value_.find(key);
    if (!member)
        fail(key, fmt::format("a member \"{}\"", key),
             value_.is_object() ? "none of that name" : std::string(value_.kind()));
    return *member;
}

std::string JsonRecord::text(std::string_view key) const {
    const engine::Value& value = at(key);
    if (!value.is_string()) fail(key, "text", std::string(value.kind()));
    return value.as_string();
}

double JsonRecord::number(std::string_view key) const {
    const engine::Value& value = at(key);
    if (!value.is_number()) fail(key, "a number", std::string(value.kind()));
    return value.as_double();
}

std::vector<double> JsonRecord::numbers(std::string_view key, std::size_t count) const {
    std::vector<double> numbers;
    flatten(at(key), numbers, count);
    if (numbers.size() != count)
        fail(key, fmt::format("a list of {} finite numbers", count), "something else");
    return numbers;
}

types::Matrix4 JsonRecord::matrix(std::string_view key) const {
    const std::vector<double> list = numbers(key, 16);
    types::Matrix4 matrix;
    std::copy(list.begin(), list.end(), matrix.begin());
    return matrix;
}

const engine::Object& JsonRecord::members(std::string_view key) const {
    const engine::Value& value = at(key);
    if (!value.is_object()) fail(key, "an object", std::string(value.kind()));
    return value.as_object();
}

const engine::Array& JsonRecord::list(std::string_view key) const {
    const engine::Value& value = at(key);
    if (!value.is_array()) fail(key, "a list", std::string(value.kind()));
    return value.as_array();
}

std::filesystem::path JsonRecord::path(std::string_view key,
                                       const std::filesystem::path& root) const {
    const std::string name = text(key);
    const std::filesystem::path inside = std::filesystem::path(name).lexically_normal();
    if (inside.empty() || inside.is_absolute() || *inside.begin() == "..") {
        throw engine::Error({.code = "E-PATH-002",
                             .what = "A file name of the data set climbs out of its folder",
                             .expected = "a path inside " + root.string(),
                             .found = name,
                             .where = file_.string()});
    }
    return root / inside;
}

std::array<double, 12> projection_from(const std::vector<double>& k) {
    return {k[0], k[1], k[2], 0, k[3], k[4], k[5], 0, k[6], k[7], k[8], 0};
}

}  // namespace millrace::nodes
