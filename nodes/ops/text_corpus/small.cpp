#include "nodes/ops/text_corpus/questions.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/text_corpus/records.hpp"
#include "nodes/ops/text_corpus/small_text.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"

namespace millrace::ops {

TextPairs read_small(SmallTask task, const TextRules& rules) {
    PairCollector collector(rules, task == SmallTask::Language ? Targets::None : Targets::Needed);
    const SmallText small = small_text();
    if (task == SmallTask::Language) {
        add_documents(collector, small.language, Documents::Paragraphs);
    } else if (task == SmallTask::Summary) {
        add_summaries(collector, small.summaries, {}, "the small corpus");
    } else {
        for (const std::string_view line : lines_of(small.translation)) {
            const std::size_t tab = line.find('\t');
            if (tab == std::string_view::npos)
                collector.skip(SkipReason::Untranslated);
            else
                collector.add(line.substr(0, tab), line.substr(tab + 1));
        }
    }
    return collector.take("the small corpus");
}

std::vector<Question> small_questions() {
    return parse_questions(small_text().questions, "the small corpus");
}

}  // namespace millrace::ops
