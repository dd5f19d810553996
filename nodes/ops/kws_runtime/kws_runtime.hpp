// SPDX-License-Identifier: Apache-2.0
// Runtime of a streaming int8 keyword spotter: this one header and a network file (or its C array)
// are all that a firmware needs. C++17, freestanding, no allocation, no exceptions, no libm. The
// file is read in place, from flash; everything that changes lies in an arena of the caller.
// A Network belongs to one stream and one thread; several may share one file.
//
//     Network network;
//     if (open(model, bytes, network) != Status::Ok) ...
//     alignas(32) static uint8_t arena[...];          // arena_bytes(network)
//     if (start(network, arena, sizeof arena) != Status::Ok) ...
//     const int8_t* scores = step(network, frame);    // once per feature frame
//
// The layout of the file is described in nodes/ops/kws/network_file.hpp. Arithmetic is TFLite's
// int8 scheme with double rounding (Jacob et al., arXiv 1712.05877); streaming layers are those of
// LiCo-Net (arXiv 2211.04635) and SVDF (Nakkiran et al. 2015). Built for AVX2 where the compiler
// targets it, unless MILLRACE_KWS_SCALAR is defined; both give the same integers.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Defined beforehand where functions are compiled for AVX2 one by one.
#if !defined(MILLRACE_KWS_AVX2)
#if defined(__AVX2__) && !defined(MILLRACE_KWS_SCALAR)
#define MILLRACE_KWS_AVX2 1
#else
#define MILLRACE_KWS_AVX2 0
#endif
#endif
#if MILLRACE_KWS_AVX2
#include <immintrin.h>
#endif

