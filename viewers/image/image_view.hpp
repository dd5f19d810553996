// The viewer of rasters of any depth and channel count: pan, zoom until the values stand in the
// pixels, choice of channel, range, exposure, gamma and colour map. Only what is visible is
// computed, at the density of the screen, so that the cost depends on the widget and not on the
// image. Window thread only.
#pragma once

#include <QPointF>
#include <QRectF>

#include "viewers/image/overlay.hpp"
#include "viewers/image/tone.hpp"
#include "viewers/viewer.hpp"

namespace millrace::viewers {

class ImageView : public Viewer {
    Q_OBJECT

public:
    explicit ImageView(QWidget* parent = nullptr);

    bool show_visual(Shared item) override;
    void mark(const std::optional<Selection>& selection) override;
    void reveal(const Selection& selection) override;

    const Tone& tone() const { return tone_; }
    void set_tone(const Tone& tone);

    /// What is laid over the image until the next call; null takes it away. Belongs to the item
    /// that is shown: whoever shows another one sets it anew.
    void set_overlay(std::shared_ptr<const ImageOverlay> overlay);
    const ImageOverlay* overlay() const { return overlay_.get(); }
    const OverlayStyle& overlay_style() const { return overlay_style_; }
    void set_overlay_style(const OverlayStyle& style);

    /// Logical screen pixels per image pixel.
    double zoom() const { return zoom_; }

    /// Keeps the image point under the widget position `fixed` where it is.
    void zoom_to(double zoom, QPointF fixed);
    void fit();

    QPointF image_from_widget(QPointF position) const;
    QPointF widget_from_image(QPointF position) const;

    QSize sizeHint() const override { return {640, 480}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    const visual::Raster* raster() const;
    QRect visible_pixels() const;
    void paint_values(QPainter& painter, const QRect& pixels) const;
    void choose_channel(int channel);
    void set_range();
    void step_opacity(double step);
    void step_tone(double stops, double gamma_factor);
    std::optional<Selection> selection_at(QPointF position) const;
    QString described(QPointF position) const;

    Shared item_;
    Tone tone_;
    std::shared_ptr<const ImageOverlay> overlay_;
    OverlayStyle overlay_style_;
    double zoom_ = 1;
    QPointF center_;  // image pixel in the middle of the widget
    bool fitted_ = true;
    QPointF grabbed_;
    std::optional<Selection> mark_;
};

}  // namespace millrace::viewers
