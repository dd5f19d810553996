// How the calibration panel is put together.
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTimer>
#include <QVBoxLayout>
#include <numbers>

#include "viewers/view/calibration_panel.hpp"
#include "viewers/view/calibration_widgets.hpp"

namespace millrace::view {
namespace {

using visual::CorrectionAxis;

constexpr double kDegree = std::numbers::pi / 180;

QLabel* small_text(const QString& text) {
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * 0.92);
    label->setFont(font);
    return label;
}

QString with_key(const QString& text, const QKeySequence& key) {
    return QStringLiteral("%1 (%2)").arg(text, key.toString(QKeySequence::NativeText));
}

}  // namespace

CalibrationPanel::CalibrationPanel(QWidget* parent)
    : QWidget(parent),
      cameras_(new QComboBox),
      scorer_(new CalibrationScorer(this)),
      plot_timer_(new QTimer(this)) {
    setAccessibleName(tr("Calibration"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(10, 8, 10, 10);
    column->setSpacing(8);
    auto* choice = new QHBoxLayout;
    choice->addWidget(new QLabel(tr("Camera")));
    choice->addWidget(cameras_, 1);
    cameras_->setAccessibleName(tr("Camera"));
    cameras_->setToolTip(tr("The camera whose pose is corrected"));
    column->addLayout(choice);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(1);
    add_rows(grid);
    column->addLayout(grid);
    column->addWidget(make_score());
    column->addWidget(make_buttons());
    colors_ = new QCheckBox(tr("Colour points by camera"));
    column->addWidget(colors_);
    QLabel* convention = small_text(tr(
        "camera_from_lidar_corrected = delta · camera_from_lidar, about the camera's own axes: x "
        "right, y down, z ahead. Roll turns about z, then pitch about x, then yaw about y. Holds "
        "for all items while the window is open."));
    column->addWidget(convention);
    column->addStretch(1);

    plot_timer_->setSingleShot(true);
    connect(plot_timer_, &QTimer::timeout, this, [this] { scorer_->plot(correction()); });
    connect(cameras_, &QComboBox::currentTextChanged, this, [this] {
        show_correction();
        Q_EMIT items_wanted();
    });
    connect(items_, &QSpinBox::valueChanged, this, &CalibrationPanel::items_wanted);
    connect(scorer_, &CalibrationScorer::loaded, this, &CalibrationPanel::show_score);
    connect(scorer_, &CalibrationScorer::failed, this, [this](const QString& what) {
        why_ = what;
        show_score();
    });
    connect(scorer_, &CalibrationScorer::profiles_ready, this, &CalibrationPanel::show_profiles);
    connect(scorer_, &CalibrationScorer::progress, this, [this](double share) {
        progress_->setValue(static_cast<int>(share * progress_->maximum()));
    });
    connect(scorer_, &CalibrationScorer::improved, this, &CalibrationPanel::show_result);
    add_keys();
    show_correction();
}

void CalibrationPanel::add_rows(QGridLayout* grid) {
    struct Text {
        QString name, tip;
    };
    const std::array<Text, 6> texts = {{
        {tr("x"), tr("Moves the points to the right in the camera's frame")},
        {tr("y"), tr("Moves the points down in the camera's frame")},
        {tr("z"), tr("Moves the points away from the camera")},
        {tr("Roll"), tr("Turns about the camera's z axis: clockwise in the image")},
        {tr("Pitch"), tr("Turns about the camera's x axis: points move up in the image")},
        {tr("Yaw"), tr("Turns about the camera's y axis: points move right in the image")},
    }};
    for (const CorrectionAxis axis : visual::kCorrectionAxes) {
        const auto i = static_cast<std::size_t>(axis);
        const bool turn = visual::is_turn(axis);
        const double limit = visual::correction_limit(axis), unit = turn ? kDegree : 1;
        Row& made = rows_[i];
        made.slider = new FineSlider;
        made.box = new FineBox;
        made.plot = new ScorePlot(made.slider);
        const QString tip = texts[i].tip + QLatin1Char('\n') +
                            (turn ? tr("±5°, steps of 0.05°, with Ctrl 0.005°")
                                  : tr("±0.5 m, steps of 5 mm, with Ctrl 0.5 mm"));
        made.slider->setToolTip(tip);
        made.slider->setAccessibleName(texts[i].name);
        made.box->setToolTip(tip);
        made.box->setAccessibleName(texts[i].name);
        made.box->setRange(-limit / unit, limit / unit);
        made.box->setDecimals(turn ? 3 : 4);
        made.box->setSingleStep(turn ? 0.05 : 0.005);
        made.box->setSuffix(turn ? tr("°") : tr(" m"));
        made.plot->setAccessibleName(tr("Scores along %1").arg(texts[i].name));
        made.plot->setToolTip(
            tr("The score along this axis, all others as they are.\nLine: the present value; dot: "
               "the greatest score. All six plots have one scale."));
        const int line = static_cast<int>(2 * i);
        if (i > 0) grid->setRowMinimumHeight(line, made.box->sizeHint().height() + 6);
        auto* name = new QLabel(texts[i].name);
        name->setBuddy(made.box);
        grid->addWidget(name, line, 0);
        grid->addWidget(made.slider, line, 1);
        grid->addWidget(made.box, line, 2);
        grid->addWidget(made.plot, line + 1, 1);
        connect(made.slider, &QSlider::valueChanged, this, [this, axis, limit](int value) {
            move_axis(axis, limit * value / FineSlider::kSteps);
        });
        connect(made.slider, &QSlider::sliderReleased, this, &CalibrationPanel::end_move);
        connect(made.box, &QDoubleSpinBox::valueChanged, this,
                [this, axis, unit](double value) { move_axis(axis, value * unit); });
        connect(made.box, &QDoubleSpinBox::editingFinished, this, &CalibrationPanel::end_move);
    }
    grid->setColumnStretch(1, 1);
}

QWidget* CalibrationPanel::make_score() {
    auto* frame = new QWidget;
    auto* grid = new QGridLayout(frame);
    grid->setContentsMargins(0, 4, 0, 0);
    grid->setVerticalSpacing(2);
    auto* title = new QLabel(tr("Edge alignment"));
    score_ = new QLabel;
    QFont large = score_->font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setBold(true);
    score_->setFont(large);
    score_->setAccessibleName(tr("Edge alignment score"));
    const QString tip =
        tr("How strong the image's edges are where the cloud's leaps in range fall, in standard "
           "deviations over the image.\n0: as good as chance; more is better. Comparable between "
           "poses of the same items alone.");
    score_->setToolTip(tip);
    title->setToolTip(tip);
    detail_ = small_text({});
    verdict_ = new QLabel;
    verdict_->setWordWrap(true);
    items_ = new QSpinBox;
    items_->setRange(1, 1);
    items_->setPrefix(tr("use "));
    const auto count = [this](int items) { items_->setSuffix(tr(" item(s)", nullptr, items)); };
    connect(items_, &QSpinBox::valueChanged, this, count);
    count(items_->value());
    items_->setKeyboardTracking(false);
    items_->setAccessibleName(tr("Items that are scored"));
    items_->setToolTip(
        tr("Scores this many items together, from the present one on.\nOne item often can't tell a "
           "shift from a turn; several can."));
    grid->addWidget(title, 0, 0);
    grid->addWidget(score_, 0, 1);
    grid->addWidget(items_, 0, 2);
    grid->addWidget(detail_, 1, 0, 1, 3);
    grid->addWidget(verdict_, 2, 0, 1, 3);
    grid->setColumnStretch(1, 1);
    return frame;
}

QWidget* CalibrationPanel::make_buttons() {
    auto* frame = new QWidget;
    auto* grid = new QGridLayout(frame);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(6);
    improve_ = new QPushButton(tr("Improve"));
    improve_->setToolTip(
        with_key(tr("Looks for a better score near this pose, never beyond the sliders"),
                 QKeySequence("Ctrl+I")));
    reset_ = new QPushButton(tr("Reset"));
    reset_->setToolTip(
        with_key(tr("Back to the calibration as it was read"), QKeySequence("Ctrl+0")));
    undo_ = new QPushButton(tr("Undo"));
    undo_->setToolTip(with_key(tr("Takes the last step back"), QKeySequence::Undo));
    redo_ = new QPushButton(tr("Redo"));
    redo_->setToolTip(with_key(tr("Takes the step again"), QKeySequence::Redo));
    save_ = new QPushButton(tr("Save corrected calibration…"));
    save_->setToolTip(
        with_key(tr("KITTI: the calibration file with a new pose of the LiDAR; otherwise JSON"),
                 QKeySequence::Save));
    progress_ = new QProgressBar;
    progress_->setRange(0, 1000);
    progress_->setTextVisible(false);
    progress_->setMaximumHeight(6);
    grid->addWidget(improve_, 0, 0);
    grid->addWidget(reset_, 0, 1);
    grid->addWidget(undo_, 0, 2);
    grid->addWidget(redo_, 0, 3);
    grid->addWidget(progress_, 1, 0, 1, 4);
    grid->addWidget(save_, 2, 0, 1, 4);
    for (QPushButton* button : {improve_, reset_, undo_, redo_}) button->setMinimumWidth(56);
    connect(improve_, &QPushButton::clicked, this, &CalibrationPanel::improve);
    connect(reset_, &QPushButton::clicked, this, &CalibrationPanel::reset);
    connect(undo_, &QPushButton::clicked, this, &CalibrationPanel::undo);
    connect(redo_, &QPushButton::clicked, this, &CalibrationPanel::redo);
    connect(save_, &QPushButton::clicked, this, &CalibrationPanel::save_wanted);
    return frame;
}

/// They hold while the panel has the keyboard.
void CalibrationPanel::add_keys() {
    const auto add = [this](const QKeySequence& key, QPushButton* button) {
        auto* action = new QAction(button->text(), this);
        action->setShortcut(key);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        connect(action, &QAction::triggered, button, &QPushButton::click);
        addAction(action);
    };
    add(QKeySequence::Undo, undo_);
    add(QKeySequence::Redo, redo_);
    add(QKeySequence::Save, save_);
    add(QKeySequence("Ctrl+I"), improve_);
    add(QKeySequence("Ctrl+0"), reset_);
}

}  // namespace millrace::view
