#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <tuple>

#include "nodes/ops/corpus/corpus.hpp"
#include "nodes/ops/corpus/folder.hpp"
#include "nodes/ops/corpus/tar.hpp"

namespace millrace::ops {
namespace {

constexpr std::array kDigits = {"zero", "one", "two",   "three", "four",
                                "five", "six", "seven", "eight", "nine"};

struct Name {
    std::size_t digit = 0;
    std::string speaker;
    int index = 0;
};

/// The parts of "{digit}_{speaker}_{index}.wav".
std::optional<Name> parse(std::string_view file_name) {
    if (!file_name.ends_with(".wav")) return std::nullopt;
    file_name.remove_suffix(4);
    const auto last = file_name.rfind('_');
    if (last == std::string_view::npos || last < 3 || file_name[1] != '_') return std::nullopt;
    if (file_name[0] < '0' || file_name[0] > '9') return std::nullopt;
    const std::string_view number = file_name.substr(last + 1);
    Name name{.digit = static_cast<std::size_t>(file_name[0] - '0'),
              .speaker = std::string(file_name.substr(2, last - 2))};
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), name.index);
    if (error != std::errc() || end != number.data() + number.size() || name.index < 0)
        return std::nullopt;
    return name;
}

struct Entry {
    Name name;
    CorpusUtterance utterance;
};

void add(std::vector<Entry>& entries, const std::string& file_name,
         const std::filesystem::path& file, std::uint64_t offset, std::uint64_t bytes) {
    const std::optional<Name> name = parse(file_name);
    if (!name) return;
    Split split = Split::Train;
    if (name->index < 10) split = name->index < 5 ? Split::Test : Split::Validation;
    entries.push_back({.name = *name,
                       .utterance = {.file = file,
                                     .offset = offset,
                                     .bytes = bytes,
                                     .label = kDigits.at(name->digit),
                                     .name = file_name.substr(0, file_name.size() - 4),
                                     .speaker = name->speaker,
                                     .split = split}});
}

std::vector<Entry> in_tar(const std::filesystem::path& file, std::uint64_t most) {
    std::vector<Entry> entries;
    for (const TarMember& member : list_tar(file, most)) {
        const std::string name = std::filesystem::path(member.name).filename().string();
        if (member.bytes > 0) add(entries, name, file, member.offset, member.bytes);
    }
    return entries;
}

std::vector<Entry> in_folder(const std::filesystem::path& root, std::uint64_t most) {
    EntryBudget budget{.most = most};
    std::error_code unknown;
    const std::filesystem::path inner = root / "recordings";
    const FolderEntries here =
        entries_of(std::filesystem::is_directory(inner, unknown) ? inner : root, budget);
    std::vector<Entry> entries;
    std::vector<std::filesystem::path> archives;
    for (const std::filesystem::path& file : here.files) {
        add(entries, file.filename().string(), file, 0, 0);
        if (file.extension() == ".tar") archives.push_back(file);
    }
    if (!entries.empty() || archives.empty()) return entries;
    // Of several archives the one with the corpus' name.
    const auto named = std::ranges::find_if(archives, [](const std::filesystem::path& file) {
        return file.filename() == "fsdd_recordings.tar";
    });
    return in_tar(named == archives.end() ? archives.front() : *named, most);
}

}  // namespace

std::vector<CorpusUtterance> list_fsdd(const std::filesystem::path& root, std::uint64_t most) {
    std::error_code unknown;
    std::vector<Entry> entries = std::filesystem::is_regular_file(root, unknown)
                                     ? in_tar(root, most)
                                     : in_folder(root, most);
    if (entries.empty())
        fail_empty(root, "recordings named {digit}_{speaker}_{index}.wav, or a tar of them");
    const auto key = [](const Entry& entry) {
        return std::tie(entry.name.digit, entry.name.speaker, entry.name.index);
    };
    std::ranges::stable_sort(entries, {}, key);
    std::vector<CorpusUtterance> utterances;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        // Of members of one name the last one counts, as for tar itself.
        if (at + 1 < entries.size() && entries[at].utterance.name == entries[at + 1].utterance.name)
            continue;
        utterances.push_back(std::move(entries[at].utterance));
    }
    return utterances;
}

}  // namespace millrace::ops