namespace millrace::kws {
// Two builds of one program may differ in instructions, so their names differ too.
#if MILLRACE_KWS_AVX2
inline namespace avx2 {
#else
inline namespace scalar {
#endif

constexpr uint32_t kMagic = 0x53574B4D;  // "MKWS"
constexpr uint32_t kVersion = 1;
constexpr uint32_t kAlignment = 16;   // of the file and of everything in it
constexpr uint32_t kGuardBytes = 64;  // at the end of the file: vector loads may reach into it
constexpr uint32_t kMaxLayers = 1024, kMaxSize = 65536, kMaxValues = 1u << 24, kMaxRow = 65536;

enum class Status : uint8_t {
    Ok,
    Misaligned,
    Truncated,
    NotANetwork,
    WrongVersion,
    BadOffset,
    BadLayer,
    BadSource,
    BadShape,
    BadScale,
    BadWeights,
    BadLabels,
    ArenaTooSmall,
    NotOpen,
};

inline const char* status_name(Status status) {
    switch (status) {
        case Status::Ok:
            return "ok";
        case Status::Misaligned:
            return "pointer not aligned";
        case Status::Truncated:
            return "file cut off";
        case Status::NotANetwork:
            return "not a network file";
        case Status::WrongVersion:
            return "version of the file unknown";
        case Status::BadOffset:
            return "table outside the file";
        case Status::BadLayer:
            return "layer of unknown kind";
        case Status::BadSource:
            return "layer reads a layer that is not before it";
        case Status::BadShape:
            return "impossible sizes of a layer";
        case Status::BadScale:
            return "unusable scale, zero point, multiplier or clamp";
        case Status::BadWeights:
            return "weights or biases whose sums leave int32";
        case Status::BadLabels:
            return "labels do not match their text";
        case Status::ArenaTooSmall:
            return "arena too small";
        case Status::NotOpen:
            return "network not opened";
    }
    return "unknown status";
}

enum class Kind : uint32_t { Conv = 1, DepthwiseConv = 2, Svdf = 3, Add = 4, Mean = 5 };

/// How an SVDF layer keeps its state: the whole array moved by one element a frame, as published,
/// or a ring index with which nothing is moved.
enum class Discipline : uint32_t { Move = 0, Ring = 1 };

/// A multiplier mantissa / 2^31 * 2^shift.
struct Multiplier {
    int32_t mantissa, shift;
};

struct Text {
    const char* data;
    size_t bytes;  ///< no terminating 0
};

struct FileHeader {
    uint32_t magic, version, file_bytes, layer_count;
    uint32_t layers_offset, label_count, labels_offset, labels_bytes;
    uint32_t metadata_offset, metadata_bytes, input_positions, input_channels;
    float input_scale;
    int32_t input_zero_point;
    uint32_t reserved[2];
};

struct LayerRecord {
    Kind kind;
    uint32_t source_a, source_b;  // 0 is the network's input, i the output of layer i - 1
    Discipline discipline;
    uint32_t positions_in, channels_in, positions_out, channels_out;
    uint32_t kernel_time, kernel_freq, stride_freq, pad_low;  // SVDF: memory, rank, 1, 0
    uint32_t pad_high;
    float output_scale;
    int32_t output_zero_point, clamp_low;
    int32_t clamp_high;
    uint32_t weight_offset, time_offset, feature_bias_offset;
    uint32_t bias_offset, mantissa_offset, shift_offset, name_offset;
    uint32_t name_bytes, reserved[7];
};
static_assert(sizeof(FileHeader) == 64 && sizeof(LayerRecord) == 128, "layout of the file");

/// What start() prepares for a layer, in the arena.
struct Plan {
    const LayerRecord* record;
    const int8_t *a, *b, *weight;
    const int16_t* time;
    const int32_t *feature_bias, *bias, *mantissa, *shift;
    int8_t *out, *state, *scratch;
    uint32_t frame, head;  // bytes of a padded frame, place of the oldest frame
    int32_t zero_a, zero_b;
    bool all_right, is_wide;  // every shift is below 0; SVDF sums can leave int32
    bool is_symmetric;        // no weight is -128
};

struct Network {
    const uint8_t* file = nullptr;
    const FileHeader* header = nullptr;
    const LayerRecord* layers = nullptr;
    Plan* plans = nullptr;
    int8_t* input = nullptr;
    size_t arena = 0;
};

namespace detail {

// ---- sizes

inline bool is_conv(Kind kind) { return kind == Kind::Conv || kind == Kind::DepthwiseConv; }

inline uint32_t width_out(const LayerRecord& layer) {
    return layer.positions_out * layer.channels_out;
}

inline uint32_t filters(const LayerRecord& layer) { return layer.channels_out * layer.kernel_freq; }

inline uint32_t padded_positions(const LayerRecord& layer) {
    return layer.pad_low + layer.positions_in + layer.pad_high;
}

/// Whether the layer reads its source in place.
inline bool has_ring(const LayerRecord& layer) {
    return layer.kernel_time > 1 || layer.pad_low + layer.pad_high > 0;
}

inline uint32_t ring_slots(const LayerRecord& layer) {
    return layer.kernel_time > 1 ? 2 * layer.kernel_time : 1;
}

/// Bytes kept from frame to frame.
inline uint64_t state_size(const LayerRecord& layer) {
    if (layer.kind == Kind::Svdf) {
        const uint64_t slots =
            uint64_t{layer.kernel_time} * (layer.discipline == Discipline::Ring ? 2 : 1);
        return slots * filters(layer) * 2;
    }
    if (!is_conv(layer.kind) || !has_ring(layer)) return 0;
    return uint64_t{ring_slots(layer)} * padded_positions(layer) * layer.channels_in;
}

/// Sums of an SVDF layer's filters before the ranks are added, in two halves.
inline uint64_t scratch_size(const LayerRecord& layer) {
    return layer.kind == Kind::Svdf ? uint64_t{filters(layer)} * 8 : 0;
}

/// A tensor's place, with room for a vector that runs over its end.
inline uint64_t place(uint64_t bytes) { return bytes == 0 ? 0 : (bytes + 32 + 31) / 32 * 32; }

inline uint32_t multiplier_count(const LayerRecord& layer) {
    switch (layer.kind) {
        case Kind::Svdf:
            return 2;
        case Kind::Add:
            return 3;
        case Kind::Mean:
            return 1;
        default:
            return layer.channels_out;
    }
}

/// Weights in one row of the product: a dense output's, a channel's, or a feature filter's.
inline uint64_t row_length(const LayerRecord& layer) {
    if (layer.kind == Kind::Svdf) return uint64_t{layer.positions_in} * layer.channels_in;
    const uint64_t taps = uint64_t{layer.kernel_time} * layer.kernel_freq;
    return layer.kind == Kind::Conv ? taps * layer.channels_in : taps;
}

inline uint64_t weight_count(const LayerRecord& layer) {
    if (layer.kind == Kind::Svdf) return row_length(layer) * filters(layer);
    return is_conv(layer.kind) ? row_length(layer) * layer.channels_out : 0;
}

/// Time weights in the file: [filters][memory] to move, pairs of frames [memory/2][filters][2],
/// the last perhaps half empty, for the ring.
inline uint64_t time_count(const LayerRecord& layer) {
    if (layer.kind != Kind::Svdf) return 0;
    const uint64_t memory =
        layer.discipline == Discipline::Ring ? (layer.kernel_time + 1) / 2 * 2 : layer.kernel_time;
    return memory * filters(layer);
}

inline uint64_t time_index(const LayerRecord& layer, uint32_t filter, uint32_t m) {
    if (layer.discipline == Discipline::Move) return uint64_t{filter} * layer.kernel_time + m;
    return (uint64_t{m / 2} * filters(layer) + filter) * 2 + m % 2;
}

// ---- checks

inline bool is_size(uint32_t size) { return size >= 1 && size <= kMaxSize; }

inline bool is_scale(float scale, int32_t zero) {
    return scale > 0 && scale <= 3.4028234e38F && zero >= -128 && zero <= 127;
}

inline bool is_within(uint32_t file_bytes, uint32_t offset, uint64_t bytes, uint32_t alignment) {
    if (bytes == 0) return true;
    return offset % alignment == 0 && offset >= sizeof(FileHeader) &&
           offset <= file_bytes - kGuardBytes && bytes <= file_bytes - kGuardBytes - offset;
}

inline Status check_shape(const LayerRecord& layer) {
    const uint32_t sizes[] = {layer.positions_in, layer.channels_in, layer.positions_out,
                              layer.channels_out, layer.kernel_time, layer.kernel_freq,
                              layer.stride_freq};
    for (const uint32_t size : sizes) {
        if (!is_size(size)) return Status::BadShape;
    }
    if (layer.pad_low > kMaxSize || layer.pad_high > kMaxSize) return Status::BadShape;
    if (uint64_t{layer.positions_in} * layer.channels_in > kMaxValues ||
        uint64_t{layer.positions_out} * layer.channels_out > kMaxValues)
        return Status::BadShape;
    bool is_good = true;
    const bool is_one_tap = layer.kernel_time == 1 && layer.kernel_freq == 1;
    if (is_conv(layer.kind)) {
        const uint32_t room = padded_positions(layer);
        is_good = room >= layer.kernel_freq &&
                  (room - layer.kernel_freq) / layer.stride_freq + 1 == layer.positions_out &&
                  (layer.kind == Kind::Conv || layer.channels_in == layer.channels_out);
    } else if (layer.kind == Kind::Svdf) {
        is_good = layer.positions_out == 1 && layer.stride_freq == 1 &&
                  uint64_t{layer.channels_out} * layer.kernel_freq <= kMaxSize &&
                  uint64_t{layer.kernel_time} * layer.kernel_freq <= 16384;
    } else if (layer.kind == Kind::Add) {
        is_good = is_one_tap && layer.positions_in == layer.positions_out &&
                  layer.channels_in == layer.channels_out;
    } else {
        is_good = is_one_tap && layer.positions_out == 1 && layer.channels_in == layer.channels_out;
    }
    if (!is_conv(layer.kind)) is_good = is_good && layer.pad_low == 0 && layer.pad_high == 0;
    if (!is_good || row_length(layer) > kMaxRow || weight_count(layer) > kMaxValues ||
        time_count(layer) > kMaxValues || state_size(layer) > 4 * uint64_t{kMaxValues})
        return Status::BadShape;
    return Status::Ok;
}

inline uint32_t magnitude(int32_t x) {
    return x < 0 ? 0u - static_cast<uint32_t>(x) : static_cast<uint32_t>(x);
}

template <class T>
const T* at(const uint8_t* file, uint32_t offset) {
    return reinterpret_cast<const T*>(file + offset);
}

/// Every sum |bias| + row * 2^14 must fit int32, so that the products need no saturation.
inline bool are_sums_safe(const int32_t* bias, uint64_t count, uint64_t row) {
    for (uint64_t i = 0; i < count; ++i) {
        if (magnitude(bias[i]) + (row << 14) > INT32_MAX) return false;
    }
    return true;
}

inline Status check_values(const uint8_t* file, const LayerRecord& layer) {
    const auto* mantissa = at<int32_t>(file, layer.mantissa_offset);
    const auto* shift = at<int32_t>(file, layer.shift_offset);
    for (uint32_t i = 0; i < multiplier_count(layer); ++i) {
        if (mantissa[i] != 0 && mantissa[i] < 1 << 30) return Status::BadScale;
        if (shift[i] < -31 || shift[i] > 30) return Status::BadScale;
    }
    // A residual sum's operands are at most half as large as their 28 bits.
    if (layer.kind == Kind::Add && (shift[0] > 0 || shift[1] > 0)) return Status::BadScale;
    if (is_conv(layer.kind)) {
        const auto* bias = at<int32_t>(file, layer.bias_offset);
        return are_sums_safe(bias, layer.channels_out, row_length(layer)) ? Status::Ok
                                                                          : Status::BadWeights;
    }
    if (layer.kind != Kind::Svdf) return Status::Ok;
    const auto* bias = at<int32_t>(file, layer.feature_bias_offset);
    if (!are_sums_safe(bias, filters(layer), row_length(layer))) return Status::BadWeights;
    const auto* time = at<int16_t>(file, layer.time_offset);
    for (uint64_t i = 0; i < time_count(layer); ++i) {
        if (time[i] == INT16_MIN) return Status::BadWeights;  // four of them leave int32
    }
    return Status::Ok;
}

inline Status check_layer(const uint8_t* file, const FileHeader& header, uint32_t index) {
    const LayerRecord* layers = at<LayerRecord>(file, header.layers_offset);
    const LayerRecord& layer = layers[index];
    const auto kind = static_cast<uint32_t>(layer.kind);
    if (kind < 1 || kind > 5 || static_cast<uint32_t>(layer.discipline) > 1)
        return Status::BadLayer;
    if (layer.source_a > index || layer.source_b > index) return Status::BadSource;
    if (const Status status = check_shape(layer); status != Status::Ok) return status;
    const uint64_t width = uint64_t{layer.positions_in} * layer.channels_in;
    const auto source_width = [&](uint32_t source) {
        return source == 0 ? header.input_positions * header.input_channels
                           : width_out(layers[source - 1]);
    };
    if (source_width(layer.source_a) != width ||
        (layer.kind == Kind::Add && source_width(layer.source_b) != width))
        return Status::BadShape;
    if (!is_scale(layer.output_scale, layer.output_zero_point) || layer.clamp_low < -128 ||
        layer.clamp_high > 127 || layer.clamp_low > layer.clamp_high)
        return Status::BadScale;
    const uint32_t end = header.file_bytes;
    const bool has_bias = is_conv(layer.kind) || layer.kind == Kind::Svdf;
    const uint64_t multipliers = uint64_t{multiplier_count(layer)} * 4;
    if (!is_within(end, layer.weight_offset, weight_count(layer), kAlignment) ||
        !is_within(end, layer.time_offset, time_count(layer) * 2, kAlignment) ||
        !is_within(end, layer.feature_bias_offset,
                   layer.kind == Kind::Svdf ? uint64_t{filters(layer)} * 4 : 0, kAlignment) ||
        !is_within(end, layer.bias_offset, has_bias ? uint64_t{layer.channels_out} * 4 : 0,
                   kAlignment) ||
        !is_within(end, layer.mantissa_offset, multipliers, kAlignment) ||
        !is_within(end, layer.shift_offset, multipliers, kAlignment) ||
        !is_within(end, layer.name_offset, layer.name_bytes, 1))
        return Status::BadOffset;
    return check_values(file, layer);
}

inline Status check_labels(const uint8_t* file, const FileHeader& header) {
    uint32_t ends = 0;
    for (uint32_t i = 0; i < header.labels_bytes; ++i) ends += file[header.labels_offset + i] == 0;
    const bool is_closed =
        header.labels_bytes == 0 || file[header.labels_offset + header.labels_bytes - 1] == 0;
    return ends == header.label_count && is_closed ? Status::Ok : Status::BadLabels;
}

inline void copy(void* to, const void* from, size_t bytes) {
    auto* out = static_cast<uint8_t*>(to);
    const auto* in = static_cast<const uint8_t*>(from);
    for (; bytes >= 16; bytes -= 16, in += 16, out += 16) __builtin_memcpy(out, in, 16);
    if (bytes >= 8) {
        __builtin_memcpy(out, in, 8);
        bytes -= 8, in += 8, out += 8;
    }
    for (; bytes > 0; --bytes) *out++ = *in++;
}

// ---- requantization: x * mantissa / 2^31 rounded half up, then / 2^-shift rounded half away from
// zero. A positive shift comes first; results that could saturate there leave int8 and int16 alike,
// so clamping the sum beforehand gives the same integers.

inline int32_t requantize(int32_t x, Multiplier by) {
    if (by.shift > 0) {
        const int32_t limit = INT32_MAX >> by.shift;
        x = x > limit ? limit : x < -limit ? -limit : x;
        x *= 1 << by.shift;
    }
    x = static_cast<int32_t>((int64_t{x} * by.mantissa + (1 << 30)) >> 31);
    if (by.shift >= 0) return x;
    return (((x + (x >> 31)) >> (-by.shift - 1)) + 1) >> 1;
}

inline int32_t clamped(int32_t x, int32_t low, int32_t high) {
    return x < low ? low : x > high ? high : x;
}

/// int8 of a sum at a layer's output.
inline int8_t finish(int32_t sum, Multiplier by, const LayerRecord& layer) {
    const int32_t zero = layer.output_zero_point;
    return static_cast<int8_t>(
        clamped(requantize(sum, by), layer.clamp_low - zero, layer.clamp_high - zero) + zero);
}

inline int16_t state_value(int32_t sum, Multiplier by) {
    return static_cast<int16_t>(clamped(requantize(sum, by), INT16_MIN, INT16_MAX));
}

/// A sum saturated to int32, of which `low` is the remainder modulo 2^32 and `high` the sum of
/// its terms / 2^16 rounded down. Too little by less than the terms' number, that tells which.
inline int32_t joined(int32_t high, uint32_t low) {
    high += static_cast<int32_t>((low - (static_cast<uint32_t>(high) << 16)) >> 16);
    if (high > INT16_MAX) return INT32_MAX;
    if (high < INT16_MIN) return INT32_MIN;
    return static_cast<int32_t>(low);
}

/// The window of a product: `parts` runs of `run` values, each `step` bytes after the one before.
struct Window {
    const int8_t* x;
    uint32_t parts, run;
    size_t step;
};

#if MILLRACE_KWS_AVX2
// ---- eight sums at once

using Vector = __m256i;
// Sums of a loop keep this type: with Vector the compiler copies each of them in every step.
typedef int32_t Sums __attribute__((vector_size(32)));

alignas(32) inline constexpr int16_t kTail[32] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                                  -1, -1, -1, -1, -1, 0,  0,  0,  0,  0,  0,
                                                  0,  0,  0,  0,  0,  0,  0,  0,  0,  0};

/// The first `count` of 16 values.
inline Vector tail_mask(uint32_t count) {
    return _mm256_loadu_si256(reinterpret_cast<const Vector*>(kTail + 16 - count));
}

inline Vector load(const void* from) {
    return _mm256_loadu_si256(static_cast<const Vector*>(from));
}
inline void store(void* to, Vector x) { _mm256_storeu_si256(static_cast<Vector*>(to), x); }
inline Vector load_16(const int8_t* from) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
inline Vector load_8(const int8_t* from) {
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}

struct Multipliers {
    Vector mantissa, shift;
    bool all_right;
};

inline Multipliers spread(const int32_t* mantissa, const int32_t* shift) {
    return {_mm256_set1_epi32(*mantissa), _mm256_set1_epi32(*shift), *shift < 0};
}

inline Vector high_product(Vector x, Vector mantissa) {
    const Vector half = _mm256_set1_epi64x(1 << 30);
    const Vector even = _mm256_add_epi64(_mm256_mul_epi32(x, mantissa), half);
    const Vector odd = _mm256_add_epi64(
        _mm256_mul_epi32(_mm256_srli_epi64(x, 32), _mm256_srli_epi64(mantissa, 32)), half);
    return _mm256_blend_epi32(_mm256_srli_epi64(even, 31), _mm256_slli_epi64(odd, 1), 0xAA);
}

inline Vector requantize(Vector x, const Multipliers& by) {
    const Vector ones = _mm256_set1_epi32(-1), zero = _mm256_setzero_si256();
    if (!by.all_right) {
        const Vector left = _mm256_max_epi32(by.shift, zero);
        const Vector limit = _mm256_srlv_epi32(_mm256_set1_epi32(INT32_MAX), left);
        // -limit would alter INT32_MIN, which an SVDF sum may be, where nothing is shifted.
        const Vector floor = _mm256_srav_epi32(_mm256_set1_epi32(INT32_MIN), left);
        x = _mm256_max_epi32(_mm256_min_epi32(x, limit), floor);
        x = _mm256_sllv_epi32(x, left);
    }
    x = high_product(x, by.mantissa);
    const Vector sign = _mm256_srai_epi32(x, 31);
    // -shift - 1 is the complement of shift.
    const Vector part =
        _mm256_srav_epi32(_mm256_add_epi32(x, sign), _mm256_xor_si256(by.shift, ones));
    const Vector rounded = _mm256_srai_epi32(_mm256_sub_epi32(part, ones), 1);
    if (by.all_right) return rounded;
    return _mm256_blendv_epi8(x, rounded, _mm256_srai_epi32(by.shift, 31));
}

/// int16 of eight sums, saturated.
inline __m128i packed(Vector x) {
    return _mm_packs_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
}

/// What all of a layer's outputs share, read once: stores of int8 may alter any record.
struct Output {
    explicit Output(const LayerRecord& layer)
        : zero(_mm_set1_epi16(static_cast<int16_t>(layer.output_zero_point))),
          low(_mm_set1_epi8(static_cast<char>(layer.clamp_low))),
          high(_mm_set1_epi8(static_cast<char>(layer.clamp_high))) {}
    __m128i zero, low, high;
};

/// Eight int8 at a layer's output.
inline void finish(int8_t* out, Vector sums, const Multipliers& by, const Output& output) {
    __m128i x = _mm_adds_epi16(packed(requantize(sums, by)), output.zero);
    x = _mm_packs_epi16(x, x);
    x = _mm_min_epi8(_mm_max_epi8(x, output.low), output.high);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), x);
}

/// The eight vectors' sums, in order.
inline Vector totals(const Sums (&s)[8]) {
    const auto pairs = [&](int i) {
        return _mm256_hadd_epi32(reinterpret_cast<Vector>(s[i]),
                                 reinterpret_cast<Vector>(s[i + 1]));
    };
    const Vector low = _mm256_hadd_epi32(pairs(0), pairs(2));
    const Vector high = _mm256_hadd_epi32(pairs(4), pairs(6));
    return _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x20),
                            _mm256_permute2x128_si256(low, high, 0x31));
}

