#include "viewers/cloud/gl/shaders.hpp"

// A pixel without a point holds the two halves of visual::kEmptyPixel; depths of points are below.
#define MILLRACE_GLSL "#version 330 core\n#define EMPTY 0x7fffffffu\n"

// Where a sight line through a pixel meets an image; `depth` is negative where it doesn't.
#define MILLRACE_PLANE                                                                         \
    "uniform vec3 corner, across, down;\n"                                                     \
    "uniform vec2 middle;\n"                                                                   \
    "uniform float focal, near_plane;\n"                                                       \
    "uniform bool perspective;\n"                                                              \
    "vec3 hit(vec2 at) {\n"                                                                    \
    "    vec2 off = (at - middle) / focal;\n"                                                  \
    "    vec3 start = perspective ? vec3(0.0) : vec3(off, 0.0);\n"                             \
    "    vec3 way = perspective ? vec3(off, 1.0) : vec3(0.0, 0.0, 1.0);\n"                     \
    "    vec3 normal = cross(across, down);\n"                                                 \
    "    float slope = dot(way, normal);\n"                                                    \
    "    if (abs(slope) < 1e-12) return vec3(-1.0);\n"                                         \
    "    float depth = dot(corner - start, normal) / slope;\n"                                 \
    "    if (!(depth > near_plane)) return vec3(-1.0);\n"                                      \
    "    vec3 on = start + way * depth - corner;\n"                                            \
    "    return vec3(dot(cross(on, down), normal), dot(cross(across, on), normal), depth) /\n" \
    "           vec3(vec2(dot(normal, normal)), 1.0);\n"                                       \
    "}\n"                                                                                      \
    "bool within(vec3 place) {\n"                                                              \
    "    return place.z > 0.0 && place.x >= 0.0 && place.x < 1.0 && place.y >= 0.0 &&\n"       \
    "           place.y < 1.0;\n"                                                              \
    "}\n"

namespace millrace::viewers::gl {

// Points fall on whole pixels before they get their size. The viewport has a margin on all sides,
// since OpenGL drops a point with its middle outside, however large it is.
const char* const kPointVertex = MILLRACE_GLSL R"(
layout(location = 0) in float x;
layout(location = 1) in float y;
layout(location = 2) in float z;
layout(location = 3) in vec4 color;
uniform vec4 pixel_rows[3];
uniform vec4 crop_rows[3];
uniform bool cropped, perspective;
uniform float near_plane, far_plane, focal;
uniform vec2 picture;     // pixels
uniform float margin;     // pixels round the picture
uniform float shift;      // 0.5 where all points are of an even size
uniform float fixed_size; // pixels; 0 where the size is in metres
uniform float metres;
uniform uint first_number;
flat out vec4 paint;
flat out vec2 middle;
flat out float size;
flat out uvec2 found;

float row(vec4 row) { return ((row.x * x + row.y * y) + row.z * z) + row.w; }
bool kept(vec4 of) { float part = row(of); return part >= -1.0 && part <= 1.0; }

void main() {
    float depth = row(pixel_rows[2]);
    vec2 place = vec2(row(pixel_rows[0]), row(pixel_rows[1]));
    if (perspective) place *= 1.0 / depth;
    vec2 cell = floor(place + (64.0 - shift)) - 64.0;
    bool inside = depth >= near_plane && depth <= far_plane &&
                  cell.x >= -margin && cell.x < picture.x + margin &&
                  cell.y >= -margin && cell.y < picture.y + margin;
    if (cropped) inside = inside && kept(crop_rows[0]) && kept(crop_rows[1]) && kept(crop_rows[2]);
    float scale = perspective ? focal / max(depth, near_plane) : focal;
    size = fixed_size > 0.0 ? fixed_size : clamp(floor(metres * scale + 0.5), 1.0, 48.0);
    // Of an even size, one pixel more lies to the right and below.
    middle = cell + (mod(size, 2.0) < 0.5 ? 1.0 : 0.5);
    paint = color;
    found = uvec2(floatBitsToUint(depth), first_number + uint(gl_VertexID));
    gl_PointSize = size;
    gl_Position = inside ? vec4((middle + margin) / (picture + 2.0 * margin) * 2.0 - 1.0, 0.0, 1.0)
                         : vec4(2.0, 2.0, 2.0, 1.0);
}
)";

