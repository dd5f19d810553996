#include "tests/bench/mesa_points.hpp"

#define GL_GLEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>

#include <array>
#include <stdexcept>

namespace millrace::bench {
namespace {

constexpr const char* kVertex = R"(#version 330 core
layout(location = 0) in vec3 position;
layout(location = 1) in vec4 color;
uniform mat4 clip_from_world;
out vec4 shade;
void main() { gl_Position = clip_from_world * vec4(position, 1); shade = color; })";
constexpr const char* kFragment = R"(#version 330 core
in vec4 shade;
out vec4 pixel;
void main() { pixel = shade; })";

struct Vertex {
    float x, y, z;
    std::uint32_t color;
};

GLuint compile(GLenum kind, const char* text) {
    const GLuint shader = glCreateShader(kind);
    glShaderSource(shader, 1, &text, nullptr);
    glCompileShader(shader);
    GLint good = 0;
    glGetShaderiv(shader, GL_COMPILE_STATUS, &good);
    if (!good) throw std::runtime_error("a shader does not compile");
    return shader;
}

}  // namespace

struct MesaPoints::State {
    EGLDisplay display = EGL_NO_DISPLAY;
    EGLContext context = EGL_NO_CONTEXT;
    GLint matrix = -1;
    GLsizei points = 0;
    int width = 0, height = 0;
};

MesaPoints::MesaPoints(const visual::Scene& scene, int width, int height)
    : state_(std::make_unique<State>()) {
    state_->width = width;
    state_->height = height;
    const auto get_display = reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(
        eglGetProcAddress("eglGetPlatformDisplayEXT"));
    if (get_display)
        state_->display = get_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    if (!eglInitialize(state_->display, nullptr, nullptr) || !eglBindAPI(EGL_OPENGL_API))
        throw std::runtime_error("no EGL without a display");
    const std::array<EGLint, 5> wanted = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
                                          EGL_OPENGL_BIT, EGL_NONE};
    EGLConfig config = nullptr;
    EGLint count = 0;
    eglChooseConfig(state_->display, wanted.data(), &config, 1, &count);
    const std::array<EGLint, 7> version = {EGL_CONTEXT_MAJOR_VERSION,
                                           3,
                                           EGL_CONTEXT_MINOR_VERSION,
                                           3,
                                           EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                           EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                           EGL_NONE};
    state_->context = eglCreateContext(state_->display, config, EGL_NO_CONTEXT, version.data());
    if (!eglMakeCurrent(state_->display, EGL_NO_SURFACE, EGL_NO_SURFACE, state_->context))
        throw std::runtime_error("no OpenGL 3.3");
    renderer_ = reinterpret_cast<const char*>(glGetString(GL_RENDERER));

    std::array<GLuint, 2> buffers = {};
    GLuint frame = 0, array = 0, vertices = 0;
    glGenRenderbuffers(2, buffers.data());
    glGenFramebuffers(1, &frame);
    glBindFramebuffer(GL_FRAMEBUFFER, frame);
    const auto attach = [&](GLuint buffer, GLenum format, GLenum place) {
        glBindRenderbuffer(GL_RENDERBUFFER, buffer);
        glRenderbufferStorage(GL_RENDERBUFFER, format, width, height);
        glFramebufferRenderbuffer(GL_FRAMEBUFFER, place, GL_RENDERBUFFER, buffer);
    };
    attach(buffers[0], GL_RGBA8, GL_COLOR_ATTACHMENT0);
    attach(buffers[1], GL_DEPTH_COMPONENT24, GL_DEPTH_ATTACHMENT);
    glViewport(0, 0, width, height);
    glEnable(GL_DEPTH_TEST);

    const visual::Cloud& cloud = *scene.clouds.at(0).cloud;
    const auto& intensity = std::get<std::vector<float>>(cloud.fields.at(0).values);
    std::vector<Vertex> list(cloud.points.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        const visual::Point& p = cloud.points[i];
        const auto grey = static_cast<std::uint32_t>(intensity[i] * 255);
        list[i] = {p.x, p.y, p.z, grey * 0x10101U | 0xff000000U};
    }
    state_->points = static_cast<GLsizei>(list.size());
    glGenVertexArrays(1, &array);
    glBindVertexArray(array);
    glGenBuffers(1, &vertices);
    glBindBuffer(GL_ARRAY_BUFFER, vertices);
    glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(list.size() * sizeof(Vertex)),
                 list.data(), GL_STATIC_DRAW);
    glEnableVertexAttribArray(0);
    glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, sizeof(Vertex), nullptr);
    glEnableVertexAttribArray(1);
    glVertexAttribPointer(1, 4, GL_UNSIGNED_BYTE, GL_TRUE, sizeof(Vertex),
                          reinterpret_cast<const void*>(12));
    const GLuint program = glCreateProgram();
    glAttachShader(program, compile(GL_VERTEX_SHADER, kVertex));
    glAttachShader(program, compile(GL_FRAGMENT_SHADER, kFragment));
    glLinkProgram(program);
    glUseProgram(program);
    state_->matrix = glGetUniformLocation(program, "clip_from_world");
    glPointSize(2);
}

MesaPoints::~MesaPoints() {
    eglMakeCurrent(state_->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroyContext(state_->display, state_->context);
    eglTerminate(state_->display);
}

void MesaPoints::draw(const visual::View& view, const visual::Bounds& bounds) {
    const visual::Projector projector(view, state_->width, state_->height, bounds);
    const visual::Matrix4 matrix =
        visual::product(projector.projection_matrix(), projector.view_matrix({}));
    std::array<float, 16> numbers = {};
    std::transform(matrix.begin(), matrix.end(), numbers.begin(),
                   [](double value) { return static_cast<float>(value); });
    glUniformMatrix4fv(state_->matrix, 1, GL_TRUE, numbers.data());
    glClearColor(26 / 255.0F, 26 / 255.0F, 26 / 255.0F, 1);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    glDrawArrays(GL_POINTS, 0, state_->points);
    glFinish();
}

std::vector<std::uint8_t> MesaPoints::red() const {
    const auto width = static_cast<std::size_t>(state_->width),
               height = static_cast<std::size_t>(state_->height);
    std::vector<std::uint8_t> rgba(width * height * 4), result(width * height);
    glReadPixels(0, 0, state_->width, state_->height, GL_RGBA, GL_UNSIGNED_BYTE, rgba.data());
    for (std::size_t y = 0; y < height; ++y) {
        for (std::size_t x = 0; x < width; ++x)
            result[y * width + x] = rgba[((height - 1 - y) * width + x) * 4];
    }
    return result;
}

}  // namespace millrace::bench
