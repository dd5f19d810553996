// Decides by which renderer a cloud view is drawn, and tells why: OpenGL where a graphics card
// does the work, software where there is none or its OpenGL is too old. The first picture is always
// drawn by software, unless OpenGL was asked for by name: looking for a graphics driver takes
// longer than drawing. The environment variable MILLRACE_RENDERER (gl, software or automatic)
// decides for one start, the menu from then on. Owned by the view; window thread only.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>

#include "viewers/cloud/background.hpp"
#include "viewers/cloud/splat_canvas.hpp"

class QOffscreenSurface;

namespace millrace::viewers {

enum class RendererChoice { Automatic, OpenGl, Software };

class CanvasChooser : public QObject {
    Q_OBJECT

public:
    /// `over` paints what lies over the points.
    CanvasChooser(QWidget& view, Canvas::PaintOver over);
    ~CanvasChooser() override;

    Canvas& canvas() const { return *active_; }
    /// Whether OpenGL draws.
    bool opengl() const { return active_ != software_.get(); }
    RendererChoice choice() const { return choice_; }
    /// From now on and at the next start.
    void choose(RendererChoice choice);
    /// Who draws and why, in a sentence.
    const QString& reason() const { return reason_; }

    /// As Canvas::draw(); where OpenGL can't go on, software draws at once.
    void draw(const Canvas::Task& task, bool changed);
    /// The layers are others: OpenGL's memory may be too small for them, or large enough again.
    void scene_changed(const visual::Scene& scene);
    /// Software's first picture is whole, so that there is time to look for a graphics card.
    void first_picture_done();

    /// Graphics memory that points may take; beyond it software draws.
    static constexpr std::size_t kMostBytes = std::size_t{2} << 30;
    void set_most_bytes(std::size_t bytes);

Q_SIGNALS:
    /// Another canvas draws: what was drawn is to be drawn anew.
    void changed();
    /// The reason is another one.
    void explained();
    /// What was asked for can't be.
    void told(const QString& text);

private:
    void look();
    void decide();
    /// Why OpenGL doesn't draw; empty when it does.
    QString hindrance() const;
    void use_software(const QString& why);
    void use_opengl();
    void explain(const QString& reason);

    QWidget& view_;
    Canvas::PaintOver over_;
    std::unique_ptr<SplatCanvas> software_;
    std::unique_ptr<Canvas> opengl_;
    Canvas* active_;
    RendererChoice choice_ = RendererChoice::Automatic;
    QString reason_;
    QString fault_;  ///< of OpenGL, until it is chosen again
    std::size_t points_ = 0, most_bytes_ = kMostBytes;
    bool decided_ = false;
    QTimer later_;
    std::unique_ptr<QOffscreenSurface> surface_;  ///< while a driver is looked at
    Background looking_;                          ///< last: its job uses the surface
};

}  // namespace millrace::viewers