// The depth is the software renderer's to the last bit or two; what a depth buffer makes of a
// projection would not be.
const char* const kPointFragment = MILLRACE_GLSL R"(
flat in vec4 paint;
flat in vec2 middle;
flat in float size;
flat in uvec2 found;
uniform bool disc;
uniform float depth_scale;
layout(location = 0) out vec4 color;
layout(location = 1) out uvec2 pixel;

void main() {
    vec2 arm = gl_FragCoord.xy - middle;
    if (disc && dot(arm, arm) > size * size * 0.25 + 0.25) discard;
    gl_FragDepth = uintBitsToFloat(found.x) * depth_scale;
    color = paint;
    pixel = found;
}
)";

const char* const kWholeVertex = MILLRACE_GLSL R"(
void main() {
    vec2 corner = vec2((gl_VertexID & 1) * 4 - 1, (gl_VertexID & 2) * 2 - 1);
    gl_Position = vec4(corner, 0.0, 1.0);
}
)";

const char* const kShadeFragment = MILLRACE_GLSL R"(
uniform sampler2D colors;
uniform usampler2D pixels;
uniform vec3 top, bottom;  // 0 to 255
uniform bool dome;
uniform int radius;
uniform float strength, unit;
out vec4 result;

const int kDither[16] = int[](0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5);
const ivec2 kArms[8] = ivec2[](ivec2(-1, 0), ivec2(1, 0), ivec2(0, -1), ivec2(0, 1),
                               ivec2(-1, -1), ivec2(1, -1), ivec2(-1, 1), ivec2(1, 1));

float depth_at(ivec2 at) {
    uint bits = texelFetch(pixels, at, 0).r;
    return bits == EMPTY ? 1e30 : uintBitsToFloat(bits);
}

float darkness(ivec2 at, ivec2 size) {
    float own = depth_at(at), sum = 0.0;
    float scale = 20.0 / (unit > 0.0 ? unit : own);
    for (int i = 0; i < 8; ++i) {
        ivec2 other = at + kArms[i] * radius;
        if (any(lessThan(other, ivec2(0))) || any(greaterThanEqual(other, size))) continue;
        float nearer = (own - depth_at(other)) * scale - 0.01;
        sum += (i < 4 ? 1.0 : 0.7) * clamp(nearer, 0.0, 1.0);
    }
    return sum;
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), size = textureSize(pixels, 0);
    if (texelFetch(pixels, at, 0).r == EMPTY) {
        float share = size.y > 1 ? float(at.y) / float(size.y - 1) : 0.0;
        float step = (float(kDither[(at.y & 3) * 4 + (at.x & 3)]) + 0.5) / 16.0;
        result = vec4(floor(mix(top, bottom, share) + step) / 255.0, 1.0);
        return;
    }
    vec3 color = floor(texelFetch(colors, at, 0).rgb * 255.0 + 0.5);
    if (dome) {
        float step = floor(min(darkness(at, size) * 200.0, 2047.0)) / 200.0;
        float light = floor(256.0 * (0.15 + 0.85 * exp(-0.8 * strength * step)) + 0.5);
        color = floor(color * light / 256.0);
    }
    result = vec4(color / 255.0, 1.0);
}
)";

const char* const kImageFragment = MILLRACE_GLSL MILLRACE_PLANE R"(
uniform sampler2D image;
uniform usampler2D pixels;
uniform float opacity, hidden;
uniform float slack;  // metres; in perspective a share of the depth
out vec4 result;

