// What the cloud viewer's picture is drawn by. The view says what to draw and asks what is seen; it
// doesn't know whether points are drawn by software or by OpenGL. Owned by the view's chooser;
// window thread only.
#pragma once

#include <QPainter>
#include <QSize>
#include <functional>
#include <optional>
#include <vector>

#include "engine/visual/scene/overlay.hpp"
#include "engine/visual/scene/renderer.hpp"

namespace millrace::viewers {

/// How many points to draw at a time, so that a picture is there again soon while the camera moves;
/// learned from how long the last ones took.
class Pace {
public:
    explicit Pace(std::size_t most) : most_(most) {}
    std::size_t budget() const { return budget_; }
    void note(std::size_t points, double milliseconds);

private:
    std::size_t most_, budget_ = 1'500'000;
};

class Canvas {
public:
    struct Task {
        const visual::Scene& scene;
        const visual::View& view;
        visual::Style style = {};  ///< sizes in device pixels
        QSize size = {};           ///< device pixels
    };
    using PaintOver = std::function<void(QPainter&)>;

    Canvas() = default;
    virtual ~Canvas() = default;
    Canvas(const Canvas&) = delete;
    Canvas& operator=(const Canvas&) = delete;

    /// Begins a picture, or goes on with the last one unless the task has `changed`; as
    /// SplatRenderer::draw(). Throws engine::Error when it can't draw at all.
    virtual void draw(const Task& task, bool changed) = 0;
    /// Brings the picture into a view that is being painted, and what `over` paints over it; at
    /// once, or soon after in a widget of its own.
    virtual void paint(QWidget& view, const PaintOver& over) = 0;
    /// The view's size, logical pixels.
    virtual void resize(QSize size) { Q_UNUSED(size); }

    virtual bool complete() const = 0;
    virtual std::size_t drawn() const = 0;
    virtual std::size_t in_sight() const = 0;
    /// None before the first draw().
    virtual const std::optional<visual::Projector>& projector() const = 0;

    /// The point at a device pixel; when `whole`, also if it isn't drawn yet.
    virtual std::optional<visual::Picked> pick(int x, int y, int radius, bool whole) const = 0;
    /// As SplatRenderer::visible_on().
    virtual std::vector<std::vector<std::uint32_t>> visible_on(const visual::PixelMask& mask) = 0;
    virtual std::vector<visual::LabelAnchor> label_anchors() = 0;
};

}  // namespace millrace::viewers
