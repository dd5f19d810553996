#include "engine/cli/call.hpp"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "engine/version.hpp"

namespace millrace::cli {

using engine::Error;

Error usage_error(std::string code, std::string what, std::string expected, std::string found,
                  std::string mend) {
    return Error({.code = std::move(code),
                  .what = std::move(what),
                  .expected = std::move(expected),
                  .found = std::move(found),
                  .mend = std::move(mend)});
}

std::optional<std::string> Call::text(std::string_view option) const {
    const auto found = values_.find(option);
    if (found == values_.end() || found->second.empty()) return {};
    return found->second.back();
}

std::vector<std::string> Call::texts(std::string_view option) const {
    const auto found = values_.find(option);
    return found == values_.end() ? std::vector<std::string>() : found->second;
}

namespace {

template <class T>
std::optional<T> parsed(const std::string& text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

}  // namespace

std::optional<std::int64_t> Call::integer(std::string_view option, std::int64_t least) const {
    const auto given = text(option);
    if (!given) return {};
    const auto value = parsed<std::int64_t>(*given);
    if (!value || *value < least) {
        throw usage_error("E-CLI-002", fmt::format("--{} has a wrong value", option),
                          fmt::format("a whole number of at least {}", least), *given,
                          "Correct the value.");
    }
    return value;
}

std::optional<double> Call::number(std::string_view option, double least) const {
    const auto given = text(option);
    if (!given) return {};
    const auto value = parsed<double>(*given);
    if (!value || !std::isfinite(*value) || *value < least) {
        throw usage_error("E-CLI-002", fmt::format("--{} has a wrong value", option),
                          fmt::format("a number of at least {}", least), *given,
                          "Correct the value.");
    }
    return value;
}

void Call::print_json(engine::Object object, int exit_code) const {
    object["schema_version"] = engine::kReportSchema;
    object["command"] = command_.name;
    object["exit_code"] = exit_code;
    output_.line(engine::to_json(object, engine::JsonLayout::Pretty));
}

}  // namespace millrace::cli
