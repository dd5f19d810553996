#include <algorithm>

#include "nodes/ops/audio/audio_file.hpp"
#include "nodes/ops/corpus/corpus.hpp"
#include "nodes/ops/corpus/folder.hpp"
#include "nodes/ops/corpus/sha1.hpp"

namespace millrace::ops {
namespace {

constexpr std::string_view kSpeakerEnd = "_nohash_";

}  // namespace

Split hashed_split(std::string_view file_name) {
    // The 160-bit number modulo 2^27, as a percentage of 2^27 - 1.
    constexpr std::uint32_t kMost = (std::uint32_t{1} << 27) - 1;
    const std::uint32_t number = sha1(file_name.substr(0, file_name.find(kSpeakerEnd)))[4] & kMost;
    const double percentage = number * (100.0 / kMost);
    if (percentage < 10) return Split::Validation;
    return percentage < 20 ? Split::Test : Split::Train;
}

std::vector<CorpusUtterance> list_word_folder(const std::filesystem::path& root,
                                              std::uint64_t most) {
    EntryBudget budget{.most = most};
    std::vector<CorpusUtterance> utterances;
    for (const std::filesystem::path& folder : entries_of(root, budget).folders) {
        const std::string word = folder.filename().string();
        if (word.starts_with('_') || word.starts_with('.')) continue;
        for (const std::filesystem::path& file : entries_of(folder, budget).files) {
            const std::string name = file.filename().string();
            if (!is_audio_name(name)) continue;
            const std::string stem = file.stem().string();
            utterances.push_back({.file = file,
                                  .label = word,
                                  .name = word + '-' + stem,
                                  .speaker = stem.substr(0, stem.find(kSpeakerEnd)),
                                  .told_by = folder.string(),
                                  .split = hashed_split(name)});
        }
    }
    if (utterances.empty()) fail_empty(root, "a folder for each word, with its recordings");
    return utterances;
}

std::vector<std::filesystem::path> list_background_noise(const std::filesystem::path& root,
                                                         std::uint64_t most) {
    const std::filesystem::path folder = root / "_background_noise_";
    std::error_code unknown;
    if (!std::filesystem::is_directory(folder, unknown)) return {};
    EntryBudget budget{.most = most};
    std::vector<std::filesystem::path> files = entries_of(folder, budget).files;
    std::erase_if(files, [](const std::filesystem::path& file) {
        return !is_audio_name(file.filename().string());
    });
    return files;
}

}  // namespace millrace::ops
