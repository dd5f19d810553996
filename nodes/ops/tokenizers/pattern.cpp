#include "nodes/ops/tokenizers/pattern.hpp"

#include <fmt/format.h>
#include <unicode/regex.h>
#include <unicode/unistr.h>

#include "nodes/ops/tokenizers/unicode.hpp"
#include "nodes/ops/tokenizers/vocabulary.hpp"

namespace millrace::ops {
namespace {

constexpr std::size_t kMostExpressionBytes = 8192;
constexpr std::int32_t kMostStackBytes = 64 << 20;
/// ICU reports each ten thousand steps of a match: a few seconds in all.
constexpr int kMostReports = 10'000;

icu::UnicodeString utf16(std::string_view text) {
    return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

UBool U_CALLCONV count_report(const void* context, std::int32_t) {
    // ICU hands the context on as const; it is the int of matches() below.
    int& left = *static_cast<int*>(const_cast<void*>(context));
    return --left > 0;
}

[[noreturn]] void refuse(const char* what, UErrorCode status, const char* mend) {
    throw_token_error("E-TOKEN-009", what, "an expression that ICU takes and matches fast",
                      u_errorName(status), "", mend);
}

void check_match(UErrorCode status) {
    if (U_SUCCESS(status)) return;
    refuse("A tokenizer's regular expression takes too long", status,
           "Check where the tokenizer comes from, or encode the text in parts.");
}

/// Byte positions of rising UTF-16 positions.
class Bytes {
public:
    explicit Bytes(std::string_view text) : text_(text) {}

    std::size_t at(std::int32_t units) {
        while (units_ < units) {
            const std::size_t length = utf8_step(text_, at_).length;
            units_ += length == 4 ? 2 : 1;
            at_ += length;
        }
        return at_;
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::int32_t units_ = 0;
};

}  // namespace

struct Pattern::Compiled {
    std::unique_ptr<const icu::RegexPattern> pattern;
};

Pattern::Pattern(std::string_view expression) {
    UErrorCode status = U_ZERO_ERROR;
    UParseError where{};
    if (expression.size() > kMostExpressionBytes || first_ill_formed(expression))
        status = U_REGEX_PATTERN_TOO_BIG;
    std::unique_ptr<const icu::RegexPattern> pattern(
        icu::RegexPattern::compile(utf16(expression), 0, where, status));
    if (U_FAILURE(status) || !pattern) {
        refuse("A tokenizer's regular expression cannot be used", status,
               "Check where the tokenizer comes from.");
    }
    compiled_ = std::make_unique<Compiled>(Compiled{std::move(pattern)});
}

Pattern::~Pattern() = default;

std::vector<TextRange> Pattern::matches(std::string_view text) const {
    std::vector<TextRange> ranges;
    const icu::UnicodeString units = utf16(text);
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::RegexMatcher> matcher(compiled_->pattern->matcher(units, status));
    check_match(status);
    int reports_left = kMostReports;
    matcher->setMatchCallback(count_report, &reports_left, status);
    matcher->setStackLimit(kMostStackBytes, status);
    Bytes bytes(text);
    while (matcher->find(status)) {
        const std::int32_t begin = matcher->start(status), end = matcher->end(status);
        check_match(status);
        if (begin == end) continue;
        const std::size_t first = bytes.at(begin);
        ranges.push_back({first, bytes.at(end)});
    }
    check_match(status);
    return ranges;
}

}  // namespace millrace::ops
