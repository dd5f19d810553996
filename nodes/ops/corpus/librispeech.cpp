#include <fmt/format.h>

#include <algorithm>

#include "engine/problem.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/ops/corpus/corpus.hpp"
#include "nodes/ops/corpus/folder.hpp"

namespace millrace::ops {
namespace {

Split split_of(const std::string& subset) {
    if (subset.starts_with("dev")) return Split::Validation;
    return subset.starts_with("test") ? Split::Test : Split::Train;
}

[[noreturn]] void fail(const std::filesystem::path& file, std::size_t line, std::string found) {
    throw engine::Error({.code = "E-CORPUS-007",
                         .what = "The transcripts can't be read",
                         .expected = "in each line the name of a recording beside, a blank and "
                                     "what is said in it",
                         .found = fmt::format("{}, in line {}", found, line),
                         .where = file.string(),
                         .mend = "Unpack the corpus again."});
}

/// Adds what one file of transcripts tells of the recordings beside it.
void add_chapter(std::vector<CorpusUtterance>& utterances, const std::filesystem::path& transcripts,
                 const FolderEntries& chapter, const std::string& speaker, Split split) {
    constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 24;
    const std::vector<std::byte> bytes = visual::read_file_bytes(transcripts, kMostBytes);
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    for (std::size_t number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        const auto blank = line.find(' ');
        if (blank == 0 || blank == std::string_view::npos || blank + 1 == line.size())
            fail(transcripts, number, "no name and transcript");
        const std::string name(line.substr(0, blank));
        if (name.find('/') != std::string::npos) fail(transcripts, number, "a name with a folder");
        const std::filesystem::path file = transcripts.parent_path() / (name + ".flac");
        if (!std::ranges::binary_search(chapter.files, file))
            fail(transcripts, number, fmt::format("no recording {}.flac", name));
        utterances.push_back({.file = file,
                              .label = std::string(line.substr(blank + 1)),
                              .name = name,
                              .speaker = speaker,
                              .told_by = transcripts.string(),
                              .split = split});
    }
}

}  // namespace

std::vector<CorpusUtterance> list_librispeech(const std::filesystem::path& root,
                                              std::uint64_t most) {
    EntryBudget budget{.most = most};
    std::vector<CorpusUtterance> utterances;
    for (const auto& subset : entries_of(root, budget).folders) {
        const Split split = split_of(subset.filename().string());
        for (const auto& speaker : entries_of(subset, budget).folders) {
            for (const auto& folder : entries_of(speaker, budget).folders) {
                const FolderEntries chapter = entries_of(folder, budget);
                for (const auto& file : chapter.files) {
                    if (!file.filename().string().ends_with(".trans.txt")) continue;
                    add_chapter(utterances, file, chapter, speaker.filename().string(), split);
                }
            }
        }
    }
    if (utterances.empty())
        fail_empty(root, "SUBSET/SPEAKER/CHAPTER/*.trans.txt with .flac beside");
    std::ranges::stable_sort(utterances, {}, &CorpusUtterance::file);
    return utterances;
}

}  // namespace millrace::ops
