// From the words of the command line to a Call, through CLI11, by the table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/cli/call.hpp"

namespace millrace::cli {

/// The call the words mean; a plain text instead when help or the version was asked for. Throws
/// Error E-CLI-001 to 003.
struct Parsed {
    std::optional<Call> call;
    std::string text;
};
Parsed parse(const std::vector<std::string>& words, Output& output);

/// The command of that name. Throws Error E-CLI-001, which names the nearest.
const Command& command_named(const std::string& word);

/// "Did you mean …?" with the nearest of `known`, or `otherwise` when none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known,
                         const std::string& otherwise);

/// Help on the whole program, or on one command.
std::string help_text();
std::string help_text(const Command& command);

/// "millrace 0.1.0".
std::string version_text();

}  // namespace millrace::cli
