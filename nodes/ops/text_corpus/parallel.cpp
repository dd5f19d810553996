#include <fmt/format.h>

#include "engine/problem.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"

namespace millrace::ops {

TextPairs read_parallel(const std::filesystem::path& sources, const std::filesystem::path& targets,
                        const TextRules& rules) {
    const std::string source_text = read_text_file(sources), target_text = read_text_file(targets);
    const std::vector<std::string_view> from = lines_of(source_text), to = lines_of(target_text);
    if (from.size() != to.size()) {
        throw engine::Error({.code = "E-TEXT-023",
                             .what = "The two files have not equally many lines",
                             .expected = fmt::format("{} lines, as {} has", from.size(),
                                                     sources.filename().string()),
                             .found = fmt::format("{} lines", to.size()),
                             .where = targets.string(),
                             .mend = "Name the two files of one corpus, line by line alike."});
    }
    PairCollector collector(rules, Targets::Needed);
    collector.read(sources);
    collector.read(targets);
    for (std::size_t line = 0; line < from.size(); ++line) collector.add(from[line], to[line]);
    return collector.take(sources.string());
}

}  // namespace millrace::ops
