#include "viewers/view/calibration_panel.hpp"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QTimer>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "viewers/view/calibration_widgets.hpp"

namespace millrace::view {
namespace {

using visual::Correction;
using visual::CorrectionAxis;

constexpr int kRestMs = 150;  ///< a drag rests this long before plots are made

/// What the boxes show: metres and degrees.
double unit_of(CorrectionAxis axis) { return visual::is_turn(axis) ? std::numbers::pi / 180 : 1; }

QString axis_text(CorrectionAxis axis, double value) {
    static const std::array<QString, 6> names = {
        CalibrationPanel::tr("x"),    CalibrationPanel::tr("y"),     CalibrationPanel::tr("z"),
        CalibrationPanel::tr("roll"), CalibrationPanel::tr("pitch"), CalibrationPanel::tr("yaw")};
    const bool turn = visual::is_turn(axis);
    const double shown = value / unit_of(axis);
    return QStringLiteral("%1 %2%3 %4")
        .arg(names[static_cast<std::size_t>(axis)],
             shown < 0 ? QStringLiteral("−") : QStringLiteral("+"))
        .arg(std::abs(shown), 0, 'f', turn ? 2 : 3)
        .arg(turn ? QStringLiteral("°") : QStringLiteral("m"));
}

QString signed_text(double value) {
    return (value < 0 ? QStringLiteral("−") : QStringLiteral("+")) +
           QString::number(std::abs(value), 'f', 3);
}

}  // namespace

void CalibrationPanel::set_cameras(const QStringList& names) {
    QStringList now;
    for (int i = 0; i < cameras_->count(); ++i) now << cameras_->itemText(i);
    if (now == names) return;
    const QString chosen = camera();
    {
        const QSignalBlocker quiet(cameras_);
        cameras_->clear();
        cameras_->addItems(names);
        cameras_->setCurrentIndex(static_cast<int>(std::max<qsizetype>(0, names.indexOf(chosen))));
    }
    if (names.isEmpty()) why_ = tr("No camera is open.");
    show_correction();
    if (camera() != chosen) Q_EMIT items_wanted();
}

QString CalibrationPanel::camera() const { return cameras_->currentText(); }

Correction CalibrationPanel::correction_of(const QString& camera) const {
    const auto found = histories_.find(camera);
    return found == histories_.end() ? Correction() : found->second.steps[found->second.at];
}

void CalibrationPanel::set_correction(const Correction& correction) {
    if (camera().isEmpty() || correction == this->correction()) return;
    end_move();
    push(visual::limited(correction));
}

void CalibrationPanel::move_axis(CorrectionAxis axis, double value) {
    if (camera().isEmpty()) return;
    Correction next = correction();
    next[axis] = value;
    next = visual::limited(next);
    if (next == correction()) return;
    History& history = histories_[camera()];
    if (history.moving == axis && history.at > 0) {
        history.steps[history.at] = next;
        show_correction();
        Q_EMIT correction_changed(camera(), next);
        return;
    }
    push(next);
    histories_[camera()].moving = axis;
}

void CalibrationPanel::push(const Correction& correction) {
    History& history = histories_[camera()];
    constexpr std::size_t kMostSteps = 500;
    history.steps.resize(history.at + 1);
    history.steps.push_back(correction);
    if (history.steps.size() > kMostSteps) history.steps.erase(history.steps.begin());
    history.at = history.steps.size() - 1;
    history.moving.reset();
    show_correction();
    Q_EMIT correction_changed(camera(), correction);
}

void CalibrationPanel::end_move() {
    if (const auto found = histories_.find(camera()); found != histories_.end())
        found->second.moving.reset();
}

void CalibrationPanel::go_to(std::size_t step) {
    History& history = histories_[camera()];
    if (step >= history.steps.size()) return;
    history.at = step;
    history.moving.reset();
    show_correction();
    Q_EMIT correction_changed(camera(), correction());
}

void CalibrationPanel::undo() {
    const auto found = histories_.find(camera());
    if (found != histories_.end() && found->second.at > 0 && !scorer_->searching())
        go_to(found->second.at - 1);
}

void CalibrationPanel::redo() {
    const auto found = histories_.find(camera());
    if (found != histories_.end() && !scorer_->searching()) go_to(found->second.at + 1);
}

void CalibrationPanel::set_loader(CalibrationScorer::Loader loader, const QString& why) {
    why_ = why;
    plotted_.reset();
    scorer_->load(std::move(loader));
    show_score();
}

int CalibrationPanel::wanted_items() const { return items_->value(); }

void CalibrationPanel::set_most_items(int count) {
    items_->setMaximum(std::max(1, count));
    items_->setEnabled(count > 1);
}

void CalibrationPanel::improve() {
    if (scorer_->searching()) {
        scorer_->cancel();
        return;
    }
    if (scorer_->loading() || !scorer_->score(correction()).known()) return;
    end_move();
    searched_ = camera();
    scorer_->improve(correction());
    progress_->setValue(0);
    enable();
}

/// Sliders, boxes and buttons as the correction stands.
void CalibrationPanel::show_correction() {
    const Correction now = correction();
    for (const CorrectionAxis axis : visual::kCorrectionAxes) {
        const Row& shown = row(axis);
        const QSignalBlocker no_slider(shown.slider), no_box(shown.box);
        if (!shown.slider->isSliderDown())
            shown.slider->setValue(static_cast<int>(
                std::lround(now[axis] / visual::correction_limit(axis) * FineSlider::kSteps)));
        shown.box->setValue(now[axis] / unit_of(axis));
        shown.plot->update();
    }
    show_score();
}

void CalibrationPanel::show_score() {
    const Correction now = correction();
    const bool fresh = plotted_ == now;
    for (const Row& each : rows_) each.plot->set_stale(!fresh);
    const bool any = !scorer_->items().empty();
    const visual::AlignmentScore score = any ? scorer_->score(now) : visual::AlignmentScore();
    const bool known = any && score.known();
    score_->setText(known ? QString::number(score.value, 'f', 3) : QStringLiteral("–"));
    if (scorer_->loading()) {
        detail_->setText(tr("Finding edges in cloud and image…"));
    } else if (!any) {
        detail_->setText(why_.isEmpty() ? tr("There is no cloud with an image of this camera.")
                                        : why_);
    } else if (!known) {
        detail_->setText(
            tr("Too few edges for a score: %1 of the cloud's fall into the image, %2 are needed.")
                .arg(score.edges)
                .arg(visual::kFewestEdges));
    } else {
        const QString edges = tr("%1 edges in %n item(s)", nullptr,
                                 static_cast<int>(any ? scorer_->items().size() : 0))
                                  .arg(QLocale().toString(static_cast<qulonglong>(score.edges)));
        const double change = score.value - scorer_->score({}).value;
        detail_->setText(now.none()
                             ? tr("as read · %1").arg(edges)
                             : tr("%1 to the original · %2").arg(signed_text(change), edges));
    }
    if (!known) {
        verdict_->clear();
        plot_timer_->stop();
        for (const Row& each : rows_) each.plot->set_scores({}, 0, 1);
        plotted_.reset();
    } else if (!fresh && isVisible()) {
        if (verdict_->text().isEmpty()) verdict_->setText(tr("Plotting…"));
        plot_timer_->start(kRestMs);
    }
    enable();
}

void CalibrationPanel::show_profiles(const Correction& center, const Profiles& profiles) {
    if (center != correction()) return;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const auto& profile : profiles) {
        for (const double score : profile) low = std::min(low, score), high = std::max(high, score);
    }
    for (std::size_t i = 0; i < profiles.size(); ++i)
        rows_[i].plot->set_scores(profiles[i], low, high);
    plotted_ = center;
    verdict_->setText(advice(profiles));
}

