// The way of a vehicle, a payload of this plug-in's own. Plain data: any thread may read it, nobody
// changes it.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <engine/packet.hpp>

namespace tracks {

/// Positions in the order of time.
struct Track {
    std::string vehicle;
    std::vector<std::array<double, 3>> positions;  ///< [N] x y z in metres, frame "world"
    std::vector<double> times;                     ///< [N] seconds, rising
};

/// Sum of the distances between neighbours, in metres.
double length(const Track& track);

}  // namespace tracks

/// Hash, sketch and stored form follow from record(); restore() is its inverse and trusts nothing.
template <>
struct millrace::engine::PayloadTraits<tracks::Track> {
    static constexpr std::string_view name = "tracks.track";
    static constexpr int version = 1;
    static Record record(const tracks::Track& track);
    static tracks::Track restore(const Record& record);
    static std::vector<visual::Visual> visual(const tracks::Track& track,
                                              const visual::Budget& budget);
};
