#include "engine/sketch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/numbers.hpp"
#include "engine/packet.hpp"
#include "engine/sketch_kernels.hpp"

namespace millrace::engine {
namespace {

constexpr std::size_t kChunk = 16'384;  // values at a time, so that all steps of one find them in the cache

/// Every numeric array of the record and its children, in order.
template <class Visit>
void each_array(const Record& record, const Visit& visit) {
    for (const ArrayView& array : record.arrays) visit(array);
    for (const Packet& child : record.children) each_array(child.record(), visit);
}

void add_to_hash(Hasher& hasher, const Record& record, std::string_view type) {
    hasher.add(type).add(to_json(record.attributes)).add(record.arrays.size()).add(record.children.size());
    for (const ArrayView& array : record.arrays) {
        hasher.add(array.name).add(to_text(array.type));
        for (std::int64_t extent : array.shape) hasher.add(extent);
        hasher.add(array.bytes);
    }
    for (const Packet& child : record.children) add_to_hash(hasher, child.record(), child.type().name);
}

/// The running figures of the first pass.
struct Totals {
    Sketch& sketch;
    Projection projection;
    double sum = 0;
    double squares = 0;
    std::uint64_t block = 0;
    bool any = false;

    void add(const Moments& moments, std::uint64_t finite) {
        if (finite == 0) return;
        sketch.min = any ? std::min(sketch.min, moments.min) : moments.min;
        sketch.max = any ? std::max(sketch.max, moments.max) : moments.max;
        any = true;
        sum += moments.sum;
        squares += moments.sum_of_squares;
    }
};

/// Takes the values that are not finite out of a chunk and counts them; gives the moments of the others.
template <class T>
Moments without_infinite(T* values, std::size_t count, Totals& totals, std::uint64_t& finite) {
    Moments moments{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), 0, 0};
    finite = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto value = static_cast<double>(values[i]);
        if (std::isfinite(value)) {
            moments.min = std::min(moments.min, value);
            moments.max = std::max(moments.max, value);
            moments.sum += value;
            moments.sum_of_squares += value * value;
            ++finite;
            continue;
        }
        ++(std::isnan(value) ? totals.sketch.nan_count : totals.sketch.infinite_count);
        values[i] = 0;
    }
    return moments;
}

template <class T>
void add_chunk(T* values, std::size_t count, Totals& totals) {
    Moments moments = moments_of(values, count);
    std::uint64_t finite = count;
    if (!std::isfinite(moments.sum_of_squares)) moments = without_infinite(values, count, totals, finite);
    totals.add(moments, finite);
    totals.projection.add(values, count, totals.block);
}

void add_array(const ArrayView& array, Totals& totals, std::vector<float>& floats, std::vector<double>& doubles) {
    const std::size_t size = size_of(array.type);
    const std::size_t count = array.bytes.size() / size;
    for (std::size_t start = 0; start < count; start += kChunk) {
        const std::size_t length = std::min(kChunk, count - start);
        const auto bytes = array.bytes.subspan(start * size, length * size);
        if (array.type == DType::U8) {
            const auto* values = reinterpret_cast<const std::uint8_t*>(bytes.data());
            totals.add(moments_of(values, length), length);
            totals.projection.add(values, length, totals.block);
        } else if (fits_float(array.type)) {
            to_floats(bytes, array.type, floats.data());
            add_chunk(floats.data(), length, totals);
        } else {
            to_doubles(bytes, array.type, doubles.data());
            add_chunk(doubles.data(), length, totals);
        }
        totals.block += (length + kSketchBlock - 1) / kSketchBlock;
    }
    totals.sketch.count += count;
}

/// Second pass: the histogram needs the range.
class Bins {
public:
    Bins(Sketch& sketch) : sketch_(sketch), scale_(kSketchBins / (sketch.max - sketch.min)) {}

    void add(const ArrayView& array, std::vector<float>& floats, std::vector<double>& doubles) {
        const std::size_t size = size_of(array.type);
        const std::size_t count = array.bytes.size() / size;
        for (std::size_t start = 0; start < count; start += kChunk) {
            const std::size_t length = std::min(kChunk, count - start);
            const auto bytes = array.bytes.subspan(start * size, length * size);
            const bool finite = sketch_.nan_count + sketch_.infinite_count == 0;
            if (finite && fits_float(array.type)) {
                to_floats(bytes, array.type, floats.data());
                counter_.add(floats.data(), length, static_cast<float>(sketch_.min), static_cast<float>(scale_));
            } else {
                to_doubles(bytes, array.type, doubles.data());
                for (std::size_t i = 0; i < length; ++i) count_one(doubles[i]);
            }
        }
    }
    void finish() {
        const auto& counts = counter_.counts();
        for (int bin = 0; bin < kSketchBins; ++bin) {
            sketch_.histogram[bin] = static_cast<std::uint32_t>(
                std::min<std::uint64_t>(counts[bin] + slow_[bin], std::numeric_limits<std::uint32_t>::max()));
        }
    }

private:
    void count_one(double value) {
        if (!std::isfinite(value)) return;
        ++slow_[static_cast<std::size_t>(std::clamp((value - sketch_.min) * scale_, 0.0, kSketchBins - 1.0))];
    }
    Sketch& sketch_;
    double scale_;
    BinCounter counter_;
    std::array<std::uint64_t, kSketchBins> slow_ = {};
};

}  // namespace

