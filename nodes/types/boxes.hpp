// Boxes in space and in images.
#pragma once

#include "engine/packet.hpp"
#include "engine/visual/visual.hpp"

namespace millrace::types {

using Box3d = visual::Boxes3d::Box;  ///< geometric centre, full sizes dx dy dz, yaw about +z, in `frame`
using Box2d = visual::Boxes2d::Box;  ///< pixels, x1 y1 x2 y2

struct Boxes3d : visual::Boxes3d {};
struct Boxes2d : visual::Boxes2d {};

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::Boxes3d> {
    static constexpr std::string_view name = "boxes3d";
    static constexpr int version = 1;
    static Record record(const types::Boxes3d& boxes);
    static types::Boxes3d restore(const Record& record);
    static std::vector<visual::Visual> visual(const types::Boxes3d& boxes, const visual::Budget& budget);
};

template <>
struct millrace::engine::PayloadTraits<millrace::types::Boxes2d> {
    static constexpr std::string_view name = "boxes2d";
    static constexpr int version = 1;
    static Record record(const types::Boxes2d& boxes);
    static types::Boxes2d restore(const Record& record);
    static std::vector<visual::Visual> visual(const types::Boxes2d& boxes, const visual::Budget& budget);
};
