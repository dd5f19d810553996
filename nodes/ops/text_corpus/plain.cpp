#include "engine/problem.hpp"
#include "nodes/ops/corpus/folder.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/text_corpus/records.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"

namespace millrace::ops {
namespace {

constexpr int kMostFolderDepth = 16;  // a link may lead round in a circle

void find_texts(const std::filesystem::path& folder, int depth, EntryBudget& budget,
                std::vector<std::filesystem::path>& texts) {
    const FolderEntries entries = entries_of(folder, budget);
    for (const std::filesystem::path& file : entries.files) {
        if (file.extension() == ".txt") texts.push_back(file);
    }
    if (depth == kMostFolderDepth) return;
    for (const std::filesystem::path& within : entries.folders)
        find_texts(within, depth + 1, budget, texts);
}

std::vector<std::filesystem::path> texts_of(const std::filesystem::path& path) {
    std::error_code unknown;
    if (!std::filesystem::is_directory(path, unknown)) return {path};
    EntryBudget budget{.most = kMostCorpusEntries};
    std::vector<std::filesystem::path> texts;
    find_texts(path, 0, budget, texts);
    if (!texts.empty()) return texts;
    throw engine::Error({.code = "E-TEXT-031",
                         .what = "The folder holds nothing of this kind of corpus",
                         .expected = "text files, whose names end in .txt",
                         .found = "no such file",
                         .where = path.string(),
                         .mend = "Name the folder that holds them, or one file."});
}

void add_paragraphs(PairCollector& collector, std::string_view text) {
    std::string paragraph;
    const auto end = [&] {
        if (!paragraph.empty()) collector.add(paragraph, {});
        paragraph.clear();
    };
    for (const std::string_view whole : lines_of(text)) {
        const std::string_view line = trimmed_text(whole);
        if (line.empty()) {
            end();
            continue;
        }
        if (!paragraph.empty()) paragraph += ' ';
        paragraph += line;
    }
    end();
}

}  // namespace

void add_documents(PairCollector& collector, std::string_view text, Documents documents) {
    if (documents == Documents::Files) {
        collector.add(text, {});
    } else if (documents == Documents::Lines) {
        for (const std::string_view line : lines_of(text)) {
            if (!trimmed_text(line).empty()) collector.add(line, {});
        }
    } else {
        add_paragraphs(collector, text);
    }
}

TextPairs read_plain(const std::filesystem::path& path, Documents documents,
                     const TextRules& rules) {
    PairCollector collector(rules, Targets::None);
    for (const std::filesystem::path& file : texts_of(path)) {
        collector.read(file);
        add_documents(collector, read_text_file(file), documents);
    }
    return collector.take(path.string());
}

}  // namespace millrace::ops
