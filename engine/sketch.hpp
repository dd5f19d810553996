// About a kilobyte that describes a packet: enough to show it, to tell whether it changed, and to estimate
// the distance to another packet of the same shape without keeping either.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/hash.hpp"
#include "engine/record.hpp"
#include "engine/value.hpp"

namespace millrace::engine {

constexpr int kSketchBuckets = 128;
constexpr int kSketchBins = 32;

struct Sketch {
    /// Of the whole record: type, names, shapes, bytes, attributes. Arrays count by their bits, so -0.0 differs from 0.0
    /// and a NaN from one with other bits.
    Hash128 hash;
    std::string type;                 ///< payload name and version, "point_cloud/1"
    std::vector<std::int64_t> shape;  ///< of the first array; empty when there is none
    std::uint64_t count = 0;          ///< numbers in all arrays
    std::uint64_t nan_count = 0;
    std::uint64_t infinite_count = 0;
    double min = 0, max = 0;          ///< of the finite values; 0 when there are none
    double mean = 0, rms = 0;         ///< of the finite values
    /// Equal bins over [min, max]. Of more than 2^18 values it is taken from a sample of about so many, scaled up.
    std::array<std::uint32_t, kSketchBins> histogram = {};
    /// Sparse random projection: each finite value goes to one bucket with a sign, both drawn from its
    /// position, so that |a - b|^2 is estimated by |projection(a) - projection(b)|^2 (Charikar et al. 2002).
    /// Double, since a difference of one element in a million is lost in float.
    std::array<double, kSketchBuckets> projection = {};
    friend bool operator==(const Sketch&, const Sketch&) = default;
};

/// The sketch of a record; `type` as in Sketch::type. Costs at most what reading a large array three times does.
Sketch sketch_of(const Record& record, std::string_view type);

/// The content hash alone, equal to sketch_of(...).hash.
Hash128 hash_of(const Record& record, std::string_view type);

/// What two sketches of one type and shape tell about the distance of their packets.
struct SketchDistance {
    bool comparable = false;  ///< same type, shape and count
    bool identical = false;   ///< equal hashes
    double squared_error = 0; ///< estimate of sum (a - b)^2
    double sqnr_db = 0;       ///< 10 log10(sum a^2 / squared_error); +inf when identical
    double cosine = 0;        ///< estimate
};
SketchDistance distance(const Sketch& reference, const Sketch& other);

Value to_value(const Sketch& sketch);
Sketch sketch_from(const Value& value);  ///< throws Error on a malformed object

}  // namespace millrace::engine
