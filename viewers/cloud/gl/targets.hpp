// The pictures that the OpenGL renderer draws into, all of one size, top row first: points (colour,
// and what the software renderer calls a pixel: depth and number of the nearest point), the
// finished picture, and the depths of images that stand in the scene. 24 bytes a pixel. Owned by
// the renderer, whose context must be current; window thread only.
#pragma once

#include "engine/visual/scene/view.hpp"
#include "viewers/cloud/gl/objects.hpp"

namespace millrace::viewers::gl {

/// Pixels that one metre covers at a depth of one metre, also where that is before the near plane.
inline double focal_of(const visual::Projector& projector) {
    const double depth = projector.perspective() ? projector.near_plane() : 1;
    return projector.pixels_per_metre(depth) * depth;
}

class Targets {
public:
    /// Throws engine::Error E-VIEW-014 when they can't be had.
    Targets(Functions& functions, int width, int height);

    int width() const { return width_; }
    int height() const { return height_; }
    /// Make a target the one that is drawn into, its own size the viewport.
    void draw_points() { draw_into(points_frame_); }
    void draw_picture() { draw_into(picture_frame_); }
    void draw_screens() { draw_into(screens_frame_); }
    void clear_points();
    void clear_screens();

    GLuint colors() const { return colors_.name(); }
    GLuint pixels() const { return pixels_.name(); }
    GLuint screens() const { return screens_.name(); }
    /// For reading: the pixels, or the picture, become what is read from.
    void read_pixels();
    void read_picture();

private:
    void draw_into(const Object& frame);
    void make_texture(const Object& texture, GLint form, GLenum format, GLenum type) const;
    void check(const char* what) const;

    Functions& functions_;
    int width_, height_;
    Object colors_, pixels_, depth_, picture_, screens_;
    Object points_frame_, picture_frame_, screens_frame_;
};

}  // namespace millrace::viewers::gl
