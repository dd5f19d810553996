// The ways of wires that would run behind nodes: level along the free space above or below what is
// in their way, as far as there is some near. Wires with reroute dots go where their dots are. One
// for all that draw graphs; canvas units, y downwards. Functions on values; a Boxes may be asked
// from any thread.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "engine/graph/bends.hpp"

namespace millrace::engine {

/// Of a node as it is drawn.
struct Box {
    double left = 0, top = 0, right = 0, bottom = 0;

    friend bool operator==(const Box&, const Box&) = default;
};

/// Boxes by where they lie, so that what a rectangle meets is found fast among thousands.
class Boxes {
public:
    explicit Boxes(std::vector<Box> boxes);

    /// Those that meet `area`, each once.
    std::vector<const Box*> within(const Box& area) const;

private:
    std::vector<Box> boxes_;
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> cells_;
    std::vector<std::uint32_t> large_;  ///< those of very many cells
};

/// From the right edge of a node to the left edge of another: plain where that is free, else along
/// a corridor, else plain again. `lane`, 0 and up, shifts the corridor, so that wires of several
/// ports lie side by side.
std::vector<Cubic> way_of(const Place& from, const Place& to, const Boxes& boxes, int lane);

/// Whether a curve keeps out of all boxes, but for a margin of a pixel.
bool is_free(const Place& from, const std::vector<Cubic>& curve, const Boxes& boxes);

}  // namespace millrace::engine
