// Corpora of labelled speech: which recordings a folder or an archive of a known layout holds, what
// is said in each and which split it belongs to. Lists are sorted, whatever the file system's
// order. Folders and archives are untrusted: depth and number of entries are bounded. Plain
// functions, any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::ops {

enum class Split { Train, Validation, Test };

/// "train", "validation" or "test".
std::string_view to_text(Split split);

/// One recording of a corpus.
struct CorpusUtterance {
    std::filesystem::path file;
    std::uint64_t offset = 0, bytes = 0;  ///< of the recording within `file`; 0 bytes: all of it
    std::string label;                    ///< the word, or the transcript
    std::string name;                     ///< one of its kind in the corpus
    std::string speaker;
    std::string told_by = {};  ///< folder or file that tells the label; empty where `file` does
    Split split = Split::Train;
};

/// Most entries of folders and archives that a listing looks at.
inline constexpr std::uint64_t kMostCorpusEntries = 1'000'000;

/// The split of a recording of Speech Commands by its published rule: SHA-1 of the file's name
/// without what follows "_nohash_", a tenth each for validation and test, so that all takes of one
/// speaker lie in one split. (Warden, "Speech Commands", arXiv:1804.03209, section 7.1.)
Split hashed_split(std::string_view file_name);

/// `root`/WORD/*.wav (or another kind of recording); folders that begin with "_" or "." are no
/// words. Splits by hashed_split(): the corpus' own validation_list.txt and testing_list.txt are
/// that rule's results, and the rule holds for parts and additions, too, so they are not read.
/// Throws Error, as the other listings do: E-FILE-001 (no such folder), E-CORPUS-001 (no
/// recordings of this layout), E-CORPUS-002 (more than `most` entries).
std::vector<CorpusUtterance> list_word_folder(const std::filesystem::path& root,
                                              std::uint64_t most = kMostCorpusEntries);

/// The recordings in `root`/_background_noise_; none where there is no such folder.
std::vector<std::filesystem::path> list_background_noise(
    const std::filesystem::path& root, std::uint64_t most = kMostCorpusEntries);

/// Throws Error E-CORPUS-004 when a word has only one recording, or none in the training split.
void check_words(std::span<const CorpusUtterance> utterances);

/// The Free Spoken Digit Dataset: {digit}_{speaker}_{index}.wav in `root`/recordings or in `root`,
/// or in a plain tar, which may be `root` or lie in it. Labels are "zero" to "nine"; indices 0 to 4
/// are the test split (as its authors say), 5 to 9 validation, the others training. Throws also
/// Error E-CORPUS-003 (damaged archive).
std::vector<CorpusUtterance> list_fsdd(const std::filesystem::path& root,
                                       std::uint64_t most = kMostCorpusEntries);

/// LibriSpeech: `root`/SUBSET/SPEAKER/CHAPTER/*.trans.txt with the .flac beside. Labels are the
/// transcripts; subsets "dev-" are validation, "test-" test, others training. Throws also Error
/// E-CORPUS-007 (a transcript that can't be read, or without its recording).
std::vector<CorpusUtterance> list_librispeech(const std::filesystem::path& root,
                                              std::uint64_t most = kMostCorpusEntries);

/// Keeps the recordings of these words, all where there are none. Throws Error E-CORPUS-005 for a
/// word that the corpus does not have, and tells which it has.
std::vector<CorpusUtterance> with_words(std::vector<CorpusUtterance> utterances,
                                        std::span<const std::string> words);

/// One saying of each word by a synthetic voice.
struct SpokenTake {
    std::uint32_t voice = 0, take = 0;
    Split split = Split::Train;
};

/// All takes of all voices, voices changing first. The takes of `held_out` voices are the test
/// split; the last takes of half of the other voices (rounded up, the first ones) validation; the
/// others training. Every word is in each split that has a take.
std::vector<SpokenTake> list_takes(std::span<const std::string> voices,
                                   std::span<const std::string> held_out, std::uint32_t takes);

}  // namespace millrace::ops
