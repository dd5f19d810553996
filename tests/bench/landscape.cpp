#include "tests/bench/landscape.hpp"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "engine/random.hpp"

namespace millrace::visual {

double seconds(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double middle(std::vector<double> values) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, place);
    return *place;
}

double median(int rounds, const std::function<void()>& work) {
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) times.push_back(seconds(work));
    return middle(std::move(times));
}

// Floats from a counter, as real random numbers take longer than all that is measured.
std::shared_ptr<Cloud> landscape(std::size_t count) {
    auto cloud = std::make_shared<Cloud>();
    cloud->points.resize(count);
    std::vector<float> intensity(count);
    oneapi::tbb::parallel_for(
        oneapi::tbb::blocked_range<std::size_t>(0, count, 1 << 16), [&](const auto& range) {
            engine::Random random(7, "landscape", range.begin());
            for (std::size_t i = range.begin(); i < range.end(); ++i) {
                const auto bits = random.bits64();
                const auto part = [bits](int shift) {
                    return static_cast<float>(bits >> shift & 0xffff) / 32768.0F - 1;
                };
                Point& p = cloud->points[i];
                p = {part(0) * 100, part(16) * 100, 0};
                p.z = 4 * std::sin(p.x * 0.1F) * std::cos(p.y * 0.13F) + part(32) * 0.05F;
                if (i % 4 == 0) {
                    p.x = std::round(p.x / 20) * 20;
                    p.z += (part(48) + 1) * 5;
                }
                intensity[i] = std::abs(part(32));
            }
        });
    cloud->fields.push_back({"intensity", 1, std::move(intensity)});
    return cloud;
}

Style bare() {
    Style style;
    style.coloring = {.by = ColorBy::Intensity, .low = 0, .high = 1};
    style.eye_dome.on = style.grid = style.axes = false;
    return style;
}

}  // namespace millrace::visual
