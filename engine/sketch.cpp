#include "engine/sketch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/numbers.hpp"
#include "engine/packet.hpp"
#include "engine/sketch_kernels.hpp"

namespace millrace::engine {
namespace {

/// Bytes per chunk: all passes over a chunk but the first find it in the cache. Also what content
/// hashes are made of.
constexpr std::size_t kChunk = 16384;

/// The histogram is made of about as many values at most, in whole chunks: a second pass over all
/// of a large packet's memory would break the limit on what a sketch may cost.
constexpr std::uint64_t kSample = std::uint64_t{1} << 18;

/// Whether chunk `index` of a packet of `count` values is in the sample; drawn, so that no period
/// of the data goes with it.
bool in_sample(std::uint64_t index, std::uint64_t count) {
    if (index == 0 || count <= kSample) return true;
    const std::uint64_t drawn = (index * 0x9e3779b97f4a7c15u) >> 32;
    return drawn < (kSample << 32) / count;
}

/// Values that are added up in float before they go to double.
constexpr std::size_t kWindow = 32768;

void add_value(Hasher& hasher, const Value& value) {
    hasher.add(value.kind());
    if (value.is_bool()) {
        hasher.add(value.as_bool());
    } else if (value.is_int()) {
        hasher.add(value.as_int());
    } else if (value.is_double()) {
        const double number = value.as_double();  // one NaN, whatever its bits
        hasher.add(std::isnan(number) ? std::numeric_limits<double>::quiet_NaN() : number);
    } else if (value.is_string()) {
        hasher.add(std::string_view(value.as_string()));
    } else if (value.is_array()) {
        hasher.add(value.as_array().size());
        for (const Value& item : value.as_array()) add_value(hasher, item);
    } else if (value.is_object()) {
        hasher.add(value.as_object().size());
        for (const auto& [name, item] : value.as_object()) {
            hasher.add(std::string_view(name));
            add_value(hasher, item);
        }
    }
}

/// The hash of a record. `on_chunk(array, bytes)` sees each chunk of the record and of its children
/// just after it was hashed, and `on_array(array)` each array before its first chunk.
template <class OnArray, class OnChunk>
Hash128 walk(const Record& record, std::string_view type, const OnArray& on_array,
             const OnChunk& on_chunk) {
    Hasher hasher;
    hasher.add(type).add(record.arrays.size());
    for (const ArrayView& array : record.arrays) {
        hasher.add(std::string_view(array.name)).add(to_text(array.type)).add(array.shape.size());
        for (const std::int64_t extent : array.shape) hasher.add(extent);
        hasher.add(array.bytes.size());
        on_array(array);
        for (std::size_t start = 0; start < array.bytes.size(); start += kChunk) {
            const auto bytes =
                array.bytes.subspan(start, std::min(kChunk, array.bytes.size() - start));
            hasher.add(hash_bytes(bytes));
            on_chunk(array, bytes);
        }
    }
    hasher.add(record.attributes.size());
    for (const auto& [name, value] : record.attributes) {
        hasher.add(std::string_view(name));
        add_value(hasher, value);
    }
    hasher.add(record.children.size());
    for (const Packet& child : record.children) {
        hasher.add(child ? walk(child.record(), child.type().name, on_array, on_chunk) : Hash128{});
    }
    return hasher.digest();
}

template <class T>
std::size_t replace_non_finite(std::span<T> values, T replacement, Sketch* counts) {
    std::size_t replaced = 0;
    for (T& value : values) {
        if (std::isfinite(value)) continue;
        if (counts) ++(std::isnan(value) ? counts->nan_count : counts->infinite_count);
        value = replacement;
        ++replaced;
    }
    return replaced;
}

/// Collects all of a sketch but the histogram on the first pass, which is that of the hash.
class Gatherer {
public:
    explicit Gatherer(Sketch& sketch) : sketch_(sketch) {}

