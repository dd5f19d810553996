// A registry that holds the nodes of the image family; cameras and pictures are
// those of the fusion family's tests.
#pragma once

#include <algorithm>

#include "tests/nodes/fusion/fusion.hpp"

namespace millrace::nodes {
void register_color_map(engine::Registry& registry);
void register_resize(engine::Registry& registry);
void register_tone_curve(engine::Registry& registry);
void register_undistort(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {

inline const engine::Registry& image_registry() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto filled = std::make_unique<engine::Registry>();
        nodes::register_color_map(*filled);
        nodes::register_resize(*filled);
        nodes::register_tone_curve(*filled);
        nodes::register_undistort(*filled);
        return filled;
    }();
    return *registry;
}

template <class... Inputs>
std::vector<engine::Packet> run_image(const std::string& id, const engine::Object& params,
                                      Inputs... inputs) {
    return run_node(image_registry(), id, params, {packet(std::move(inputs))...});
}

/// The numbers row by row.
template <class Number>
types::Image image_with(int width, int height, int channels, const std::vector<Number>& numbers) {
    const types::Depth depth = sizeof(Number) == 1   ? types::Depth::U8
                               : sizeof(Number) == 2 ? types::Depth::U16
                                                     : types::Depth::F32;
    types::Image image(width, height, channels, depth);
    std::ranges::copy(numbers, image.row<Number>(0));
    return image;
}

template <class Number>
std::vector<Number> values_of(const types::Image& image) {
    const Number* first = image.row<Number>(0);
    return {first, first + image.bytes.size() / sizeof(Number)};
}

}  // namespace millrace::testing
