#include "viewers/view/calibration_scorer.hpp"

#include <utility>

namespace millrace::view {

CalibrationScorer::CalibrationScorer(QObject* parent) : QObject(parent) {
    for (viewers::Background* each : {&jobs_, &search_})
        connect(each, &viewers::Background::failed, this, [this](const QString& what) {
            loading_ = searching_ = false;
            Q_EMIT failed(what);
        });
}

CalibrationScorer::~CalibrationScorer() {
    // A search doesn't ask the token of its thread, but this one.
    cancel();
    ++*wanted_;
}

void CalibrationScorer::load(Loader loader) {
    cancel();
    ++*wanted_;
    items_.clear();
    const int number = ++load_number_;
    loading_ = static_cast<bool>(loader);
    if (!loading_) {
        jobs_.drop(QStringLiteral("load"));
        Q_EMIT loaded();
        return;
    }
    jobs_.run(QStringLiteral("load"),
              [this, number, loader = std::move(loader)](
                  const std::stop_token& stop) -> viewers::Background::Finish {
                  auto items = loader(stop);
                  return [this, number, items = std::move(items)]() mutable {
                      if (number != load_number_) return;
                      items_ = std::move(items);
                      loading_ = false;
                      Q_EMIT loaded();
                  };
              });
}

visual::AlignmentScore CalibrationScorer::score(const visual::Correction& correction) const {
    return visual::alignment_score(items_, correction);
}

void CalibrationScorer::plot(const visual::Correction& center) {
    const int number = ++*wanted_;
    jobs_.run(QStringLiteral("plot"),
              [this, center, number, items = items_,
               wanted = wanted_](const std::stop_token& stop) -> viewers::Background::Finish {
                  Profiles profiles;
                  for (const visual::CorrectionAxis axis : visual::kCorrectionAxes) {
                      // A newer pose makes these plots worthless.
                      if (stop.stop_requested() || *wanted != number) return {};
                      profiles[static_cast<std::size_t>(axis)] =
                          visual::score_profile(items, center, axis, kSamples);
                  }
                  return [this, center, number, profiles = std::move(profiles)] {
                      if (*wanted_ == number) Q_EMIT profiles_ready(center, profiles);
                  };
              });
}

void CalibrationScorer::improve(const visual::Correction& from) {
    if (searching_) return;
    searching_ = true;
    search_stop_ = std::stop_source();
    search_.run({},
                [this, from, items = items_, token = search_stop_.get_token()](
                    const std::stop_token&) -> viewers::Background::Finish {
                    const auto tell = [this](double share, const visual::Correction&) {
                        QMetaObject::invokeMethod(
                            this, [this, share] { Q_EMIT progress(share); }, Qt::QueuedConnection);
                    };
                    const visual::SearchResult result =
                        visual::improve_alignment(items, from, token, tell);
                    return [this, result] {
                        searching_ = false;
                        Q_EMIT improved(result);
                    };
                });
}

}  // namespace millrace::view
