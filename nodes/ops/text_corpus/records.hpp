// What readers share with the corpus that comes with the program: records of a text that is in
// memory already. For the sources of this folder.
#pragma once

#include <string>
#include <string_view>

#include "engine/value.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "nodes/ops/text_corpus/text_pairs.hpp"

namespace millrace::ops {

/// A line of at most kMostLineBytes that holds a JSON object. Throws Error E-TEXT-026 for another;
/// `where` names the line.
engine::Value record_of(std::string_view line, const std::string& where);

/// Throws what read_summaries() throws of a line; `name` says where it stands.
void add_summaries(PairCollector& collector, std::string_view text, const SummaryFields& fields,
                   const std::string& name);

/// `Documents::Files` takes the whole text.
void add_documents(PairCollector& collector, std::string_view text, Documents documents);

}  // namespace millrace::ops
