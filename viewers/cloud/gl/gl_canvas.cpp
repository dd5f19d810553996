#include "viewers/cloud/gl/gl_canvas.hpp"

#include <QOpenGLContext>
#include <QOpenGLVersionFunctionsFactory>
#include <QOpenGLWidget>
#include <QPointer>
#include <string>
#include <utility>

#include "engine/problem.hpp"
#include "viewers/cloud/gl/gl_renderer.hpp"

namespace millrace::viewers::gl {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw engine::Error(
        {.code = "E-VIEW-017", .what = what, .mend = "Choose the software renderer."});
}

/// Holds the renderer as long as its context lives.
class Surface : public QOpenGLWidget {
public:
    explicit Surface(QWidget& view) : QOpenGLWidget(&view), view_(view) {
        setFormat(wanted_format());
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setFocusPolicy(Qt::NoFocus);
        setObjectName("opengl");
    }
    ~Surface() override {
        disconnect(end_of_context_);
        lose();
    }

    /// Null while there is no context; throws when there can't be one.
    GlRenderer* renderer() const {
        if (!fault_.empty()) fail(fault_);
        return renderer_.get();
    }

protected:
    void initializeGL() override {
        end_of_context_ =
            connect(context(), &QOpenGLContext::aboutToBeDestroyed, this, [this] { lose(); });
        auto* functions = QOpenGLVersionFunctionsFactory::get<Functions>(context());
        // What is thrown here would pass through Qt.
        try {
            if (!functions) fail("The window's OpenGL is older than 3.3");
            renderer_ = std::make_unique<GlRenderer>(*functions);
        } catch (const engine::Error& error) {
            fault_ = error.problem().what + ' ' + error.problem().found;
        }
        view_.update();
    }
    void paintGL() override {
        // The view's own paint event came before and has drawn the picture.
        const QSize pixels = size() * devicePixelRatioF();
        if (renderer_) renderer_->show(defaultFramebufferObject(), pixels.width(), pixels.height());
    }

private:
    void lose() {
        if (!renderer_) return;
        makeCurrent();
        renderer_.reset();
        doneCurrent();
        view_.update();
    }

    QWidget& view_;
    std::unique_ptr<GlRenderer> renderer_;
    std::string fault_;
    QMetaObject::Connection end_of_context_;
};

class Over : public QWidget {
public:
    Over(QWidget& view, Canvas::PaintOver over) : QWidget(&view), over_(std::move(over)) {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setAttribute(Qt::WA_NoSystemBackground);
        setFocusPolicy(Qt::NoFocus);
        setObjectName("over");
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        over_(painter);
    }

private:
    Canvas::PaintOver over_;
};

class GlCanvas final : public Canvas {
public:
    GlCanvas(QWidget& view, PaintOver over)
        : surface_(new Surface(view)), over_(new Over(view, std::move(over))) {
        place(view.size());
        surface_->show();
        over_->show();
    }
    ~GlCanvas() override {
        delete over_;
        delete surface_;
    }

    void draw(const Task& task, bool changed) override;
    void paint(QWidget&, const PaintOver&) override {}  // the two widgets do
    void resize(QSize size) override { place(size); }
    bool complete() const override { return complete_; }
    std::size_t drawn() const override { return drawn_; }
    std::size_t in_sight() const override { return in_sight_; }
    const std::optional<visual::Projector>& projector() const override { return projector_; }
    std::optional<visual::Picked> pick(int x, int y, int radius, bool) const override {
        return visual::pick(scene_, view_, style_, size_.width(), size_.height(), x, y, radius);
    }
    std::vector<std::vector<std::uint32_t>> visible_on(const visual::PixelMask& mask) override;
    std::vector<visual::LabelAnchor> label_anchors() override;

private:
    static constexpr std::size_t kMostAtOnce = 100'000'000;
    /// Pictures without a context, though the window is shown, until it counts as missing.
    static constexpr int kPatience = 100;

    void place(QSize size) {
        surface_->setGeometry({{0, 0}, size});
        over_->setGeometry({{0, 0}, size});
    }

    QPointer<Surface> surface_;
    QPointer<Over> over_;
    Pace pace_{kMostAtOnce};
    visual::Scene scene_;  ///< of the last picture
    visual::View view_;
    visual::Style style_;
    QSize size_;
    std::optional<visual::Projector> projector_;
    const GlRenderer* by_ = nullptr;  ///< the renderer that drew it
    std::optional<std::vector<visual::LabelAnchor>> anchors_;
    std::size_t drawn_ = 0, in_sight_ = 0;
    bool complete_ = false;
    int waited_ = 0;
};

void GlCanvas::draw(const Task& task, bool changed) {
    changed = changed || !projector_ || task.size != size_;
    if (changed) {
        scene_ = task.scene, view_ = task.view, style_ = task.style, size_ = task.size;
        projector_.emplace(view_, size_.width(), size_.height(), scene_.bounds());
        anchors_.reset();
        complete_ = false;
    }
    GlRenderer* const renderer = surface_->renderer();
    if (!renderer) {
        complete_ = false;
        if (surface_->isVisible() && ++waited_ > kPatience)
            fail("The window could not get an OpenGL context");
        return;
    }
    waited_ = 0;
    surface_->makeCurrent();
    if (const auto took = renderer->take_time()) pace_.note(took->points, took->ms);
    if (changed || renderer != by_ || !renderer->complete()) {
        by_ = nullptr;
        anchors_.reset();
        renderer->draw(scene_, view_, style_, size_.width(), size_.height(), pace_.budget());
        by_ = renderer;
        drawn_ = renderer->drawn(), in_sight_ = renderer->in_sight();
        complete_ = renderer->complete();
    }
    surface_->doneCurrent();
}

std::vector<std::vector<std::uint32_t>> GlCanvas::visible_on(const visual::PixelMask& mask) {
    GlRenderer* const renderer = surface_->renderer();
    if (!renderer || renderer != by_)
        return std::vector<std::vector<std::uint32_t>>(scene_.clouds.size());
    surface_->makeCurrent();
    auto lists = renderer->visible_on(mask);
    surface_->doneCurrent();
    return lists;
}

std::vector<visual::LabelAnchor> GlCanvas::label_anchors() {
    if (anchors_) return *anchors_;
    GlRenderer* const renderer = surface_->renderer();
    if (!projector_ || !renderer || renderer != by_) return {};
    surface_->makeCurrent();
    anchors_ = visual::label_anchors(scene_, *projector_,
                                     [&](int x, int y) { return renderer->depth_at(x, y); });
    surface_->doneCurrent();
    return *anchors_;
}

}  // namespace

QSurfaceFormat wanted_format() {
    QSurfaceFormat format;
    format.setVersion(3, 3);
    format.setProfile(QSurfaceFormat::CoreProfile);
    format.setDepthBufferSize(0);
    format.setStencilBufferSize(0);
    format.setSamples(0);
    return format;
}

std::unique_ptr<Canvas> make_canvas(QWidget& view, Canvas::PaintOver over) {
    return std::make_unique<GlCanvas>(view, std::move(over));
}

}  // namespace millrace::viewers::gl
