// What the sources of texts share: the parameters that say where pairs come from, and reading them.
// A base of the node's struct; no state beyond the parameters.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/text_corpus/readers.hpp"

namespace millrace::nodes {

enum class TextKind { Small, Pairs, Catalogues, Summaries, Packages, Plain };

struct TextSource {
    TextKind kind = TextKind::Small;
    ops::SmallTask task = ops::SmallTask::Language;
    engine::Path path, target_path;
    ops::Documents documents = ops::Documents::Paragraphs;
    std::string source_field = "text", target_field = "summary";
    int min_characters = 1, max_characters = 2000;
    double validation_share = 0.1, test_share = 0.1;
    int least = 1;

    /// What is missing or contradicts itself.
    std::vector<engine::Problem> problems() const;
    /// Reads them all. Throws what nodes/ops/text_corpus/readers.hpp says.
    ops::TextPairs corpus() const;

protected:
    /// A parameter of Node, which derives from TextSource.
    template <class Node, class Value>
    static engine::Field field(Value TextSource::*member) {
        Value Node::*own = member;
        return own;
    }

    template <class Node>
    static std::vector<engine::ParamSpec> source_params() {
        std::vector<engine::ParamSpec> params = described();
        params[0].field = field<Node>(&TextSource::kind);
        params[1].field = field<Node>(&TextSource::task);
        params[2].field = field<Node>(&TextSource::path);
        params[3].field = field<Node>(&TextSource::target_path);
        params[4].field = field<Node>(&TextSource::documents);
        params[5].field = field<Node>(&TextSource::source_field);
        params[6].field = field<Node>(&TextSource::target_field);
        params[7].field = field<Node>(&TextSource::min_characters);
        params[8].field = field<Node>(&TextSource::max_characters);
        params[9].field = field<Node>(&TextSource::validation_share);
        params[10].field = field<Node>(&TextSource::test_share);
        params[11].field = field<Node>(&TextSource::least);
        return params;
    }

private:
    /// In the order of the fields, without them.
    static std::vector<engine::ParamSpec> described();
};

}  // namespace millrace::nodes
