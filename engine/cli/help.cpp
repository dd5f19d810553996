#include <algorithm>

#include <fmt/format.h>

#include "engine/cli/parse.hpp"
#include "engine/cli/text_table.hpp"
#include "engine/version.hpp"

namespace millrace::cli {
namespace {

constexpr std::size_t kWidth = 96;

/// `text` in lines of at most kWidth, each after `indent` spaces; the first continues a line that
/// is `column` long.
std::string block(std::string_view text, std::size_t indent, std::size_t column) {
    const std::string margin(indent, ' ');
    return fmt::format("{}{}\n", margin.substr(column),
                       fmt::join(wrapped(text, kWidth - indent), "\n" + margin));
}

std::string entry(const std::string& name, const std::string& doc, std::size_t column) {
    const std::string head = "  " + name;
    if (head.size() + 2 > column) return head + "\n" + block(doc, column, 0);
    return head + block(doc, column, head.size());
}

}  // namespace

const std::vector<Variable>& variables() {
    static const std::vector<Variable> list = {
        {"MILLRACE_PLUGIN_PATH", "folders with plug-ins, parted by colons, searched first"},
        {"MILLRACE_RESOURCES", "what ${resources} stands for"},
        {"MILLRACE_ROOT_NAME", "what ${name} stands for, in lower case; --root comes before it"},
        {"MILLRACE_CACHE", "folder of the content store"},
        {"MILLRACE_CACHE_GB", "its size limit in gigabytes (default: 4)"},
        {"MILLRACE_KERNELS", "packed kernels: scalar, avx2, avx512-vnni, neon, neon-dot (default: the best)"},
        {"OMP_NUM_THREADS, OPENBLAS_NUM_THREADS",
         "threads of the libraries' own pools; set by --intra-threads unless given; the first is "
         "also its default"},
    };
    return list;
}

std::string usage_line(const Command& command) {
    std::string line = "millrace " + command.name;
    if (!command.options.empty()) line += " [options]";
    for (const Argument& argument : command.arguments) {
        line += argument.least == 0 ? fmt::format(" [{}]", argument.name) : " " + argument.name;
        if (argument.most < 0) line += "...";
    }
    return line;
}

std::string spelling(const Option& option) {
    std::string text = option.letter.empty() ? "" : "-" + option.letter + ", ";
    text += "--" + option.name;
    if (!option.value.empty()) text += " " + option.value;
    return text;
}

std::string version_text() { return fmt::format("millrace {}", engine::version()); }

std::string help_text() {
    std::string text =
        "millrace — run and inspect pipelines that are drawn as graphs\n\nUsage: millrace COMMAND "
        "[options] …\n\nCommands:\n";
    for (const Command& command : commands()) text += entry(command.name, command.summary, 14);
    text += "\nOptions:\n" + entry("-h, --help", "help; after a command, on that command", 20) +
            entry("-V, --version", "the version", 20) + "\nEnvironment:\n";
    for (const Variable& variable : variables()) text += entry(variable.name, variable.doc, 26);
    text += "\nExit codes:\n";
    for (const ExitMeaning& meaning : exit_meanings())
        text += entry(std::to_string(meaning.code), meaning.meaning, 8);
    text += "\nExamples:\n";
    for (const char* name : {"run", "nodes", "validate"}) {
        const Example& example =
            find_command(name)->examples[name == std::string_view("run") ? 1 : 0];
        text += fmt::format("  {}\n{}", example.line, block(example.doc, 6, 0));
    }
    return text;
}

std::string help_text(const Command& command) {
    std::string text =
        fmt::format("Usage: {}\n\n", usage_line(command)) + block(command.about, 0, 0);
    if (!command.arguments.empty()) text += "\nArguments:\n";
    for (const Argument& argument : command.arguments)
        text += entry(argument.name, argument.doc, 14);
    text += "\nOptions:\n";
    for (const Option& option : command.options) {
        text +=
            entry(spelling(option), option.doc + (option.repeats ? " (may be repeated)" : ""), 28);
    }
    text += entry("-h, --help", "this help", 28) + "\nExamples:\n";
    for (const Example& example : command.examples)
        text += fmt::format("  {}\n{}", example.line, block(example.doc, 6, 0));
    return text;
}

int help_command(const Call& call) {
    if (call.arguments().empty()) {
        call.output().write(help_text());
        return 0;
    }
    call.output().write(help_text(command_named(call.arguments().front())));
    return 0;
}

}  // namespace millrace::cli