enum class Weights { Any, Symmetric };

/// Rows of weights that are read at once, by their distance from the first.
template <int Rows>
struct RowOffsets {
    explicit RowOffsets(size_t row) {
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            of[r] = r * row;
            // Otherwise the compiler finds each from the one before it, again in every step.
            __asm__("" : "+r"(of[r]));
        }
    }
    size_t of[Rows];
};

/// Values of a window, against which weights are multiplied: 16, or for symmetric weights 32.
template <Weights Are>
struct Values {
    static constexpr uint32_t length = Are == Weights::Symmetric ? 32 : 16;
    explicit Values(const int8_t* from)
        : Values(Are == Weights::Symmetric ? load(from) : load_16(from)) {}
    explicit Values(Vector values) : x(values), size(_mm256_abs_epi8(values)) {}

    /// Eight sums of products. Of symmetric weights |x| times the weight with the sign of x, where
    /// two products are at most 2 * 128 * 127 and so fit int16.
    Vector times(const int8_t* w) const {
        if (Are == Weights::Any) return _mm256_madd_epi16(x, load_16(w));
        const Vector pairs = _mm256_maddubs_epi16(size, _mm256_sign_epi8(load(w), x));
        return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    }

    Vector x, size;
};

template <Weights Are, int Rows>
[[gnu::always_inline]] inline void accumulate(Sums (&sums)[8], const Values<Are>& values,
                                              const int8_t* w, const RowOffsets<Rows>& rows) {
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) sums[r] += reinterpret_cast<Sums>(values.times(w + rows.of[r]));
}