    void open(const ArrayView& array) {
        close_window();
        if (arrays_.empty()) sketch_.shape = array.shape;
        arrays_.push_back({array, false});
    }

    void take(const ArrayView& array, std::span<const std::byte> bytes) {
        const std::size_t count = bytes.size() / size_of(array.type);
        sketch_.count += count;
        if (array.type == DType::U8) {
            const auto* values = reinterpret_cast<const std::uint8_t*>(bytes.data());
            merge(moments_of(values, count));
            projection_.add(values, count, block_);
            block_ += blocks_of(count);
        } else if (fits_float(array.type)) {
            take_floats(array, bytes);
        } else {
            take_doubles(array, bytes);
        }
    }

    void finish() {
        close_window();
        const std::uint64_t finite = sketch_.count - sketch_.nan_count - sketch_.infinite_count;
        if (finite == 0) return;
        sketch_.min = min_;
        sketch_.max = max_;
        const double largest = std::max(std::abs(min_), std::abs(max_));
        double scale = 1;
        if (largest > 1e150 || (largest > 0 && largest < 1e-140)) scale = rescale(largest);
        sketch_.mean = sum_ / static_cast<double>(finite) / scale;
        sketch_.rms = std::sqrt(sum_of_squares_ / static_cast<double>(finite)) / scale;
        constexpr double bound = std::numeric_limits<double>::max();
        sketch_.projection = projection_.merged();
        for (double& bucket : sketch_.projection) bucket = std::clamp(bucket, -bound, bound);
        fill_histogram(finite);
    }

private:
    struct Taken {
        ArrayView array;
        bool rough;  ///< has numbers that are not finite
    };

    void merge(const Moments& moments) {
        min_ = std::min(min_, moments.min);
        max_ = std::max(max_, moments.max);
        sum_ += moments.sum;
        sum_of_squares_ += moments.sum_of_squares;
    }

    /// The values where they are, if they can be read there; nullptr otherwise.
    template <class T>
    static const T* in_place(const ArrayView& array, std::span<const std::byte> bytes) {
        if (array.type != dtype_of<T>() ||
            reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(T) != 0)
            return nullptr;
        return reinterpret_cast<const T*>(bytes.data());
    }
    const float* floats_of(const ArrayView& array, std::span<const std::byte> bytes) {
        if (const float* values = in_place<float>(array, bytes)) return values;
        to_floats(bytes, array.type, floats_);
        return floats_;
    }
    const double* doubles_of(const ArrayView& array, std::span<const std::byte> bytes) {
        if (const double* values = in_place<double>(array, bytes)) return values;
        to_doubles(bytes, array.type, doubles_);
        return doubles_;
    }

    static std::size_t blocks_of(std::size_t count) {
        return (count + kSketchBlock - 1) / kSketchBlock;
    }

    /// Calls use(block, blocks) for some blocks of the chunk at a time, and has the memory of the
    /// next chunk brought to the cache between the calls, so that it arrives meanwhile.
    template <class Use>
    static void in_parts(const ArrayView& array, std::span<const std::byte> bytes,
                         std::size_t blocks, const Use& use) {
        constexpr std::size_t part = 8;
        const std::size_t part_bytes = part * kSketchBlock * size_of(array.type);
        const std::byte* ahead = bytes.data() + bytes.size();
        auto left = static_cast<std::size_t>(array.bytes.data() + array.bytes.size() - ahead);
        for (std::size_t block = 0; block < blocks; block += part) {
            const std::size_t step = std::min(part_bytes, left);
            for (std::size_t line = 0; line < step; line += 64)
                __builtin_prefetch(ahead + line, 0, 2);
            ahead += step;
            left -= step;
            use(block, std::min(part, blocks - block));
        }
    }

