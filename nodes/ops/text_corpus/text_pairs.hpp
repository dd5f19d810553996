// Pairs of texts to learn from, and what was left out and why. A collector is owned by one reader
// and used by one thread; pairs are values.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/hash.hpp"
#include "nodes/ops/corpus/corpus.hpp"

namespace millrace::ops {

/// A text and what is to be made of it; `target` is empty for plain documents.
struct TextPair {
    std::string source, target;
    Split split = Split::Train;
};

/// Which pairs are taken, and how they are split.
struct TextRules {
    std::uint64_t min_characters = 1;                 ///< of the source; a target needs one
    std::uint64_t max_characters = 2000;              ///< of either text
    double validation_share = 0.1, test_share = 0.1;  ///< together at most 1
    std::uint64_t least = 1;                          ///< pairs; fewer are an error
};

enum class SkipReason {
    NotUtf8,
    Control,
    Empty,
    Short,
    Long,
    Repeated,
    Untranslated,
    Format,
    Markup,
    Layout
};
inline constexpr std::size_t kSkipReasons = 10;

/// "not UTF-8", "too short" and so on, as reports say it.
std::string_view to_text(SkipReason reason);

struct TextPairs {
    std::vector<TextPair> pairs;
    std::array<std::uint64_t, kSkipReasons> skipped = {};
    std::vector<std::filesystem::path> files;  ///< those that were read
    std::vector<std::string> notes;            ///< files passed over, one line each

    std::uint64_t count(Split split) const;
};

/// "120 pairs: 100 for training, 12 for validation, 8 for test; skipped: 3 too long, 1 empty".
std::string to_text(const TextPairs& pairs);

/// The split by the hash of the source alone, so that it is the same whatever else is read.
Split text_split(const engine::Hash128& source, const TextRules& rules);

enum class Targets { Needed, None };

/// Most bytes of all pairs of a corpus.
inline constexpr std::uint64_t kMostCorpusBytes = std::uint64_t{4} << 30;

/// Takes texts one by one: white space about them removed, lines ended by \n alone, a source that
/// was there before left out.
class PairCollector {
public:
    PairCollector(const TextRules& rules, Targets targets) : rules_(rules), targets_(targets) {}

    /// Throws Error E-TEXT-029 when the corpus holds more than kMostCorpusBytes.
    void add(std::string_view source, std::string_view target);
    void skip(SkipReason reason) { ++found_.skipped[static_cast<std::size_t>(reason)]; }
    void read(const std::filesystem::path& file) { found_.files.push_back(file); }
    /// At most a hundred notes are kept.
    void note(std::string line);
    /// Throws Error E-TEXT-020 when there are fewer pairs than the rules ask for.
    TextPairs take(const std::string& where);

private:
    struct ByLow {
        std::size_t operator()(const engine::Hash128& hash) const { return hash.low; }
    };

    TextRules rules_;
    Targets targets_;
    TextPairs found_;
    std::unordered_set<engine::Hash128, ByLow> seen_;
    std::uint64_t bytes_ = 0;
};

}  // namespace millrace::ops
