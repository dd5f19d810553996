// The OpenGL 3.3 core renderer: draws scenes as visual::SplatRenderer does, from the same lists of
// leaves, colours, lines and images, so that both show one picture but for roundings; where points
// of two leaves lie at the same depth to the last bit, the one drawn first is seen. It was tried
// with Mesa's software rasteriser alone, on no graphics card. A widget owns it, whose context must
// be current for everything here; window thread only.
#pragma once

#include <QElapsedTimer>
#include <QImage>
#include <memory>
#include <optional>
#include <vector>

#include "engine/visual/scene/renderer.hpp"
#include "viewers/cloud/gl/cloud_buffers.hpp"
#include "viewers/cloud/gl/overlay_pass.hpp"
#include "viewers/cloud/gl/targets.hpp"

namespace millrace::viewers::gl {

class GlRenderer {
public:
    /// How long a picture took, and how many points it drew.
    struct Timed {
        std::size_t points = 0;
        double ms = 0;
    };

    /// Throws engine::Error E-VIEW-013 when the driver can't use the shaders.
    explicit GlRenderer(Functions& functions);

    /// As SplatRenderer::draw(); other colours begin the points anew. Throws engine::Error
    /// E-VIEW-014 when the graphics card has no room.
    void draw(const visual::Scene& scene, const visual::View& view, const visual::Style& style,
              int width, int height, std::size_t budget = visual::PointPass::kAll);
    /// Puts the last picture into a framebuffer of this size, bottom row first.
    void show(GLuint frame, int width, int height);

    bool complete() const { return drawn_ && leaves_.complete(); }
    std::size_t drawn() const { return leaves_.drawn(); }
    std::size_t in_sight() const { return leaves_.in_sight(); }
    /// Of a picture before, once: the graphics card tells it late.
    std::optional<Timed> take_time();

    /// Metres to the point seen in a pixel of the last picture, infinite where there is none.
    float depth_at(int x, int y);
    std::vector<std::vector<std::uint32_t>> visible_on(const visual::PixelMask& mask);
    /// Bytes of the graphics card's memory that points and pictures take.
    std::size_t bytes() const;

private:
    bool same_points(const visual::Scene& scene, const visual::View& view,
                     const visual::Style& style, int width, int height) const;
    void keep_clouds(const visual::Scene& scene);
    void begin(const visual::Scene& scene, int width, int height);
    void add(std::size_t budget);
    void draw_runs(std::span<const visual::LeafList::Run> runs);
    void shade();
    const visual::Frame& read_pixels();

    Functions& functions_;
    Program points_, shade_;
    GLint pixel_rows_, crop_rows_, cropped_;  ///< set for each leaf
    OverlayPass overlay_;
    Object empty_array_, query_;
    std::unique_ptr<Targets> targets_;
    std::vector<std::unique_ptr<CloudBuffers>> clouds_;  ///< of the scene's layers; null if hidden
    GLint most_pixels_ = 1024;

    visual::Scene scene_;
    visual::View view_;
    visual::Style style_;
    visual::Bounds core_;
    visual::LeafList leaves_;
    std::optional<visual::Projector> projector_;
    std::optional<visual::PointNumbers> numbers_;
    std::vector<std::optional<visual::LayerColors>> colors_;
    bool drawn_ = false;  ///< what stands is a picture

    visual::Frame read_;  ///< the pixels as the software renderer has them, once asked for
    int single_reads_ = 0;
    bool query_open_ = false;
    Timed measured_;  ///< what the query is about; its ms are the processor's
};

}  // namespace millrace::viewers::gl
