#include "viewers/cloud/gl/objects.hpp"

#include <string>

#include "engine/problem.hpp"

namespace millrace::viewers::gl {
namespace {

[[noreturn]] void fail(const std::string& words) {
    throw engine::Error({.code = "E-VIEW-018",
                         .what = "The graphics driver can't use Millrace's shaders",
                         .found = words,
                         .mend = "Choose the software renderer, or update the driver."});
}

GLuint compile(Functions& functions, GLenum kind, const char* text) {
    const GLuint shader = functions.glCreateShader(kind);
    functions.glShaderSource(shader, 1, &text, nullptr);
    functions.glCompileShader(shader);
    GLint good = 0;
    functions.glGetShaderiv(shader, GL_COMPILE_STATUS, &good);
    if (good) return shader;
    std::string words(2048, '\0');
    GLsizei length = 0;
    functions.glGetShaderInfoLog(shader, static_cast<GLsizei>(words.size()), &length, words.data());
    functions.glDeleteShader(shader);
    words.resize(static_cast<std::size_t>(length));
    fail(words);
}

}  // namespace

Object::Object(Functions& functions, Kind kind) : functions_(&functions), kind_(kind) {
    switch (kind) {
        case Kind::None:
            break;
        case Kind::Texture:
            functions.glGenTextures(1, &name_);
            break;
        case Kind::Buffer:
            functions.glGenBuffers(1, &name_);
            break;
        case Kind::Framebuffer:
            functions.glGenFramebuffers(1, &name_);
            break;
        case Kind::Renderbuffer:
            functions.glGenRenderbuffers(1, &name_);
            break;
        case Kind::VertexArray:
            functions.glGenVertexArrays(1, &name_);
            break;
        case Kind::Query:
            functions.glGenQueries(1, &name_);
            break;
    }
}

void Object::drop() {
    if (name_ == 0) return;
    switch (kind_) {
        case Kind::None:
            break;
        case Kind::Texture:
            functions_->glDeleteTextures(1, &name_);
            break;
        case Kind::Buffer:
            functions_->glDeleteBuffers(1, &name_);
            break;
        case Kind::Framebuffer:
            functions_->glDeleteFramebuffers(1, &name_);
            break;
        case Kind::Renderbuffer:
            functions_->glDeleteRenderbuffers(1, &name_);
            break;
        case Kind::VertexArray:
            functions_->glDeleteVertexArrays(1, &name_);
            break;
        case Kind::Query:
            functions_->glDeleteQueries(1, &name_);
            break;
    }
    name_ = 0;
}

Program::Program(Functions& functions, const char* vertex, const char* fragment)
    : functions_(&functions) {
    const GLuint first = compile(functions, GL_VERTEX_SHADER, vertex);
    const GLuint second = compile(functions, GL_FRAGMENT_SHADER, fragment);
    name_ = functions.glCreateProgram();
    for (const GLuint shader : {first, second}) functions.glAttachShader(name_, shader);
    functions.glLinkProgram(name_);
    for (const GLuint shader : {first, second}) functions.glDeleteShader(shader);
    GLint good = 0;
    functions.glGetProgramiv(name_, GL_LINK_STATUS, &good);
    if (good) return;
    std::string words(2048, '\0');
    GLsizei length = 0;
    functions.glGetProgramInfoLog(name_, static_cast<GLsizei>(words.size()), &length, words.data());
    functions.glDeleteProgram(name_);
    words.resize(static_cast<std::size_t>(length));
    fail(words);
}

Program::~Program() { functions_->glDeleteProgram(name_); }

}  // namespace millrace::viewers::gl
