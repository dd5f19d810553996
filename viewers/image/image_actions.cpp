// The commands of the image viewer and their keys.
#include <QFileDialog>
#include <QFileInfo>

#include "viewers/image/full_picture.hpp"
#include "viewers/image/image_view.hpp"

namespace millrace::viewers {

void ImageView::add_actions() {
    const auto middle = [this] { return QRectF(rect()).center(); };
    add_action(tr("Fit the window"), Qt::Key_F, [this] { fit(); });
    add_action(tr("One to one"), Qt::Key_1,
               [this, middle] { zoom_to(1 / devicePixelRatioF(), middle()); });
    add_action(tr("Zoom in"), Qt::Key_Plus, [this, middle] { zoom_to(zoom_ * 1.5, middle()); });
    add_action(tr("Zoom out"), Qt::Key_Minus, [this, middle] { zoom_to(zoom_ / 1.5, middle()); });
    add_action(tr("Next channel"), Qt::Key_C, [this] { choose_channel(tone_.channel + 1); });
    add_action(tr("Next colour map"), Qt::Key_M, [this] {
        Tone next = tone_;
        next.map = static_cast<ColorMap>((static_cast<int>(next.map) + 1) % kColorMaps);
        set_tone(next);
    });
    add_action(tr("Brighter"), Qt::Key_BracketRight, [this] { step_tone(0.25, 1); });
    add_action(tr("Darker"), Qt::Key_BracketLeft, [this] { step_tone(-0.25, 1); });
    add_action(tr("More gamma"), Qt::Key_G, [this] { step_tone(0, 1.1); });
    add_action(tr("Less gamma"), QKeySequence(Qt::SHIFT | Qt::Key_G),
               [this] { step_tone(0, 1 / 1.1); });
    add_action(tr("Range from the values"), Qt::Key_V, [this] { set_range_from_values(); });
    add_action(tr("NaN magenta or clear"), QKeySequence(Qt::SHIFT | Qt::Key_V), [this] {
        Tone next = tone_;
        next.clear_nan = !next.clear_nan;
        set_tone(next);
    });
    add_action(tr("Points over the image"), Qt::Key_P, [this] {
        OverlayStyle next = overlay_style_;
        next.dots = !next.dots;
        set_overlay_style(next);
    });
    add_action(tr("Boxes over the image"), QKeySequence(Qt::SHIFT | Qt::Key_P), [this] {
        OverlayStyle next = overlay_style_;
        next.outlines = !next.outlines;
        set_overlay_style(next);
    });
    add_action(tr("Layers more opaque"), Qt::Key_O, [this] { step_opacity(0.1); });
    add_action(tr("Layers more transparent"), QKeySequence(Qt::SHIFT | Qt::Key_O),
               [this] { step_opacity(-0.1); });
    add_action(tr("Measure a region"), Qt::Key_R, [this] {
        region_armed_ = true;
        setCursor(Qt::CrossCursor);
        set_status(tr("Drag over the pixels whose values are wanted"));
    });
    add_action(tr("Clear the region"), QKeySequence(Qt::SHIFT | Qt::Key_R), [this] {
        region_armed_ = false;
        unsetCursor();
        set_region(std::nullopt);
    });
    add_action(tr("Save the view…"), Qt::Key_S, [this] {
        const QString file = QFileDialog::getSaveFileName(this, tr("Save what is seen"),
                                                          save_name(tr("view")), tr("PNG (*.png)"));
        if (!file.isEmpty()) save_view(file);
    });
    add_action(tr("Save the whole image…"), QKeySequence(Qt::SHIFT | Qt::Key_S), [this] {
        const QString file =
            QFileDialog::getSaveFileName(this, tr("Save the whole image with its layers"),
                                         save_name(tr("image")), tr("PNG (*.png)"));
        if (!file.isEmpty()) save_image(file);
    });
}

QString ImageView::save_name(const QString& end) const {
    const QString base = QFileInfo(item_name_).completeBaseName();
    return base.isEmpty() ? end + QStringLiteral(".png")
                          : QStringLiteral("%1-%2.png").arg(base, end);
}

bool ImageView::save_view(const QString& file) {
    const bool good = screenshot().save(file, "PNG");
    set_status(good ? tr("Saved %1").arg(file) : tr("%1 can't be written.").arg(file));
    return good;
}

void ImageView::save_image(const QString& file) {
    const auto shown = image();
    if (!shown) return;
    FullPicture wanted{.source = {.image = shown},
                       .tone = tone_,
                       .layers = layers_,
                       .overlay = overlay_,
                       .style = overlay_style_};
    if (shows_difference() && fault().isEmpty()) {
        wanted.source = difference_tiles_.source();
        wanted.tone = difference_tone(*reference_, peak_, amplification_);
    } else if (shows_reference()) {
        wanted.source = {.image = reference_};
        wanted.tone = reference_tone();
    }
    const QSize size = wanted.source.size();
    if (static_cast<std::int64_t>(size.width()) * size.height() > kMostPicturePixels) {
        set_status(tr("%1 × %2 pixels are too many for one picture file; save the view instead.")
                       .arg(size.width())
                       .arg(size.height()));
        Q_EMIT saved(file, false);
        return;
    }
    saves_ = true;
    set_status(tr("Saving %1 …").arg(file));
    background_.run({}, [this, wanted, file](const std::stop_token& stop) {
        const QImage picture = full_picture(wanted, stop);
        const bool good = !picture.isNull() && !stop.stop_requested() && picture.save(file, "PNG");
        return [this, file, good] {
            saves_ = false;
            set_status(good ? tr("Saved %1").arg(file) : tr("%1 can't be written.").arg(file));
            Q_EMIT saved(file, good);
        };
    });
}

}  // namespace millrace::viewers
