// Compiled with -ffp-contract=off: fused products would make pictures differ between processors.
// And with -Wno-psabi: vectors pass between functions that are all inlined.
#include "engine/visual/scene/splat.hpp"

#include <algorithm>
#include <cstring>

#include "engine/sketch_simd.hpp"

namespace millrace::visual {
namespace {

using engine::VectorOf;

template <std::size_t Bytes>
struct Loop {
    static constexpr std::uint32_t kLanes = Bytes / 4;
    using Floats = typename VectorOf<float, Bytes>::Type;
    using Integers = typename VectorOf<std::int32_t, Bytes>::Type;

    MILLRACE_INLINE static Floats load(const float* values) {
        Floats some;
        std::memcpy(&some, values, sizeof some);
        return some;
    }
    MILLRACE_INLINE static Floats row(const std::array<float, 4>& row, const Floats& x,
                                      const Floats& y, const Floats& z) {
        return ((row[0] * x + row[1] * y) + row[2] * z) + row[3];
    }

    /// From `place` to as near the end as whole vectors reach; returns where that is.
    template <bool Perspective, bool Crop>
    MILLRACE_INLINE static std::uint32_t run(const SplatPoints& points, const SplatTarget& target,
                                             std::uint32_t place) {
        // Windows of one picture must cut alike, so that coordinates are made positive by the same
        // addition, whatever the window's corner.
        constexpr int kMargin = 64;
        const float bias = kMargin - target.shift;
        const int left = target.left + kMargin, top = target.top + kMargin;
        const auto low_x = static_cast<float>(left), low_y = static_cast<float>(top);
        const auto high_x = static_cast<float>(left + target.width);
        const auto high_y = static_cast<float>(top + target.height);
        const Integers zero = {};
        Integers spare = zero + target.width * target.height;
        for (std::uint32_t lane = 0; lane < kLanes; ++lane) spare[lane] += static_cast<int>(lane);
        for (; place + kLanes <= points.end; place += kLanes) {
            const Floats x = load(points.x + place), y = load(points.y + place),
                         z = load(points.z + place);
            const Floats depth = row(points.pixel[2], x, y, z);
            Floats u = row(points.pixel[0], x, y, z), v = row(points.pixel[1], x, y, z);
            if constexpr (Perspective) {
                const Floats inverse = 1.0F / depth;
                u *= inverse;
                v *= inverse;
            }
            u += bias;
            v += bias;
            Integers inside = (u >= low_x) & (u < high_x) & (v >= low_y) & (v < high_y) &
                              (depth >= target.near_plane) & (depth <= target.far_plane);
            if constexpr (Crop) {
                for (int axis = 0; axis < 3; ++axis) {
                    const Floats part = row(points.crop_box[axis], x, y, z);
                    inside &= (part >= -1.0F) & (part <= 1.0F);
                }
            }
            const Floats none = {};
            const Integers column = __builtin_convertvector(inside ? u : none, Integers) - left;
            const Integers line = __builtin_convertvector(inside ? v : none, Integers) - top;
            const Integers where = inside ? line * target.width + column : spare;
            alignas(Bytes) std::int32_t at[kLanes];
            alignas(Bytes) std::uint32_t bits[kLanes];
            std::memcpy(at, &where, sizeof at);
            std::memcpy(bits, &depth, sizeof bits);
            const std::uint32_t number = points.first_number + place;
#pragma GCC unroll 16
            for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
                const Pixel pixel = static_cast<Pixel>(bits[lane]) << 32 | (number + lane);
                Pixel& kept = target.pixels[at[lane]];
                kept = std::min(kept, pixel);
            }
        }
        return place;
    }
};

template <std::size_t Bytes>
MILLRACE_INLINE std::uint32_t choose(const SplatPoints& points, const SplatTarget& target,
                                     std::uint32_t place) {
    if (target.perspective) {
        return points.crop ? Loop<Bytes>::template run<true, true>(points, target, place)
                           : Loop<Bytes>::template run<true, false>(points, target, place);
    }
    return points.crop ? Loop<Bytes>::template run<false, true>(points, target, place)
                       : Loop<Bytes>::template run<false, false>(points, target, place);
}

}  // namespace

void splat(const SplatPoints& points, const SplatTarget& target, Lanes lanes) {
    std::uint32_t place = points.begin;
    const auto kernel = MILLRACE_KERNEL { place = choose<Bytes>(points, target, place); };
    switch (lanes) {
        case Lanes::Best:
        case Lanes::Eight:
            // Not AVX-512: keeping the pixels, one at a time, is what takes the time.
            if (engine::level() != engine::Level::Base) {
                engine::run_256(kernel);
                break;
            }
            [[fallthrough]];
        case Lanes::Four:
            kernel.operator()<16>();
            break;
        case Lanes::One:
            break;
    }
    choose<4>(points, target, place);
}

}  // namespace millrace::visual
