// What a ray sees where it hits: colours for the camera and reflectance for the LiDAR, by
// procedural textures. Plain functions of the hit, any thread.
#pragma once

#include "nodes/ops/street/scene.hpp"

namespace millrace::ops::street {

struct Surface {
    Vector albedo;             ///< linear, 0 to 1
    Vector normal;             ///< as shaded: bumps included
    float mirror = 0;          ///< share of the surroundings reflected when looked at head-on
    float highlight = 0;       ///< strength of the sun's image
    float glow = 0;            ///< light of its own
    float translucent = 0;     ///< share of light that comes through from behind: leaves
    float reflectance = 0.3f;  ///< near infrared, 0 to 1; above 0.9: retro-reflective
    bool glass = false;        ///< most LiDAR pulses pass or bounce away
};

/// A hit with all that textures ask about it.
struct Look {
    const Scene& scene;
    const Hit& hit;
    Vector point;      ///< scene frame
    Vector direction;  ///< of the ray, scene frame
    float spot;        ///< size of a pixel or beam there, metres: finer detail is averaged
};

/// The surface at a hit of Scene::nearest().
Surface surface_at(const Look& look);

// Parts of surface_at, by what stands there. `surface` comes with the solid's plain colour and true
// normal.
void texture_ground(const Look& look, Surface& surface);
void texture_facade(const Look& look, const Primitive& solid, Surface& surface);
void texture_shop(const Look& look, const Primitive& solid, Surface& surface);
void texture_roof(const Look& look, const Primitive& solid, Surface& surface);
void texture_paint(const Look& look, const Primitive& solid, Surface& surface);
void texture_cabin(const Look& look, const Primitive& solid, Surface& surface);
void texture_tyre(const Look& look, const Primitive& solid, Surface& surface);

/// Share of a strip of half width `half` that a spot at `distance` from its middle covers.
inline float strip(float distance, float half, float spot) {
    return clamp01((half - std::abs(distance)) / std::max(spot, 1e-4f) + 0.5f);
}
/// How far detail of `size` metres is still told apart: 1 near, 0 where a spot swallows it.
inline float visible(float size, float spot) { return clamp01(1.5f - spot / size); }

inline void make_glass(Surface& surface, Vector behind) {
    surface.albedo = behind;
    surface.mirror = 0.09f;
    surface.highlight = 1.0f;
    surface.reflectance = 0.05f;
    surface.glass = true;
}

inline float brightness(Vector color) { return 0.25f * color.x + 0.6f * color.y + 0.15f * color.z; }

}  // namespace millrace::ops::street
