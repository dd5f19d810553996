// Private to the readers and writers: lines, words and numbers of untrusted text, without copies.
// Stateless but for the reader's position; any thread.
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace millrace::visual::io {

inline std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Walks over lines that end in "\n" or "\r\n". The text and the name outlive it.
class Lines {
public:
    static constexpr std::size_t kMaxLine = std::size_t{1} << 20;

    Lines(std::string_view text, std::string_view name) : text_(text), name_(name) {}

    /// The next line without its end, or nothing. Throws Error (E-FILE-031) on a line longer than
    /// kMaxLine.
    std::optional<std::string_view> next();
    /// The same, blank lines left out.
    std::optional<std::string_view> next_filled();
    /// Of the line given last, from 1.
    std::size_t number() const { return number_; }
    /// The first byte behind the line given last.
    std::size_t offset() const { return offset_; }
    std::size_t remaining() const { return text_.size() - offset_; }
    std::string where() const;

private:
    std::string_view text_, name_;
    std::size_t offset_ = 0, number_ = 0;
};

/// Takes the next word off the front of `rest`; empty when there is none.
std::string_view take_word(std::string_view& rest);
std::vector<std::string_view> words_of(std::string_view line);

std::string lower_case(std::string_view text);

/// The whole of `text` as a number, or nothing. A leading "+" is allowed; "nan" and "inf" are
/// numbers. Values too small or too large for a floating-point number become zero or infinity.
template <class T>
std::optional<T> number_from(std::string_view text) {
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    const char* const end = text.data() + text.size();
    T value = 0;
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stop == end && !text.empty()) return value;
    if constexpr (std::is_same_v<T, float>) {
        if (error == std::errc::result_out_of_range) {
            if (const auto wide = number_from<double>(text)) return static_cast<float>(*wide);
        }
    } else if constexpr (std::is_same_v<T, double>) {
        // Beyond the range of double, but well written: becomes infinity or zero.
        if (error == std::errc::result_out_of_range) {
            if (const auto wide = number_from<long double>(text)) return static_cast<double>(*wide);
        }
    } else if constexpr (std::is_integral_v<T>) {
        // "255.0" or "1e3" in an integer column.
        const auto wide = number_from<double>(text);
        constexpr double kAbove = 2.0 * static_cast<double>(std::numeric_limits<T>::max() / 2 + 1);
        if (wide && std::trunc(*wide) == *wide &&
            *wide >= static_cast<double>(std::numeric_limits<T>::min()) && *wide < kAbove) {
            return static_cast<T>(*wide);
        }
    }
    return std::nullopt;
}

}  // namespace millrace::visual::io
