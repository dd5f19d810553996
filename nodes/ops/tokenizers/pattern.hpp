// Regular expressions over UTF-8 text with Unicode's classes, as tokenizers' files hold them. They
// are untrusted: matching is bounded in steps and memory. For the sources of this folder; one may
// be used by any number of threads at once.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace millrace::ops {

/// Bytes of a text, from begin to before end.
struct TextRange {
    std::size_t begin = 0, end = 0;
};

class Pattern {
public:
    /// Throws Error E-TOKEN-009 for what is no regular expression.
    explicit Pattern(std::string_view expression);
    ~Pattern();
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    /// The matches in well-formed text, left to right; those of nothing are left out. Throws Error
    /// E-TOKEN-009 when the expression needs too many steps or too much memory.
    std::vector<TextRange> matches(std::string_view text) const;

private:
    struct Compiled;
    std::unique_ptr<const Compiled> compiled_;
};

}  // namespace millrace::ops
