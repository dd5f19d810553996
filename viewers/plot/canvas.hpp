// The drawing of a plot and what mouse and keys do to it: pan, zoom, cursors. Axes and lines lie in
// a picture that is made anew only when they change, so that the cursor costs little. Owned by the
// plot's view; window thread only.
#pragma once

#include <QPixmap>
#include <QWidget>
#include <optional>

#include "viewers/plot/look.hpp"
#include "viewers/plot/scene.hpp"

namespace millrace::viewers {

class PlotCanvas : public QWidget {
    Q_OBJECT

public:
    explicit PlotCanvas(PlotScene& scene, QWidget* parent = nullptr);

    /// Draws what changed in the scene; cursors stay.
    void refresh();
    PlotLayout layout_now() const;
    /// How often axes and lines were drawn.
    int drawings() const { return drawings_; }

    /// Where the cursors stand, as values of x: under the pointer, set by a click, and the second.
    std::optional<double> pointer() const { return pointer_; }
    std::optional<double> first() const { return first_; }
    std::optional<double> second() const { return second_; }
    void set_first(std::optional<double> x);
    void set_second(std::optional<double> x);
    /// The x that values are told for: the pointer's, else the second cursor's, else the first's.
    std::optional<double> readout() const;
    /// The x that differences are told to, when there is a first cursor.
    std::optional<double> difference_end() const;
    /// A line at what another viewer shows or points at.
    void set_mark(std::optional<double> x);
    std::optional<double> mark() const { return mark_; }

    void step_cursor(int by, bool second);
    /// By parts of what is seen; y ends following the lines.
    void pan(double x_part, double y_part);
    /// About a place of the widget, by default the middle.
    void zoom(double factor, bool x, bool y, std::optional<QPointF> about = {});
    void zoom_to(const QRectF& rectangle);
    void set_zooms_rectangle(bool on);
    bool zooms_rectangle() const { return zooms_rectangle_; }

    /// In a page that scrolls: the wheel alone zooms only where the keys go.
    void set_wheel_needs_focus(bool on) { wheel_needs_focus_ = on; }

    QSize sizeHint() const override { return {640, 360}; }
    QSize minimumSizeHint() const override { return {160, 100}; }

Q_SIGNALS:
    void view_changed();
    void readout_changed();
    /// The pointer's sample; none when it left.
    void pointed(const std::optional<millrace::viewers::PlotScene::Place>& place);
    void picked(const millrace::viewers::PlotScene::Place& place);
    void fit_wanted();

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    enum class Drag { None, Press, Pan, PanY, Rectangle };
    void paint_cursor(QPainter& painter, const PlotLayout& layout, const PlotLook& look, double x,
                      const QString& name, const QColor& color) const;
    void point_at(QPointF position);
    void click(const QMouseEvent& event);
    double axis_x(QPointF position) const;

    PlotScene& scene_;
    QPixmap picture_;
    std::uint64_t picture_revision_ = 0;
    PlotLook picture_look_;
    int drawings_ = 0;
    std::optional<double> pointer_, first_, second_, mark_;
    Drag drag_ = Drag::None;
    Qt::MouseButton button_ = Qt::NoButton;
    QPointF pressed_, last_;
    bool zooms_rectangle_ = false, wheel_needs_focus_ = false;
};

}  // namespace millrace::viewers
