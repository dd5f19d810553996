#include "engine/value.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/problem.hpp"

namespace millrace::engine {
namespace {

[[noreturn]] void wrong_kind(std::string_view expected, const Value& found) {
    throw Error({.code = "E-VALUE-001",
                 .what = "The value is of another kind",
                 .expected = std::string(expected),
                 .found = std::string(found.kind())});
}

struct Place {
    std::size_t line = 1, column = 1;
};

Place place_of(std::string_view text, std::size_t offset) {
    Place place;
    for (char c : text.substr(0, std::min(offset, text.size()))) {
        if (c == '\n') {
            ++place.line;
            place.column = 1;
        } else {
            ++place.column;
        }
    }
    return place;
}

/// Builds a Value from the parser's events without recursion, so that nesting costs no stack.
class Builder : public nlohmann::json_sax<nlohmann::json> {
public:
    Builder(std::string_view text, std::string_view name, const JsonLimits& limits)
        : text_(text), name_(name), limits_(limits) {}

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(static_cast<std::int64_t>(value)); }
    bool number_unsigned(number_unsigned_t value) override {
        if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
            throw Error({.code = "E-JSON-004",
                         .what = "The integer is too large",
                         .expected = "at most 9223372036854775807",
                         .found = std::to_string(value),
                         .where = std::string(name_),
                         .mend = "Write it as a text, or with a decimal point."});
        }
        return put(static_cast<std::int64_t>(value));
    }
    bool number_float(number_float_t value, const string_t&) override { return put(value); }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Object()); }
    bool start_array(std::size_t) override { return open(Array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        Object& object = open_.back()->as_object();
        if (object.contains(name)) {
            throw Error({.code = "E-JSON-002",
                         .what = fmt::format("The name \"{}\" stands twice in one object", name),
                         .expected = "each name once",
                         .found = fmt::format("a second \"{}\"", name),
                         .where = std::string(name_),
                         .mend = "Remove or rename one of them."});
        }
        key_ = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) override {
        const Place place = place_of(text_, position > 0 ? position - 1 : 0);
        std::string found = error.what();
        if (const auto colon = found.rfind(": "); colon != std::string::npos) found = found.substr(colon + 2);
        throw Error({.code = "E-JSON-001",
                     .what = "The text is not JSON",
                     .expected = "strict JSON: no comments, no trailing commas, UTF-8",
                     .found = found,
                     .where = fmt::format("{}:{}:{}", name_, place.line, place.column),
                     .mend = "Correct the text at this place."});
    }

    Value root;

private:
    Value& slot() {
        if (open_.empty()) return root;
        Value& parent = *open_.back();
        if (parent.is_array()) return parent.as_array().emplace_back();
        return parent.as_object()[key_];
    }
    bool put(Value value) {
        slot() = std::move(value);
        return true;
    }
    bool open(Value container) {
        if (static_cast<int>(open_.size()) >= limits_.max_depth) {
            throw Error({.code = "E-JSON-003",
                         .what = "The text is nested too deeply",
                         .expected = fmt::format("at most {} levels", limits_.max_depth),
                         .found = "more",
                         .where = std::string(name_),
                         .mend = "Nothing that Millrace writes is nested so deeply; check where the file comes from."});
        }
        Value& place = slot();
        place = std::move(container);
        // Safe to point at: a parent takes no further element while one inside it is open.
        open_.push_back(&place);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::string_view text_, name_;
    const JsonLimits& limits_;
    std::vector<Value*> open_;
    std::string key_;
};

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

Value parse_json(std::string_view text, std::string_view name, const JsonLimits& limits) {
    if (text.size() > limits.max_bytes) {
        throw Error({.code = "E-JSON-005",
                     .what = "The text is too long",
                     .expected = fmt::format("at most {} bytes", limits.max_bytes),
                     .found = fmt::format("{} bytes", text.size()),
                     .where = std::string(name),
                     .mend = "Check that this is the right file."});
    }
    Builder builder(text, name, limits);
    nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
    return std::move(builder.root);
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
