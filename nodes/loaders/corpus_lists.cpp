#include "nodes/loaders/corpus_lists.hpp"

#include <algorithm>
#include <cstdint>

#include "nodes/ops/audio/audio_file.hpp"
#include "nodes/ops/audio/espeak.hpp"

namespace millrace::nodes {

std::shared_ptr<const CorpusLists> list_corpus(const CorpusQuery& query) {
    auto lists = std::make_shared<CorpusLists>();
    lists->words = query.words;
    lists->voices = query.voices;
    const auto elsewhere = [&](const auto& element) {
        return query.part && element.split != *query.part;
    };
    if (query.kind == CorpusKind::SpokenWords) {
        ops::check_voices(lists->voices);
        lists->takes =
            ops::list_takes(lists->voices, query.held_out, static_cast<std::uint32_t>(query.takes));
        std::erase_if(lists->takes, elsewhere);
        if (query.by_part) std::ranges::stable_sort(lists->takes, {}, &ops::SpokenTake::split);
        return lists;
    }
    if (query.kind == CorpusKind::LibriSpeech) {
        lists->recorded = ops::list_librispeech(query.root);
    } else {
        lists->recorded =
            ops::with_words(query.kind == CorpusKind::Fsdd ? ops::list_fsdd(query.root)
                                                           : ops::list_word_folder(query.root),
                            query.words);
    }
    if (query.kind == CorpusKind::WordFolder) {
        ops::check_words(lists->recorded);
        if (query.noise) lists->noise = ops::list_background_noise(query.root);
    }
    std::erase_if(lists->recorded, elsewhere);
    if (query.by_part) std::ranges::stable_sort(lists->recorded, {}, &ops::CorpusUtterance::split);
    return lists;
}

types::Audio read_utterance(const ops::CorpusUtterance& utterance) {
    return ops::mono(utterance.bytes > 0
                         ? ops::read_audio_part(utterance.file, utterance.offset, utterance.bytes)
                         : ops::read_audio(utterance.file));
}

}  // namespace millrace::nodes
