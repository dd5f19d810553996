// Taking a JSON object of a document apart: each field is asked for by name and kind, what nobody
// asked for is left over and kept. Every field of the wrong kind becomes a problem with its place
// in the document.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/problem.hpp"
#include "engine/value.hpp"

namespace millrace::engine {

/// The problems of one document. A file of nothing but faults must not grow in memory, so the list
/// ends at some number and says how many there were.
class Findings {
public:
    void add(Problem problem);
    /// All that was found, in order; the last one counts those that are not listed.
    std::vector<Problem> take();

private:
    static constexpr std::size_t kMostListed = 1000;
    std::vector<Problem> listed_;
    std::size_t more_ = 0;
};

class Fields {
public:
    /// `where` is the object's place in the document: "nodes.source", or empty for the document
    /// itself.
    Fields(Value value, std::string where, Findings& findings);

    /// Whether the value was an object at all; if not, that has been reported and every field is
    /// absent.
    bool is_object() const { return is_object_; }

    /// Each takes the field out. An absent one gives nothing; one of the wrong kind is reported and
    /// gives nothing.
    std::optional<Value> take(std::string_view name);
    std::string text(std::string_view name);
    std::optional<int> integer(std::string_view name, int low);
    Object object(std::string_view name);
    /// Index of a text among `names`; 0 when absent.
    int choice(std::string_view name, std::initializer_list<std::string_view> names);
    template <std::size_t N>
    std::array<double, N> numbers(std::string_view name) {
        const auto value = take(name);
        std::array<double, N> list{};
        if (value) fill(list.data(), N, *value, name);
        return list;
    }
    template <std::size_t N>
    std::array<double, N> numbers_of(const Value& value, std::string_view name) {
        std::array<double, N> list{};
        fill(list.data(), N, value, name);
        return list;
    }
    /// What nobody took.
    Object rest() { return std::move(left_); }

    const std::string& where() const { return where_; }
    std::string inside(std::string_view name) const;
    Findings& findings() { return findings_; }

    void wrong(std::string expected, const Value& found, std::string_view name = {});
    void report(std::string code, std::string what, std::string expected, std::string found,
                std::string where, std::string mend = "Correct the file.");

private:
    void fill(double* list, std::size_t count, const Value& value, std::string_view name);

    Object left_;
    std::string where_;
    Findings& findings_;
    bool is_object_ = false;
};

}  // namespace millrace::engine
