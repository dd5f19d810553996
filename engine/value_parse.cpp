#include "engine/value_parse.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace millrace::engine {
namespace {

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

/// Tells how far the parser has read: its events don't.
class Reader {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    Reader(const char* at, const char** reached) : at_(at), reached_(reached) {}
    reference operator*() const { return *at_; }
    Reader& operator++() {
        *reached_ = ++at_;
        return *this;
    }
    Reader operator++(int) {
        Reader before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const Reader& a, const Reader& b) { return a.at_ == b.at_; }
    friend bool operator!=(const Reader& a, const Reader& b) { return a.at_ != b.at_; }

private:
    const char* at_;
    const char** reached_;
};

std::string place_of(std::string_view name, std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto newline = before.rfind('\n');
    const std::size_t column = newline == before.npos ? before.size() + 1 : before.size() - newline;
    return fmt::format("{}:{}:{}", name, line, column);
}

/// What the parser stumbled over, out of "[…] parse error at line 1, column 9: syntax error while
/// parsing value - invalid literal; last read: '…'". The last part may be as long as the text and
/// need not be UTF-8.
std::string cause_of(std::string_view message) {
    if (const auto last = message.find("; last read: "); last != message.npos)
        message = message.substr(0, last);
    if (const auto last = message.find("; expected "); last != message.npos)
        message = message.substr(0, last);
    for (std::string_view begin :
         {"] ", "parse error at line ", ": ", "syntax error while parsing ", " - "}) {
        if (const auto found = message.find(begin); found != message.npos)
            message = message.substr(found + begin.size());
    }
    return shortened(message);
}

/// Builds a Value from the parser's events without recursion, so that nesting costs no stack.
class Builder : public nlohmann::json_sax<nlohmann::json> {
public:
    /// Without `faults` the first of them is thrown.
    Builder(std::string_view text, std::string_view name, const JsonLimits& limits,
            std::size_t max_values, std::vector<Problem>* faults)
        : text_(text), name_(name), limits_(limits), max_values_(max_values), faults_(faults) {}

    Value parse() {
        const char* end = text_.data() + text_.size();
        nlohmann::json::sax_parse(Reader(text_.data(), &reached_), Reader(end, &reached_), this);
        return std::move(root_);
    }

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override {
        return put(static_cast<std::int64_t>(value));
    }
    bool number_unsigned(number_unsigned_t value) override {
        constexpr auto largest = std::numeric_limits<std::int64_t>::max();
        if (value <= static_cast<number_unsigned_t>(largest))
            return put(static_cast<std::int64_t>(value));
        too_large(std::to_string(value));
        return put(static_cast<double>(value));
    }
    bool number_float(number_float_t value, const string_t& written) override {
        // Integers of more than 64 bits come here too.
        if (written.find_first_of(".eE") == string_t::npos) too_large(shortened(written));
        return put(value);
    }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Object()); }
    bool start_array(std::size_t) override { return open(Array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        repeated_ = open_.back()->as_object().contains(name);
        if (repeated_) {
            fault(
                {.code = "E-JSON-002",
                 .what = fmt::format("The name \"{}\" stands twice in one object", shortened(name)),
                 .expected = "each name once",
                 .found = fmt::format("a second \"{}\"", shortened(name)),
                 .where = place_of(name_, text_, start_of_key()),
                 .mend = "Remove or rename one of them."});
        }
        key_ = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::json::exception& error) override {
        throw Error({.code = "E-JSON-001",
                     .what = "The text is not JSON",
                     .expected = "strict JSON: no comments, no trailing commas, UTF-8",
                     .found = text_.empty() ? "nothing" : cause_of(error.what()),
                     .where = place_of(name_, text_, position > 0 ? position - 1 : 0),
                     .mend = "Correct the text at this place."});
    }

private:
    std::size_t reached() const { return static_cast<std::size_t>(reached_ - text_.data()); }
    /// Of the key that was just read: back to the quote that opens it.
    std::size_t start_of_key() const {
        std::size_t at = reached() - 1;
        while (at > 0) {
            if (text_[--at] != '"') continue;
            std::size_t slashes = 0;
            while (slashes < at && text_[at - 1 - slashes] == '\\') ++slashes;
            if (slashes % 2 == 0) break;
        }
        return at;
    }
    /// Of the number that was just read; the parser looks at one character more to see its end.
    std::size_t start_of_number() const {
        std::size_t at = reached();
        const auto digit = [&](std::size_t i) {
            return text_[i] == '-' || (text_[i] >= '0' && text_[i] <= '9');
        };
        if (at > 0 && !digit(at - 1)) --at;
        while (at > 0 && digit(at - 1)) --at;
        return at;
    }
    void fault(Problem problem) {
        if (!faults_) throw Error(std::move(problem));
        faults_->push_back(std::move(problem));
    }
    void too_large(std::string found) {
        fault({.code = "E-JSON-004",
               .what = "The integer is too large",
               .expected = "from -9223372036854775808 to 9223372036854775807",
               .found = std::move(found),
               .where = place_of(name_, text_, start_of_number()),
               .mend = "Write it as a text, or with a decimal point."});
    }
    Value& slot() {
        if (++values_ > max_values_) {
            throw Error({.code = "E-JSON-006",
                         .what = "The text holds too many values",
                         .expected = fmt::format("at most {}", max_values_),
                         .found = "more",
                         .where = place_of(name_, text_, reached()),
                         .mend = "Check that this is the right file; keep large tables in files of "
                                 "their own."});
        }
        if (open_.empty()) return root_;
        Value& parent = *open_.back();
        if (parent.is_array()) return parent.as_array().emplace_back();
        if (std::exchange(repeated_, false)) return left_out_.emplace_back();
        return parent.as_object()[std::move(key_)];
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
                         .where = place_of(name_, text_, reached() - 1),
                         .mend = "Nothing that Millrace writes is nested so deeply; check where "
                                 "the file comes from."});
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
    std::size_t max_values_, values_ = 0;
    std::vector<Problem>* faults_;
    const char* reached_ = text_.data();
    Value root_;
    std::deque<Value>
        left_out_;  ///< values of names that stood there already; a deque, as they are pointed at
    std::vector<Value*> open_;
    std::string key_;
    bool repeated_ = false;
};

void check_length(std::string_view text, std::string_view name, const JsonLimits& limits) {
    if (text.size() <= limits.max_bytes) return;
    throw Error({.code = "E-JSON-005",
                 .what = "The text is too long",
                 .expected = fmt::format("at most {} bytes", limits.max_bytes),
                 .found = fmt::format("{} bytes", text.size()),
                 .where = std::string(name),
                 .mend = "Check that this is the right file."});
}

}  // namespace

Value parse_json(std::string_view text, std::string_view name, const JsonLimits& limits) {
    check_length(text, name, limits);
    return Builder(text, name, limits, kAnyNumber, nullptr).parse();
}

Value parse_document(std::string_view text, std::string_view name, std::vector<Problem>& faults,
                     const DocumentLimits& limits) {
    check_length(text, name, limits.text);
    return Builder(text, name, limits.text, limits.max_values, &faults).parse();
}

std::string shortened(std::string_view text, std::size_t most) {
    std::size_t end = text.size();
    if (end > most) {
        end = most > 3 ? most - 3 : 0;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    }
    std::string shown(text.substr(0, end));
    for (char& c : shown) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    return end < text.size() ? shown + "..." : shown;
}

}  // namespace millrace::engine
