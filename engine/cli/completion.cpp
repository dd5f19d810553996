// millrace completion: scripts for bash, zsh and fish, from the table.
#include <fmt/format.h>

#include "engine/cli/parse.hpp"

namespace millrace::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, " "));
}

std::vector<std::string> command_names() {
    std::vector<std::string> names;
    for (const Command& command : commands()) names.push_back(command.name);
    return names;
}

std::vector<std::string> option_words(const Command& command) {
    std::vector<std::string> words = {"--help"};
    for (const Option& option : command.options) words.push_back("--" + option.name);
    return words;
}

/// Text inside single quotes of a POSIX shell; fish reads the same two escapes.
std::string quoted(const std::string& text) {
    std::string out = "'";
    for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string bash_action(Complete complete, const std::vector<std::string>& choices) {
    switch (complete) {
        case Complete::Nothing:
            return "COMPREPLY=()";
        case Complete::File:
            return "COMPREPLY=($(compgen -f -- \"$word\"))";
        case Complete::Folder:
            return "COMPREPLY=($(compgen -d -- \"$word\"))";
        case Complete::Graph:
            return "COMPREPLY=($(compgen -f -X '!*.json' -- \"$word\") $(compgen -d -- \"$word\"))";
        case Complete::NodeType:
            return "COMPREPLY=($(compgen -W \"$(\"${COMP_WORDS[0]}\" nodes --names 2>/dev/null)\" "
                   "-- \"$word\"))";
        case Complete::Choice:
            return fmt::format("COMPREPLY=($(compgen -W {} -- \"$word\"))",
                               quoted(joined(choices)));
    }
    return {};
}

/// What the arguments of a command complete to; the first that has an opinion speaks for all.
std::string bash_arguments(const Command& command) {
    if (command.name == "help")
        return fmt::format("COMPREPLY=($(compgen -W {} -- \"$word\"))",
                           quoted(joined(command_names())));
    for (const Argument& argument : command.arguments) {
        if (argument.complete != Complete::Nothing)
            return bash_action(argument.complete, argument.choices);
    }
    return bash_action(Complete::Nothing, {});
}

std::string bash_script() {
    std::string text =
        "# bash completion for millrace\n"
        "_millrace() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} "
        "command=${COMP_WORDS[1]}\n"
        "    compopt -o filenames 2>/dev/null\n"
        "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n";
    text +=
        fmt::format("        COMPREPLY=($(compgen -W {} -- \"$word\"))\n        return\n    fi\n",
                    quoted(joined(command_names()) + " --help --version"));
    text += "    case \"$command $before\" in\n";
    for (const Command& command : commands()) {
        for (const Option& option : command.options) {
            if (option.kind == Kind::Flag) continue;
            const std::string letter =
                option.letter.empty() ? ""
                                      : fmt::format("|\"{} -{}\"", command.name, option.letter);
            text += fmt::format("        \"{} --{}\"{}) {}; return ;;\n", command.name, option.name,
                                letter, bash_action(option.complete, option.choices));
        }
    }
    text += "    esac\n    case \"$command\" in\n";
    for (const Command& command : commands()) {
        text += fmt::format(
            "        {}) if [[ $word == -* ]]; then COMPREPLY=($(compgen -W {} -- \"$word\")); "
            "else {}; fi ;;\n",
            command.name, quoted(joined(option_words(command))), bash_arguments(command));
    }
    return text + "    esac\n}\ncomplete -F _millrace millrace\n";
}

std::string zsh_action(Complete complete, const std::vector<std::string>& choices) {
    switch (complete) {
        case Complete::Nothing:
            return " ";
        case Complete::File:
            return "_files";
        case Complete::Folder:
            return "_files -/";
        case Complete::Graph:
            return "_files -g \"*.json\"";
        case Complete::NodeType:
            return "_millrace_types";
        case Complete::Choice:
            return "(" + joined(choices) + ")";
    }
    return {};
}

/// Colons and brackets end the parts of a specification.
std::string zsh_text(const std::string& text) {
    std::string out;
    for (char c : text) {
        if (c == ':' || c == '[' || c == ']') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_option(const Option& option) {
    const std::string rest =
        fmt::format("[{}]", zsh_text(option.doc)) +
        (option.kind == Kind::Flag ? ""
                                   : fmt::format(":{}:{}", zsh_text(option.value),
                                                 zsh_action(option.complete, option.choices)));
    const std::string star = option.repeats ? "*" : "";
    std::string words = "            " + quoted(star + "--" + option.name + rest) + " \\\n";
    if (!option.letter.empty())
        words += "            " + quoted(star + "-" + option.letter + rest) + " \\\n";
    return words;
}

std::string zsh_script() {
    std::string text =
        "#compdef millrace\n"
        "# zsh completion for millrace\n"
        "_millrace_types() {\n"
        "    local -a types\n"
        "    types=(${(f)\"$(millrace nodes --names 2>/dev/null)\"})\n"
        "    compadd -a types\n"
        "}\n"
        "_millrace() {\n"
        "    local -a known\n"
        "    known=(\n";
    for (const Command& command : commands())
        text += "        " + quoted(command.name + ":" + zsh_text(command.summary)) + "\n";
    text +=
        "    )\n    if (( CURRENT == 2 )); then\n        _describe command known\n        return\n "
        "   fi\n"
        "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n";
    for (const Command& command : commands()) {
        text += fmt::format("        {}) _arguments \\\n", command.name);
        for (const Option& option : command.options) text += zsh_option(option);
        for (const Argument& argument : command.arguments) {
            const std::string action = command.name == "help"
                                           ? "(" + joined(command_names()) + ")"
                                           : zsh_action(argument.complete, argument.choices);
            const std::string place = argument.most < 0 ? "*" : argument.least == 0 ? ":" : "";
            text += "            " +
                    quoted(fmt::format("{}:{}:{}", place, zsh_text(argument.name), action)) +
                    " \\\n";
        }
        text += "            '--help[help on this command]' ;;\n";
    }
    return text +
           "    esac\n}\nif [[ $funcstack[1] == _millrace ]]; then _millrace \"$@\"; else compdef "
           "_millrace millrace; fi\n";
}

std::string fish_action(Complete complete, const std::vector<std::string>& choices) {
    switch (complete) {
        case Complete::Nothing:
            return "-x";
        case Complete::File:
            return "-r -F";
        case Complete::Folder:
            return "-x -a '(__fish_complete_directories)'";
        case Complete::Graph:
            return "-k -x -a '(__fish_complete_suffix .json)'";
        case Complete::NodeType:
            return "-x -a '(millrace nodes --names 2>/dev/null)'";
        case Complete::Choice:
            return "-x -a " + quoted(joined(choices));
    }
    return {};
}

std::string fish_script() {
    std::string text = "# fish completion for millrace\ncomplete -c millrace -f\n";
    for (const Command& command : commands()) {
        text += fmt::format("complete -c millrace -n __fish_use_subcommand -a {} -d {}\n",
                            command.name, quoted(command.summary));
        const std::string when =
            fmt::format("complete -c millrace -n '__fish_seen_subcommand_from {}'", command.name);
        for (const Argument& argument : command.arguments) {
            if (argument.complete != Complete::Nothing)
                text += when + " " + fish_action(argument.complete, argument.choices) + "\n";
        }
        if (command.name == "help")
            text += when + " -x -a " + quoted(joined(command_names())) + "\n";
        for (const Option& option : command.options) {
            text += when + " -l " + option.name +
                    (option.letter.empty() ? "" : " -s " + option.letter) + " -d " +
                    quoted(option.doc);
            text +=
                (option.kind == Kind::Flag ? ""
                                           : " " + fish_action(option.complete, option.choices)) +
                "\n";
        }
    }
    return text;
}

}  // namespace

int completion_command(const Call& call) {
    const std::string& shell = call.arguments().front();
    if (shell == "bash")
        call.output().write(bash_script());
    else if (shell == "zsh")
        call.output().write(zsh_script());
    else if (shell == "fish")
        call.output().write(fish_script());
    else
        throw usage_error("E-CLI-002", "The shell is not known", "bash, zsh or fish", shell,
                          did_you_mean(shell, {"bash", "zsh", "fish"}, "Name one of these."));
    return 0;
}

}  // namespace millrace::cli
