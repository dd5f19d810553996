// Readers of corpora of texts: pairs of a text and its translation or its summary, and plain
// documents. Files are untrusted; what a single line or message lacks is counted, what makes the
// whole file useless is an error. Besides what is said below, each throws Error E-FILE-00x (the
// file can't be read), E-TEXT-021 and 022 (it is damaged, or no text), E-TEXT-020 (too few texts)
// and E-TEXT-029 (too many). Text files may be compressed. Plain functions, any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "nodes/ops/text_corpus/text_pairs.hpp"

namespace millrace::ops {

/// Line n of one file is said by line n of the other. Throws also Error E-TEXT-023 when they have
/// not equally many lines.
TextPairs read_parallel(const std::filesystem::path& sources, const std::filesystem::path& targets,
                        const TextRules& rules);

/// Where Debian has the Romanian messages of the programs that are installed.
inline constexpr std::string_view kRomanianCatalogues = "/usr/share/locale/ro/LC_MESSAGES";

/// The messages of a compiled gettext catalogue (.mo), or of all of a folder, with their
/// translations; those with placeholders, markup or a layout of lines are skipped. Romanian
/// letters with a cedilla become those with a comma below. In a folder, a catalogue that can't be
/// read is noted and passed over. Throws also Error E-TEXT-031 (no catalogues there), and for one
/// file what parse_catalogue() throws.
TextPairs read_catalogues(const std::filesystem::path& path, const TextRules& rules);

struct SummaryFields {
    std::string source = "text", target = "summary";
};

/// One JSON object a line, two of whose members are the pair; empty lines are passed over. Throws
/// also Error E-TEXT-026 (no JSON object) and E-TEXT-027 (without such a text member).
TextPairs read_summaries(const std::filesystem::path& file, const SummaryFields& fields,
                         const TextRules& rules);

/// Where Debian keeps the state of the packages that are installed.
inline constexpr std::string_view kPackageStatus = "/var/lib/dpkg/status";

/// Long descriptions of Debian packages with their synopses, from dpkg's status or an index
/// (Packages, Translation-en), compressed as apt keeps it or not. Throws also Error E-TEXT-028 (no
/// such index).
TextPairs read_packages(const std::filesystem::path& file, const TextRules& rules);

/// What one document of a plain text is: a stretch between empty lines, whose lines are joined; a
/// line; a file.
enum class Documents { Paragraphs, Lines, Files };

/// The documents of a file, or of all .txt files of a folder and the folders in it, sorted by name.
/// Throws also Error E-TEXT-031 (no such files) and E-CORPUS-002 (too many entries).
TextPairs read_plain(const std::filesystem::path& path, Documents documents,
                     const TextRules& rules);

/// What the corpus that comes with the program is for.
enum class SmallTask { Language, Translation, Summary };

/// Paragraphs of plain English, English phrases with their Romanian, or short paragraphs with their
/// synopses, written for this project (resources/corpora/small-text).
TextPairs read_small(SmallTask task, const TextRules& rules);

}  // namespace millrace::ops
