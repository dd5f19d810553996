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

/// Help on the whole program, or on one command.
std::string help_text();
std::string help_text(const Command& command);

/// "millrace 0.1.0".
std::string version_text();

}  // namespace millrace::cli
