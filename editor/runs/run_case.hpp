// A node and what entered it in a recorded run, as a folder of its own that `millrace run` runs:
// to look at one fault apart from the pipeline it showed in. Reads and writes files; any thread.
#pragma once

#include <QString>
#include <QStringList>

#include "engine/observe/run_compare.hpp"

namespace millrace::editor {

struct SavedCase {
    QString folder;
    QStringList recorded = {};  ///< inputs that come from the recording
    QStringList computed = {};  ///< inputs that the case's graph computes anew, as they were not
                                ///< kept or no source node reads their type
    int packets = 0;            ///< files beside the graph
};

/// Writes graph.json, packets of the item on either side and README.txt into `folder`, which must
/// be empty or not be there. A single input that is a number or a JSON value, of a node that keeps
/// the items' numbers, becomes a constant; of
/// any other, the nodes that make it come along, so that the case always runs. Throws
/// engine::Error.
SavedCase save_case(const QString& run, const QString& reference,
                    const engine::Divergence& divergence, const QString& folder);

}  // namespace millrace::editor
