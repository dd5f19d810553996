// The viewer of rasters of any size, depth and channel count: pan, zoom until the values stand in
// the pixels, choice of channel, range, exposure, gamma and colour map, layers over the image, and
// comparison with a reference. Only what is visible is computed, at the density of the screen, so
// that the cost depends on the widget and not on the image; ImageTiles says what is kept. Window
// thread only.
#pragma once

#include <QPointF>
#include <QRectF>
#include <QTimer>
#include <array>

#include "viewers/image/compare.hpp"
#include "viewers/image/layers.hpp"
#include "viewers/image/overlay.hpp"
#include "viewers/image/tiles.hpp"
#include "viewers/image/tone.hpp"
#include "viewers/viewer.hpp"

namespace millrace::viewers {

class ImageView : public Viewer {
    Q_OBJECT

public:
    using SharedRaster = std::shared_ptr<const visual::Raster>;

    explicit ImageView(QWidget* parent = nullptr);
    ~ImageView() override;

    bool show_visual(Shared item) override;
    void mark(const std::optional<Selection>& selection) override;
    /// A pixel comes to the middle, at least eight screen pixels large; a box fills a third.
    void reveal(const Selection& selection) override;
    /// Null before the first item.
    SharedRaster image() const;
    /// What names the item in comparisons; a file's name, an item's number.
    void set_item_name(const QString& name);
    const QString& item_name() const { return item_name_; }

    const Tone& tone() const { return tone_; }
    void set_tone(const Tone& tone);
    /// -1: all as colours, where there are three or more. The range follows the channel.
    void choose_channel(int channel);
    /// Low and high from the values that are shown.
    void set_range_from_values();

    /// What is laid over the image until the next call; null takes it away. Belongs to the item
    /// that is shown: whoever shows another one sets it anew.
    void set_overlay(std::shared_ptr<const ImageOverlay> overlay);
    const ImageOverlay* overlay() const { return overlay_.get(); }
    const OverlayStyle& overlay_style() const { return overlay_style_; }
    void set_overlay_style(const OverlayStyle& style);

    /// Lays a raster of one channel over the image, stretched to its size. A layer of that name
    /// gets the new raster and keeps its look. False for a raster of another kind.
    bool set_layer(const QString& name, SharedRaster raster, LayerKind kind);
    void remove_layer(const QString& name);
    const std::vector<RasterLayer>& layers() const { return layers_; }
    /// Changes the look of the layer of that name.
    void change_layer(const RasterLayer& layer);
    /// What could be laid over this item, less what can't be; layers of these names get the new
    /// rasters at once.
    struct Offer {
        QString name;
        SharedRaster raster;
    };
    void offer_layers(std::vector<Offer> offers);
    const std::vector<Offer>& offers() const { return offers_; }

    /// What the image is compared with; null ends comparing.
    void set_reference(SharedRaster reference, const QString& name);
    const SharedRaster& reference() const { return reference_; }
    const QString& reference_name() const { return reference_name_; }
    void set_compare_mode(CompareMode mode);
    CompareMode compare_mode() const { return mode_; }
    /// The reference in the image's place, in all modes but the difference.
    void show_reference(bool on);
    bool reference_shown() const { return reference_shown_; }
    /// Image and reference by turns.
    void set_blinking(bool on);
    bool blinking() const { return blink_.isActive(); }
    /// Share of the widget's width that lies left of the divider.
    void set_wipe(double share);
    double wipe() const { return wipe_; }
    /// Of the whole images; empty until they are counted.
    const std::optional<DifferenceNumbers>& difference() const { return numbers_; }
    /// Why there is no difference; empty when there is one.
    QString fault() const;

    /// Pixels whose values are wanted; cut to the image.
    void set_region(const std::optional<QRect>& region);
    const std::optional<QRect>& region() const { return region_; }

    /// Logical screen pixels per image pixel.
    double zoom() const { return zoom_; }

    /// Keeps the image point under the widget position `fixed` where it is.
    void zoom_to(double zoom, QPointF fixed);
    void fit();

    QPointF image_from_widget(QPointF position) const;
    QPointF widget_from_image(QPointF position) const;

    /// Whether all that is visible is in its final state.
    bool settled() const override;
    /// Image pixels read on the window thread to paint, since the start.
    std::uint64_t pixels_read_here() const;

    /// The whole image with tone and layers, one pixel each, into a file; tells in the status how
    /// it went. The work is done in the background.
    void save_image(const QString& file);
    /// What is seen now, in device pixels.
    bool save_view(const QString& file);

    QSize sizeHint() const override { return {640, 480}; }

Q_SIGNALS:
    void item_changed();
    void tone_changed();
    void layers_changed();
    void compare_changed();
    void region_changed();
    void zoom_changed();
    void saved(const QString& file, bool good);

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    enum class Drag { None, Pan, Region, Wipe };
    /// The picture of a layer as it was painted last.
    struct Painted {
        RasterLayer layer;
        QSize image;
        QRectF seen;
        QImage picture;
    };
    const visual::Raster* raster() const {
        return item_ ? std::get_if<visual::Raster>(item_.get()) : nullptr;
    }
    void add_actions();
    void add_compare_actions();
    QRect visible_pixels(const QSize& size) const;
    void paint_picture(QPainter& painter, ImageTiles& tiles, const Tone& tone);
    void paint_values(QPainter& painter, const PixelSource& source, const Tone& tone,
                      const QRect& pixels) const;
    void paint_layers(QPainter& painter);
    void paint_mark(QPainter& painter) const;
    void paint_region(QPainter& painter) const;
    void paint_wipe(QPainter& painter);
    void paint_card(QPainter& painter) const;
    QStringList card_lines() const;
    bool shows_difference() const { return mode_ == CompareMode::Difference && reference_; }
    bool shows_wipe() const { return mode_ == CompareMode::Wipe && reference_; }
    bool shows_reference() const {
        return mode_ == CompareMode::Blink && reference_ && reference_shown_;
    }
    Tone reference_tone() const;
    double divider() const { return wipe_ * width(); }
    void refresh_compare();
    void count_difference();
    void step_opacity(double step);
    void step_tone(double stops, double gamma_factor);
    void find_layer_range(RasterLayer& layer) const;
    std::optional<Selection> selection_at(QPointF position) const;
    QString described(QPointF position) const;
    QString save_name(const QString& end) const;
    QRect region_between(QPointF from, QPointF to) const;

    Shared item_;
    QString item_name_;
    Tone tone_;
    std::shared_ptr<const ImageOverlay> overlay_;
    OverlayStyle overlay_style_;
    std::vector<RasterLayer> layers_;
    std::map<QString, Painted> painted_;
    std::vector<Offer> offers_;
    double zoom_ = 1;
    QPointF center_;  // image pixel in the middle of the widget
    bool fitted_ = true;
    Drag drag_ = Drag::None;
    bool region_armed_ = false;  // the next drag draws a region
    QPointF grabbed_;
    std::optional<Selection> mark_;
    std::optional<QRect> region_;

    SharedRaster reference_;
    QString reference_name_;
    CompareMode mode_ = CompareMode::Off;
    bool reference_shown_ = false;
    double wipe_ = 0.5;
    double amplification_ = 0;  // stops, of the difference
    double peak_ = 255;
    std::pair<double, double> reference_range_ = {0, 255};
    std::optional<DifferenceNumbers> numbers_;
    std::stop_source counting_;
    bool counts_ = false, saves_ = false;
    QTimer blink_;

    ImageTiles image_tiles_, reference_tiles_, difference_tiles_;
    Background background_;  // last: its jobs end before the rest goes
};

}  // namespace millrace::viewers