Hash128 hash_of(const Record& record, std::string_view type) {
    Hasher hasher;
    add_to_hash(hasher, record, type);
    return hasher.digest();
}

Sketch sketch_of(const Record& record, std::string_view type) {
    Sketch sketch;
    sketch.hash = hash_of(record, type);
    sketch.type = type;
    if (!record.arrays.empty()) sketch.shape = record.arrays.front().shape;
    Totals totals{sketch, {}};
    std::vector<float> floats(kChunk);
    std::vector<double> doubles(kChunk);
    each_array(record, [&](const ArrayView& array) { add_array(array, totals, floats, doubles); });
    const auto finite = static_cast<double>(sketch.count - sketch.nan_count - sketch.infinite_count);
    if (finite > 0) {
        sketch.mean = totals.sum / finite;
        sketch.rms = std::sqrt(totals.squares / finite);
    }
    sketch.projection = totals.projection.merged();
    if (sketch.max > sketch.min) {
        Bins bins(sketch);
        each_array(record, [&](const ArrayView& array) { bins.add(array, floats, doubles); });
        bins.finish();
    } else if (finite > 0) {
        sketch.histogram[0] = static_cast<std::uint32_t>(std::min(finite, 4294967295.0));
    }
    return sketch;
}

SketchDistance distance(const Sketch& reference, const Sketch& other) {
    SketchDistance result;
    result.identical = reference.hash == other.hash && reference.type == other.type;
    result.comparable = reference.type == other.type && reference.shape == other.shape && reference.count == other.count;
    if (!result.comparable) return result;
    for (int bucket = 0; bucket < kSketchBuckets; ++bucket) {
        const double difference = reference.projection[bucket] - other.projection[bucket];
        result.squared_error += difference * difference;
    }
    if (result.identical) result.squared_error = 0;
    const auto energy = [](const Sketch& sketch) {
        return sketch.rms * sketch.rms * static_cast<double>(sketch.count - sketch.nan_count - sketch.infinite_count);
    };
    const double signal = energy(reference);
    const double noise = energy(other);
    result.sqnr_db = result.squared_error > 0 ? 10 * std::log10(signal / result.squared_error) : std::numeric_limits<double>::infinity();
    // From the law of cosines with the exact energies: far less noisy than the projections' own dot product.
    if (signal > 0 && noise > 0) {
        result.cosine = std::clamp((signal + noise - result.squared_error) / (2 * std::sqrt(signal * noise)), -1.0, 1.0);
    } else {
        result.cosine = signal == noise ? 1 : 0;
    }
    return result;
}

Value to_value(const Sketch& sketch) {
    Array shape(sketch.shape.begin(), sketch.shape.end());
    Array histogram;
    for (std::uint32_t count : sketch.histogram) histogram.emplace_back(static_cast<std::int64_t>(count));
    Array projection(sketch.projection.begin(), sketch.projection.end());
    return Object{{"hash", to_hex(sketch.hash)},
                  {"type", sketch.type},
                  {"shape", std::move(shape)},
                  {"count", static_cast<std::int64_t>(sketch.count)},
                  {"nan", static_cast<std::int64_t>(sketch.nan_count)},
                  {"infinite", static_cast<std::int64_t>(sketch.infinite_count)},
                  {"min", sketch.min},
                  {"max", sketch.max},
                  {"mean", sketch.mean},
                  {"rms", sketch.rms},
                  {"histogram", std::move(histogram)},
                  {"projection", std::move(projection)}};
}

Sketch sketch_from(const Value& value) {
    const auto member = [&](std::string_view name) -> const Value& {
        if (const Value* found = value.find(name)) return *found;
        throw Error({.code = "E-FILE-013", .what = "The stored sketch is malformed", .expected = std::string(name), .found = "nothing"});
    };
    Sketch sketch;
    const std::string& hash = member("hash").as_string();
    if (hash.size() != 32) throw Error({.code = "E-FILE-013", .what = "The stored sketch has a malformed hash", .found = hash});
    sketch.hash = {std::strtoull(hash.substr(16).c_str(), nullptr, 16), std::strtoull(hash.substr(0, 16).c_str(), nullptr, 16)};
    sketch.type = member("type").as_string();
    for (const Value& extent : member("shape").as_array()) sketch.shape.push_back(extent.as_int());
    sketch.count = static_cast<std::uint64_t>(member("count").as_int());
    sketch.nan_count = static_cast<std::uint64_t>(member("nan").as_int());
    sketch.infinite_count = static_cast<std::uint64_t>(member("infinite").as_int());
    sketch.min = member("min").as_double();
    sketch.max = member("max").as_double();
    sketch.mean = member("mean").as_double();
    sketch.rms = member("rms").as_double();
    const Array& histogram = member("histogram").as_array();
    const Array& projection = member("projection").as_array();
    if (histogram.size() != kSketchBins || projection.size() != kSketchBuckets) {
        throw Error({.code = "E-FILE-013", .what = "The stored sketch has lists of the wrong length"});
    }
    for (int i = 0; i < kSketchBins; ++i) sketch.histogram[i] = static_cast<std::uint32_t>(histogram[i].as_int());
    for (int i = 0; i < kSketchBuckets; ++i) sketch.projection[i] = projection[i].as_double();
    return sketch;
}

}  // namespace millrace::engine
