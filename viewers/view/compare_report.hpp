// What comparisons found, as files for other programs. Plain functions, any thread.
#pragma once

#include <QByteArray>
#include <vector>

#include "viewers/view/comparison.hpp"

namespace millrace::view {

/// One pair of wires and the items of theirs that were compared.
struct WireReport {
    QString a, b;
    std::vector<ItemSummary> items = {};
    /// What the pair as a whole is: its worst item; null when none was compared.
    const ItemSummary* worst() const;
    std::uint64_t count(visual::Verdict verdict) const;
};

/// A line an item, RFC 4180; infinities are written "inf".
QByteArray report_csv(const std::vector<WireReport>& wires);
/// Numbers that JSON can't hold are null.
QByteArray report_json(const std::vector<WireReport>& wires, const engine::Tolerance& tolerance);

}  // namespace millrace::view
