#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/value.hpp"
#include "engine/value_parse.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/text_corpus/records.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

constexpr int kMostDepth = 32;

const std::string& text_member(const engine::Value& record, const std::string& field,
                               const std::string& where) {
    const engine::Value* member = record.find(field);
    if (member && member->is_string()) return member->as_string();
    std::string there;
    for (const auto& [name, value] : record.as_object()) {
        if (there.size() > 200) break;
        there += fmt::format("{}{} ({})", there.empty() ? "" : ", ", engine::shortened(name),
                             value.kind());
    }
    throw engine::Error({.code = "E-TEXT-027",
                         .what = "A line does not have the text that is asked for",
                         .expected = fmt::format("a member \"{}\" that is text", field),
                         .found = there.empty() ? "no members" : there,
                         .where = where,
                         .mend = "Name the members that hold the text and its summary."});
}

}  // namespace

engine::Value record_of(std::string_view line, const std::string& where) {
    std::string found = "something else";
    try {
        engine::Value record =
            engine::parse_json(line, where, {.max_bytes = kMostLineBytes, .max_depth = kMostDepth});
        if (record.is_object()) return record;
        found = record.kind();
    } catch (const engine::Error& error) {
        found = error.problem().what + "; " + error.problem().found;
    }
    throw engine::Error({.code = "E-TEXT-026",
                         .what = "A line is no JSON object",
                         .expected = "one JSON object a line",
                         .found = found,
                         .where = where,
                         .mend = "Correct the line, or convert the file to JSON lines."});
}

void add_summaries(PairCollector& collector, std::string_view text, const SummaryFields& fields,
                   const std::string& name) {
    std::size_t number = 0;
    for (const std::string_view line : lines_of(text)) {
        ++number;
        if (trimmed_text(line).empty()) continue;
        if (line.size() > kMostLineBytes) {
            collector.skip(SkipReason::Long);
        } else if (first_ill_formed(line)) {
            collector.skip(SkipReason::NotUtf8);
        } else {
            const std::string where = fmt::format("{}, line {}", name, number);
            const engine::Value record = record_of(line, where);
            collector.add(text_member(record, fields.source, where),
                          text_member(record, fields.target, where));
        }
    }
}

TextPairs read_summaries(const std::filesystem::path& file, const SummaryFields& fields,
                         const TextRules& rules) {
    PairCollector collector(rules, Targets::Needed);
    collector.read(file);
    add_summaries(collector, read_text_file(file), fields, file.string());
    return collector.take(file.string());
}

}  // namespace millrace::ops
