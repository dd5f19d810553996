#include "viewers/cloud/gl/targets.hpp"

#include <string>

#include "engine/problem.hpp"
#include "engine/visual/scene/splat.hpp"

namespace millrace::viewers::gl {

Targets::Targets(Functions& functions, int width, int height)
    : functions_(functions),
      width_(width),
      height_(height),
      colors_(functions, Object::Kind::Texture),
      pixels_(functions, Object::Kind::Texture),
      depth_(functions, Object::Kind::Renderbuffer),
      picture_(functions, Object::Kind::Texture),
      screens_(functions, Object::Kind::Texture),
      points_frame_(functions, Object::Kind::Framebuffer),
      picture_frame_(functions, Object::Kind::Framebuffer),
      screens_frame_(functions, Object::Kind::Framebuffer) {
    make_texture(colors_, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE);
    make_texture(pixels_, GL_RG32UI, GL_RG_INTEGER, GL_UNSIGNED_INT);
    make_texture(picture_, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE);
    make_texture(screens_, GL_DEPTH_COMPONENT32F, GL_DEPTH_COMPONENT, GL_FLOAT);
    functions.glBindRenderbuffer(GL_RENDERBUFFER, depth_.name());
    functions.glRenderbufferStorage(GL_RENDERBUFFER, GL_DEPTH_COMPONENT32F, width, height);

    functions.glBindFramebuffer(GL_FRAMEBUFFER, points_frame_.name());
    functions.glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D,
                                     colors_.name(), 0);
    functions.glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT1, GL_TEXTURE_2D,
                                     pixels_.name(), 0);
    functions.glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER,
                                        depth_.name());
    constexpr GLenum kBoth[] = {GL_COLOR_ATTACHMENT0, GL_COLOR_ATTACHMENT1};
    functions.glDrawBuffers(2, kBoth);
    check("points");

    functions.glBindFramebuffer(GL_FRAMEBUFFER, picture_frame_.name());
    functions.glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D,
                                     picture_.name(), 0);
    check("picture");

    functions.glBindFramebuffer(GL_FRAMEBUFFER, screens_frame_.name());
    functions.glFramebufferTexture2D(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_TEXTURE_2D,
                                     screens_.name(), 0);
    functions.glDrawBuffer(GL_NONE);
    functions.glReadBuffer(GL_NONE);
    check("images");
}

void Targets::make_texture(const Object& texture, GLint form, GLenum format, GLenum type) const {
    functions_.glBindTexture(GL_TEXTURE_2D, texture.name());
    functions_.glTexImage2D(GL_TEXTURE_2D, 0, form, width_, height_, 0, format, type, nullptr);
    // Without smaller levels of detail, or the texture counts as unfinished.
    functions_.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
    functions_.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    functions_.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
}

void Targets::check(const char* what) const {
    if (functions_.glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE) return;
    throw engine::Error({.code = "E-VIEW-020",
                         .what = "The graphics card can't hold a picture of this size",
                         .found = std::to_string(width_) + " x " + std::to_string(height_) +
                                  " pixels (" + what + ")",
                         .mend = "Make the window smaller, or choose the software renderer."});
}

void Targets::draw_into(const Object& frame) {
    functions_.glBindFramebuffer(GL_DRAW_FRAMEBUFFER, frame.name());
    functions_.glViewport(0, 0, width_, height_);
}

void Targets::clear_points() {
    draw_points();
    const auto empty = static_cast<std::uint64_t>(visual::kEmptyPixel);
    const GLuint nothing[] = {static_cast<GLuint>(empty >> 32), static_cast<GLuint>(empty), 0, 0};
    constexpr GLfloat kBlack[] = {0, 0, 0, 0}, kFarthest = 1;
    functions_.glDepthMask(GL_TRUE);
    functions_.glClearBufferfv(GL_COLOR, 0, kBlack);
    functions_.glClearBufferuiv(GL_COLOR, 1, nothing);
    functions_.glClearBufferfv(GL_DEPTH, 0, &kFarthest);
}

void Targets::clear_screens() {
    draw_screens();
    constexpr GLfloat kFarthest = 1;
    functions_.glDepthMask(GL_TRUE);
    functions_.glClearBufferfv(GL_DEPTH, 0, &kFarthest);
}

void Targets::read_pixels() {
    functions_.glBindFramebuffer(GL_READ_FRAMEBUFFER, points_frame_.name());
    functions_.glReadBuffer(GL_COLOR_ATTACHMENT1);
}

void Targets::read_picture() {
    functions_.glBindFramebuffer(GL_READ_FRAMEBUFFER, picture_frame_.name());
    functions_.glReadBuffer(GL_COLOR_ATTACHMENT0);
}

}  // namespace millrace::viewers::gl
