// Mel filters over the bins of a power spectrum, in the three variants that speech systems use;
// they differ by more than any network does. Plain functions, safe on any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace millrace::ops {

/// Kaldi: 1127 ln(1 + f/700), triangles linear in mel, without the Nyquist bin. Htk: 2595 log10(1 +
/// f/700), triangles linear in Hz. Slaney: linear below 1 kHz, logarithmic above (Auditory Toolbox,
/// 1998), triangles linear in Hz.
enum class MelScale { Kaldi, Htk, Slaney };

double hz_to_mel(double hz, MelScale scale);
double mel_to_hz(double mel, MelScale scale);

/// Weights of one filter from bin `first` on; outside they are 0.
struct MelFilter {
    int first = 0;
    std::vector<float> weights;
};

struct MelLayout {
    MelScale scale = MelScale::Kaldi;
    double sample_rate = 16000;  ///< Hz
    int fft_size = 512;
    int filters = 80;
    double low = 20, high = 8000;  ///< Hz, of the outermost edges
    bool by_area = false;          ///< each triangle by 2 / its width in Hz, not of height 1
};

/// The `filters` + 2 edges in Hz, equally far apart in mel.
std::vector<double> mel_edges(const MelLayout& layout);

/// Throws Error E-AUDIO-002 for frequencies out of order or beyond half the sample rate, or a
/// number of filters outside 1 to 4096.
std::vector<MelFilter> mel_filters(const MelLayout& layout);

/// Energy in each filter; `energies` is as long as `filters`.
void apply(std::span<const MelFilter> filters, std::span<const float> power,
           std::span<float> energies);

}  // namespace millrace::ops
