// Log-mel features and cepstral coefficients of speech, whole or as the samples come: the frames
// are the same, bit for bit, however a recording is cut into chunks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nodes/ops/audio/fft.hpp"
#include "nodes/ops/audio/mel.hpp"

namespace millrace::ops {

/// Which samples a frame covers. Snip: from i * shift on, none that reaches beyond the end. Mirror:
/// about the middle of each shift, edges mirrored with the edge sample repeated (Kaldi's
/// snip_edges=false). Center: about i * shift, half a frame reflected at both ends without
/// repeating the edge sample.
enum class Framing { Snip, Mirror, Center };

struct FrontEnd {
    double sample_rate = 16000;                 ///< Hz
    int frame_length = 400, frame_shift = 160;  ///< samples
    int fft_size = 512;                         ///< frames are padded with 0 to it
    Framing framing = Framing::Snip;
    bool remove_mean = true;  ///< of each frame
    double preemphasis =
        0.97;  ///< x[i] - c x[i-1], the first sample standing for the one before it
    /// Hann, symmetric and to this power (Kaldi's "povey" is 0.85); 0: periodic Hann.
    double hann_power = 0.85;
    double gain = 32768;  ///< of samples in [-1, 1)
    MelLayout mel;
    bool natural_log = true;  ///< floor 2^-23 as in Kaldi; else log10 with floor 1e-10
    int cepstra = 0;          ///< 0: log-mel; else so many orthonormal DCT-II coefficients of it
    double lifter = 0;        ///< c[k] *= 1 + L/2 sin(pi k / L); 0: none

    int dimension() const { return cepstra > 0 ? cepstra : mel.filters; }
};

/// As Kaldi's compute-fbank-feats without dither and energy; lengths in milliseconds.
FrontEnd kaldi_fbank(double sample_rate, int filters, double length = 25, double shift = 10);
/// As compute-mfcc-feats without energy.
FrontEnd kaldi_mfcc(double sample_rate, int filters, int cepstra, double lifter = 22);
/// A centred short-time spectrum with periodic Hann window and log10, as music and text-to-speech
/// toolkits have it.
FrontEnd centered_log_mel(double sample_rate, int fft_size, int shift, int filters, MelScale scale,
                          bool by_area);

/// Throws E-AUDIO-001 and -002, and E-AUDIO-003 for lengths, shifts or coefficients out of range.
class FeatureExtractor {
public:
    explicit FeatureExtractor(const FrontEnd& front_end);

    const FrontEnd& front_end() const { return front_end_; }
    /// Appends the frames that are complete with these samples, [frames, dimension] row-major.
    void push(std::span<const float> samples, std::vector<float>& features);
    /// Appends those that reach beyond the end, and begins anew.
    void finish(std::vector<float>& features);
    void reset();
    /// Samples that have come but wait for a frame: what a checkpoint keeps with received().
    std::span<const float> waiting() const { return buffer_; }
    std::int64_t received() const { return received_; }
    /// As it was with `waiting` and `received`; frames given so far follow from them.
    void restore(std::span<const float> waiting, std::int64_t received);

private:
    std::int64_t start_of(std::int64_t frame) const;
    std::int64_t frames_in_all(std::int64_t samples) const;
    float sample(std::int64_t at, std::int64_t total) const;
    void compute(std::int64_t frame, std::int64_t total, std::vector<float>& features);
    void drop_used();

    FrontEnd front_end_;
    std::vector<float> window_;
    std::vector<MelFilter> filters_;
    std::vector<float> dct_;  ///< [cepstra, filters], lifted
    PowerSpectrum spectrum_;
    std::vector<float> edge_, frame_, power_, energies_;  ///< frame_ is 0 behind the frame
    std::vector<float> buffer_;                           ///< samples from first_ on
    std::int64_t first_ = 0, received_ = 0, given_ = 0;
};

/// All frames of a recording, [frames, front_end.dimension()] row-major.
std::vector<float> features_of(std::span<const float> samples, const FrontEnd& front_end);

}  // namespace millrace::ops
