#include "viewers/cloud/gl/overlay_pass.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/visual/scene/blend.hpp"
#include "viewers/cloud/gl/shaders.hpp"

namespace millrace::viewers::gl {
namespace {

using visual::operator-;

/// What the line program takes of each.
struct LineInstance {
    float x = 0, y = 0, along_x = 0, along_y = 0;
    float length = 0, first = 0, last = 0, half = 0;
    float opacity = 0;
    visual::Rgba color = 0;
};
static_assert(sizeof(LineInstance) == 40);

LineInstance instance_of(const visual::PixelLine& line, const visual::Color& color) {
    const auto real = [](double value) { return static_cast<float>(value); };
    return {real(line.x), real(line.y), real(line.ux), real(line.uy), real(line.length),
            real(line.a), real(line.b), line.half,     line.opacity,  visual::rgba_of(color)};
}

/// Depths of images are kept as so large a part of the far plane that none is cut.
float screen_scale(const visual::Projector& projector) {
    return static_cast<float>(1 / (1024 * projector.far_plane()));
}

/// Metres, in perspective a share of the depth: as the software renderer's lines.
float slack_of(const visual::Projector& projector) {
    const double near_plane = projector.near_plane();
    const auto metres = visual::slack(projector, near_plane);
    return projector.perspective() ? metres / static_cast<float>(near_plane) : metres;
}

/// Every `step`-th pixel of every `step`-th row.
std::vector<std::uint8_t> thinned(const visual::Raster& image, int step) {
    std::vector<std::uint8_t> bytes;
    const auto channels = static_cast<std::size_t>(image.channels);
    for (int y = 0; y < image.height; y += step) {
        const auto row = static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width);
        for (int x = 0; x < image.width; x += step) {
            const std::uint8_t* pixel =
                image.bytes.data() + (row + static_cast<std::size_t>(x)) * channels;
            bytes.insert(bytes.end(), pixel, pixel + channels);
        }
    }
    return bytes;
}

}  // namespace

OverlayPass::OverlayPass(Functions& functions)
    : functions_(functions),
      image_(functions, kWholeVertex, kImageFragment),
      screen_(functions, kWholeVertex, kScreenFragment),
      line_(functions, kLineVertex, kLineFragment),
      line_array_(functions, Object::Kind::VertexArray),
      line_buffer_(functions, Object::Kind::Buffer) {
    functions.glBindVertexArray(line_array_.name());
    functions.glBindBuffer(GL_ARRAY_BUFFER, line_buffer_.name());
    const auto attribute = [&](GLuint place, GLint count, GLenum type, GLboolean norm,
                               std::size_t offset) {
        functions.glEnableVertexAttribArray(place);
        functions.glVertexAttribPointer(place, count, type, norm, sizeof(LineInstance),
                                        reinterpret_cast<const void*>(offset));
        functions.glVertexAttribDivisor(place, 1);
    };
    attribute(0, 4, GL_FLOAT, GL_FALSE, offsetof(LineInstance, x));
    attribute(1, 4, GL_FLOAT, GL_FALSE, offsetof(LineInstance, length));
    attribute(2, 1, GL_FLOAT, GL_FALSE, offsetof(LineInstance, opacity));
    attribute(3, 4, GL_UNSIGNED_BYTE, GL_TRUE, offsetof(LineInstance, color));
}

/// Uploads the images that are new, and drops those that are gone.
void OverlayPass::keep_textures(const visual::Scene& scene) {
    std::vector<Placed> kept;
    GLint most = 1024;
    functions_.glGetIntegerv(GL_MAX_TEXTURE_SIZE, &most);
    for (const visual::CameraLayer& layer : scene.cameras) {
        if (!layer.visible || !layer.image || !visual::drawable(*layer.image)) continue;
        const auto same = [&](const Placed& placed) { return placed.image == layer.image; };
        if (std::ranges::any_of(kept, same)) continue;
        if (const auto old = std::ranges::find_if(textures_, same); old != textures_.end()) {
            kept.push_back(std::move(*old));
            continue;
        }
        const visual::Raster& image = *layer.image;
        const int step = (std::max(image.width, image.height) + most - 1) / most;
        std::vector<std::uint8_t> fewer;
        if (step > 1) fewer = thinned(image, step);
        Placed placed{layer.image, Object(functions_, Object::Kind::Texture)};
        functions_.glBindTexture(GL_TEXTURE_2D, placed.texture.name());
        const GLenum format = image.channels == 1 ? GL_RED : image.channels == 3 ? GL_RGB : GL_RGBA;
        functions_.glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
        functions_.glTexImage2D(GL_TEXTURE_2D, 0, image.channels == 1 ? GL_R8 : GL_RGB8,
                                (image.width + step - 1) / step, (image.height + step - 1) / step,
                                0, format, GL_UNSIGNED_BYTE,
                                step > 1 ? fewer.data() : image.bytes.data());
        functions_.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
        functions_.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
        functions_.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
        if (image.channels == 1) {
            functions_.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_G, GL_RED);
            functions_.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_B, GL_RED);
        }
        kept.push_back(std::move(placed));
    }
    textures_ = std::move(kept);
}

