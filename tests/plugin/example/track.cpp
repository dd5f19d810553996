#include "track.hpp"

#include <cmath>
#include <cstring>
#include <utility>

namespace tracks {

double length(const Track& track) {
    double sum = 0;
    for (std::size_t i = 1; i < track.positions.size(); ++i) {
        const auto& [x, y, z] = track.positions[i];
        const auto& [from_x, from_y, from_z] = track.positions[i - 1];
        sum += std::hypot(x - from_x, y - from_y, z - from_z);
    }
    return sum;
}

}  // namespace tracks

namespace millrace::engine {

using Traits = PayloadTraits<tracks::Track>;

Record Traits::record(const tracks::Track& track) {
    const auto count = static_cast<std::int64_t>(track.positions.size());
    return {.arrays = {view_of("positions", count > 0 ? track.positions.front().data() : nullptr,
                               {count, 3}),
                       view_of("times", track.times.data(), {count})},
            .attributes = {{"vehicle", track.vehicle}},
            .children = {}};
}

tracks::Track Traits::restore(const Record& record) {
    const ArrayView& positions = record.require("positions", DType::F64, 2);
    const ArrayView& times = record.require("times", DType::F64, 1);
    if (positions.shape[1] != 3 || positions.shape[0] != times.shape[0]) {
        throw Error({.code = "E-TRACKS-001",
                     .what = "The stored track is malformed",
                     .expected = "as many times as positions of three numbers",
                     .mend = "Make the track again."});
    }
    tracks::Track track;
    const auto vehicle = record.attributes.find("vehicle");
    if (vehicle != record.attributes.end()) track.vehicle = vehicle->second.as_string();
    track.positions.resize(static_cast<std::size_t>(positions.shape[0]));
    if (!track.positions.empty())
        std::memcpy(track.positions.data(), positions.bytes.data(), positions.bytes.size());
    track.times = copy_of<double>(times);
    return track;
}

std::vector<visual::Visual> Traits::visual(const tracks::Track& track, const visual::Budget&) {
    return {visual::Polyline{.frame = "world", .name = track.vehicle, .points = track.positions}};
}

}  // namespace millrace::engine
