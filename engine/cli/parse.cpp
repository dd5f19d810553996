#include "engine/cli/parse.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "engine/graph/graph.hpp"

namespace millrace::cli {

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known,
                         const std::string& otherwise) {
    const std::string near = engine::nearest_of(word, known);
    return near.empty() ? otherwise : fmt::format("Did you mean \"{}\"?", near);
}

const Command& command_named(const std::string& word) {
    if (const Command* found = find_command(word)) return *found;
    if (word.starts_with('-')) {
        throw usage_error("E-CLI-001",
                          fmt::format("There is no option \"{}\" before the command", word),
                          "millrace COMMAND [options]", word,
                          did_you_mean(word, {"--help", "--version"}, "Begin with the command."));
    }
    std::vector<std::string> names;
    for (const Command& command : commands()) names.push_back(command.name);
    throw usage_error("E-CLI-001", fmt::format("There is no command \"{}\"", word),
                      fmt::format("one of {}", fmt::join(names, ", ")), word,
                      did_you_mean(word, names, "See `millrace --help`."));
}

namespace {

void add_options(CLI::App& app, const Command& command, std::map<std::string, CLI::Option*>& made) {
    for (const Option& option : command.options) {
        const std::string spelling =
            (option.letter.empty() ? "" : "-" + option.letter + ",") + "--" + option.name;
        if (option.kind == Kind::Flag) {
            made[option.name] = app.add_flag(spelling)->disable_flag_override();
            continue;
        }
        made[option.name] = app.add_option(spelling)->expected(1)->allow_extra_args(false);
        made[option.name]->multi_option_policy(option.repeats ? CLI::MultiOptionPolicy::TakeAll
                                                              : CLI::MultiOptionPolicy::TakeLast);
    }
}

/// CLI11 says of an option that lacks its value, or has one too many, "--name: …".
engine::Error wrong_words(const Command& command, std::string what,
                          const std::vector<std::string>& words) {
    std::string expected = usage_line(command);
    for (const Option& option : command.options) {
        if (!what.starts_with("--" + option.name + ":")) continue;
        what = fmt::format("--{} {}", option.name,
                           option.kind == Kind::Flag ? "takes no value" : "needs a value");
        expected = spelling(option);
    }
    return usage_error("E-CLI-002", what, expected,
                       fmt::format("millrace {}", fmt::join(words, " ")),
                       fmt::format("See `millrace {} --help`.", command.name));
}

void check_options(const Command& command, const std::vector<std::string>& words) {
    std::vector<std::string> options;
    for (const Option& option : command.options) options.push_back("--" + option.name);
    for (const std::string& word : words) {
        if (word.size() < 2 || word.front() != '-') continue;
        throw usage_error("E-CLI-001", fmt::format("{} has no option \"{}\"", command.name, word),
                          usage_line(command), word,
                          did_you_mean(word.substr(0, word.find('=')), options,
                                       fmt::format("See `millrace {} --help`.", command.name)));
    }
}

void check_count(const Command& command, const std::vector<std::string>& words) {
    std::size_t least = 0;
    std::size_t most = 0;
    bool unlimited = false;
    for (const Argument& argument : command.arguments) {
        least += static_cast<std::size_t>(argument.least);
        most += static_cast<std::size_t>(std::max(argument.most, 1));
        unlimited = unlimited || argument.most < 0;
    }
    if (words.size() >= least && (unlimited || words.size() <= most)) return;
    const bool few = words.size() < least;
    throw usage_error("E-CLI-003",
                      few ? fmt::format("{} is missing", command.arguments[words.size()].name)
                          : "There is one argument too many",
                      usage_line(command), few ? "nothing" : words[most],
                      fmt::format("See `millrace {} --help`.", command.name));
}

}  // namespace

Parsed parse(const std::vector<std::string>& words, Output& output) {
    if (words.empty() || words.front() == "--help" || words.front() == "-h")
        return {{}, help_text()};
    if (words.front() == "--version" || words.front() == "-V") return {{}, version_text() + "\n"};
    const Command& command = command_named(words.front());
    CLI::App app;
    app.set_help_flag("-h,--help");
    app.allow_extras();
    std::map<std::string, CLI::Option*> made;
    add_options(app, command, made);
    // CLI11 wants the words last first.
    std::vector<std::string> rest(words.rbegin(), words.rend() - 1);
    try {
        app.parse(rest);
    } catch (const CLI::CallForHelp&) {
        return {{}, help_text(command)};
    } catch (const CLI::ParseError& error) {
        throw wrong_words(command, error.what(), words);
    }
    std::vector<std::string> arguments = app.remaining();
    const auto mark = std::ranges::find(arguments, "--");
    if (mark != arguments.end())
        arguments.erase(mark);  // what follows may begin with a dash
    else
        check_options(command, arguments);
    check_count(command, arguments);
    Call call(command, output);
    for (const auto& [name, option] : made) {
        if (option->count() > 0) call.set(name, option->results());
    }
    call.set_words(words);
    call.set_arguments(std::move(arguments));
    return {std::move(call), {}};
}

}  // namespace millrace::cli
