// The programs that the OpenGL renderer runs, GLSL 3.30. They take pixels and depths in metres as
// the software renderer does, so that both put a point on the same pixels. Constant text.
#pragma once

namespace millrace::viewers::gl {

/// A point as three numbers relative to its leaf's center; rows as of LeafList::pixel_rows().
inline constexpr const char* kPointVertex = R"(#version 330 core
layout(location = 0) in float x;
layout(location = 1) in float y;
layout(location = 2) in float z;
layout(location = 3) in vec4 color;
uniform vec4 rows[3];
uniform vec4 crop_rows[3];
uniform bool crop, perspective, metres, disc;
uniform vec2 picture, planes;
uniform float size, focal;
flat out vec4 shown;
flat out float depth;
flat out float width;
void main() {
    vec4 point = vec4(x, y, z, 1.0);
    vec2 pixel = vec2(dot(rows[0], point), dot(rows[1], point));
    depth = dot(rows[2], point);
    if (perspective) pixel /= depth;
    bool inside = depth >= planes.x && depth <= planes.y;
    if (crop) {
        vec3 place = vec3(dot(crop_rows[0], point), dot(crop_rows[1], point),
                          dot(crop_rows[2], point));
        inside = inside && all(lessThanEqual(abs(place), vec3(1.0)));
    }
    width = size;
    if (metres) width = floor(clamp(size * focal / (perspective ? depth : 1.0) + 0.5, 1.0, 48.0));
    // As points of the software renderer: whole pixels, an even size half a pixel up and left.
    vec2 corner = floor(pixel - (mod(width, 2.0) == 0.0 && !metres ? 0.5 : 0.0));
    if (metres) corner -= floor((width - 1.0) / 2.0);
    else corner -= floor((width - 1.0) / 2.0);
    vec2 middle = corner + width / 2.0;
    shown = color;
    gl_PointSize = width;
    gl_Position = inside ? vec4(middle.x / picture.x * 2.0 - 1.0,
                                1.0 - middle.y / picture.y * 2.0, depth / planes.y * 2.0 - 1.0, 1.0)
                         : vec4(2.0, 2.0, 2.0, 1.0);
}
)";

inline constexpr const char* kPointFragment = R"(#version 330 core
flat in vec4 shown;
flat in float depth;
flat in float width;
uniform bool disc;
layout(location = 0) out vec4 color;
layout(location = 1) out float distance_to_eye;
void main() {
    if (disc && width > 2.0) {
        vec2 arm = (gl_PointCoord - 0.5) * width;
        if (dot(arm, arm) > width * width / 4.0 + 0.25) discard;
    }
    color = shown;
    distance_to_eye = depth;
}
)";

/// One triangle over the whole picture.
inline constexpr const char* kFullVertex = R"(#version 330 core
void main() {
    vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
    gl_Position = vec4(corner, 0.0, 1.0);
}
)";

/// Background, points and eye-dome lighting, by the formulas of shade().
inline constexpr const char* kShadeFragment = R"(#version 330 core
uniform sampler2D colors, depths;
uniform vec3 top, bottom;
uniform vec2 picture;
uniform bool lit;
uniform float strength, unit;
uniform int radius;
out vec4 color;
float depth_at(ivec2 place) {
    float depth = texelFetch(depths, place, 0).r;
    return depth > 0.0 ? depth : 1e30;
}
void main() {
    ivec2 place = ivec2(gl_FragCoord.xy);
    float own = depth_at(place);
    if (own > 1e29) {
        float share = 1.0 - (float(place.y)) / max(picture.y - 1.0, 1.0);
        color = vec4(mix(top, bottom, share), 1.0);
        return;
    }
    color = vec4(texelFetch(colors, place, 0).rgb, 1.0);
    if (!lit) return;
    const float slack = 0.0005, full = 0.05;
    float scale = 1.0 / full / (unit > 0.0 ? unit : own), darkness = 0.0;
    for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
            if (dx == 0 && dy == 0) continue;
            ivec2 other = place + ivec2(dx, dy) * radius;
            if (other.x < 0 || other.y < 0 || other.x >= int(picture.x) ||
                other.y >= int(picture.y))
                continue;
            float nearer = (own - depth_at(other)) * scale - slack / full;
            darkness += (dx != 0 && dy != 0 ? 0.7 : 1.0) * clamp(nearer, 0.0, 1.0);
        }
    }
    color.rgb *= 0.15 + 0.85 * exp(-0.8 * strength * darkness);
}
)";

/// Corners of lines and images, in pixels; `level` goes evenly over the picture: inverse depth in
/// perspective, else depth.
inline constexpr const char* kShapeVertex = R"(#version 330 core
layout(location = 0) in vec2 pixel;
layout(location = 1) in vec4 color;
layout(location = 2) in vec4 along;  // pixels along and across, length, half width
layout(location = 3) in float level;
uniform vec2 picture;
flat out vec4 shown;
noperspective out vec4 place;
noperspective out float depth_level;
void main() {
    shown = color;
    place = along;
    depth_level = level;
    gl_Position = vec4(pixel.x / picture.x * 2.0 - 1.0, 1.0 - pixel.y / picture.y * 2.0, 0.0, 1.0);
}
)";

inline constexpr const char* kLineFragment = R"(#version 330 core
flat in vec4 shown;
noperspective in vec4 place;
noperspective in float depth_level;
uniform sampler2D depths;
uniform bool perspective;
uniform float slack, hidden;
out vec4 color;
void main() {
    if (place.x < 0.0 || place.x >= place.z) discard;
    float cover = min(1.0, place.w - abs(place.y));
    if (cover <= 0.0) discard;
    float depth = perspective ? 1.0 / depth_level : depth_level;
    float level = depth - (perspective ? slack * depth : slack);
    float before = texelFetch(depths, ivec2(gl_FragCoord.xy), 0).r;
    if (before > 0.0 && level > before) cover *= hidden;
    color = vec4(shown.rgb, shown.a * cover);
}
)";

/// `along` holds the place in the image, times depth_level in perspective.
inline constexpr const char* kImageFragment = R"(#version 330 core
flat in vec4 shown;
noperspective in vec4 place;
noperspective in float depth_level;
uniform sampler2D depths, image;
uniform bool perspective;
uniform float slack, hidden;
out vec4 color;
void main() {
    float depth = perspective ? 1.0 / depth_level : depth_level;
    vec2 at = perspective ? place.xy * depth : place.xy;
    float level = depth - (perspective ? slack * depth : slack);
    float before = texelFetch(depths, ivec2(gl_FragCoord.xy), 0).r;
    float opacity = shown.a * (before > 0.0 && level > before ? hidden : 1.0);
    color = vec4(texture(image, at).rgb, opacity);
}
)";

}  // namespace millrace::viewers::gl
