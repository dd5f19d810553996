// The angles of rotary position embedding (Su et al., arXiv 2104.09864), which float passes and
// packed caches have in common. Immutable, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace millrace::ops {

class RotaryAngles {
public:
    /// Of heads of an even `width`: pair i turns by position / base^(2 i / width).
    RotaryAngles(std::int64_t width, double base);

    /// Cosines and sines at a position, [width / 2] each.
    void at(std::int64_t position, std::span<float> cosines, std::span<float> sines) const;

private:
    std::vector<double> frequencies_;
};

}  // namespace millrace::ops
