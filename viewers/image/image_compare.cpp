// The part of the image viewer that compares with a reference.
#include <QKeySequence>
#include <algorithm>

#include "viewers/image/image_view.hpp"

namespace millrace::viewers {

void ImageView::add_compare_actions() {
    add_action(tr("Keep as reference"), Qt::Key_K, [this] {
        if (image()) set_reference(image(), item_name_.isEmpty() ? tr("kept image") : item_name_);
    });
    add_action(tr("Forget the reference"), QKeySequence(Qt::SHIFT | Qt::Key_K),
               [this] { set_reference(nullptr, {}); });
    const auto toggle = [this](CompareMode mode) {
        set_compare_mode(mode_ == mode ? CompareMode::Off : mode);
    };
    add_action(tr("Wipe between A and B"), Qt::Key_W, [toggle] { toggle(CompareMode::Wipe); });
    add_action(tr("Difference of A and B"), Qt::Key_D,
               [toggle] { toggle(CompareMode::Difference); });
    add_action(tr("A or B"), Qt::Key_Q, [this] {
        if (mode_ == CompareMode::Off || mode_ == CompareMode::Difference)
            set_compare_mode(CompareMode::Blink);
        blink_.stop();
        show_reference(!reference_shown_);
    });
    add_action(tr("Blink A and B"), Qt::Key_B, [this] { set_blinking(!blinking()); });
    add_action(tr("Divider to the left"), QKeySequence(Qt::SHIFT | Qt::Key_Left),
               [this] { set_wipe(wipe_ - 0.02); });
    add_action(tr("Divider to the right"), QKeySequence(Qt::SHIFT | Qt::Key_Right),
               [this] { set_wipe(wipe_ + 0.02); });
}

void ImageView::set_reference(SharedRaster reference, const QString& name) {
    if (reference && !is_whole(*reference)) {
        set_status(tr("The reference's size and its count of bytes don't match."));
        return;
    }
    reference_ = std::move(reference);
    reference_name_ = name;
    if (!reference_) {
        mode_ = CompareMode::Off;
        reference_shown_ = false;
        blink_.stop();
    } else {
        peak_ = peak_of(*reference_);
        reference_range_ = reference_->depth == visual::Raster::Depth::F32
                               ? range_of({.image = reference_}, {0, reference_->channels})
                               : std::pair(0.0, opaque_value(reference_->depth));
        set_status(tr("%1 is the reference").arg(name));
    }
    refresh_compare();
    update();
    Q_EMIT compare_changed();
}

void ImageView::set_compare_mode(CompareMode mode) {
    if (mode != CompareMode::Off && !reference_) {
        set_status(tr("Keep an image as the reference first (K)"));
        Q_EMIT compare_changed();
        return;
    }
    if (mode == mode_) return;
    mode_ = mode;
    if (mode != CompareMode::Blink) blink_.stop();
    reference_shown_ = false;
    refresh_compare();
    update();
    Q_EMIT compare_changed();
}

void ImageView::show_reference(bool on) {
    on = on && reference_;
    if (on == reference_shown_) return;
    reference_shown_ = on;
    update();
    Q_EMIT compare_changed();
}

void ImageView::set_blinking(bool on) {
    if (on) set_compare_mode(CompareMode::Blink);
    if (on && mode_ == CompareMode::Blink)
        blink_.start();
    else
        blink_.stop();
    Q_EMIT compare_changed();
}

void ImageView::set_wipe(double share) {
    if (!(share >= 0)) share = 0;
    share = std::min(share, 1.0);
    if (share == wipe_) return;
    wipe_ = share;
    if (shows_wipe()) update();
}

QString ImageView::fault() const {
    const auto* shown = raster();
    return shown && reference_ ? difference_fault(*shown, *reference_) : QString();
}

/// What the mode needs is kept, and nothing else.
void ImageView::refresh_compare() {
    const SharedRaster shown = image();
    const bool both = reference_ && shown;
    const bool beside = both && (mode_ == CompareMode::Wipe || mode_ == CompareMode::Blink);
    reference_tiles_.set_source(beside ? PixelSource{.image = reference_} : PixelSource{});
    const bool differ = both && mode_ == CompareMode::Difference && fault().isEmpty();
    const PixelSource difference = differ ? difference_of(shown, reference_) : PixelSource{};
    if (difference == difference_tiles_.source() && (numbers_ || counts_)) return;
    difference_tiles_.set_source(difference);
    counting_.request_stop();
    counts_ = false;
    numbers_.reset();
    if (differ) count_difference();
}

void ImageView::count_difference() {
    counting_ = {};
    counts_ = true;
    background_.run({}, [this, source = difference_tiles_.source(),
                         stop = counting_.get_token()](const std::stop_token&) {
        const DifferenceNumbers found = difference_numbers(source, stop);
        return [this, stop, found] {
            if (stop.stop_requested()) return;
            counts_ = false;
            numbers_ = found;
            update();
            Q_EMIT compare_changed();
        };
    });
}

}  // namespace millrace::viewers
