#include "nodes/ops/corpus/noise.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "nodes/ops/audio/audio_file.hpp"

namespace millrace::ops {

types::Audio made_noise(engine::Random& random, int rate) {
    const double level = std::pow(10, random.uniform(-60, -30) / 20);
    types::Audio noise{.sample_rate = rate, .channels = 1, .samples = {}};
    noise.samples.resize(static_cast<std::size_t>(rate));
    for (float& sample : noise.samples) sample = static_cast<float>(level * random.normal());
    return noise;
}

types::Audio cut_noise(engine::Random& random, const types::Audio& from, int rate) {
    const auto second = static_cast<std::size_t>(from.sample_rate);
    const std::size_t length = std::min(second, from.samples.size());
    const std::uint64_t first = random.below(from.samples.size() - length + 1);
    const auto gain = static_cast<float>(random.uniform());
    types::Audio part{.sample_rate = from.sample_rate, .channels = 1, .samples = {}};
    const auto begin = from.samples.begin() + static_cast<std::ptrdiff_t>(first);
    part.samples.assign(begin, begin + static_cast<std::ptrdiff_t>(length));
    for (float& sample : part.samples) sample *= gain;
    part = resampled(part, rate);
    part.samples.resize(static_cast<std::size_t>(rate));
    return part;
}

}  // namespace millrace::ops
