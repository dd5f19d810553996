// Rasters and gestures for the tests of the image viewer.
#pragma once

#include <QAction>
#include <QApplication>
#include <QMouseEvent>
#include <QTest>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

#include "viewers/image/image_view.hpp"

namespace millrace::tests {

inline viewers::Viewer::Shared shown(visual::Raster raster) {
    return std::make_shared<const visual::Visual>(std::move(raster));
}

inline std::shared_ptr<const visual::Raster> shared_raster(visual::Raster raster) {
    return std::make_shared<const visual::Raster>(std::move(raster));
}

template <class Value>
visual::Raster raster_of(int width, int height, int channels, visual::Raster::Depth depth,
                         const std::vector<Value>& values) {
    visual::Raster raster{.width = width, .height = height, .channels = channels, .depth = depth};
    raster.bytes.resize(values.size() * sizeof(Value));
    if (!values.empty()) std::memcpy(raster.bytes.data(), values.data(), raster.bytes.size());
    return raster;
}

inline visual::Raster bytes_raster(int width, int height, int channels,
                                   const std::vector<std::uint8_t>& values) {
    return raster_of(width, height, channels, visual::Raster::Depth::U8, values);
}
inline visual::Raster words_raster(int width, int height, int channels,
                                   const std::vector<std::uint16_t>& values) {
    return raster_of(width, height, channels, visual::Raster::Depth::U16, values);
}
inline visual::Raster floats_raster(int width, int height, int channels,
                                    const std::vector<float>& values) {
    return raster_of(width, height, channels, visual::Raster::Depth::F32, values);
}

/// All pixels alike.
inline visual::Raster plain(int width, int height, std::vector<std::uint8_t> color) {
    std::vector<std::uint8_t> values;
    for (int i = 0; i < width * height; ++i)
        values.insert(values.end(), color.begin(), color.end());
    return bytes_raster(width, height, static_cast<int>(color.size()), values);
}

inline void mouse(QWidget& widget, QEvent::Type type, QPointF place,
                  Qt::KeyboardModifiers keys = Qt::NoModifier) {
    const bool moves = type == QEvent::MouseMove;
    QMouseEvent event(type, place, widget.mapToGlobal(place), moves ? Qt::NoButton : Qt::LeftButton,
                      type == QEvent::MouseButtonRelease ? Qt::NoButton : Qt::LeftButton, keys);
    QApplication::sendEvent(&widget, &event);
}

inline void hover(QWidget& widget, QPointF place) {
    QMouseEvent event(QEvent::MouseMove, place, widget.mapToGlobal(place), Qt::NoButton,
                      Qt::NoButton, Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

inline void drag(QWidget& widget, QPointF from, QPointF to,
                 Qt::KeyboardModifiers keys = Qt::NoModifier) {
    mouse(widget, QEvent::MouseButtonPress, from, keys);
    mouse(widget, QEvent::MouseMove, (from + to) / 2, keys);
    mouse(widget, QEvent::MouseMove, to, keys);
    mouse(widget, QEvent::MouseButtonRelease, to, keys);
}

inline void trigger(const QWidget& widget, const QKeySequence& keys) {
    for (QAction* action : widget.actions())
        if (action->shortcut() == keys) return action->trigger();
    FAIL() << keys.toString().toStdString();
}

inline bool settle(viewers::ImageView& view) {
    return QTest::qWaitFor(
        [&] {
            view.screenshot();  // painting asks for what is missing
            return view.settled();
        },
        60'000);
}

}  // namespace millrace::tests
