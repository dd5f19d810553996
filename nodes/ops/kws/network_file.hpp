// An int8 streaming network as one file, which the header-only runtime (kws_runtime.hpp) reads in
// place. Plain values and functions, safe on any thread.
//
// Version 1, little-endian, never altered: a change of layout takes a new version. Offsets are from
// the start of the file. Arrays begin at multiples of 16; a reader holds the file at such an
// address. The last 64 bytes are 0 and belong to no array, so that vector loads may run over an
// array's end.
//
// Header, 64 bytes: magic "MKWS", version, bytes of the file, layers; offset of the layers' table,
// labels, offset and bytes of their text (each label ends with a 0); offset and bytes of the
// metadata, positions and channels of the input frame; float32 scale and int32 zero point of the
// input, two words 0. All other words are uint32.
//
// Layer, 128 bytes in words of 4:
//    0 kind: 1 conv, 2 depthwise conv, 3 SVDF, 4 add, 5 mean
//    1 first and 2 second source: 0 is the network's input, i the output of layer i - 1; only an
//      add reads the second. A source's values may be divided anew into positions and channels.
//    3 discipline of an SVDF's state: 0 move, 1 ring
//    4 positions and 5 channels read, 6 positions and 7 channels made
//    8 kernel over time, 9 over positions, 10 stride over positions, 11 and 12 positions padded
//      before and after, whose values are the source's zero point; SVDF: 8 memory, 9 rank
//   13 float32 scale and 14 zero point of the output, 15 and 16 clamp
//   17 offset of int8 weights: conv [out][time][positions][in], depthwise [time][positions][in],
//      oldest frame first; SVDF feature weights [filters][in], filters unit by unit
//   18 offset of int16 SVDF time weights, oldest first: move [filters][memory], ring
//      [memory / 2 rounded up][filters][2], where an odd memory ends with 0
//   19 offset of int32 SVDF feature biases [filters]: -(zero point) * (sum of the row)
//   20 offset of int32 biases [out], conv's with -(zero point) * (sum of the row) added
//   21 and 22 offsets of int32 mantissas and shifts, mantissa / 2^31 * 2^shift: conv one for each
//      channel; SVDF to the state and to the output; add of both operands, to twice the larger
//      scale and after 20 bits to the left, and of the sum; mean one, with 1 / positions in it
//   23 offset and 24 bytes of the name, 25 to 31 are 0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/kws/requantize.hpp"

namespace millrace::ops {

enum class Int8Kind { Conv, DepthwiseConv, Svdf, Add, Mean };
enum class SvdfDiscipline { Move, Ring };

/// One layer; the words of the file's table in order. `time` is [filters][memory] whatever the
/// discipline. Lists that the kind does not use stay empty.
struct Int8Layer {
    Int8Kind kind = Int8Kind::Conv;
    std::string name;
    std::uint32_t source_a = 0, source_b = 0;
    SvdfDiscipline discipline = SvdfDiscipline::Ring;
    std::uint32_t positions_in = 1, channels_in = 1, positions_out = 1, channels_out = 1;
    std::uint32_t kernel_time = 1, kernel_freq = 1, stride_freq = 1, pad_low = 0, pad_high = 0;
    Int8Scale output;
    int low = -128, high = 127;
    std::vector<std::int8_t> weight;
    std::vector<std::int16_t> time;
    std::vector<std::int32_t> feature_bias, bias;
    std::vector<FixedMultiplier> multipliers;
};

/// The last layer is the output, which `labels` may name. `metadata` is JSON of the front end and
/// the normalisation of features, kept as it is.
struct Int8Network {
    std::uint32_t input_positions = 1, input_channels = 1;
    Int8Scale input;
    std::vector<Int8Layer> layers;
    std::vector<std::string> labels;
    std::string metadata;
};

/// Biases less the input's zero point times the sum of each of the bias' rows of `weight`. Throws
/// Error E-KWS-030 for weights that are no equal rows and E-KWS-031 for a result outside int32.
std::vector<std::int32_t> folded_bias(const std::vector<std::int8_t>& weight,
                                      const std::vector<std::int32_t>& bias, int zero_point);

/// Folded biases of depthwise weights [taps][channels].
std::vector<std::int32_t> folded_depthwise_bias(const std::vector<std::int8_t>& weight,
                                                const std::vector<std::int32_t>& bias,
                                                int zero_point);

/// Multipliers of a residual sum, as int8_add's; of an SVDF layer, as Int8Svdf's; of a mean over
/// `positions`. Throw what fixed_multiplier throws.
std::vector<FixedMultiplier> add_multipliers(Int8Scale a, Int8Scale b, Int8Scale out);
std::vector<FixedMultiplier> svdf_multipliers(float input, float feature, float state, float time,
                                              float output);
std::vector<FixedMultiplier> mean_multipliers(Int8Scale in, std::uint32_t positions, Int8Scale out);

/// The file. Throws Error E-KWS-032 for lists whose length does not match the sizes, E-KWS-033 for
/// a label that contains a 0, and E-KWS-034 for a network that the runtime refuses.
std::string network_bytes(const Int8Network& network);

/// The network of a file. Throws Error E-KWS-035 for a file that the runtime refuses.
Int8Network read_network(std::string_view bytes);

/// Text of a C and C++ header with the file as an aligned array SYMBOL and its size SYMBOL_bytes.
/// Throws Error E-KWS-036 for a symbol that is no identifier.
std::string c_array(std::string_view bytes, std::string_view symbol);

/// Of one frame. Weights count biases and multipliers; state is what the runtime keeps, of which a
/// copy-free ring is twice the window.
struct Int8Cost {
    std::string name;
    std::uint64_t macs = 0, state_bytes = 0, weight_bytes = 0;
};

struct NetworkCost {
    std::uint64_t macs = 0, state_bytes = 0, weight_bytes = 0, file_bytes = 0, arena_bytes = 0;
    std::vector<Int8Cost> layers;
};

/// Throws what network_bytes throws.
NetworkCost network_cost(const Int8Network& network);

}  // namespace millrace::ops