GLuint OverlayPass::texture_of(const visual::Raster& image) const {
    const auto found = std::ranges::find_if(
        textures_, [&](const Placed& placed) { return placed.image.get() == &image; });
    return found == textures_.end() ? 0 : found->texture.name();
}

void OverlayPass::set_plane(Program& program, const visual::Projector& projector,
                            const visual::StandingImage& image) {
    program.use();
    const visual::Vector3 corner = projector.to_camera(image.corners[0]);
    const visual::Projected middle = projector.to_pixel({0, 0, 1});
    program.set("corner", corner);
    program.set("across", projector.to_camera(image.corners[1]) - corner);
    program.set("down", projector.to_camera(image.corners[2]) - corner);
    program.set("middle", std::array{static_cast<float>(middle.x), static_cast<float>(middle.y)});
    program.set("focal", static_cast<float>(focal_of(projector)));
    program.set("near_plane", static_cast<float>(projector.near_plane()));
    program.set("perspective", projector.perspective() ? 1 : 0);
    program.set("slack", slack_of(projector));
    program.set("pixels", 1);
}

void OverlayPass::draw_images(Targets& targets, GLuint array, const visual::Scene& scene,
                              const visual::Projector& projector, double hidden) {
    has_screens_ = false;
    keep_textures(scene);
    functions_.glBindVertexArray(array);
    for (const visual::StandingImage& each : visual::standing_images(scene)) {
        const GLuint texture = texture_of(*each.image);
        if (texture == 0 || std::ranges::any_of(each.corners, visual::far_out)) continue;
        if (!has_screens_) targets.clear_screens();
        has_screens_ = true;
        const double opacity = std::clamp(each.opacity, 0.0, 1.0);
        targets.draw_picture();
        functions_.glEnable(GL_BLEND);
        functions_.glActiveTexture(GL_TEXTURE0);
        functions_.glBindTexture(GL_TEXTURE_2D, texture);
        set_plane(image_, projector, each);
        image_.set("image", 0);
        image_.set("opacity", static_cast<float>(opacity));
        image_.set("hidden", static_cast<float>(std::clamp(hidden, 0.0, 1.0)));
        functions_.glDrawArrays(GL_TRIANGLES, 0, 3);
        if (opacity <= 0.5) continue;
        targets.draw_screens();
        functions_.glDisable(GL_BLEND);
        functions_.glEnable(GL_DEPTH_TEST);
        functions_.glDepthFunc(GL_LESS);
        set_plane(screen_, projector, each);
        screen_.set("depth_scale", screen_scale(projector));
        functions_.glDrawArrays(GL_TRIANGLES, 0, 3);
        functions_.glDisable(GL_DEPTH_TEST);
    }
}

void OverlayPass::draw_lines(std::span<const visual::Segment> segments,
                             const visual::Projector& projector, double hidden) {
    std::vector<LineInstance> lines;
    lines.reserve(segments.size());
    for (const visual::Segment& segment : segments) {
        if (const auto line = visual::pixel_line(segment, projector))
            lines.push_back(instance_of(*line, segment.color));
    }
    if (lines.empty()) return;
    functions_.glBindVertexArray(line_array_.name());
    functions_.glBindBuffer(GL_ARRAY_BUFFER, line_buffer_.name());
    functions_.glBufferData(GL_ARRAY_BUFFER,
                            static_cast<GLsizeiptr>(lines.size() * sizeof(LineInstance)),
                            lines.data(), GL_STREAM_DRAW);
    line_.use();
    line_.set("picture", std::array{static_cast<float>(projector.width()),
                                    static_cast<float>(projector.height())});
    line_.set("pixels", 1);
    line_.set("screens", 2);
    line_.set("perspective", projector.perspective() ? 1 : 0);
    line_.set("has_screens", has_screens_ ? 1 : 0);
    line_.set("hidden", static_cast<float>(std::clamp(hidden, 0.0, 1.0)));
    line_.set("slack", slack_of(projector));
    line_.set("depth_scale", screen_scale(projector));
    functions_.glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(lines.size()));
}

void OverlayPass::draw(Targets& targets, GLuint array, const visual::Scene& scene,
                       const visual::Projector& projector, const visual::Style& style,
                       const visual::View& view, const visual::Bounds& core) {
    functions_.glActiveTexture(GL_TEXTURE1);
    functions_.glBindTexture(GL_TEXTURE_2D, targets.pixels());
    functions_.glActiveTexture(GL_TEXTURE2);
    functions_.glBindTexture(GL_TEXTURE_2D, targets.screens());
    functions_.glActiveTexture(GL_TEXTURE0);
    functions_.glBlendEquation(GL_FUNC_ADD);
    functions_.glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ZERO, GL_ONE);
    draw_images(targets, array, scene, projector, style.hidden_lines);
    targets.draw_picture();
    functions_.glEnable(GL_BLEND);
    std::vector<visual::Segment> segments;
    if (style.grid) segments = visual::grid_segments(core, view, style);
    if (style.axes) {
        const auto axes = visual::axes_segments(scene, view);
        segments.insert(segments.end(), axes.begin(), axes.end());
    }
    draw_lines(segments, projector, 0);
    draw_lines(visual::shape_segments(scene, style), projector, style.hidden_lines);
    functions_.glDisable(GL_BLEND);
}

}  // namespace millrace::viewers::gl
