// What the comparison of two open wires deals in: the wires, one pair of items compared, and its
// summary. Loading and comparing are for any thread.
#pragma once

#include <QString>
#include <optional>
#include <utility>
#include <vector>

#include "engine/visual/difference.hpp"
#include "viewers/view/source.hpp"
#include "viewers/viewer.hpp"

namespace millrace::view {

/// One end of a comparison: a stream, or an output of which a run kept sketches alone.
struct Wire {
    static constexpr std::size_t kSketches = static_cast<std::size_t>(-1);

    std::shared_ptr<const Source> source = {};
    std::size_t stream = kSketches;
    QString name;    ///< as the window shows it
    QString output;  ///< as its source calls it: wires of two runs are paired by it
    std::vector<quint64> items = {};  ///< rising
    bool has(quint64 item) const;
};

enum class How { Exact, Hashes, Estimate };  ///< Estimate: from sketches alone
QString how_text(How how);

/// One pair of items, without what was loaded.
struct ItemSummary {
    quint64 item_a = 0, item_b = 0;
    visual::Verdict verdict = visual::Verdict::Incomparable;
    How how = How::Exact;
    visual::ErrorFigures figures = {};
    std::uint64_t missing = 0, extra = 0;
    QString where = {}, a = {}, b = {};  ///< of the worst element
    QString why = {};                    ///< the reason, what else differs, or a remark
    /// Whether it counts for more in a list of what is wrong.
    bool worse_than(const ItemSummary& other) const;
};

struct ItemResult {
    ItemSummary summary;
    std::vector<visual::Difference> places = {};  ///< one a visual of the items
    std::size_t worst_place = 0;
    std::vector<Shared> a = {}, b = {};
    const visual::Difference* worst() const {
        return worst_place < places.size() ? &places[worst_place] : nullptr;
    }
};

enum class Shortcut { None, Hashes };  ///< Hashes: equal ones make loading needless

/// Compares item `item_a` of one wire with `item_b` of the other. What can't be loaded or is not
/// there makes it Incomparable, with the reason.
ItemResult compare_items(const Wire& a, quint64 item_a, const Wire& b, quint64 item_b,
                         const engine::Tolerance& tolerance, const visual::CompareOptions& options,
                         Shortcut shortcut);

/// Items that are to be compared when all are: each of `a` or `b`, b's being `offset` further.
std::vector<std::pair<quint64, quint64>> paired_items(const Wire& a, const Wire& b, qint64 offset);

/// "pixel 200, 50, channel 2", "point 12, intensity" …
QString words_of(const visual::Element& element);
/// The value on one side: a number, or the text that tells more.
QString value_of(const visual::Element& element, bool of_a);
/// Where viewers of that side find it; none where the side has none.
std::optional<viewers::Selection> selection_of(const visual::Element& element, bool of_a,
                                               const visual::Visual& shown);
/// "0.0123", "1.2e-07", "∞", "NaN".
QString figure_text(double value);
QString verdict_text(visual::Verdict verdict);

}  // namespace millrace::view
