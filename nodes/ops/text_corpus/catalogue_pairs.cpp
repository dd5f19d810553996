#include <algorithm>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/corpus/folder.hpp"
#include "nodes/ops/text_corpus/catalogue.hpp"
#include "nodes/ops/text_corpus/messages.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"

namespace millrace::ops {
namespace {

constexpr std::uint64_t kMostCatalogueBytes = std::uint64_t{64} << 20;

void add_message(PairCollector& collector, std::string source, std::string target) {
    if (trimmed_text(target).empty()) return collector.skip(SkipReason::Untranslated);
    std::optional<SkipReason> reason = unfit_message(source);
    if (!reason) reason = unfit_message(target);
    if (reason) return collector.skip(*reason);
    drop_mnemonics(source, target);
    if (trimmed_text(source) == trimmed_text(target))
        return collector.skip(SkipReason::Untranslated);
    collector.add(source, target);
}

void add_catalogue(PairCollector& collector, const Catalogue& catalogue) {
    const bool romanian = catalogue.language == "ro" || catalogue.language.starts_with("ro_");
    const auto spelled = [&](const std::string& text) {
        return romanian ? comma_below(text) : text;
    };
    for (const CatalogueMessage& message : catalogue.messages) {
        add_message(collector, message.id, spelled(message.translations.front()));
        // The plural of English stands for every number but one; the second form is some of them.
        if (!message.plural.empty() && message.translations.size() > 1)
            add_message(collector, message.plural, spelled(message.translations[1]));
    }
}

Catalogue read_catalogue(const std::filesystem::path& file) {
    return parse_catalogue(read_bytes(file, kMostCatalogueBytes), file.string());
}

}  // namespace

TextPairs read_catalogues(const std::filesystem::path& path, const TextRules& rules) {
    PairCollector collector(rules, Targets::Needed);
    std::error_code unknown;
    if (!std::filesystem::is_directory(path, unknown)) {
        collector.read(path);
        add_catalogue(collector, read_catalogue(path));
        return collector.take(path.string());
    }
    EntryBudget budget{.most = kMostCorpusEntries};
    std::vector<std::filesystem::path> files = entries_of(path, budget).files;
    std::erase_if(files, [](const auto& file) { return file.extension() != ".mo"; });
    if (files.empty()) {
        throw engine::Error({.code = "E-TEXT-031",
                             .what = "The folder holds nothing of this kind of corpus",
                             .expected = "compiled message catalogues, whose names end in .mo",
                             .found = "no such file",
                             .where = path.string(),
                             .mend = "Install programs with translations, as Debian's iso-codes "
                                     "is, or name another folder."});
    }
    for (const std::filesystem::path& file : files) {
        try {
            const Catalogue catalogue = read_catalogue(file);
            collector.read(file);
            add_catalogue(collector, catalogue);
        } catch (const engine::Error& error) {
            // One damaged package is no reason to learn from none.
            if (error.problem().code == "E-TEXT-029") throw;
            collector.note(file.filename().string() + ": " + error.problem().what + ", " +
                           error.problem().found);
        }
    }
    return collector.take(path.string());
}

}  // namespace millrace::ops
