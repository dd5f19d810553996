// Images and lines that stand in the scene, drawn over the points by OpenGL as
// visual::draw_overlay() draws them by software. Owned by the renderer, whose context must be
// current; window thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/visual/scene/overlay.hpp"
#include "viewers/cloud/gl/objects.hpp"
#include "viewers/cloud/gl/targets.hpp"

namespace millrace::viewers::gl {

class OverlayPass {
public:
    explicit OverlayPass(Functions& functions);

    /// Onto the targets' picture. `array` is an empty vertex array; `core` as
    /// Scene::core_bounds().
    void draw(Targets& targets, GLuint array, const visual::Scene& scene,
              const visual::Projector& projector, const visual::Style& style,
              const visual::View& view, const visual::Bounds& core);

private:
    struct Placed {
        std::shared_ptr<const visual::Raster> image;
        Object texture;
    };
    void keep_textures(const visual::Scene& scene);
    GLuint texture_of(const visual::Raster& image) const;
    void draw_images(Targets& targets, GLuint array, const visual::Scene& scene,
                     const visual::Projector& projector, double hidden);
    void set_plane(Program& program, const visual::Projector& projector,
                   const visual::StandingImage& image);
    void draw_lines(std::span<const visual::Segment> segments, const visual::Projector& projector,
                    double hidden);

    Functions& functions_;
    Program image_, screen_, line_;
    Object line_array_, line_buffer_;
    std::vector<Placed> textures_;
    bool has_screens_ = false;  ///< of the picture that is drawn
};

}  // namespace millrace::viewers::gl
