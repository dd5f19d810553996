#include "engine/problem.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"

namespace millrace::ops {
namespace {

/// One package's description; lines of a paragraph are joined, as Debian's policy (section 5.6.13)
/// lets them be wrapped anywhere.
struct Description {
    std::string synopsis, text;
    bool begins_line = true;

    void add_line(std::string_view line) {  // without the blank that marks a continuation
        const std::string_view words = trimmed_text(line);
        if (words == "." || words.empty()) {
            begins_line = true;
            return;
        }
        const bool verbatim = line.starts_with(' ') || line.starts_with('\t');
        const bool is_item = verbatim && (words.starts_with("* ") || words.starts_with("- ") ||
                                          words.starts_with("+ ") || words.starts_with("o "));
        if (!text.empty()) text += begins_line || is_item ? '\n' : ' ';
        text += words;
        begins_line = false;
    }
};

/// "Description" and its translation into English, but not the check sum "Description-md5".
bool is_description(std::string_view field) {
    return field == "Description" || field == "Description-en";
}

struct Stanza {
    bool is_package = false, within = false, too_long = false;
    Description description;
    bool has_description = false;

    void add_line(std::string_view line) {
        if (line.size() > kMostLineBytes) {
            too_long = true;
            return;
        }
        if (line.starts_with(' ') || line.starts_with('\t')) {
            if (within) description.add_line(line.substr(1));
            return;
        }
        const std::size_t colon = line.find(':');
        const std::string_view field = line.substr(0, colon);
        is_package = is_package || (field == "Package" && colon != std::string_view::npos);
        within = is_description(field) && colon != std::string_view::npos && !has_description;
        if (!within) return;
        has_description = true;
        description.synopsis = trimmed_text(line.substr(colon + 1));
    }

    /// Whether it was one of a package.
    bool finish(PairCollector& collector) {
        const bool was_package = is_package;
        if (too_long) {
            collector.skip(SkipReason::Long);
        } else if (was_package) {
            collector.add(description.text, description.synopsis);
        }
        *this = {};
        return was_package;
    }
};

}  // namespace

TextPairs read_packages(const std::filesystem::path& file, const TextRules& rules) {
    const std::string text = read_text_file(file);
    PairCollector collector(rules, Targets::Needed);
    collector.read(file);
    Stanza stanza;
    bool any = false;
    for (const std::string_view line : lines_of(text)) {
        if (line.empty()) {
            any = stanza.finish(collector) || any;
        } else {
            stanza.add_line(line);
        }
    }
    any = stanza.finish(collector) || any;
    if (!any) {
        throw engine::Error({.code = "E-TEXT-028",
                             .what = "The file is no index of Debian packages",
                             .expected = "stanzas that begin with \"Package:\", as in "
                                         "/var/lib/dpkg/status, Packages or Translation-en",
                             .found = "none",
                             .where = file.string(),
                             .mend = "Name such a file."});
    }
    return collector.take(file.string());
}

}  // namespace millrace::ops
