// Augmentation of recordings and of feature matrices: shift, noise, gain, room, length, masks. All
// chance comes from the Random that is handed in, so that one seed gives one result. Samples beyond
// full scale are counted, and only with_gain() cuts them off. Recordings must be whole frames
// (E-AUG-001) of finite samples (E-AUG-002). Plain functions, any thread. Masks: Park et al.,
// "SpecAugment", Interspeech 2019, section 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/random.hpp"
#include "nodes/types/audio.hpp"

namespace millrace::ops {

/// A recording and how many of its samples lie (or lay, where they were cut off) outside -1 to 1.
struct Leveled {
    types::Audio audio;
    std::size_t over = 0;
};

/// Throws Error E-AUG-001 unless the samples are whole frames, and E-AUG-002 unless all are finite.
void require_sound(const types::Audio& audio);

/// Later by `frames`, earlier when negative; silence moves in and the length is kept.
types::Audio shifted(const types::Audio& audio, std::int64_t frames);
/// A shift in frames, each from -most to most as likely; `most` in ms, 0 to 3600000, rounded down
/// to frames. Throws Error E-AUG-003.
std::int64_t draw_shift(int sample_rate, double most, engine::Random& random);

/// White: equal power per hertz. Pink: equal power per octave from 20 Hz up, and as white below,
/// where it would only eat the range that is left for what is heard.
enum class NoiseColor { White, Pink };

/// [frames] of noise with a root mean square of 1 over the whole.
std::vector<float> colored_noise(NoiseColor color, std::size_t frames, int sample_rate,
                                 engine::Random& random);

/// Noise of the shape of `speech`, each channel drawn on its own.
types::Audio noise_like(const types::Audio& speech, NoiseColor color, engine::Random& random);
/// A piece of `recording` of the length of `speech` from a random place; looped where it is too
/// short. One channel serves all. Throws Error E-AUG-004 for another sample rate, other channels or
/// no frames.
types::Audio noise_from(const types::Audio& recording, const types::Audio& speech,
                        engine::Random& random);

/// What counts as speech when its power is measured. Active: the stretches of 10 ms within 40 dB of
/// the loudest, so that a pause about a word does not make the noise weaker. Whole: all of it.
enum class PowerOver { Active, Whole };

/// Mean square of the samples; 0 for silence or nothing.
double speech_power(const types::Audio& audio, PowerOver over);

/// Speech with noise of the same shape scaled to `snr` dB (-100 to 100) below it; the noise's power
/// is over the whole. Unchanged where either is silent. Samples beyond full scale stay as they are.
/// Throws Error E-AUG-003 for the ratio, E-AUG-004 for another shape.
Leveled with_noise(const types::Audio& speech, const types::Audio& noise, double snr,
                   PowerOver over);

/// Louder by `gain` dB (-120 to 120) and cut off at full scale; 0 dB changes nothing at all. Throws
/// Error E-AUG-003.
Leveled with_gain(const types::Audio& audio, double gain);

struct Room {
    double rt60 = 0.4;  ///< s in which the sound falls by 60 dB, 0.001 to 20
    double direct = 6;  ///< dB of the direct path over all that is reflected, -60 to 60
};

/// Direct path, then Gaussian noise that decays to -60 dB; its energy is 1, so that loudness is
/// about kept. Throws Error E-AUG-003.
std::vector<float> room_response(const Room& room, int sample_rate, engine::Random& random);
/// Each channel convolved with one response; the length is kept, what rings on beyond is cut. An
/// empty response throws Error E-AUG-003.
Leveled in_room(const types::Audio& audio, std::span<const float> response);

/// Where a recording stands in a longer one, and what is kept of it in a shorter one.
enum class Place { Start, Center, Random };

/// `frames` of it, padded with silence or cut. Draws only for Place::Random. Throws Error E-AUG-005
/// for more than 2^28 samples.
types::Audio fitted(const types::Audio& audio, std::size_t frames, Place place,
                    engine::Random& random);

enum class MaskValue { Mean, Zero };

struct SpecMasks {
    int frequency_masks = 2, frequency_width = 27;  ///< how many, and the most bins of one
    int time_masks = 2, time_width = 100;           ///< how many, and the most frames of one
    double time_share = 1;                          ///< most of all frames that one time mask takes
    MaskValue value = MaskValue::Mean;              ///< of the whole matrix before masking, or 0
};

struct Band {
    std::size_t first = 0, size = 0;
};

struct Masked {
    std::vector<Band> frequency, time;
};

/// Masks [frames, dimension] row-major in place and says where; widths are uniform from 0 to the
/// most, and masks may overlap. The paper's time warping is left out: its section 5 calls it the
/// most expensive and the least influential part. Throws Error E-AUG-006 for a size that does not
/// fit, E-AUG-003 for negative numbers or a share outside 0 to 1, and E-AUG-002.
Masked spec_augment(std::span<float> features, std::size_t dimension, const SpecMasks& masks,
                    engine::Random& random);

}  // namespace millrace::ops