/// Products of `Rows` rows of weights with the window; the other sums are 0. Loads run past a row's
/// end: what they find there is multiplied by 0.
template <Weights Are, int Rows>
[[gnu::always_inline]] inline Vector dot(const int8_t* w, const RowOffsets<Rows>& rows,
                                         Window window) {
    Sums sums[8] = {};
    const uint32_t rest = window.run & 15u;
    for (uint32_t parts = window.parts;;) {
        const int8_t *x = window.x, *end = x + (window.run - rest);
        if (Are == Weights::Symmetric) {
            for (; end - x >= 32; x += 32, w += 32) accumulate(sums, Values<Are>(x), w, rows);
        }
        for (; x != end; x += 16, w += 16) accumulate(sums, Values<Weights::Any>(x), w, rows);
        if (rest != 0) {
            const Vector last = _mm256_and_si256(load_16(x), tail_mask(rest));
            accumulate(sums, Values<Weights::Any>(last), w, rows);
            w += rest;
        }
        if (--parts == 0) return totals(sums);
        window.x += window.step;
    }
}

/// The same where the window is one run of whole vectors, at least one.
template <Weights Are>
[[gnu::always_inline]] inline Vector dot_whole(const int8_t* w, const RowOffsets<8>& rows,
                                               const int8_t* x, uint32_t run) {
    Sums sums[8] = {};
    const int8_t* end = x + run;
    do {
        accumulate(sums, Values<Are>(x), w, rows);
        x += Values<Are>::length, w += Values<Are>::length;
    } while (x != end);
    return totals(sums);
}

/// Calls emit(row, product(row)) for every eighth row, and for the last eight.
template <class Product, class Emit>
[[gnu::always_inline]] inline void each_eight(uint32_t rows, const Product& product,
                                              const Emit& emit) {
    for (uint32_t o = 0, last = rows - 8;;) {
        emit(o, product(o));
        if (o == last) return;
        o = o + 8 < last ? o + 8 : last;
    }
}

/// Calls emit(first row, sums of eight rows) until all rows have been given out, some perhaps
/// twice; with fewer than eight rows the last sums are 0.
template <Weights Are, class Emit>
[[gnu::always_inline]] inline void dense(const int8_t* w, uint32_t rows, size_t row,
                                         const Window& window, const Emit& emit) {
    if (rows < 8) {
        alignas(32) int32_t sums[8] = {};
        const RowOffsets<1> one(row);
        for (uint32_t o = 0; o < rows; ++o)
            sums[o] = _mm256_cvtsi256_si32(dot<Are>(w + o * row, one, window));
        emit(0, load(sums));
        return;
    }
    const RowOffsets<8> eight(row);
    const int8_t* x = window.x;
    const uint32_t run = window.run;
    if (window.parts == 1 && run % Values<Are>::length == 0)
        each_eight(
            rows, [=](uint32_t o) { return dot_whole<Are>(w + o * row, eight, x, run); }, emit);
    else
        each_eight(
            rows, [=](uint32_t o) { return dot<Are>(w + o * row, eight, window); }, emit);
}

template <class Emit>
[[gnu::always_inline]] inline void dense(const Plan& plan, uint32_t rows, size_t row,
                                         const Window& window, const Emit& emit) {
    if (plan.is_symmetric && window.run >= 32)
        dense<Weights::Symmetric>(plan.weight, rows, row, window, emit);
    else
        dense<Weights::Any>(plan.weight, rows, row, window, emit);
}

inline void conv_dense(const Plan& plan, const Window& window, int8_t* out) {
    const LayerRecord& layer = *plan.record;
    const size_t row = size_t{window.parts} * window.run;
    const Output output(layer);
    const int32_t *bias = plan.bias, *mantissa = plan.mantissa, *shift = plan.shift;
    const bool all_right = plan.all_right;
    dense(
        plan, layer.channels_out, row,
        window, [&](uint32_t o, Vector sums) __attribute__((always_inline)) {
            finish(out + o, _mm256_add_epi32(sums, load(bias + o)),
                   {load(mantissa + o), load(shift + o), all_right}, output);
        });
}

inline void conv_depthwise(const Plan& plan, const Window& window, int8_t* out) {
    const LayerRecord& layer = *plan.record;
    const uint32_t channels = layer.channels_in;
    const Output output(layer);
    for (uint32_t c = 0; c < channels; c += 8) {
        Vector sums = load(plan.bias + c);
        const int8_t *w = plan.weight + c, *frame = window.x + c;
        for (uint32_t t = 0; t < window.parts; ++t, frame += window.step) {
            const int8_t* x = frame;
            for (const int8_t* end = x + window.run; x != end; x += channels, w += channels)
                sums = _mm256_add_epi32(sums, _mm256_mullo_epi32(load_8(x), load_8(w)));
        }
        finish(out + c, sums, {load(plan.mantissa + c), load(plan.shift + c), plan.all_right},
               output);
    }
}

inline void add(const Plan& plan) {
    const LayerRecord& layer = *plan.record;
    const Multipliers of_a = spread(plan.mantissa, plan.shift);
    const Multipliers of_b = spread(plan.mantissa + 1, plan.shift + 1);
    const Multipliers of_out = spread(plan.mantissa + 2, plan.shift + 2);
    const Output output(layer);
    const Vector zero_a = _mm256_set1_epi32(plan.zero_a), zero_b = _mm256_set1_epi32(plan.zero_b);
    for (uint32_t i = 0, width = width_out(layer); i < width; i += 8) {
        const Vector a = _mm256_slli_epi32(_mm256_sub_epi32(load_8(plan.a + i), zero_a), 20);
        const Vector b = _mm256_slli_epi32(_mm256_sub_epi32(load_8(plan.b + i), zero_b), 20);
        finish(plan.out + i, _mm256_add_epi32(requantize(a, of_a), requantize(b, of_b)), of_out,
               output);
    }
}

