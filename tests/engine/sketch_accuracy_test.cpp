// From two sketches alone the SQNR lies within 1.5 dB of the true one for at least 98 % of 10,000
// seeded pairs.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "engine/packet.hpp"
#include "engine/random.hpp"
#include "engine/sketch.hpp"

namespace millrace::engine {
namespace {

constexpr int kPairs = 10'000;
constexpr double kTolerance = 1.5;  // dB

/// Normal numbers to draw arrays from: much cheaper than fresh ones for each pair.
const std::vector<double>& pool() {
    static const std::vector<double> numbers = [] {
        Random random(7, "pool", 0);
        std::vector<double> list(1 << 18);
        for (double& number : list) number = random.normal();
        return list;
    }();
    return numbers;
}

struct Case {
    std::string name;
    std::function<void(std::vector<double>& values, double scale, Random& random)> disturb;
    bool changes_bytes = true;  ///< something of it is left after rounding to whole numbers
};

/// Size of a disturbance: from -80 dB of the values' scale to about as large.
double level(Random& random) { return std::pow(10.0, random.uniform(-4, 0)); }

void disturb_some(std::vector<double>& values, double scale, Random& random, std::size_t count,
                  std::size_t stride) {
    const double size = scale * level(random);
    count = std::min(count, (values.size() - 1) / stride + 1);
    const std::size_t first = random.below(values.size() - (count - 1) * stride);
    for (std::size_t i = 0; i < count; ++i) values[first + i * stride] += size * random.normal();
}

void quantize(std::vector<double>& values, int levels) {
    const auto [low, high] = std::ranges::minmax(values);
    const double step = (high - low) / levels;
    for (double& value : values) value = low + std::round((value - low) / step) * step;
}

std::vector<Case> cases() {
    using Values = std::vector<double>;
    return {
        {"one element", [](Values& values, double scale,
                           Random& random) { disturb_some(values, scale, random, 1, 1); }},
        {"adjacent elements",
         [](Values& values, double scale, Random& random) {
             disturb_some(values, scale, random, 2 + random.below(300), 1);
         }},
        {"equal differences of adjacent elements",
         [](Values& values, double scale, Random& random) {
             const double size = scale * level(random);
             const std::size_t count = 1 + random.below(std::min<std::size_t>(values.size(), 200));
             const std::size_t first = random.below(values.size() - count + 1);
             for (std::size_t i = 0; i < count; ++i) values[first + i] += size;
         }},
        {"strided elements",
         [](Values& values, double scale, Random& random) {
             constexpr std::size_t strides[] = {2, 3, 4, 5, 8, 16, 32};
             disturb_some(values, scale, random, 2 + random.below(60), strides[random.below(7)]);
         }},
        {"strides of 64 and more",
         [](Values& values, double scale, Random& random) {
             constexpr std::size_t strides[] = {64, 100, 128, 256, 640};
             disturb_some(values, scale, random, 10 + random.below(100), strides[random.below(5)]);
         }},
        {"scattered elements",
         [](Values& values, double scale, Random& random) {
             const double size = scale * level(random);
             const std::size_t count = 10 + random.below(100);
             for (std::size_t i = 0; i < count; ++i)
                 values[random.below(values.size())] += size * random.normal();
         }},
        {"dense noise",
         [](Values& values, double scale, Random& random) {
             const double size = scale * level(random);
             for (double& value : values) value += size * random.normal();
         }},
        {"quantization to 4 bits", [](Values& values, double, Random&) { quantize(values, 15); }},
        {"quantization to 8 bits", [](Values& values, double, Random&) { quantize(values, 255); },
         false},
        {"another scale",
         [](Values& values, double, Random& random) {
             const double factor = 1 + level(random);
             for (double& value : values) value *= factor;
         }},
        {"saturation",
         [](Values& values, double scale, Random& random) {
             const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
             std::vector<double> sorted(values.begin(), values.end());
             const auto nth = sorted.begin() + (middle - values.begin());
             std::ranges::nth_element(sorted, nth);
             const double bound = *nth + scale * random.uniform(0.1, 1.0);
             for (double& value : values) value = std::min(value, bound);
         }},
    };
}

template <class T>
Sketch sketch_of_values(const std::vector<T>& values) {
    Record record;
    record.arrays.push_back(
        view_of("values", values.data(), {static_cast<std::int64_t>(values.size())}));
    return sketch_of(record, "test/1");
}

struct Estimate {
    double truth = 0, estimated = 0;
    bool differs = false;
};

/// What the pair's SQNR is and what the sketches say, with values of type T.
template <class T>
Estimate estimate(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<T> first(a.size()), second(b.size());
    double energy = 0, error = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        first[i] = static_cast<T>(a[i]);
        second[i] = static_cast<T>(b[i]);
        const double left = static_cast<double>(first[i]),
                     apart = left - static_cast<double>(second[i]);
        energy += left * left;
        error += apart * apart;
    }
    if (error == 0) return {};
    return {10 * std::log10(energy / error),
            distance(sketch_of_values(first), sketch_of_values(second)).sqnr_db, true};
}

TEST(SketchAccuracy, SqnrIsWithinOneAndAHalfDecibelsForNearlyAllPairs) {
    const std::vector<Case> all = cases();
    std::vector<int> good(all.size()), done(all.size());
    double highest = 0;
    for (int pair = 0; pair < kPairs; ++pair) {
        Random random(2024, "pairs", static_cast<std::uint64_t>(pair));
        const auto which = static_cast<std::size_t>(pair) % all.size();
        const auto size = static_cast<std::size_t>(std::pow(2.0, random.uniform(7, 13)));
        bool bytes = random.chance(0.1);
        const double scale = bytes ? 30 : std::pow(10.0, random.uniform(-6, 6));
        const double offset = bytes                ? 128
                              : random.chance(0.3) ? scale * random.uniform(-10, 10)
                                                   : 0;
        Estimate result;
        for (int tries = 0; !result.differs; ++tries) {
            if (tries > 8) bytes = false;  // bytes come out of finer quantization as they were
            std::vector<double> a(size);
            const std::size_t start = random.below(pool().size() - size);
            for (std::size_t i = 0; i < size; ++i) {
                a[i] = offset + scale * pool()[start + i];
                if (bytes) a[i] = std::clamp(std::round(a[i]), 0.0, 255.0);
            }
            std::vector<double> b = a;
            all[which].disturb(b, scale, random);
            if (bytes) {
                for (double& value : b) value = std::clamp(std::round(value), 0.0, 255.0);
                result = estimate<std::uint8_t>(a, b);
            } else {
                result = random.chance(0.2) ? estimate<double>(a, b) : estimate<float>(a, b);
            }
        }
        ++done[which];
        good[which] += std::abs(result.estimated - result.truth) <= kTolerance;
        highest = std::max(highest, result.truth);
    }
    int total = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        total += good[i];
        fmt::print("{:>40}: {:.2f} % of {}\n", all[i].name, 100.0 * good[i] / done[i], done[i]);
    }
    fmt::print("within {} dB: {:.2f} % of {} pairs, SQNR up to {:.0f} dB\n", kTolerance,
               100.0 * total / kPairs, kPairs, highest);
    EXPECT_GE(total, kPairs * 98 / 100);
    for (const std::size_t exact : {0, 1})
        EXPECT_GE(good[exact], done[exact] * 98 / 100) << all[exact].name;
    EXPECT_GT(highest, 100) << "the pairs are not hard enough";
}

TEST(SketchAccuracy, OneElementAMillionthOfTheEnergyIsSeen) {
    std::vector<float> a(1 << 20, 1.0f);
    std::vector<float> b = a;
    b[777'777] += 0.001f;
    const SketchDistance apart = distance(sketch_of_values(a), sketch_of_values(b));
    const double truth = 20 * std::log10(1024 / 0.001);  // 120 dB
    EXPECT_NEAR(apart.sqnr_db, truth, 0.5);
}

TEST(SketchAccuracy, CosineIsEstimated) {
    Random random(5, "cosine", 0);
    std::vector<float> a(20'000), b(20'000);
    for (std::size_t i = 0; i < a.size(); ++i) {
        a[i] = static_cast<float>(random.normal());
        b[i] = 0.8f * a[i] + 0.6f * static_cast<float>(random.normal());
    }
    const SketchDistance apart = distance(sketch_of_values(a), sketch_of_values(b));
    EXPECT_NEAR(apart.cosine, 0.8, 0.1);  // the estimate's deviation is that of 128 buckets, 0.05
}

}  // namespace
}  // namespace millrace::engine
