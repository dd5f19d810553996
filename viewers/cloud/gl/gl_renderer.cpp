#include "viewers/cloud/gl/gl_renderer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "viewers/cloud/gl/shaders.hpp"

namespace millrace::viewers::gl {
namespace {

/// Pixels round the picture in which middles of points may lie.
constexpr int kMargin = 64;
static_assert(kMargin >= visual::PointSize::kMostPixels);

bool same_cloud(const visual::CloudLayer& a, const visual::CloudLayer& b) {
    return a.cloud == b.cloud && a.tree == b.tree && a.visible == b.visible &&
           a.world_from_layer == b.world_from_layer && a.coloring == b.coloring &&
           a.selected == b.selected;
}

void set_rows(Functions& functions, GLint place, const visual::LeafRows& rows) {
    std::array<float, 12> values{};
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(rows[i / 4][i % 4]);
    functions.glUniform4fv(place, 3, values.data());
}

visual::Vector3 levels(const visual::Color& color) {
    return {1.0 * color[0], 1.0 * color[1], 1.0 * color[2]};
}

}  // namespace

GlRenderer::GlRenderer(Functions& functions)
    : functions_(functions),
      points_(functions, kPointVertex, kPointFragment),
      shade_(functions, kWholeVertex, kShadeFragment),
      pixel_rows_(points_.place("pixel_rows")),
      crop_rows_(points_.place("crop_rows")),
      cropped_(points_.place("cropped")),
      overlay_(functions),
      empty_array_(functions, Object::Kind::VertexArray),
      query_(functions, Object::Kind::Query) {
    GLint viewport[2] = {most_pixels_, most_pixels_};
    functions.glGetIntegerv(GL_MAX_TEXTURE_SIZE, &most_pixels_);
    functions.glGetIntegerv(GL_MAX_VIEWPORT_DIMS, viewport);
    most_pixels_ = std::min({most_pixels_, viewport[0] - 2 * kMargin, viewport[1] - 2 * kMargin,
                             visual::SplatRenderer::kMostPixels});
}

bool GlRenderer::same_points(const visual::Scene& scene, const visual::View& view,
                             const visual::Style& style, int width, int height) const {
    return drawn_ && targets_->width() == width && targets_->height() == height && view_ == view &&
           style_.point_size == style.point_size && style_.crop == style.crop &&
           style_.coloring == style.coloring && style_.selection == style.selection &&
           std::ranges::equal(scene_.clouds, scene.clouds, same_cloud);
}

/// Buffers of clouds that are still shown stay; those of others go before new ones come.
void GlRenderer::keep_clouds(const visual::Scene& scene) {
    auto old = std::exchange(clouds_, {});
    clouds_.resize(scene.clouds.size());
    for (std::size_t i = 0; i < clouds_.size(); ++i) {
        if (!scene.clouds[i].shown()) continue;
        const auto same = std::ranges::find_if(old, [&](const auto& buffers) {
            return buffers && buffers->tree() == scene.clouds[i].tree;
        });
        if (same != old.end()) clouds_[i] = std::move(*same);
    }
    old.clear();
    for (std::size_t i = 0; i < clouds_.size(); ++i) {
        if (scene.clouds[i].shown() && !clouds_[i])
            clouds_[i] = std::make_unique<CloudBuffers>(functions_, scene.clouds[i].tree);
    }
}

void GlRenderer::begin(const visual::Scene& scene, int width, int height) {
    if (!targets_ || targets_->width() != width || targets_->height() != height) {
        targets_.reset();
        targets_ = std::make_unique<Targets>(functions_, width, height);
    }
    keep_clouds(scene);
    numbers_.emplace(scene);
    projector_.emplace(view_, width, height, scene.bounds());
    const int most = style_.point_size.most_pixels(), after = most / 2;
    leaves_.begin(scene_, *projector_, {-after, -after, width + most - 1, height + most - 1},
                  style_.crop ? &*style_.crop : nullptr);
    targets_->clear_points();
}

void GlRenderer::draw(const visual::Scene& scene, const visual::View& view,
                      const visual::Style& style, int width, int height, std::size_t budget) {
    width = std::clamp(width, 1, most_pixels_), height = std::clamp(height, 1, most_pixels_);
    const bool goes_on = same_points(scene, view, style, width, height);
    const bool same_clouds = drawn_ && std::ranges::equal(scene_.clouds, scene.clouds, same_cloud);
    const bool recolor =
        !same_clouds || style_.coloring != style.coloring || style_.selection != style.selection;
    if (!same_clouds) core_ = scene.core_bounds();
    scene_ = scene, view_ = view, style_ = style;
    // Whatever throws on the way, what stands then isn't taken for a picture.
    drawn_ = false;
    read_.pixels.clear();
    single_reads_ = 0;
    QElapsedTimer clock;
    clock.start();
    const bool timed = !query_open_;
    if (timed) functions_.glBeginQuery(GL_TIME_ELAPSED, query_.name());
    functions_.glDisable(GL_SCISSOR_TEST);
    functions_.glDisable(GL_STENCIL_TEST);
    functions_.glDisable(GL_CULL_FACE);
    functions_.glDisable(GL_BLEND);
    functions_.glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
    if (!goes_on) begin(scene_, width, height);
    if (recolor) {
        colors_ = visual::scene_colors(scene_, style_);
        for (const auto& buffers : clouds_) {
            if (buffers) buffers->forget_colors();
        }
    }
    const std::size_t before = leaves_.drawn();
    if (!leaves_.complete()) add(budget);
    shade();
    overlay_.draw(*targets_, empty_array_.name(), scene_, *projector_, style_, view_, core_);
    if (timed) {
        functions_.glEndQuery(GL_TIME_ELAPSED);
        query_open_ = true;
        measured_ = {leaves_.drawn() - before, static_cast<double>(clock.nsecsElapsed()) / 1e6};
    }
    drawn_ = true;
}

void GlRenderer::add(std::size_t budget) {
    leaves_.share_out(budget);
    const visual::PointSize& size = style_.point_size;
    const bool pixels = size.unit == visual::SizeUnit::Pixels;
    const int most = size.most_pixels();
    points_.use();
    points_.set("perspective", projector_->perspective() ? 1 : 0);
    points_.set("near_plane", static_cast<float>(projector_->near_plane()));
    points_.set("far_plane", static_cast<float>(projector_->far_plane()));
    points_.set("focal", static_cast<float>(focal_of(*projector_)));
    points_.set("picture", std::array{static_cast<float>(targets_->width()),
                                      static_cast<float>(targets_->height())});
    points_.set("margin", static_cast<float>(kMargin));
    points_.set("shift", pixels && most % 2 == 0 ? 0.5F : 0.0F);
    points_.set("fixed_size", pixels ? static_cast<float>(most) : 0.0F);
    points_.set("metres", static_cast<float>(size.value));
    points_.set("disc", size.shape == visual::PointShape::Disc ? 1 : 0);
    // The farthest point is still before what the buffer is cleared to.
    points_.set("depth_scale", static_cast<float>(0.999 / projector_->far_plane()));
    targets_->draw_points();
    functions_.glViewport(-kMargin, -kMargin, targets_->width() + 2 * kMargin,
                          targets_->height() + 2 * kMargin);
    functions_.glEnable(GL_PROGRAM_POINT_SIZE);
    functions_.glEnable(GL_DEPTH_TEST);
    functions_.glDepthFunc(GL_LESS);
    functions_.glDepthMask(GL_TRUE);
    const std::vector<visual::LeafList::Run>& runs = leaves_.runs();
    for (auto first = runs.begin(); first != runs.end();) {
        const auto last = std::find_if(first, runs.end(), [&](const visual::LeafList::Run& run) {
            return run.layer != first->layer;
        });
        draw_runs({first, last});
        first = last;
    }
    functions_.glDisable(GL_DEPTH_TEST);
    leaves_.note_drawn();
}

/// Of one layer.
void GlRenderer::draw_runs(std::span<const visual::LeafList::Run> runs) {
    const std::uint32_t layer = runs.front().layer;
    CloudBuffers& buffers = *clouds_[layer];
    buffers.fill(runs, *colors_[layer]);
    buffers.bind();
    points_.set("first_number", numbers_->first(layer));
    for (const visual::LeafList::Run& run : runs) {
        if (run.wanted <= run.drawn) continue;
        set_rows(functions_, pixel_rows_, leaves_.pixel_rows(run, *projector_));
        if (run.crop) set_rows(functions_, crop_rows_, leaves_.crop_rows(run, *style_.crop));
        functions_.glUniform1i(cropped_, run.crop ? 1 : 0);
        functions_.glDrawArrays(GL_POINTS, static_cast<GLint>(run.leaf->begin + run.drawn),
                                static_cast<GLsizei>(run.wanted - run.drawn));
    }
}

void GlRenderer::shade() {
    targets_->draw_picture();
    functions_.glActiveTexture(GL_TEXTURE1);
    functions_.glBindTexture(GL_TEXTURE_2D, targets_->pixels());
    functions_.glActiveTexture(GL_TEXTURE0);
    functions_.glBindTexture(GL_TEXTURE_2D, targets_->colors());
    const visual::EyeDome& dome = style_.eye_dome;
    shade_.use();
    shade_.set("colors", 0);
    shade_.set("pixels", 1);
    shade_.set("top", levels(style_.background_top));
    shade_.set("bottom", levels(style_.background_bottom));
    shade_.set("dome", dome.on ? 1 : 0);
    shade_.set("radius", std::clamp(dome.radius, 1, 16));
    shade_.set("strength", static_cast<float>(std::clamp(dome.strength, 0.0, 100.0)));
    shade_.set("unit", projector_->perspective() ? 0.0F : static_cast<float>(view_.distance));
    functions_.glBindVertexArray(empty_array_.name());
    functions_.glDrawArrays(GL_TRIANGLES, 0, 3);
}

void GlRenderer::show(GLuint frame, int width, int height) {
    functions_.glDisable(GL_SCISSOR_TEST);
    functions_.glBindFramebuffer(GL_DRAW_FRAMEBUFFER, frame);
    functions_.glViewport(0, 0, width, height);
    if (drawn_) {
        targets_->read_picture();
        functions_.glBlitFramebuffer(0, 0, targets_->width(), targets_->height(), 0, height, width,
                                     0, GL_COLOR_BUFFER_BIT, GL_NEAREST);
    } else {
        functions_.glClearColor(0, 0, 0, 1);
        functions_.glClear(GL_COLOR_BUFFER_BIT);
    }
    functions_.glBindFramebuffer(GL_FRAMEBUFFER, frame);
}

std::optional<GlRenderer::Timed> GlRenderer::take_time() {
    if (!query_open_) return std::nullopt;
    GLint ready = 0;
    functions_.glGetQueryObjectiv(query_.name(), GL_QUERY_RESULT_AVAILABLE, &ready);
    if (!ready) return std::nullopt;
    query_open_ = false;
    GLuint64 nanoseconds = 0;
    functions_.glGetQueryObjectui64v(query_.name(), GL_QUERY_RESULT, &nanoseconds);
    return Timed{measured_.points, std::max(measured_.ms, static_cast<double>(nanoseconds) / 1e6)};
}

const visual::Frame& GlRenderer::read_pixels() {
    if (!read_.pixels.empty()) return read_;
    read_.width = targets_->width(), read_.height = targets_->height();
    const auto count =
        static_cast<std::size_t>(read_.width) * static_cast<std::size_t>(read_.height);
    std::vector<std::uint32_t> halves(2 * count);
    targets_->read_pixels();
    functions_.glPixelStorei(GL_PACK_ALIGNMENT, 4);
    functions_.glReadPixels(0, 0, read_.width, read_.height, GL_RG_INTEGER, GL_UNSIGNED_INT,
                            halves.data());
    read_.pixels.resize(count);
    for (std::size_t i = 0; i < count; ++i)
        read_.pixels[i] =
            static_cast<visual::Pixel>(std::uint64_t{halves[2 * i]} << 32 | halves[2 * i + 1]);
    return read_;
}

float GlRenderer::depth_at(int x, int y) {
    constexpr float kNone = std::numeric_limits<float>::infinity();
    // Each question waits for the graphics card; many are better asked at once.
    constexpr int kMostSingle = 64;
    if (!drawn_ || x < 0 || y < 0 || x >= targets_->width() || y >= targets_->height())
        return kNone;
    visual::Pixel pixel = visual::kEmptyPixel;
    if (++single_reads_ > kMostSingle || !read_.pixels.empty()) {
        pixel = read_pixels().at(x, y);
    } else {
        GLuint halves[2] = {};
        targets_->read_pixels();
        functions_.glReadPixels(x, y, 1, 1, GL_RG_INTEGER, GL_UNSIGNED_INT, halves);
        pixel = static_cast<visual::Pixel>(std::uint64_t{halves[0]} << 32 | halves[1]);
    }
    return pixel == visual::kEmptyPixel ? kNone : visual::depth_of(pixel);
}

std::vector<std::vector<std::uint32_t>> GlRenderer::visible_on(const visual::PixelMask& mask) {
    if (!drawn_) return std::vector<std::vector<std::uint32_t>>(scene_.clouds.size());
    return visual::visible_on(read_pixels(), *numbers_, scene_, mask);
}

std::size_t GlRenderer::bytes() const {
    std::size_t sum = 0;
    for (const auto& buffers : clouds_) sum += buffers ? buffers->bytes() : 0;
    if (targets_)
        sum += std::size_t{24} * static_cast<std::size_t>(targets_->width()) *
               static_cast<std::size_t>(targets_->height());
    return sum;
}

}  // namespace millrace::viewers::gl
