#include "viewers/cloud/canvas_chooser.hpp"

#include <QLocale>
#include <QOffscreenSurface>
#include <QSettings>
#include <QWidget>
#include <utility>

#include "engine/problem.hpp"
#include "viewers/cloud/gl/driver.hpp"
#include "viewers/cloud/gl/gl_canvas.hpp"

namespace millrace::viewers {
namespace {

constexpr auto kSetting = "viewers/renderer";
/// So long after the first picture, when the window has come to rest.
constexpr int kLookAfterMs = 300;

RendererChoice choice_of(const QString& name) {
    if (name == QLatin1String("gl") || name == QLatin1String("opengl"))
        return RendererChoice::OpenGl;
    return name == QLatin1String("software") ? RendererChoice::Software : RendererChoice::Automatic;
}

QString name_of(RendererChoice choice) {
    return choice == RendererChoice::OpenGl     ? QStringLiteral("opengl")
           : choice == RendererChoice::Software ? QStringLiteral("software")
                                                : QStringLiteral("automatic");
}

QString gigabytes(std::size_t bytes) {
    return QLocale().toString(static_cast<double>(bytes) / 1e9, 'f', 1);
}

}  // namespace

CanvasChooser::CanvasChooser(QWidget& view, Canvas::PaintOver over)
    : view_(view),
      over_(std::move(over)),
      software_(std::make_unique<SplatCanvas>()),
      active_(software_.get()) {
    const QString asked = qEnvironmentVariable("MILLRACE_RENDERER").toLower();
    choice_ = choice_of(asked.isEmpty() ? QSettings().value(kSetting).toString() : asked);
    explain(choice_ == RendererChoice::Software
                ? tr("Drawn by the software renderer, as chosen.")
                : tr("Drawn by the software renderer until a graphics card is found."));
    later_.setSingleShot(true);
    later_.setInterval(kLookAfterMs);
    connect(&later_, &QTimer::timeout, this, &CanvasChooser::look);
    connect(&looking_, &Background::failed, this, [this] {
        surface_.reset();
        decide();
    });
    if (choice_ == RendererChoice::OpenGl) decide();
}

CanvasChooser::~CanvasChooser() = default;

void CanvasChooser::choose(RendererChoice choice) {
    QSettings().setValue(kSetting, name_of(choice));
    choice_ = choice;
    fault_.clear();
    decide();
    if (choice == RendererChoice::OpenGl && !opengl()) Q_EMIT told(reason_);
}

void CanvasChooser::first_picture_done() {
    if (!decided_ && choice_ == RendererChoice::Automatic && !later_.isActive()) later_.start();
}

void CanvasChooser::scene_changed(const visual::Scene& scene) {
    points_ = 0;
    for (const visual::CloudLayer& layer : scene.clouds) {
        if (layer.shown()) points_ += layer.tree->size();
    }
    if (decided_) decide();
}

void CanvasChooser::set_most_bytes(std::size_t bytes) {
    most_bytes_ = bytes;
    if (decided_) decide();
}

QString CanvasChooser::hindrance() const {
    if (choice_ == RendererChoice::Software)
        return tr("Drawn by the software renderer, as chosen.");
    if (choice_ == RendererChoice::Automatic && !gl::may_have_card())
        return tr("Drawn by the software renderer: there is no graphics card here.");
    const gl::Driver& driver = gl::driver();
    if (!driver.fault.isEmpty()) return tr("Drawn by the software renderer: %1").arg(driver.fault);
    if (choice_ == RendererChoice::Automatic && !driver.card) {
        return tr("Drawn by the software renderer: OpenGL here is software, too, and slower (%1).")
            .arg(driver.name);
    }
    if (!fault_.isEmpty()) return tr("Drawn by the software renderer: %1").arg(fault_);
    const std::size_t needed = points_ * gl::kBytesPerPoint;
    if (needed > most_bytes_) {
        return tr("Drawn by the software renderer: the points need %1 GB of graphics memory, more "
                  "than the %2 GB that are used at most.")
            .arg(gigabytes(needed), gigabytes(most_bytes_));
    }
    return {};
}

/// The window goes on while the driver is loaded.
void CanvasChooser::look() {
    if (surface_) return;  // it is being looked at
    if (!gl::may_have_card() || !gl::can_look_beside_window()) return decide();
    surface_ = gl::make_surface();
    looking_.run({}, [this, surface = surface_.get()](const std::stop_token&) {
        gl::driver(surface);
        return [this] {
            surface_.reset();
            if (choice_ == RendererChoice::Automatic) decide();
        };
    });
}

void CanvasChooser::decide() {
    decided_ = true;
    later_.stop();
    const QString why = hindrance();
    if (!why.isEmpty()) return use_software(why);
    use_opengl();
    explain(tr("Drawn by OpenGL: %1").arg(gl::driver().name));
}

void CanvasChooser::use_opengl() {
    if (opengl()) return;
    opengl_ = gl::make_canvas(view_, over_);
    active_ = opengl_.get();
    software_ = std::make_unique<SplatCanvas>();  // without the memory of the last picture
    Q_EMIT changed();
}

void CanvasChooser::use_software(const QString& why) {
    explain(why);
    if (!opengl()) return;
    active_ = software_.get();
    // Later, as its widgets may be what is being painted.
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (!opengl()) opengl_.reset();
            view_.update();
        },
        Qt::QueuedConnection);
    Q_EMIT changed();
}

void CanvasChooser::explain(const QString& reason) {
    if (reason == reason_) return;
    reason_ = reason;
    Q_EMIT explained();
}

void CanvasChooser::draw(const Canvas::Task& task, bool changed) {
    if (!opengl()) return active_->draw(task, changed);
    try {
        active_->draw(task, changed);
    } catch (const engine::Error& error) {
        fault_ = QString::fromStdString(error.problem().what);
        if (!error.problem().found.empty())
            fault_ += QStringLiteral(" (%1)").arg(QString::fromStdString(error.problem().found));
        use_software(hindrance());
        Q_EMIT told(reason_);
        active_->draw(task, true);
    }
}

}  // namespace millrace::viewers