inline void mean(const Plan& plan) {
    const LayerRecord& layer = *plan.record;
    const Multipliers by = spread(plan.mantissa, plan.shift);
    const Output output(layer);
    const Vector bias = _mm256_set1_epi32(-plan.zero_a * static_cast<int32_t>(layer.positions_in));
    for (uint32_t c = 0; c < layer.channels_in; c += 8) {
        Vector sums = bias;
        const int8_t* x = plan.a + c;
        for (uint32_t p = 0; p < layer.positions_in; ++p, x += layer.channels_in)
            sums = _mm256_add_epi32(sums, load_8(x));
        finish(plan.out + c, sums, by, output);
    }
}

/// A sum of products of int16; a wide one may wrap and keeps its upper half too, see joined().
template <bool Wide>
struct TimeSum {
    Vector low, high;
    void add(Vector pairs) {
        low = _mm256_add_epi32(low, pairs);
        if (Wide) high = _mm256_add_epi32(high, _mm256_srai_epi32(pairs, 16));
    }
};

template <bool Wide>
inline Vector with_bias(Vector low, Vector high, Vector bias) {
    low = _mm256_add_epi32(low, bias);
    if (!Wide) return low;
    high = _mm256_add_epi32(high, _mm256_srai_epi32(bias, 16));
    const Vector rest = _mm256_sub_epi32(low, _mm256_slli_epi32(high, 16));
    high = _mm256_add_epi32(high, _mm256_srli_epi32(rest, 16));
    const Vector over = _mm256_cmpgt_epi32(high, _mm256_set1_epi32(INT16_MAX));
    const Vector under = _mm256_cmpgt_epi32(_mm256_set1_epi32(INT16_MIN), high);
    return _mm256_blendv_epi8(_mm256_blendv_epi8(low, _mm256_set1_epi32(INT32_MAX), over),
                              _mm256_set1_epi32(INT32_MIN), under);
}

/// Hands eight units' outputs on at once, or keeps the filters' sums until their ranks are added.
template <bool Wide>
struct TimeOutput {
    explicit TimeOutput(const Plan& of)
        : plan(of),
          by(spread(of.mantissa + 1, of.shift + 1)),
          output(*of.record),
          count(filters(*of.record)),
          is_unit(of.record->kernel_freq == 1) {}

    void emit(uint32_t f, Vector low, Vector high) const {
        if (is_unit) {
            finish(plan.out + f, with_bias<Wide>(low, high, load(plan.bias + f)), by, output);
            return;
        }
        auto* sums = reinterpret_cast<int32_t*>(plan.scratch) + f;
        const size_t bytes = (count - f < 8 ? count - f : 8) * sizeof(int32_t);
        alignas(32) int32_t lows[8], highs[8];
        store(lows, low);
        store(highs, high);
        copy(sums, lows, bytes);
        copy(sums + count, highs, bytes);
    }

    const Plan& plan;
    Multipliers by;
    Output output;
    uint32_t count;
    bool is_unit;
};

template <bool Wide>
inline void time_ring(const Plan& plan, const int16_t* window) {
    const LayerRecord& layer = *plan.record;
    const size_t count = filters(layer);
    const uint32_t memory = layer.kernel_time;
    const Vector zero = _mm256_setzero_si256();
    const TimeOutput<Wide> output(plan);
    for (size_t f = 0; f < count; f += 16) {
        TimeSum<Wide> first{zero, zero}, second{zero, zero};
        const int16_t *s = window + f, *w = plan.time + 2 * f;
        uint32_t m = 0;
        for (; m + 2 <= memory; m += 2, s += 2 * count, w += 2 * count) {
            const Vector older = load(s), newer = load(s + count);
            // Within halves of a vector, so filters come out as 0-3, 8-11 and 4-7, 12-15.
            const Vector a = _mm256_unpacklo_epi16(older, newer);
            const Vector b = _mm256_unpackhi_epi16(older, newer);
            first.add(_mm256_madd_epi16(_mm256_permute2x128_si256(a, b, 0x20), load(w)));
            second.add(_mm256_madd_epi16(_mm256_permute2x128_si256(a, b, 0x31), load(w + 16)));
        }
        if (m < memory) {
            const Vector newest = load(s);
            const Vector a = _mm256_unpacklo_epi16(newest, zero);
            const Vector b = _mm256_unpackhi_epi16(newest, zero);
            first.add(_mm256_madd_epi16(_mm256_permute2x128_si256(a, b, 0x20), load(w)));
            second.add(_mm256_madd_epi16(_mm256_permute2x128_si256(a, b, 0x31), load(w + 16)));
        }
        output.emit(static_cast<uint32_t>(f), first.low, first.high);
        if (f + 8 < count) output.emit(static_cast<uint32_t>(f + 8), second.low, second.high);
    }
}

/// Products of `Rows` filters' states and weights; other sums are 0.
template <bool Wide, int Rows>
[[gnu::always_inline]] inline TimeSum<Wide> time_rows(const int16_t* state, const int16_t* w,
                                                      const RowOffsets<Rows>& rows,
                                                      uint32_t memory) {
    Sums lows[8] = {}, highs[8] = {};
    for (; memory > 0; state += 16, w += 16) {
        const uint32_t part = memory < 16 ? memory : 16;
        const Vector mask = tail_mask(part);
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
            const Vector s = _mm256_and_si256(load(state + rows.of[r]), mask);
            const Vector pairs = _mm256_madd_epi16(s, load(w + rows.of[r]));
            lows[r] += reinterpret_cast<Sums>(pairs);
            if (Wide) highs[r] += reinterpret_cast<Sums>(_mm256_srai_epi32(pairs, 16));
        }
        memory -= part;
    }
    return {totals(lows), Wide ? totals(highs) : _mm256_setzero_si256()};
}

/// The same where a row is one vector, as those of most networks.
template <bool Wide>
[[gnu::always_inline]] inline TimeSum<Wide> short_time_rows(const int16_t* state, const int16_t* w,
                                                            const RowOffsets<8>& rows,
                                                            Vector mask) {
    Sums lows[8], highs[8] = {};
#pragma GCC unroll 8
    for (int r = 0; r < 8; ++r) {
        const Vector s = _mm256_and_si256(load(state + rows.of[r]), mask);
        const Vector pairs = _mm256_madd_epi16(s, load(w + rows.of[r]));
        lows[r] = reinterpret_cast<Sums>(pairs);
        if (Wide) highs[r] = reinterpret_cast<Sums>(_mm256_srai_epi32(pairs, 16));
    }
    return {totals(lows), Wide ? totals(highs) : _mm256_setzero_si256()};
}

template <bool Wide>
inline void time_move(const Plan& plan, const int16_t* state) {
    const uint32_t count = filters(*plan.record), memory = plan.record->kernel_time;
    const int16_t* w = plan.time;
    const size_t row = memory;
    const TimeOutput<Wide> output(plan);
    const auto emit = [&](uint32_t f, const TimeSum<Wide>& sums) {
        output.emit(f, sums.low, sums.high);
    };
    if (count >= 8) {
        const RowOffsets<8> rows(row);
        if (memory <= 16) {
            const Vector mask = tail_mask(memory);
            each_eight(
                count,
                [=](uint32_t f) {
                    return short_time_rows<Wide>(state + f * row, w + f * row, rows, mask);
                },
                emit);
        } else {
            each_eight(
                count,
                [=](uint32_t f) {
                    return time_rows<Wide>(state + f * row, w + f * row, rows, memory);
                },
                emit);
        }
        return;
    }
    alignas(32) int32_t lows[8] = {}, highs[8] = {};
    for (uint32_t f = 0; f < count; ++f) {
        const auto sum = time_rows<Wide>(state + f * row, w + f * row, RowOffsets<1>(row), memory);
        lows[f] = _mm256_cvtsi256_si32(sum.low);
        highs[f] = _mm256_cvtsi256_si32(sum.high);
    }
    output.emit(0, load(lows), load(highs));
}

