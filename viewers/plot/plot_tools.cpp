// The tools and keys of the plot's view, and what leaves it.
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QLabel>
#include <QSlider>
#include <QToolBar>

#include "viewers/plot/export.hpp"
#include "viewers/plot/plot_view.hpp"

namespace millrace::viewers {

/// A key of the drawing alone: in the table, letters search and arrows move.
QAction* PlotView::key(const QString& text, const QKeySequence& keys,
                       const std::function<void()>& work) {
    QAction* action = add_action(text, keys, work);
    action->setShortcutContext(Qt::WidgetShortcut);
    canvas_->addAction(action);
    return action;
}

void PlotView::make_tools() {
    const auto tool = [this](QAction* action, const QString& text, bool checkable) {
        action->setIconText(text);
        action->setCheckable(checkable);
        tools_->addAction(action);
        return action;
    };
    tool(key(tr("Everything in sight"), Qt::Key_Home, [this] { fit(); }), tr("Fit"), false);
    follow_ = tool(key(tr("The y axis follows what is seen"), Qt::Key_A,
                       [this] { set_follows_y(!scene_.follows_y()); }),
                   tr("Auto y"), true);
    follow_->setChecked(true);
    rectangle_ = tool(key(tr("Zoom to a rectangle, as the right button does"), Qt::Key_Z,
                          [this] { canvas_->set_zooms_rectangle(rectangle_->isChecked()); }),
                      tr("Zoom"), true);
    tools_->addSeparator();
    log_x_ = tool(
        key(tr("Logarithmic x axis"), Qt::Key_X, [this] { set_log_x(!scene_.x().logarithmic); }),
        tr("Log x"), true);
    log_y_ = tool(
        key(tr("Logarithmic y axis"), Qt::Key_Y, [this] { set_log_y(!scene_.y().logarithmic); }),
        tr("Log y"), true);
    tools_->addSeparator();
    auto* name = new QLabel(tr("Smooth"), tools_);
    name->setContentsMargins(6, 0, 4, 0);
    tools_->addWidget(name);
    slider_ = new QSlider(Qt::Horizontal, tools_);
    slider_->setRange(0, 999);
    slider_->setFixedWidth(110);
    slider_->setAccessibleName(tr("Smoothing"));
    slider_->setToolTip(tr("Weight of the moving average (S, Shift+S)"));
    name->setBuddy(slider_);
    tools_->addWidget(slider_);
    weight_ = new QLabel(QStringLiteral("0.000"), tools_);
    weight_->setContentsMargins(4, 0, 6, 0);
    tools_->addWidget(weight_);
    connect(slider_, &QSlider::valueChanged, this,
            [this](int value) { set_smoothing(value / 1000.0); });
    tools_->addSeparator();
    tool(add_action(tr("Export the lines as CSV"), QKeySequence("Ctrl+E"),
                    [this] {
                        const QString file = QFileDialog::getSaveFileName(
                            this, tr("Export the lines"), "plot.csv", tr("CSV (*.csv)"));
                        if (!file.isEmpty()) write_csv(file);
                    }),
         tr("CSV"), false);
    tool(add_action(tr("Export a picture (PNG, PDF)"), QKeySequence("Ctrl+Shift+E"),
                    [this] {
                        const auto wish = ask_for_picture(this, canvas_->size());
                        if (wish) write_picture(wish->file, wish->size, wish->light);
                    }),
         tr("Picture"), false);
}

void PlotView::make_keys() {
    constexpr double kPan = 0.1, kZoom = 1.25, kSmooth = 0.05;
    key(tr("Left"), Qt::Key_Left, [this] { canvas_->pan(-kPan, 0); });
    key(tr("Right"), Qt::Key_Right, [this] { canvas_->pan(kPan, 0); });
    key(tr("Up"), Qt::Key_Up, [this] { canvas_->pan(0, kPan); });
    key(tr("Down"), Qt::Key_Down, [this] { canvas_->pan(0, -kPan); });
    const auto zoom = [this](double factor) { canvas_->zoom(factor, true, !scene_.follows_y()); };
    key(tr("Zoom in"), Qt::Key_Plus, [zoom] {
        zoom(kZoom);
    })->setShortcuts({Qt::Key_Plus, Qt::Key_Equal});
    key(tr("Zoom out"), Qt::Key_Minus, [zoom] { zoom(1 / kZoom); });
    key(tr("Cursor to the sample before"), QKeySequence("Shift+Left"),
        [this] { canvas_->step_cursor(-1, false); });
    key(tr("Cursor to the next sample"), QKeySequence("Shift+Right"),
        [this] { canvas_->step_cursor(1, false); });
    key(tr("Second cursor to the sample before"), QKeySequence("Ctrl+Shift+Left"),
        [this] { canvas_->step_cursor(-1, true); });
    key(tr("Second cursor to the next sample"), QKeySequence("Ctrl+Shift+Right"),
        [this] { canvas_->step_cursor(1, true); });
    key(tr("No cursors"), Qt::Key_Escape, [this] {
        rectangle_->setChecked(false);
        canvas_->set_zooms_rectangle(false);
        canvas_->set_second({});
        canvas_->set_first({});
    });
    key(tr("Smoother"), Qt::Key_S, [this] { set_smoothing(scene_.smoothing() + kSmooth); });
    key(tr("Less smooth"), QKeySequence("Shift+S"),
        [this] { set_smoothing(scene_.smoothing() - kSmooth); });
    key(tr("Table of the lines"), Qt::Key_T, [this] { table_->setVisible(table_->isHidden()); });
    add_action(tr("Copy what is seen"), QKeySequence::Copy, [this] { copy(); });
}

void PlotView::copy() {
    background_.run("copy", [text = PlotText::seen(scene_)](const std::stop_token&) {
        return [made = QString::fromUtf8(text.made())] {
            QGuiApplication::clipboard()->setText(made);
        };
    });
}

void PlotView::write_csv(const QString& file) {
    background_.run({}, [this, file, text = PlotText::all(scene_)](const std::stop_token&) {
        const QString problem = write_bytes(file, text.made());
        return [this, file, problem] {
            set_status(problem.isEmpty() ? tr("Written to %1").arg(file) : problem);
        };
    });
}

void PlotView::write_picture(const QString& file, QSize size, bool light) {
    const PlotLook look = light ? PlotLook::light(font()) : PlotLook::from(palette(), font());
    QString problem;
    if (file.endsWith(".pdf", Qt::CaseInsensitive))
        problem = write_pdf(file, scene_, size, look);
    else if (!plot_image(scene_, size, 1, look).save(file, "PNG"))
        problem = tr("%1 can't be written.").arg(file);
    set_status(problem.isEmpty() ? tr("Written to %1").arg(file) : problem);
}

}  // namespace millrace::viewers
