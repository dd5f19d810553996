// The program: parses, runs one command, and turns whatever went wrong into messages and an exit
// code.
#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/cli/exit_codes.hpp"
#include "engine/cli/parse.hpp"
#include "engine/observe/report.hpp"
#include "engine/version.hpp"

namespace millrace::cli {
namespace {

using engine::Problem;

int report(const std::vector<Problem>& problems, const std::vector<std::string>& words,
           Output& output) {
    for (const Problem& problem : problems) message(to_text(problem));
    const int code = exit_of(problems);
    if (std::ranges::find(words, "--json") != words.end()) {
        const engine::Object object{{"schema_version", engine::kReportSchema},
                                    {"command", words.front()},
                                    {"exit_code", code},
                                    {"problems", engine::to_value(problems)}};
        output.line(engine::to_json(object, engine::JsonLayout::Pretty));
    }
    return code;
}

int guarded(const std::vector<std::string>& words, Output& output) {
    try {
        Parsed parsed = parse(words, output);
        if (words.empty()) {
            message(parsed.text);
            return kUsage;
        }
        if (!parsed.call) {
            output.write(parsed.text);
            return kGood;
        }
        return parsed.call->command().run(*parsed.call);
    } catch (const Problems& problems) {
        return report(problems.list(), words, output);
    } catch (const engine::Error& error) {
        return report({error.problem()}, words, output);
    } catch (const std::bad_alloc&) {
        return report({{.code = "E-MEM-001",
                        .what = "There is not enough memory",
                        .mend = "Use smaller inputs, or a machine with more memory."}},
                      words, output);
    } catch (const std::exception& error) {
        return report(
            {{.code = "E-INTERNAL-002",
              .what = fmt::format("A defect of the program: {}", error.what()),
              .mend =
                  "Please report it with the command line and the output of `millrace doctor`."}},
            words, output);
    }
}

}  // namespace
}  // namespace millrace::cli

int main(int count, char** words) {
    using namespace millrace;
    cli::Output output;
    const int code = cli::guarded({words + 1, words + count}, output);
    if (output.failure().empty()) return code;
    cli::message(to_text(engine::Problem{.code = "E-FILE-003",
                                         .what = "The output can't be written",
                                         .expected = "a place with room",
                                         .found = output.failure(),
                                         .where = "stdout",
                                         .mend = "Make room, or write elsewhere."}));
    return code == cli::kGood ? static_cast<int>(cli::kUsage) : code;
}
