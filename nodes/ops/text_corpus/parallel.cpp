#include <fmt/format.h>

#include <iterator>

#include "engine/problem.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"

namespace millrace::ops {

TextPairs read_parallel(const std::filesystem::path& sources, const std::filesystem::path& targets,
                        const TextRules& rules) {
    const std::string source_text = read_text_file(sources), target_text = read_text_file(targets);
    const Lines from = lines_of(source_text), to = lines_of(target_text);
    const auto lines = std::ranges::distance(from), others = std::ranges::distance(to);
    if (lines != others) {
        throw engine::Error(
            {.code = "E-TEXT-023",
             .what = "The two files have not equally many lines",
             .expected = fmt::format("{} lines, as {} has", lines, sources.filename().string()),
             .found = fmt::format("{} lines", others),
             .where = targets.string(),
             .mend = "Name the two files of one corpus, line by line alike."});
    }
    PairCollector collector(rules, Targets::Needed);
    collector.read(sources);
    collector.read(targets);
    auto target = to.begin();
    for (const std::string_view source : from) {
        collector.add(source, *target);
        ++target;
    }
    return collector.take(sources.string());
}

}  // namespace millrace::ops