/// Feature sums of one frame, int16, handed to put(filter, eight of them).
template <class Put>
inline void features(const Plan& plan, const Put& put) {
    const LayerRecord& layer = *plan.record;
    const auto row = static_cast<uint32_t>(row_length(layer));
    const Multipliers by = spread(plan.mantissa, plan.shift);
    const int32_t* bias = plan.feature_bias;
    dense(
        plan, filters(layer), row,
        {plan.a, 1, row, 0}, [&](uint32_t f, Vector sums) __attribute__((always_inline)) {
            put(f, packed(requantize(_mm256_add_epi32(sums, load(bias + f)), by)));
        });
}

inline void features_ring(const Plan& plan, int16_t* first, int16_t* second) {
    // With fewer than eight filters a whole vector would run into the next column.
    const uint32_t count = filters(*plan.record);
    features(
        plan, [&](uint32_t f, __m128i values) __attribute__((always_inline)) {
            if (count >= 8) {
                _mm_storeu_si128(reinterpret_cast<__m128i*>(first + f), values);
                _mm_storeu_si128(reinterpret_cast<__m128i*>(second + f), values);
                return;
            }
            int16_t all[8];
            _mm_storeu_si128(reinterpret_cast<__m128i*>(all), values);
            copy(first, all, count * 2);
            copy(second, all, count * 2);
        });
}

inline void features_move(const Plan& plan, int16_t* newest) {
    const uint32_t count = filters(*plan.record);
    const size_t memory = plan.record->kernel_time;
    features(
        plan, [&](uint32_t f, __m128i values) __attribute__((always_inline)) {
            int16_t* to = newest + f * memory;
            if (count >= 8) {
                const auto put = [&](int value) {
                    *to = static_cast<int16_t>(value), to += memory;
                };
                put(_mm_extract_epi16(values, 0));
                put(_mm_extract_epi16(values, 1));
                put(_mm_extract_epi16(values, 2));
                put(_mm_extract_epi16(values, 3));
                put(_mm_extract_epi16(values, 4));
                put(_mm_extract_epi16(values, 5));
                put(_mm_extract_epi16(values, 6));
                put(_mm_extract_epi16(values, 7));
                return;
            }
            int16_t all[8];
            _mm_storeu_si128(reinterpret_cast<__m128i*>(all), values);
            for (uint32_t i = 0; i < count; ++i, to += memory) *to = all[i];
        });
}

#else
// ---- one value at a time, four rows at once so that the input is read once for them

template <int Rows>
inline void dot(const int8_t* w, size_t row, Window window, int32_t (&sums)[4]) {
    int32_t s[4] = {};
    const uint32_t whole = window.run & ~3u, rest = window.run & 3u;
    for (uint32_t part = 0; part < window.parts; ++part, window.x += window.step) {
        const int8_t* x = window.x;
        for (const int8_t* end = x + whole; x != end; x += 4, w += 4) {
            const int32_t x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
            const int8_t* v = w;
            s[0] += x0 * v[0] + x1 * v[1] + x2 * v[2] + x3 * v[3];
            if (Rows == 1) continue;
            v += row;
            s[1] += x0 * v[0] + x1 * v[1] + x2 * v[2] + x3 * v[3];
            v += row;
            s[2] += x0 * v[0] + x1 * v[1] + x2 * v[2] + x3 * v[3];
            v += row;
            s[3] += x0 * v[0] + x1 * v[1] + x2 * v[2] + x3 * v[3];
        }
        for (uint32_t i = 0; i < rest; ++i, ++x, ++w) {
            for (int r = 0; r < Rows; ++r) s[r] += *x * w[r * row];
        }
    }
    for (int r = 0; r < 4; ++r) sums[r] = s[r];
}

/// Calls emit(row, sum) for each row.
template <class Emit>
inline void dense(const int8_t* w, uint32_t rows, size_t row, const Window& window,
                  const Emit& emit) {
    int32_t sums[4];
    uint32_t o = 0;
    for (; o + 4 <= rows; o += 4, w += 4 * row) {
        dot<4>(w, row, window, sums);
        for (uint32_t r = 0; r < 4; ++r) emit(o + r, sums[r]);
    }
    for (; o < rows; ++o, w += row) {
        dot<1>(w, row, window, sums);
        emit(o, sums[0]);
    }
}

inline void conv_dense(const Plan& plan, const Window& window, int8_t* out) {
    const LayerRecord& layer = *plan.record;
    const size_t row = size_t{window.parts} * window.run;
    dense(plan.weight, layer.channels_out, row, window, [&](uint32_t o, int32_t sum) {
        out[o] = finish(sum + plan.bias[o], {plan.mantissa[o], plan.shift[o]}, layer);
    });
}

inline void conv_depthwise(const Plan& plan, const Window& window, int8_t* out) {
    const LayerRecord& layer = *plan.record;
    const uint32_t channels = layer.channels_in;
    for (uint32_t c = 0; c < channels; ++c) {
        int32_t sum = plan.bias[c];
        const int8_t *w = plan.weight + c, *frame = window.x + c;
        for (uint32_t t = 0; t < window.parts; ++t, frame += window.step) {
            const int8_t* x = frame;
            for (const int8_t* end = x + window.run; x != end; x += channels, w += channels)
                sum += *x * *w;
        }
        out[c] = finish(sum, {plan.mantissa[c], plan.shift[c]}, layer);
    }
}

inline void add(const Plan& plan) {
    const LayerRecord& layer = *plan.record;
    const auto operand = [&](int8_t q, int32_t zero, int which) {
        return requantize((q - zero) * (1 << 20), {plan.mantissa[which], plan.shift[which]});
    };
    const Multiplier of_out{plan.mantissa[2], plan.shift[2]};
    for (uint32_t i = 0, width = width_out(layer); i < width; ++i) {
        plan.out[i] = finish(
            operand(plan.a[i], plan.zero_a, 0) + operand(plan.b[i], plan.zero_b, 1), of_out, layer);
    }
}

inline void mean(const Plan& plan) {
    const LayerRecord& layer = *plan.record;
    for (uint32_t c = 0; c < layer.channels_in; ++c) {
        int32_t sum = -plan.zero_a * static_cast<int32_t>(layer.positions_in);
        const int8_t* x = plan.a + c;
        for (uint32_t p = 0; p < layer.positions_in; ++p, x += layer.channels_in) sum += *x;
        plan.out[c] = finish(sum, {*plan.mantissa, *plan.shift}, layer);
    }
}

/// A sum of products of int16; a wide one may wrap and keeps its upper half too, see joined().
template <bool Wide>
struct TimeSum {
    uint32_t low = 0;
    int32_t high = 0;
    void add(int32_t product) {
        low += static_cast<uint32_t>(product);
        if (Wide) high += product >> 16;
    }
};

template <bool Wide>
inline void emit_time(const Plan& plan, uint32_t f, TimeSum<Wide> sum) {
    const LayerRecord& layer = *plan.record;
    if (layer.kernel_freq == 1) {
        sum.add(plan.bias[f]);
        const int32_t all = Wide ? joined(sum.high, sum.low) : static_cast<int32_t>(sum.low);
        plan.out[f] = finish(all, {plan.mantissa[1], plan.shift[1]}, layer);
        return;
    }
    auto* sums = reinterpret_cast<int32_t*>(plan.scratch);
    sums[f] = static_cast<int32_t>(sum.low);
    sums[filters(layer) + f] = sum.high;
}

