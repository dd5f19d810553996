#include "nodes/features/speech.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

#include "engine/problem.hpp"

namespace millrace::nodes {

types::Tensor features_of(const types::Audio& audio, const ops::FrontEnd& front_end) {
    if (audio.channels != 1) {
        throw engine::Error({.code = "E-AUDIO-005",
                             .what = "Features are of one channel",
                             .expected = "1 channel",
                             .found = fmt::format("{} channels", audio.channels),
                             .mend = "Set one_channel on the node that loads the recording."});
    }
    const std::vector<float> features = ops::features_of(audio.samples, front_end);
    const std::int64_t width = front_end.dimension();
    at::Tensor rows = at::empty({static_cast<std::int64_t>(features.size()) / width, width});
    std::ranges::copy(features, rows.data_ptr<float>());
    return {std::move(rows)};
}

}  // namespace millrace::nodes
