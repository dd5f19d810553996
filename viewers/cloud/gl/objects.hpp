// What OpenGL calls objects, owned: textures, buffers, framebuffers … and programs, deleted with
// their owner. For the sources of the OpenGL renderer alone. The context they were made in must be
// current whenever one is made, used or dropped; window thread only.
#pragma once

#include <QOpenGLFunctions_3_3_Core>
#include <QString>
#include <array>
#include <utility>

#include "engine/visual/scene/geometry.hpp"

namespace millrace::viewers::gl {

using Functions = QOpenGLFunctions_3_3_Core;

class Object {
public:
    enum class Kind { None, Texture, Buffer, Framebuffer, Renderbuffer, VertexArray, Query };

    Object() = default;
    Object(Functions& functions, Kind kind);
    ~Object() { drop(); }
    Object(Object&& other) noexcept { swap(other); }
    Object& operator=(Object&& other) noexcept {
        swap(other);
        return *this;
    }
    Object(const Object&) = delete;
    Object& operator=(const Object&) = delete;

    GLuint name() const { return name_; }
    explicit operator bool() const { return name_ != 0; }

private:
    void swap(Object& other) {
        std::swap(functions_, other.functions_);
        std::swap(kind_, other.kind_);
        std::swap(name_, other.name_);
    }
    void drop();

    Functions* functions_ = nullptr;
    Kind kind_ = Kind::None;
    GLuint name_ = 0;
};

/// A vertex and a fragment shader. Uniforms are set by name while it is in use.
class Program {
public:
    /// Throws engine::Error E-VIEW-013 with the driver's words when it can't be made.
    Program(Functions& functions, const char* vertex, const char* fragment);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void use() { functions_->glUseProgram(name_); }
    GLint place(const char* uniform) { return functions_->glGetUniformLocation(name_, uniform); }
    void set(const char* uniform, int value) { functions_->glUniform1i(place(uniform), value); }
    void set(const char* uniform, GLuint value) { functions_->glUniform1ui(place(uniform), value); }
    void set(const char* uniform, float value) { functions_->glUniform1f(place(uniform), value); }
    void set(const char* uniform, std::array<float, 2> value) {
        functions_->glUniform2f(place(uniform), value[0], value[1]);
    }
    void set(const char* uniform, const visual::Vector3& value) {
        functions_->glUniform3f(place(uniform), static_cast<float>(value[0]),
                                static_cast<float>(value[1]), static_cast<float>(value[2]));
    }

private:
    Functions* functions_;
    GLuint name_ = 0;
};

}  // namespace millrace::viewers::gl