template <bool Wide>
inline void time_ring(const Plan& plan, const int16_t* window) {
    const uint32_t count = filters(*plan.record), memory = plan.record->kernel_time;
    for (uint32_t f = 0; f < count; ++f) {
        TimeSum<Wide> sum;
        const int16_t *s = window + f, *w = plan.time + 2 * size_t{f};
        uint32_t m = 0;
        for (; m + 2 <= memory; m += 2, s += 2 * size_t{count}, w += 2 * size_t{count}) {
            sum.add(s[0] * w[0]);
            sum.add(s[count] * w[1]);
        }
        if (m < memory) sum.add(s[0] * w[0]);
        emit_time<Wide>(plan, f, sum);
    }
}

template <bool Wide>
inline void time_move(const Plan& plan, const int16_t* state) {
    const uint32_t count = filters(*plan.record), memory = plan.record->kernel_time;
    const int16_t* w = plan.time;
    for (uint32_t f = 0; f < count; ++f) {
        TimeSum<Wide> sum;
        const int16_t* end = state + memory;
        for (const int16_t* whole = state + (memory & ~3u); state != whole; state += 4, w += 4) {
            sum.add(state[0] * w[0]);
            sum.add(state[1] * w[1]);
            sum.add(state[2] * w[2]);
            sum.add(state[3] * w[3]);
        }
        for (; state != end; ++state, ++w) sum.add(*state * *w);
        emit_time<Wide>(plan, f, sum);
    }
}

template <class Put>
inline void features(const Plan& plan, const Put& put) {
    const LayerRecord& layer = *plan.record;
    const auto row = static_cast<uint32_t>(row_length(layer));
    const Multiplier by{*plan.mantissa, *plan.shift};
    dense(plan.weight, filters(layer), row, {plan.a, 1, row, 0},
          [&](uint32_t f, int32_t sum) { put(f, state_value(sum + plan.feature_bias[f], by)); });
}

inline void features_ring(const Plan& plan, int16_t* first, int16_t* second) {
    features(plan, [&](uint32_t f, int16_t value) { first[f] = second[f] = value; });
}

inline void features_move(const Plan& plan, int16_t* newest) {
    const size_t memory = plan.record->kernel_time;
    features(plan, [&](uint32_t f, int16_t value) { newest[f * memory] = value; });
}
#endif

// ---- layers

inline void run_conv(Plan& plan) {
    const LayerRecord& layer = *plan.record;
    const int8_t* window = plan.a;
    if (has_ring(layer)) {
        const size_t width = size_t{layer.positions_in} * layer.channels_in;
        const size_t margin = size_t{layer.pad_low} * layer.channels_in;
        // Each frame is written twice, so that the last kernel_time of them lie in one piece.
        int8_t* newest = plan.state + size_t{plan.head} * plan.frame + margin;
        copy(newest, plan.a, width);
        if (layer.kernel_time > 1) {
            copy(newest + size_t{layer.kernel_time} * plan.frame, plan.a, width);
            plan.head = plan.head + 1 == layer.kernel_time ? 0 : plan.head + 1;
        }
        window = plan.state + size_t{plan.head} * plan.frame;
    }
    const uint32_t run = layer.kernel_freq * layer.channels_in;
    const bool is_dense = layer.kind == Kind::Conv;
    // One position reads whole frames: a single long product.
    Window part{window, layer.kernel_time, run, plan.frame};
    if (run == plan.frame) part = {window, 1, run * layer.kernel_time, 0};
    for (uint32_t p = 0; p < layer.positions_out; ++p) {
        int8_t* out = plan.out + size_t{p} * layer.channels_out;
        is_dense ? conv_dense(plan, part, out) : conv_depthwise(plan, part, out);
        part.x += size_t{layer.stride_freq} * layer.channels_in;
    }
}

/// Adds up the ranks of each unit.
inline void finish_ranks(const Plan& plan) {
    const LayerRecord& layer = *plan.record;
    const auto* lows = reinterpret_cast<const uint32_t*>(plan.scratch);
    const auto* highs = reinterpret_cast<const int32_t*>(plan.scratch) + filters(layer);
    for (uint32_t u = 0; u < layer.channels_out; ++u) {
        const int32_t bias = plan.bias[u];
        auto low = static_cast<uint32_t>(bias);
        int32_t high = bias >> 16;
        for (uint32_t r = 0; r < layer.kernel_freq; ++r) {
            low += *lows++;
            high += *highs++;
        }
        const int32_t sum = plan.is_wide ? joined(high, low) : static_cast<int32_t>(low);
        plan.out[u] = finish(sum, {plan.mantissa[1], plan.shift[1]}, layer);
    }
}

inline void run_svdf(Plan& plan) {
    const LayerRecord& layer = *plan.record;
    const size_t count = filters(layer), memory = layer.kernel_time;
    auto* state = reinterpret_cast<int16_t*>(plan.state);
    if (layer.discipline == Discipline::Ring) {
        int16_t* newest = state + plan.head * count;
        features_ring(plan, newest, newest + memory * count);
        plan.head = plan.head + 1 == memory ? 0 : plan.head + 1;
        const int16_t* window = state + plan.head * count;
        plan.is_wide ? time_ring<true>(plan, window) : time_ring<false>(plan, window);
    } else {
        __builtin_memmove(state, state + 1, (count * memory - 1) * sizeof(int16_t));
        features_move(plan, state + memory - 1);
        plan.is_wide ? time_move<true>(plan, state) : time_move<false>(plan, state);
    }
    if (layer.kernel_freq > 1) finish_ranks(plan);
}

/// Whether a unit's sum can leave int32.
inline bool has_wide_sums(const Plan& plan) {
    const LayerRecord& layer = *plan.record;
    for (uint32_t u = 0; u < layer.channels_out; ++u) {
        uint64_t most = magnitude(plan.bias[u]);
        for (uint32_t f = u * layer.kernel_freq; f < (u + 1) * layer.kernel_freq; ++f) {
            for (uint32_t m = 0; m < layer.kernel_time; ++m)
                most += uint64_t{magnitude(plan.time[time_index(layer, f, m)])} << 15;
        }
        if (most > INT32_MAX) return true;
    }
    return false;
}

/// Whether no weight is -128.
inline bool is_symmetric(const Plan& plan) {
    for (uint64_t i = 0, count = weight_count(*plan.record); i < count; ++i) {
        if (plan.weight[i] == INT8_MIN) return false;
    }
    return true;
}

}  // namespace detail

/// Checks the whole file, whose every value may be wrong, and keeps pointers into it: `model` is
/// aligned to 16 bytes and outlives the network.
inline Status open(const void* model, size_t bytes, Network& network) {
    network = {};
    if (model == nullptr || reinterpret_cast<uintptr_t>(model) % kAlignment != 0)
        return Status::Misaligned;
    if (bytes < sizeof(FileHeader) + kGuardBytes) return Status::Truncated;
    const auto* file = static_cast<const uint8_t*>(model);
    const FileHeader& header = *detail::at<FileHeader>(file, 0);
    if (header.magic != kMagic) return Status::NotANetwork;
    if (header.version != kVersion) return Status::WrongVersion;
    if (header.file_bytes > bytes) return Status::Truncated;
    if (header.file_bytes < sizeof(FileHeader) + kGuardBytes) return Status::BadOffset;
    if (header.layer_count < 1 || header.layer_count > kMaxLayers) return Status::BadLayer;
    const uint32_t end = header.file_bytes;
    if (!detail::is_within(end, header.layers_offset,
                           uint64_t{header.layer_count} * sizeof(LayerRecord), kAlignment) ||
        !detail::is_within(end, header.labels_offset, header.labels_bytes, 1) ||
        !detail::is_within(end, header.metadata_offset, header.metadata_bytes, 1))
        return Status::BadOffset;
    if (!detail::is_size(header.input_positions) || !detail::is_size(header.input_channels) ||
        uint64_t{header.input_positions} * header.input_channels > kMaxValues)
        return Status::BadShape;
    if (!detail::is_scale(header.input_scale, header.input_zero_point)) return Status::BadScale;
    if (const Status status = detail::check_labels(file, header); status != Status::Ok)
        return status;
    const auto* layers = detail::at<LayerRecord>(file, header.layers_offset);
    uint64_t arena = detail::place(uint64_t{header.layer_count} * sizeof(Plan)) +
                     detail::place(uint64_t{header.input_positions} * header.input_channels);
    for (uint32_t i = 0; i < header.layer_count; ++i) {
        if (const Status status = detail::check_layer(file, header, i); status != Status::Ok)
            return status;
        arena += detail::place(detail::width_out(layers[i])) +
                 detail::place(detail::state_size(layers[i])) +
                 detail::place(detail::scratch_size(layers[i]));
    }
    if (arena > SIZE_MAX / 2) return Status::BadShape;
    network.file = file;
    network.header = &header;
    network.layers = layers;
    network.arena = static_cast<size_t>(arena);
    return Status::Ok;
}

