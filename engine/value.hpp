// A JSON value with value semantics: parameters, unknown fields of a document, reports. Integers and
// floating-point numbers stay apart, so that a file read and written again keeps its bytes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace millrace::engine {

class Value;
using Array = std::vector<Value>;
using Object = std::map<std::string, Value, std::less<>>;

class Value {
public:
    Value() = default;
    Value(std::nullptr_t) {}
    Value(bool value) : data_(value) {}
    Value(int value) : data_(std::int64_t{value}) {}
    Value(unsigned value) : data_(std::int64_t{value}) {}
    Value(long value) : data_(std::int64_t{value}) {}
    Value(long long value) : data_(std::int64_t{value}) {}
    Value(unsigned long value) : data_(static_cast<std::int64_t>(value)) {}
    Value(double value) : data_(value) {}
    Value(const char* text) : data_(std::string(text)) {}
    Value(std::string_view text) : data_(std::string(text)) {}
    Value(std::string text) : data_(std::move(text)) {}
    Value(Array items);
    Value(Object members);

    bool is_null() const { return data_.index() == 0; }
    bool is_bool() const { return data_.index() == 1; }
    bool is_int() const { return data_.index() == 2; }
    bool is_double() const { return data_.index() == 3; }
    bool is_number() const { return is_int() || is_double(); }
    bool is_string() const { return data_.index() == 4; }
    bool is_array() const { return data_.index() == 5; }
    bool is_object() const { return data_.index() == 6; }
    /// "null", "boolean", "integer", "number", "text", "list" or "object": for error messages.
    std::string_view kind() const;

    /// The typed access; a Value of another kind throws Error (E-VALUE-001). as_double accepts integers.
    bool as_bool() const;
    std::int64_t as_int() const;
    double as_double() const;
    const std::string& as_string() const;
    const Array& as_array() const;
    const Object& as_object() const;
    Array& as_array();
    Object& as_object();

    /// The member, or nullptr when this is no object or has no such member.
    const Value* find(std::string_view key) const;
    /// The member, created when absent; a null Value becomes an object first.
    Value& operator[](std::string_view key);

    friend bool operator==(const Value&, const Value&) = default;

private:
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> data_;
};

/// Limits on untrusted text, checked while parsing, before memory is taken.
struct JsonLimits {
    std::size_t max_bytes = 256u << 20;
    int max_depth = 200;
};

/// Parses strict JSON (UTF-8, no comments, no duplicate member names). Throws Error (E-JSON-…) with line
/// and column; `name` stands for the text in messages.
Value parse_json(std::string_view text, std::string_view name, const JsonLimits& limits = {});

enum class JsonLayout { Compact, Pretty };

/// Members sorted by name, shortest round-trip numbers, no trailing newline. Non-finite numbers become null.
std::string to_json(const Value& value, JsonLayout layout = JsonLayout::Compact);

/// The shortest text that reads back as the same double, always marked as floating-point ("1.0").
std::string number_text(double value);

}  // namespace millrace::engine
