#include "engine/value.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "engine/problem.hpp"

namespace millrace::engine {
namespace {

[[noreturn]] void wrong_kind(std::string_view expected, const Value& found) {
    throw Error({.code = "E-VALUE-001",
                 .what = "The value is of another kind",
                 .expected = std::string(expected),
                 .found = std::string(found.kind())});
}

void write_string(std::string_view text, std::string& out) {
    out += '"';
    for (char c : text) {
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\t': out += "\\t"; break;
            case '\r': out += "\\r"; break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\u{:04x}", static_cast<int>(c));
                else out += c;
        }
    }
    out += '"';
}

void new_line(std::string& out, int depth) {
    out += '\n';
    out.append(static_cast<std::size_t>(depth) * 2, ' ');
}

void write(const Value& value, JsonLayout layout, int depth, std::string& out) {
    const bool pretty = layout == JsonLayout::Pretty;
    if (value.is_null()) out += "null";
    else if (value.is_bool()) out += value.as_bool() ? "true" : "false";
    else if (value.is_int()) out += std::to_string(value.as_int());
    else if (value.is_double()) out += std::isfinite(value.as_double()) ? number_text(value.as_double()) : "null";
    else if (value.is_string()) write_string(value.as_string(), out);
    else if (value.is_array()) {
        const Array& items = value.as_array();
        bool simple = true;
        for (const Value& item : items) simple = simple && !item.is_array() && !item.is_object();
        out += '[';
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (i > 0) out += simple && pretty ? ", " : ",";
            if (pretty && !simple) new_line(out, depth + 1);
            write(items[i], layout, depth + 1, out);
        }
        if (pretty && !simple && !items.empty()) new_line(out, depth);
        out += ']';
    } else {
        bool first = true;
        out += '{';
        for (const auto& [name, member] : value.as_object()) {
            if (!first) out += ',';
            first = false;
            if (pretty) new_line(out, depth + 1);
            write_string(name, out);
            out += pretty ? ": " : ":";
            write(member, layout, depth + 1, out);
        }
        if (pretty && !first) new_line(out, depth);
        out += '}';
    }
}

}  // namespace

Value::Value(Array items) : data_(std::move(items)) {}
Value::Value(Object members) : data_(std::move(members)) {}

std::string_view Value::kind() const {
    constexpr std::string_view kinds[] = {"null", "boolean", "integer", "number", "text", "list", "object"};
    return kinds[data_.index()];
}

bool Value::as_bool() const {
    if (!is_bool()) wrong_kind("boolean", *this);
    return std::get<bool>(data_);
}
std::int64_t Value::as_int() const {
    if (!is_int()) wrong_kind("integer", *this);
    return std::get<std::int64_t>(data_);
}
double Value::as_double() const {
    if (is_int()) return static_cast<double>(std::get<std::int64_t>(data_));
    if (!is_double()) wrong_kind("number", *this);
    return std::get<double>(data_);
}
const std::string& Value::as_string() const {
    if (!is_string()) wrong_kind("text", *this);
    return std::get<std::string>(data_);
}
const Array& Value::as_array() const {
    if (!is_array()) wrong_kind("list", *this);
    return std::get<Array>(data_);
}
const Object& Value::as_object() const {
    if (!is_object()) wrong_kind("object", *this);
    return std::get<Object>(data_);
}
Array& Value::as_array() {
    if (!is_array()) wrong_kind("list", *this);
    return std::get<Array>(data_);
}
Object& Value::as_object() {
    if (!is_object()) wrong_kind("object", *this);
    return std::get<Object>(data_);
}

const Value* Value::find(std::string_view key) const {
    if (!is_object()) return nullptr;
    const Object& object = std::get<Object>(data_);
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &found->second;
}

Value& Value::operator[](std::string_view key) {
    if (is_null()) data_ = Object();
    return as_object()[std::string(key)];
}

std::string to_json(const Value& value, JsonLayout layout) {
    std::string out;
    write(value, layout, 0, out);
    return out;
}

std::string number_text(double value) {
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
    std::string text(buffer, error == std::errc() ? end : buffer);
    if (text.find_first_of(".en") == std::string::npos) text += ".0";
    return text;
}

}  // namespace millrace::engine