    /// Whole blocks go to the window; what is left is at the end of the array.
    void take_floats(const ArrayView& array, std::span<const std::byte> bytes) {
        const float* values = floats_of(array, bytes);
        const std::size_t size = size_of(array.type), blocks = bytes.size() / size / kSketchBlock;
        if (window_.empty()) window_block_ = block_;
        window_ = {window_.empty() ? bytes.data() : window_.data(),
                   window_.size() + blocks * kSketchBlock * size};
        in_parts(array, bytes, blocks, [&](std::size_t block, std::size_t some) {
            sums_.add(values + block * kSketchBlock, some, block_ + block);
        });
        block_ += blocks;
        if (window_.size() / size >= kWindow) close_window();
        const auto rest = bytes.subspan(blocks * kSketchBlock * size);
        if (rest.empty()) return;
        close_window();
        take_rough(array, rest);
    }

    /// Adds what the window holds, or, if there are numbers that are not finite or whose squares
    /// leave float's range, takes its values again with more care.
    void close_window() {
        if (window_.empty()) return;
        const Moments moments = sums_.moments();
        const double largest = std::max(std::abs(moments.min), std::abs(moments.max));
        const std::span<const std::byte> window = std::exchange(window_, {});
        if (std::isfinite(moments.sum_of_squares) && (largest > 1e-12 || largest == 0)) {
            merge(moments);
            projection_.add(sums_);
        } else {
            const std::uint64_t after = std::exchange(block_, window_block_);
            for (std::size_t start = 0; start < window.size(); start += kChunk) {
                take_rough(arrays_.back().array,
                           window.subspan(start, std::min(kChunk, window.size() - start)));
            }
            block_ = after;
        }
        sums_.clear();
    }

    void take_doubles(const ArrayView& array, std::span<const std::byte> bytes) {
        const std::size_t count = bytes.size() / size_of(array.type);
        const double* values = doubles_of(array, bytes);
        const Moments moments = moments_of(values, count);
        if (!std::isfinite(moments.sum_of_squares)) return take_rough(array, bytes);
        merge(moments);
        in_parts(array, bytes, blocks_of(count), [&](std::size_t block, std::size_t some) {
            const std::size_t start = block * kSketchBlock;
            projection_.add(values + start, std::min(some * kSketchBlock, count - start),
                            block_ + block);
        });
        block_ += blocks_of(count);
    }

    void take_rough(const ArrayView& array, std::span<const std::byte> bytes) {
        const std::span<double> values(doubles_, bytes.size() / size_of(array.type));
        to_doubles(bytes, array.type, doubles_);
        for (const double value : values) {
            if (!std::isfinite(value)) continue;
            min_ = std::min(min_, value);
            max_ = std::max(max_, value);
        }
        if (replace_non_finite(values, 0.0, &sketch_) > 0) arrays_.back().rough = true;
        const Moments moments = moments_of(doubles_, values.size());
        sum_ += moments.sum;
        sum_of_squares_ += moments.sum_of_squares;
        projection_.add(doubles_, values.size(), block_);
        block_ += blocks_of(values.size());
    }

    template <class Use>
    void each_chunk(const Use& use) {
        for (const Taken& taken : arrays_) {
            const std::span<const std::byte> all = taken.array.bytes;
            for (std::size_t start = 0; start < all.size(); start += kChunk) {
                use(taken, all.subspan(start, std::min(kChunk, all.size() - start)));
            }
        }
    }

    /// Sums again with values brought near 1 by a power of two, where squares overflowed or
    /// vanished.
    double rescale(double largest) {
        const double scale = std::ldexp(1.0, -std::clamp(std::ilogb(largest), -1000, 1020));
        sum_ = sum_of_squares_ = 0;
        each_chunk([&](const Taken& taken, std::span<const std::byte> bytes) {
            const std::span<double> values(doubles_, bytes.size() / size_of(taken.array.type));
            to_doubles(bytes, taken.array.type, doubles_);
            replace_non_finite(values, 0.0, nullptr);
            for (double& value : values) value *= scale;
            const Moments moments = moments_of(doubles_, values.size());
            sum_ += moments.sum;
            sum_of_squares_ += moments.sum_of_squares;
        });
        return scale;
    }