/// Which single axis has a better place, the best first.
QString CalibrationPanel::advice(const Profiles& profiles) const {
    const Correction now = correction();
    const double present = scorer_->score(now).value;
    std::vector<std::pair<double, QString>> better;
    double low = present;
    for (const auto& profile : profiles) low = std::min(low, std::ranges::min(profile));
    for (const CorrectionAxis axis : visual::kCorrectionAxes) {
        const auto& profile = profiles[static_cast<std::size_t>(axis)];
        const auto best = std::ranges::max_element(profile);
        const double place =
            visual::correction_limit(axis) * (2 * static_cast<double>(best - profile.begin()) /
                                                  static_cast<double>(profile.size() - 1) -
                                              1);
        // Less than this the score of a pose wavers by itself.
        constexpr double kWorthIt = 0.03;
        if (*best - present > kWorthIt * (present - low) && *best > present)
            better.emplace_back(*best - present, axis_text(axis, place - now[axis]));
    }
    if (better.empty()) return tr("At the peak along each of the six axes.");
    std::ranges::sort(better, std::ranges::greater{}, [](const auto& each) { return each.first; });
    QStringList words;
    for (const auto& [gain, text] : better) words << text;
    return tr("Better along one axis: %1").arg(words.join(tr(" or ")));
}

void CalibrationPanel::show_result(const visual::SearchResult& result) {
    if (!result.stopped && camera() == searched_ && result.after.value > result.before.value)
        set_correction(result.correction);
    else
        verdict_->setText(result.stopped ? tr("Stopped; nothing was changed.")
                                         : tr("No better pose was found near this one."));
    enable();
}

QString CalibrationPanel::score_text() const { return score_->text(); }
QString CalibrationPanel::verdict() const { return verdict_->text(); }

bool CalibrationPanel::settled() const {
    return !scorer_->loading() && scorer_->idle() && !plot_timer_->isActive();
}

void CalibrationPanel::enable() {
    const bool free = !camera().isEmpty() && !scorer_->searching();
    const auto found = histories_.find(camera());
    const bool any = found != histories_.end();
    for (const Row& each : rows_) {
        each.slider->setEnabled(free);
        each.box->setEnabled(free);
    }
    cameras_->setEnabled(!scorer_->searching() && cameras_->count() > 0);
    reset_->setEnabled(free && !correction().none());
    undo_->setEnabled(free && any && found->second.at > 0);
    redo_->setEnabled(free && any && found->second.at + 1 < found->second.steps.size());
    save_->setEnabled(free);
    const bool scored = score_->text() != QStringLiteral("–");
    improve_->setEnabled(scorer_->searching() || (free && scored));
    improve_->setText(scorer_->searching() ? tr("Cancel") : tr("Improve"));
    progress_->setVisible(scorer_->searching());
}

void CalibrationPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    show_score();
}

}  // namespace millrace::view
