// millrace man: the manual page, from the table.
#include <fmt/format.h>

#include "engine/cli/parse.hpp"

namespace millrace::cli {
namespace {

/// Text as roff takes it: no escapes by accident, no requests at the start of a line.
std::string roff(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else if (c == '\'')
            out += "\\(aq";
        else
            out += c;
    }
    return out.starts_with('.') ? "\\&" + out : out;
}

std::string item(std::string_view name, std::string_view doc) {
    return fmt::format(".TP\n.B {}\n{}\n", roff(name), roff(doc));
}

std::string page() {
    std::string text =
        fmt::format(".TH MILLRACE 1 \"\" \"{}\" \"User Commands\"\n", version_text());
    text +=
        ".SH NAME\nmillrace \\- run and inspect pipelines that are drawn as graphs\n"
        ".SH SYNOPSIS\n.B millrace\n.I COMMAND\n[options] ...\n.SH DESCRIPTION\n"
        "Millrace runs graphs of nodes: perception, model compression and training pipelines that "
        "are saved as JSON documents. "
        "Data goes to standard output, messages to standard error.\n.SH COMMANDS\n";
    for (const Command& command : commands()) {
        text += fmt::format(".SS {}\n.B {}\n.PP\n{}\n", roff(command.name),
                            roff(usage_line(command)), roff(command.about));
        for (const Argument& argument : command.arguments)
            text += item(argument.name, argument.doc);
        for (const Option& option : command.options) text += item(spelling(option), option.doc);
        text += ".PP\nExamples:\n";
        for (const Example& example : command.examples) text += item(example.line, example.doc);
    }
    text += ".SH EXIT STATUS\n";
    for (const ExitMeaning& meaning : exit_meanings())
        text += item(std::to_string(meaning.code), meaning.meaning);
    text += ".SH ENVIRONMENT\n";
    for (const Variable& variable : variables()) text += item(variable.name, variable.doc);
    return text;
}

}  // namespace

int man_command(const Call& call) {
    call.output().write(page());
    return 0;
}

}  // namespace millrace::cli
