// Tokens broken into lines of a width, as a reader would: before a word where one fits. Widths are
// added in pieces, so that a long text is laid out while it is already shown. A value, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace millrace::viewers {

class TokenLines {
public:
    struct Item {
        float width = 0;         ///< with the gap behind it, pixels
        bool ends_line = false;  ///< the next token begins a line
        bool begins_word = false;
    };

    void clear();
    /// Breaks all tokens anew.
    void set_width(double width);
    void add(const Item& item);

    std::size_t tokens() const { return items_.size(); }
    std::size_t lines() const { return first_.size(); }
    /// First token of a line; tokens() for the line after the last.
    std::size_t first(std::size_t line) const;
    std::size_t line_of(std::size_t token) const;
    /// Left edge of a token in its line.
    double left(std::size_t token) const;
    double width_of(std::size_t token) const { return static_cast<double>(items_[token].width); }
    /// The token at a place of a line; tokens() where there is none.
    std::size_t at(std::size_t line, double x) const;
    /// The token of a line whose middle is nearest to x.
    std::size_t nearest(std::size_t line, double x) const;

private:
    void place(std::size_t token);

    std::vector<Item> items_;
    std::vector<std::uint32_t> first_;  ///< of each line
    double width_ = 400;
    double right_ = 0;      ///< of the last line so far
    std::size_t word_ = 0;  ///< where the last line's last word begins
};

}  // namespace millrace::viewers