/// Bytes that start() needs; 0 for a network that is not open.
inline size_t arena_bytes(const Network& network) { return network.arena; }

/// Back to the start of a stream: every state as if the input had been silent for ever.
inline void reset(Network& network) {
    if (network.plans == nullptr) return;
    for (uint32_t i = 0; i < network.header->layer_count; ++i) {
        Plan& plan = network.plans[i];
        plan.head = 0;
        const int fill = plan.record->kind == Kind::Svdf ? 0 : plan.zero_a;
        __builtin_memset(plan.state, fill, static_cast<size_t>(detail::state_size(*plan.record)));
    }
}

/// Lays out the arena, aligned to 16 bytes and at least arena_bytes() long, and resets.
inline Status start(Network& network, void* arena, size_t bytes) {
    network.plans = nullptr;
    if (network.header == nullptr) return Status::NotOpen;
    if (arena == nullptr || reinterpret_cast<uintptr_t>(arena) % kAlignment != 0)
        return Status::Misaligned;
    if (bytes < network.arena) return Status::ArenaTooSmall;
    const FileHeader& header = *network.header;
    auto* next = static_cast<int8_t*>(arena);
    __builtin_memset(next, 0, network.arena);
    const auto take = [&](uint64_t size) {
        int8_t* taken = next;
        next += detail::place(size);
        return taken;
    };
    auto* plans = reinterpret_cast<Plan*>(take(uint64_t{header.layer_count} * sizeof(Plan)));
    network.input = take(uint64_t{header.input_positions} * header.input_channels);
    for (uint32_t i = 0; i < header.layer_count; ++i) {
        const LayerRecord& layer = network.layers[i];
        const auto tensor = [&](uint32_t s) { return s == 0 ? network.input : plans[s - 1].out; };
        const auto zero = [&](uint32_t s) {
            return s == 0 ? header.input_zero_point : network.layers[s - 1].output_zero_point;
        };
        Plan& plan = plans[i];
        plan.record = &layer;
        plan.a = tensor(layer.source_a);
        plan.b = tensor(layer.source_b);
        plan.zero_a = zero(layer.source_a);
        plan.zero_b = zero(layer.source_b);
        plan.weight = detail::at<int8_t>(network.file, layer.weight_offset);
        plan.time = detail::at<int16_t>(network.file, layer.time_offset);
        plan.feature_bias = detail::at<int32_t>(network.file, layer.feature_bias_offset);
        plan.bias = detail::at<int32_t>(network.file, layer.bias_offset);
        plan.mantissa = detail::at<int32_t>(network.file, layer.mantissa_offset);
        plan.shift = detail::at<int32_t>(network.file, layer.shift_offset);
        plan.out = take(detail::width_out(layer));
        plan.state = take(detail::state_size(layer));
        plan.scratch = take(detail::scratch_size(layer));
        plan.frame = detail::padded_positions(layer) * layer.channels_in;
        plan.all_right = true;
        for (uint32_t m = 0; m < detail::multiplier_count(layer); ++m)
            plan.all_right = plan.all_right && plan.shift[m] < 0;
        plan.is_wide = layer.kind == Kind::Svdf && detail::has_wide_sums(plan);
        plan.is_symmetric = detail::is_symmetric(plan);
    }
    network.plans = plans;
    reset(network);
    return Status::Ok;
}

/// One frame [input_width] through all layers: the last layer's outputs [output_width], valid until
/// the next step; null before start().
inline const int8_t* step(Network& network, const int8_t* frame) {
    if (network.plans == nullptr) return nullptr;
    const FileHeader& header = *network.header;
    detail::copy(network.input, frame, size_t{header.input_positions} * header.input_channels);
    for (Plan *plan = network.plans, *end = plan + header.layer_count; plan != end; ++plan) {
        switch (plan->record->kind) {
            case Kind::Conv:
            case Kind::DepthwiseConv:
                detail::run_conv(*plan);
                break;
            case Kind::Svdf:
                detail::run_svdf(*plan);
                break;
            case Kind::Add:
                detail::add(*plan);
                break;
            case Kind::Mean:
                detail::mean(*plan);
                break;
        }
    }
    return network.plans[header.layer_count - 1].out;
}

// What follows asks for an open network.

inline uint32_t layer_count(const Network& network) { return network.header->layer_count; }
inline size_t input_width(const Network& network) {
    return size_t{network.header->input_positions} * network.header->input_channels;
}
inline const LayerRecord& last_layer(const Network& network) {
    return network.layers[network.header->layer_count - 1];
}
inline size_t output_width(const Network& network) {
    return detail::width_out(last_layer(network));
}
inline float input_scale(const Network& network) { return network.header->input_scale; }
inline int32_t input_zero_point(const Network& network) { return network.header->input_zero_point; }
inline float output_scale(const Network& network) { return last_layer(network).output_scale; }
inline int32_t output_zero_point(const Network& network) {
    return last_layer(network).output_zero_point;
}

/// The layer's record, sizes and scales as the file has them; null past the last layer.
inline const LayerRecord* layer_info(const Network& network, uint32_t layer) {
    return layer < network.header->layer_count ? &network.layers[layer] : nullptr;
}

/// Name of the layer, and so of its state.
inline Text layer_name(const Network& network, uint32_t layer) {
    if (layer >= network.header->layer_count) return {"", 0};
    const LayerRecord& record = network.layers[layer];
    return {detail::at<char>(network.file, record.name_offset), record.name_bytes};
}

/// Bytes that the layer keeps from frame to frame.
inline size_t state_bytes(const Network& network, uint32_t layer) {
    if (layer >= network.header->layer_count) return 0;
    return static_cast<size_t>(detail::state_size(network.layers[layer]));
}

/// The layer's output of the latest step; null before start() or past the last layer.
inline const int8_t* layer_output(const Network& network, uint32_t layer) {
    if (network.plans == nullptr || layer >= network.header->layer_count) return nullptr;
    return network.plans[layer].out;
}

inline uint32_t label_count(const Network& network) { return network.header->label_count; }

/// Text of an output's label, ended by a 0; empty past the last label.
inline const char* label(const Network& network, uint32_t index) {
    if (index >= network.header->label_count) return "";
    const char* text = detail::at<char>(network.file, network.header->labels_offset);
    for (; index > 0; --index) {
        while (*text != 0) ++text;
        ++text;
    }
    return text;
}

/// JSON of the front end and the normalisation of features, as the exporter wrote it.
inline Text metadata(const Network& network) {
    return {detail::at<char>(network.file, network.header->metadata_offset),
            network.header->metadata_bytes};
}

}  // inline namespace
}  // namespace millrace::kws