    void fill_histogram(std::uint64_t finite) {
        constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
        const double factor = kSketchBins / (max_ * 0.5 - min_ * 0.5);
        if (!std::isfinite(factor)) {  // all values are equal, or nearly so
            sketch_.histogram[0] = static_cast<std::uint32_t>(std::min(finite, most));
            return;
        }
        const auto low = static_cast<float>(min_), high = static_cast<float>(max_);
        const float scale = kSketchBins / (high - low);
        const bool in_float =
            low == min_ && high == max_ && std::isfinite(high - low) && std::isfinite(scale);
        const bool in_bytes = in_float && low >= 0 && high <= 255 && std::floor(low) == low &&
                              std::floor(high) == high;
        BinCounter counter;
        std::uint64_t replaced = 0;  // by the minimum, in bin 0
        std::uint64_t index = 0, counted = 0;
        each_chunk([&](const Taken& taken, std::span<const std::byte> bytes) {
            if (!in_sample(index++, sketch_.count)) return;
            const DType type = taken.array.type;
            const std::size_t count = bytes.size() / size_of(type);
            counted += count;
            if (in_bytes && type == DType::U8) {
                counter.add(reinterpret_cast<const std::uint8_t*>(bytes.data()), count,
                            static_cast<std::uint8_t>(low), static_cast<std::uint8_t>(high));
            } else if (in_float && fits_float(type) && !taken.rough) {
                counter.add(floats_of(taken.array, bytes), count, low, scale);
            } else {
                const double* values = taken.rough ? nullptr : in_place<double>(taken.array, bytes);
                if (!values) {
                    to_doubles(bytes, type, doubles_);
                    if (taken.rough)
                        replaced += replace_non_finite(std::span(doubles_, count), min_, nullptr);
                    values = doubles_;
                }
                scale_to_bins(values, count, min_ * 0.5, factor, floats_);
                counter.add(floats_, count, 0, 1);
            }
        });
        const double scale_up = static_cast<double>(finite) /
                                static_cast<double>(std::max<std::uint64_t>(counted - replaced, 1));
        for (std::size_t bin = 0; bin < kSketchBins; ++bin) {
            const std::uint64_t count = counter.counts()[bin] - (bin == 0 ? replaced : 0);
            const double scaled = std::min(std::round(static_cast<double>(count) * scale_up),
                                           static_cast<double>(most));
            sketch_.histogram[bin] = static_cast<std::uint32_t>(scaled);
        }
    }

    Sketch& sketch_;
    std::vector<Taken> arrays_;
    Projection projection_;
    FloatWindow sums_;
    std::span<const std::byte> window_;  ///< what sums_ holds of the array taken last
    std::uint64_t window_block_ = 0;
    std::uint64_t block_ = 0;
    double min_ = std::numeric_limits<double>::infinity(),
           max_ = -std::numeric_limits<double>::infinity();
    double sum_ = 0, sum_of_squares_ = 0;
    float floats_[kChunk];
    double doubles_[kChunk];
};

}  // namespace

Sketch sketch_of(const Record& record, std::string_view type) {
    Sketch sketch;
    sketch.type = type;
    const auto gatherer = std::make_unique<Gatherer>(sketch);  // its buffers are large for a stack
    const auto on_array = [&](const ArrayView& array) { gatherer->open(array); };
    const auto on_chunk = [&](const ArrayView& array, std::span<const std::byte> bytes) {
        gatherer->take(array, bytes);
    };
    sketch.hash = walk(record, type, on_array, on_chunk);
    gatherer->finish();
    return sketch;
}

Hash128 hash_of(const Record& record, std::string_view type) {
    const auto on_array = [](const ArrayView&) {};
    const auto on_chunk = [](const ArrayView&, std::span<const std::byte>) {};
    return walk(record, type, on_array, on_chunk);
}

}  // namespace millrace::engine
