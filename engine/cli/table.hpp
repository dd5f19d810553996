// The table of commands: parsing, help, shell completion and the manual page all read it, and
// nothing else says what the program can do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::cli {

class Call;

/// What a shell may offer in a place.
enum class Complete { Nothing, File, Folder, Graph, NodeType, Choice };

enum class Kind { Flag, Text, Integer, Number };

struct Option {
    std::string name;         ///< without the dashes
    std::string letter = {};  ///< "n" for -n
    Kind kind = Kind::Flag;
    std::string value = {};  ///< how help calls the value: "DIR"
    std::string doc = {};
    bool repeats = false;
    Complete complete = Complete::Nothing;
    std::vector<std::string> choices = {};  ///< of Complete::Choice
};

struct Argument {
    std::string name;
    std::string doc;
    int least = 1;
    int most = 1;
    Complete complete = Complete::Nothing;
    std::vector<std::string> choices = {};
};

struct Example {
    std::string line;
    std::string doc;
};

struct Command {
    std::string name;
    std::string summary;  ///< one line
    std::string about;    ///< a paragraph
    std::vector<Argument> arguments = {};
    std::vector<Option> options = {};
    std::vector<Example> examples = {};
    int (*run)(const Call&) = nullptr;
};

/// All commands in the order in which help lists them.
const std::vector<Command>& commands();

/// The command of that name, or nullptr.
const Command* find_command(std::string_view name);

/// "millrace run [options] GRAPH".
std::string usage_line(const Command& command);

/// "--set NODE.PARAM=VALUE", with the letter in front where there is one.
std::string spelling(const Option& option);

struct ExitMeaning {
    int code;
    std::string meaning;
};
/// The exit codes with what they mean, for help and the manual.
const std::vector<ExitMeaning>& exit_meanings();

struct Variable {
    std::string name;
    std::string doc;
};
/// The environment variables that are read.
const std::vector<Variable>& variables();

// The commands, one file each.
int run_command(const Call& call);
int validate_command(const Call& call);
int plan_command(const Call& call);
int why_command(const Call& call);
int compare_command(const Call& call);
int diff_command(const Call& call);
int heat_command(const Call& call);
int export_command(const Call& call);
int nodes_command(const Call& call);
int new_command(const Call& call);
int migrate_command(const Call& call);
int cache_command(const Call& call);
int bench_command(const Call& call);
int doctor_command(const Call& call);
int help_command(const Call& call);
int completion_command(const Call& call);
int man_command(const Call& call);
int worker_command(const Call& call);

}  // namespace millrace::cli
