#include "nodes/ops/corpus/corpus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/problem.hpp"
#include "nodes/ops/corpus/folder.hpp"

namespace millrace::ops {

std::string_view to_text(Split split) {
    if (split == Split::Train) return "train";
    return split == Split::Validation ? "validation" : "test";
}

FolderEntries entries_of(const std::filesystem::path& folder, EntryBudget& budget) {
    std::error_code failed;
    std::filesystem::directory_iterator entry(folder, failed);
    if (failed) {
        throw engine::Error({.code = "E-FILE-001",
                             .what = "No such folder",
                             .expected = "the folder of a corpus",
                             .found = failed.message(),
                             .where = folder.string(),
                             .mend = "Check the path."});
    }
    FolderEntries found;
    for (; entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        if (++budget.seen > budget.most) {
            throw engine::Error({.code = "E-CORPUS-002",
                                 .what = "The corpus has too many entries",
                                 .expected = fmt::format("at most {}", budget.most),
                                 .found = "more",
                                 .where = folder.string(),
                                 .mend = "Name a part of it."});
        }
        // A link that leads nowhere, or round in a circle, is neither.
        std::error_code unknown;
        if (entry->is_directory(unknown))
            found.folders.push_back(entry->path());
        else if (entry->is_regular_file(unknown))
            found.files.push_back(entry->path());
        if (failed) break;
    }
    if (failed) {
        throw engine::Error({.code = "E-FILE-004",
                             .what = "The folder can't be read to its end",
                             .expected = "a list of its entries",
                             .found = failed.message(),
                             .where = folder.string(),
                             .mend = "Check the disk and the rights of the folder."});
    }
    std::ranges::sort(found.folders);
    std::ranges::sort(found.files);
    return found;
}

void fail_empty(const std::filesystem::path& root, std::string expected) {
    throw engine::Error({.code = "E-CORPUS-001",
                         .what = "The folder holds no recordings of this kind of corpus",
                         .expected = std::move(expected),
                         .found = "no such recording",
                         .where = root.string(),
                         .mend = "Name the corpus' own folder, or choose another kind."});
}

void check_words(std::span<const CorpusUtterance> utterances) {
    struct Tally {
        std::uint64_t all = 0, train = 0;
    };
    std::map<std::string_view, Tally> words;
    for (const CorpusUtterance& utterance : utterances) {
        Tally& tally = words[utterance.label];
        ++tally.all;
        tally.train += utterance.split == Split::Train ? 1 : 0;
    }
    for (const auto& [word, tally] : words) {
        if (tally.all > 1 && tally.train > 0) continue;
        throw engine::Error(
            {.code = "E-CORPUS-004",
             .what = fmt::format("The word \"{}\" has too few recordings", word),
             .expected = "two or more recordings of each word, one of them for training",
             .found = tally.all == 1 ? "one recording"
                                     : fmt::format("{} recordings, none for training", tally.all),
             .cause = "Recordings are split by the hash of the speaker's part of their name.",
             .mend = "Add recordings of the word, or leave it out of words."});
    }
}

std::vector<CorpusUtterance> with_words(std::vector<CorpusUtterance> utterances,
                                        std::span<const std::string> words) {
    if (words.empty()) return utterances;
    std::set<std::string_view> there;
    for (const CorpusUtterance& utterance : utterances) there.insert(utterance.label);
    for (const std::string& word : words) {
        if (there.contains(word)) continue;
        constexpr std::size_t kShown = 40;
        std::string known;
        std::size_t shown = 0;
        for (const std::string_view label : there) {
            if (shown++ == kShown) break;
            known += known.empty() ? "" : " ";
            known += label;
        }
        if (there.size() > kShown) known += fmt::format(" and {} more", there.size() - kShown);
        throw engine::Error({.code = "E-CORPUS-005",
                             .what = "The corpus does not have this word",
                             .expected = known,
                             .found = word,
                             .where = "words",
                             .mend = "Choose words of the corpus; an empty list takes all."});
    }
    const std::set<std::string_view> wanted(words.begin(), words.end());
    std::erase_if(utterances, [&](const CorpusUtterance& u) { return !wanted.contains(u.label); });
    return utterances;
}

std::vector<SpokenTake> list_takes(std::span<const std::string> voices,
                                   std::span<const std::string> held_out, std::uint32_t takes) {
    const auto held = [&](const std::string& voice) {
        return std::ranges::find(held_out, voice) != held_out.end();
    };
    const auto others =
        voices.size() - static_cast<std::size_t>(std::ranges::count_if(voices, held));
    std::vector<Split> last;  // split of each voice's last take
    std::size_t passed = 0;
    for (const std::string& voice : voices) {
        if (held(voice))
            last.push_back(Split::Test);
        else
            last.push_back(passed++ < (others + 1) / 2 ? Split::Validation : Split::Train);
    }
    std::vector<SpokenTake> all;
    all.reserve(voices.size() * takes);
    for (std::uint32_t take = 0; take < takes; ++take) {
        for (std::uint32_t voice = 0; voice < voices.size(); ++voice) {
            const bool final = take + 1 == takes || last[voice] == Split::Test;
            all.push_back({voice, take, final ? last[voice] : Split::Train});
        }
    }
    return all;
}

}  // namespace millrace::ops
