// The rival: GL_POINTS from one vertex buffer, through OpenGL without a display. On a machine
// without a graphics card that is Mesa's software rasteriser.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/visual/scene/scene.hpp"
#include "engine/visual/scene/view.hpp"

namespace millrace::bench {

class MesaPoints {
public:
    /// Uploads the first cloud's points with their intensity as grey. Throws std::runtime_error
    /// without OpenGL 3.3.
    explicit MesaPoints(const visual::Scene& scene, int width, int height);
    ~MesaPoints();
    MesaPoints(const MesaPoints&) = delete;
    MesaPoints& operator=(const MesaPoints&) = delete;

    /// Draws 2 x 2 pixels a point and waits for the end.
    void draw(const visual::View& view, const visual::Bounds& bounds);
    /// Red of each pixel, from the top; the background is 26.
    std::vector<std::uint8_t> red() const;
    const std::string& renderer() const { return renderer_; }

private:
    struct State;
    std::unique_ptr<State> state_;
    std::string renderer_;
};

}  // namespace millrace::bench
