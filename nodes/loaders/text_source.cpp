#include "nodes/loaders/text_source.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

namespace millrace::nodes {

std::vector<engine::ParamSpec> TextSource::described() {
    return {
        {.name = "kind",
         .field = {},
         .choices = {"small", "pairs", "catalogues", "summaries", "packages", "plain"},
         .doc = "Where texts come from: built in; two files line by line; gettext catalogues; "
                "JSON lines; an index of Debian packages; text files"},
        {.name = "task",
         .field = {},
         .choices = {"language", "translation", "summary"},
         .doc = "Small: plain paragraphs, English with Romanian, or paragraphs with their "
                "summary"},
        {.name = "path",
         .field = {},
         .doc = "Pairs: the file of sources. Catalogues: a .mo file or a folder of them; empty "
                "takes /usr/share/locale/ro/LC_MESSAGES. Summaries: the JSON lines. Packages: "
                "an index (Packages, Translation-en); empty takes /var/lib/dpkg/status. Plain: a "
                "file, or a folder with .txt files; empty takes the small corpus. Text files "
                "may be compressed: .gz, .bz2, .xz, .lz4, .zst",
         .existing_path = true},
        {.name = "target_path",
         .field = {},
         .doc = "Pairs: the file of targets, with as many lines",
         .existing_path = true},
        {.name = "documents",
         .field = {},
         .choices = {"paragraphs", "lines", "files"},
         .doc = "Plain: what one document is; lines between empty lines are joined to a "
                "paragraph"},
        {.name = "source_field", .field = {}, .doc = "Summaries: the member that holds the text"},
        {.name = "target_field",
         .field = {},
         .doc = "Summaries: the member that holds its summary"},
        {.name = "min_characters",
         .field = {},
         .range = {1, 1e9},
         .doc = "Shorter sources are skipped; characters are Unicode's code points"},
        {.name = "max_characters",
         .field = {},
         .range = {1, 1e9},
         .doc = "Pairs where either text is longer are skipped"},
        {.name = "validation_share",
         .field = {},
         .range = {0, 1},
         .doc = "Share of the texts for validation"},
        {.name = "test_share", .field = {}, .range = {0, 1}, .doc = "Share of the texts for test"},
        {.name = "least",
         .field = {},
         .range = {1, 1e9},
         .doc = "Fewer texts than these in all are an error"}};
}

std::vector<engine::Problem> TextSource::problems() const {
    std::vector<engine::Problem> problems;
    const auto need = [&](bool good, const char* what, const char* where) {
        if (!good) problems.push_back({.what = what, .where = where, .mend = "Correct it."});
    };
    const auto need_path = [&](const engine::Path& file, const char* where) {
        if (!file.text.empty()) return;
        problems.push_back({.code = "E-FILE-001",
                            .what = "This kind of corpus needs a file",
                            .expected = "the file of texts",
                            .found = "nothing",
                            .where = where,
                            .mend = fmt::format("Set {}, or set kind to small, which needs no "
                                                "data.",
                                                where)});
    };
    need(min_characters <= max_characters, "The least length is above the greatest",
         "min_characters");
    need(validation_share + test_share <= 1, "Validation and test together are more than all",
         "test_share");
    if (kind == TextKind::Pairs || kind == TextKind::Summaries) need_path(path, "path");
    if (kind == TextKind::Pairs) need_path(target_path, "target_path");
    if (kind == TextKind::Summaries) {
        need(!source_field.empty(), "The member has no name", "source_field");
        need(!target_field.empty(), "The member has no name", "target_field");
    }
    return problems;
}

ops::TextPairs TextSource::corpus() const {
    const ops::TextRules rules = {.min_characters = static_cast<std::uint64_t>(min_characters),
                                  .max_characters = static_cast<std::uint64_t>(max_characters),
                                  .validation_share = validation_share,
                                  .test_share = test_share,
                                  .least = static_cast<std::uint64_t>(least)};
    const auto path_or = [&](std::string_view usual) {
        return path.text.empty() ? std::filesystem::path(usual) : std::filesystem::path(path.text);
    };
    switch (kind) {
        case TextKind::Small:
            return ops::read_small(task, rules);
        case TextKind::Pairs:
            return ops::read_parallel(path.text, target_path.text, rules);
        case TextKind::Catalogues:
            return ops::read_catalogues(path_or(ops::kRomanianCatalogues), rules);
        case TextKind::Summaries:
            return ops::read_summaries(path.text, {source_field, target_field}, rules);
        case TextKind::Packages:
            return ops::read_packages(path_or(ops::kPackageStatus), rules);
        case TextKind::Plain:
            break;
    }
    if (path.text.empty()) return ops::read_small(ops::SmallTask::Language, rules);
    return ops::read_plain(path.text, documents, rules);
}

}  // namespace millrace::nodes