vec3 color_at(vec2 place) {
    ivec2 size = textureSize(image, 0);
    return texelFetch(image, clamp(ivec2(place * vec2(size)), ivec2(0), size - 1), 0).rgb;
}

void main() {
    vec3 place = hit(gl_FragCoord.xy);
    if (!within(place)) discard;
    vec3 sum = vec3(0.0);
    for (int i = 0; i < 9; ++i) {
        vec3 part = hit(floor(gl_FragCoord.xy) + (vec2(i % 3, i / 3) + 0.5) / 3.0);
        sum += color_at(part.z > 0.0 ? part.xy : place.xy);
    }
    uint bits = texelFetch(pixels, ivec2(gl_FragCoord.xy), 0).r;
    float level = place.z - (perspective ? slack * place.z : slack);
    bool behind = bits != EMPTY && level > uintBitsToFloat(bits);
    result = vec4(sum / 9.0, behind ? opacity * hidden : opacity);
}
)";

const char* const kScreenFragment = MILLRACE_GLSL MILLRACE_PLANE R"(
uniform usampler2D pixels;
uniform float slack, depth_scale;

void main() {
    vec3 place = hit(gl_FragCoord.xy);
    uint bits = texelFetch(pixels, ivec2(gl_FragCoord.xy), 0).r;
    float level = place.z - (perspective ? slack * place.z : slack);
    if (!within(place) || (bits != EMPTY && level > uintBitsToFloat(bits))) discard;
    gl_FragDepth = place.z * depth_scale;
}
)";

// A rectangle round the line, a pixel larger than where it is seen.
const char* const kLineVertex = MILLRACE_GLSL R"(
layout(location = 0) in vec4 place;   // start, direction; pixels
layout(location = 1) in vec4 extent;  // length, value at start and end, half width
layout(location = 2) in float opacity;
layout(location = 3) in vec4 color;
uniform vec2 picture;
flat out vec4 line_place, line_extent;
flat out vec4 paint;

void main() {
    float along = (gl_VertexID & 1) == 0 ? -1.0 : extent.x + 1.0;
    float aside = (gl_VertexID & 2) == 0 ? -extent.w - 1.0 : extent.w + 1.0;
    vec2 at = place.xy + place.zw * along + vec2(-place.w, place.z) * aside;
    line_place = place;
    line_extent = extent;
    paint = vec4(color.rgb, opacity);
    gl_Position = vec4(at / picture * 2.0 - 1.0, 0.0, 1.0);
}
)";

const char* const kLineFragment = MILLRACE_GLSL R"(
flat in vec4 line_place, line_extent;
flat in vec4 paint;
uniform usampler2D pixels;
uniform sampler2D screens;
uniform bool perspective, has_screens;
uniform float hidden, slack, depth_scale;
out vec4 result;

void main() {
    vec2 off = gl_FragCoord.xy - line_place.xy;
    float along = dot(off, line_place.zw);
    if (!(along >= 0.0 && along < line_extent.x)) discard;
    float cover = line_extent.w - abs(off.x * line_place.w - off.y * line_place.z);
    if (cover <= 0.0) discard;
    float mixed = mix(line_extent.y, line_extent.z, along / line_extent.x);
    float depth = perspective ? 1.0 / mixed : mixed;
    float level = depth - (perspective ? slack * depth : slack);
    ivec2 at = ivec2(gl_FragCoord.xy);
    uint bits = texelFetch(pixels, at, 0).r;
    bool behind = bits != EMPTY && level > uintBitsToFloat(bits);
    if (has_screens) behind = behind || level * depth_scale > texelFetch(screens, at, 0).r;
    float opacity = min(cover, 1.0) * paint.a * (behind ? hidden : 1.0);
    if (opacity <= 0.0) discard;
    result = vec4(paint.rgb, opacity);
}
)";

}  // namespace millrace::viewers::gl
