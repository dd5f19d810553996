// Scores and searches of the calibration panel, beside the window thread: finds the edges of the
// items it is given, makes the plots, improves. Owned by the panel; window thread only, but for the
// jobs.
#pragma once

#include <QObject>
#include <QString>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "engine/visual/calibrate/search.hpp"
#include "viewers/cloud/background.hpp"

namespace millrace::view {

using Profiles = std::array<std::vector<double>, 6>;  ///< in the order of CorrectionAxis

class CalibrationScorer : public QObject {
    Q_OBJECT

public:
    /// Loads and prepares items; any thread, asked to stop by the token.
    using Loader = std::function<visual::AlignmentItems(const std::stop_token&)>;
    static constexpr std::size_t kSamples = 41;  ///< of a profile; the middle one is no correction

    explicit CalibrationScorer(QObject* parent = nullptr);
    ~CalibrationScorer() override;

    /// Forgets the items before; none when the loader is empty.
    void load(Loader loader);
    bool loading() const { return loading_; }
    const visual::AlignmentItems& items() const { return items_; }
    /// Fast enough for the window thread: a few thousand edges an item.
    visual::AlignmentScore score(const visual::Correction& correction) const;
    /// Asks for profiles_ready(); a later call replaces an earlier one.
    void plot(const visual::Correction& center);
    /// Asks for improved(); progress() comes on the way.
    void improve(const visual::Correction& from);
    void cancel() { search_stop_.request_stop(); }
    bool searching() const { return searching_; }
    bool idle() const { return jobs_.idle() && search_.idle(); }

Q_SIGNALS:
    void loaded();
    void failed(const QString& what);
    void profiles_ready(const millrace::visual::Correction& center,
                        const millrace::view::Profiles& profiles);
    void progress(double share);
    void improved(const millrace::visual::SearchResult& result);

private:
    visual::AlignmentItems items_;
    bool loading_ = false, searching_ = false;
    std::shared_ptr<std::atomic<int>> wanted_ = std::make_shared<std::atomic<int>>(0);
    int load_number_ = 0;
    std::stop_source search_stop_;
    viewers::Background jobs_, search_;  ///< last: their jobs must end first
};

}  // namespace millrace::view
