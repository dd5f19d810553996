// The panel that corrects where a camera stands by hand or by search: six sliders about the
// camera's own frame, a score that tells whether edges of cloud and image agree, plots of it along
// each axis, and a history. It knows no files and no views: the window hands in cameras and items,
// and applies what the panel tells. Window thread only.
//
//     camera_from_lidar_corrected = delta * camera_from_lidar
//     delta = shift(x, y, z) * turn_y(yaw) * turn_x(pitch) * turn_z(roll)
//
// in the camera's frame: x right, y down, z ahead; see engine/visual/calibrate/correction.hpp.
#pragma once

#include <QWidget>
#include <map>

#include "viewers/view/calibration_scorer.hpp"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTimer;

namespace millrace::view {

class FineBox;
class FineSlider;
class ScorePlot;

class CalibrationPanel : public QWidget {
    Q_OBJECT

public:
    explicit CalibrationPanel(QWidget* parent = nullptr);

    /// The cameras there are; the chosen one stays chosen where it is among them.
    void set_cameras(const QStringList& names);
    QString camera() const;
    visual::Correction correction() const { return correction_of(camera()); }
    visual::Correction correction_of(const QString& camera) const;
    /// A step of the history, as if made by hand.
    void set_correction(const visual::Correction& correction);

    /// What scores are made of from now on, or none; `why` says why there are none.
    void set_loader(CalibrationScorer::Loader loader, const QString& why = {});
    /// How many items the user wants to use, from the present one on.
    int wanted_items() const;
    void set_most_items(int count);

    void undo();
    void redo();
    void reset() { set_correction({}); }
    void improve();

    FineSlider* slider(visual::CorrectionAxis axis) const { return row(axis).slider; }
    FineBox* box(visual::CorrectionAxis axis) const { return row(axis).box; }
    ScorePlot* plot(visual::CorrectionAxis axis) const { return row(axis).plot; }
    CalibrationScorer* scorer() const { return scorer_; }
    QCheckBox* colors() const { return colors_; }
    QString score_text() const;
    QString verdict() const;
    /// Whether all scores and plots are those of the present pose.
    bool settled() const;

Q_SIGNALS:
    void correction_changed(const QString& camera, const millrace::visual::Correction& correction);
    /// Another camera or count of items: a new loader is wanted.
    void items_wanted();
    void save_wanted();

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Row {
        FineSlider* slider = nullptr;
        FineBox* box = nullptr;
        ScorePlot* plot = nullptr;
    };
    struct History {
        std::vector<visual::Correction> steps = {{}};
        std::size_t at = 0;
        /// The axis that is being moved: until it ends, its changes are one step.
        std::optional<visual::CorrectionAxis> moving = {};
    };
    const Row& row(visual::CorrectionAxis axis) const {
        return rows_[static_cast<std::size_t>(axis)];
    }
    void add_rows(QGridLayout* grid);
    QWidget* make_score();
    QWidget* make_buttons();
    void add_keys();
    void move_axis(visual::CorrectionAxis axis, double value);
    void push(const visual::Correction& correction);
    void end_move();
    void go_to(std::size_t step);
    void show_correction();
    void show_score();
    void show_profiles(const visual::Correction& center, const Profiles& profiles);
    void show_result(const visual::SearchResult& result);
    QString advice(const Profiles& profiles) const;
    void enable();

    QComboBox* cameras_;
    std::array<Row, 6> rows_;
    CalibrationScorer* scorer_;
    QLabel *score_, *detail_, *verdict_;
    QSpinBox* items_;
    QProgressBar* progress_;
    QPushButton *improve_, *reset_, *undo_, *redo_, *save_;
    QCheckBox* colors_;
    std::map<QString, History> histories_;
    QString searched_;                           ///< the camera of the search
    QString why_;                                ///< there is no score
    std::optional<visual::Correction> plotted_;  ///< the pose of the plots
    QTimer* plot_timer_;                         ///< plots wait until a drag rests
};

}  // namespace millrace::view
