// What a corpus of speech holds, whatever its kind. Plain functions, any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nodes/ops/corpus/corpus.hpp"
#include "nodes/types/audio.hpp"

namespace millrace::nodes {

enum class CorpusKind { SpokenWords, WordFolder, Fsdd, LibriSpeech };

struct CorpusQuery {
    CorpusKind kind = CorpusKind::SpokenWords;
    std::filesystem::path root;
    std::vector<std::string> words, voices, held_out;
    int takes = 1;
    std::optional<ops::Split> part = {};  ///< all without it
    bool noise = false;                   ///< recordings of background noise too
    bool by_part = false;                 ///< training first, then validation, then test
};

/// Fixed once listed, shared by copies of a node. Recordings of people, or takes of spoken words.
struct CorpusLists {
    std::vector<ops::CorpusUtterance> recorded;
    std::vector<std::filesystem::path> noise;
    std::vector<std::string> words, voices;
    std::vector<ops::SpokenTake> takes;
};

/// Throws what the listings of nodes/ops/corpus/ and check_voices() throw.
std::shared_ptr<const CorpusLists> list_corpus(const CorpusQuery& query);

/// One channel, at the recording's own rate.
types::Audio read_utterance(const ops::CorpusUtterance& utterance);

}  // namespace millrace::nodes
