#include "viewers/text/token_lines.hpp"

#include <algorithm>
#include <cmath>

namespace millrace::viewers {

void TokenLines::clear() {
    items_.clear();
    first_.clear();
    right_ = 0;
    word_ = 0;
}

void TokenLines::set_width(double width) {
    width_ = width;
    first_.clear();
    right_ = 0;
    word_ = 0;
    for (std::size_t token = 0; token < items_.size(); ++token) place(token);
}

void TokenLines::add(const Item& item) {
    items_.push_back(item);
    place(items_.size() - 1);
}

void TokenLines::place(std::size_t token) {
    const Item& item = items_[token];
    const auto width = static_cast<double>(item.width);
    const auto number = static_cast<std::uint32_t>(token);
    if (first_.empty() || items_[token - 1].ends_line) {
        first_.push_back(number);
        right_ = 0;
        word_ = token;
    } else if (right_ + width > width_) {
        // The whole word goes to the next line, unless it fills the line alone.
        const bool whole = !item.begins_word && word_ > first_.back();
        const std::size_t begin = whole ? word_ : token;
        first_.push_back(static_cast<std::uint32_t>(begin));
        right_ = 0;
        for (std::size_t i = begin; i < token; ++i) right_ += static_cast<double>(items_[i].width);
        word_ = begin;
        if (right_ > 0 && right_ + width > width_) {
            first_.push_back(number);
            right_ = 0;
            word_ = token;
        }
    } else if (item.begins_word) {
        word_ = token;
    }
    right_ += width;
}

std::size_t TokenLines::first(std::size_t line) const {
    return line < first_.size() ? first_[line] : items_.size();
}

std::size_t TokenLines::line_of(std::size_t token) const {
    const auto after = std::ranges::upper_bound(first_, token);
    return after == first_.begin() ? 0 : static_cast<std::size_t>(after - first_.begin()) - 1;
}

double TokenLines::left(std::size_t token) const {
    double left = 0;
    for (std::size_t i = first(line_of(token)); i < token; ++i) left += width_of(i);
    return left;
}

std::size_t TokenLines::at(std::size_t line, double x) const {
    if (line >= lines() || x < 0) return tokens();
    for (std::size_t i = first(line); i < first(line + 1); ++i) {
        x -= width_of(i);
        if (x < 0) return i;
    }
    return tokens();
}

std::size_t TokenLines::nearest(std::size_t line, double x) const {
    if (lines() == 0) return tokens();
    line = std::min(line, lines() - 1);
    std::size_t best = first(line);
    double left = 0, least = -1;
    for (std::size_t i = first(line); i < first(line + 1); ++i) {
        const double off = std::abs(left + width_of(i) / 2 - x);
        if (least < 0 || off < least) best = i, least = off;
        left += width_of(i);
    }
    return best;
}

}  // namespace millrace::viewers
