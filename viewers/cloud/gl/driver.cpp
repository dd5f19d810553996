#include "viewers/cloud/gl/driver.hpp"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <algorithm>

#include "engine/visual/scene/style.hpp"
#include "viewers/cloud/gl/gl_canvas.hpp"

namespace millrace::viewers::gl {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("Driver", text); }

}  // namespace

std::unique_ptr<QOffscreenSurface> make_surface() {
    auto surface = std::make_unique<QOffscreenSurface>();
    surface->setFormat(wanted_format());
    surface->create();
    return surface;
}

bool can_look_beside_window() { return QOpenGLContext::supportsThreadedOpenGL(); }

Driver look_at(QOffscreenSurface& surface) {
    Driver found;
    QOpenGLContext context;
    context.setFormat(wanted_format());
    if (!surface.isValid() || !context.create() || !context.makeCurrent(&surface)) {
        found.fault = translated("there is no OpenGL here.");
        return found;
    }
    QOpenGLFunctions& functions = *context.functions();
    found.name =
        QString::fromUtf8(reinterpret_cast<const char*>(functions.glGetString(GL_RENDERER)));
    found.card = !is_software(found.name);
    const QSurfaceFormat format = context.format();
    GLfloat sizes[2] = {1, 1};
    functions.glGetFloatv(GL_POINT_SIZE_RANGE, sizes);
    if (context.isOpenGLES()) {
        found.fault =
            translated("only OpenGL ES is there (%1), OpenGL 3.3 is needed.").arg(found.name);
    } else if (format.version() < std::pair(3, 3)) {
        found.fault = translated("OpenGL %1.%2 is there (%3), 3.3 is needed.")
                          .arg(format.majorVersion())
                          .arg(format.minorVersion())
                          .arg(found.name);
    } else if (sizes[1] < visual::PointSize::kMostPixels) {
        found.fault = translated("the driver (%1) draws no points larger than %2 pixels.")
                          .arg(found.name)
                          .arg(sizes[1]);
    }
    context.doneCurrent();
    return found;
}

const Driver& driver(QOffscreenSurface* surface) {
    static const Driver found = look_at(surface ? *surface : *make_surface());
    return found;
}

bool may_have_card() {
    if (qEnvironmentVariableIntValue("LIBGL_ALWAYS_SOFTWARE") != 0) return false;
    constexpr const char* kOthers[] = {"/dev/nvidiactl", "/dev/dxg"};  // NVIDIA's own, and WSL's
    return !QDir("/dev/dri").entryList({"renderD*"}, QDir::System).isEmpty() ||
           std::ranges::any_of(kOthers, [](const char* each) { return QFile::exists(each); });
}

bool is_software(const QString& name) {
    constexpr const char* kNames[] = {"llvmpipe", "softpipe", "swiftshader",     "software",
                                      "swrast",   "openswr",  "microsoft basic", "gdi generic"};
    return std::ranges::any_of(kNames, [&](const char* each) {
        return name.contains(QLatin1String(each), Qt::CaseInsensitive);
    });
}

}  // namespace millrace::viewers::gl
