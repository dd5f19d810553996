// One use of the program, parsed: the command with its arguments and options, and where its data
// goes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cli/output.hpp"
#include "engine/cli/table.hpp"
#include "engine/problem.hpp"
#include "engine/value.hpp"

namespace millrace::cli {

/// Several problems that end the command; main() prints them and gives their exit code.
class Problems : public std::exception {
public:
    explicit Problems(std::vector<engine::Problem> list) : list_(std::move(list)) {}
    const std::vector<engine::Problem>& list() const { return list_; }
    const char* what() const noexcept override { return "problems"; }

private:
    std::vector<engine::Problem> list_;
};

class Call {
public:
    Call(const Command& command, Output& output) : command_(command), output_(output) {}

    const Command& command() const { return command_; }
    Output& output() const { return output_; }

    bool flag(std::string_view option) const { return values_.contains(option); }
    std::optional<std::string> text(std::string_view option) const;
    std::vector<std::string> texts(std::string_view option) const;
    /// E-CLI-002 unless a whole number of at least `least`.
    std::optional<std::int64_t> integer(std::string_view option, std::int64_t least) const;
    /// E-CLI-002 unless a finite number of at least `least`.
    std::optional<double> number(std::string_view option, double least) const;

    const std::vector<std::string>& arguments() const { return arguments_; }
    /// The command line as it was given, without the program.
    const std::vector<std::string>& words() const { return words_; }
    bool json() const { return flag("json"); }

    /// The one object of --json, with schema_version, command and exit code added.
    void print_json(engine::Object object, int exit_code) const;

    void set(std::string option, std::vector<std::string> values) {
        values_[std::move(option)] = std::move(values);
    }
    void set_words(std::vector<std::string> words) { words_ = std::move(words); }
    void set_arguments(std::vector<std::string> arguments) { arguments_ = std::move(arguments); }

private:
    const Command& command_;
    Output& output_;
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
    std::vector<std::string> arguments_;
    std::vector<std::string> words_;
};

/// The error of wrong use, exit code 2.
engine::Error usage_error(std::string code, std::string what, std::string expected,
                          std::string found, std::string mend);

}  // namespace millrace::cli
