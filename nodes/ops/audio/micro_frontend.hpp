// Features of TensorFlow Lite Micro's micro_speech example for 16 kHz speech: Hann window of 30 ms
// every 20 ms, 512-point spectrum, 40 mel channels from 125 to 7500 Hz, noise reduction, PCAN gain
// control (Wang et al., arXiv 1607.05666) and logarithm, all in the integer arithmetic of its
// "microfrontend" library, with the FFT in 16 bits: a network trained on these roundings would hear
// other values from a float spectrum in quiet bins. One stream and one thread for each object.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace millrace::ops {

class MicroFrontend {
public:
    static constexpr int kSampleRate = 16000;        ///< Hz
    static constexpr std::size_t kWindow = 480;      ///< samples, 30 ms
    static constexpr std::size_t kStep = 320;        ///< samples, 20 ms
    static constexpr std::size_t kChannels = 40;     ///< features of a frame
    static constexpr std::size_t kModelFrames = 49;  ///< frames of 1 s, the input of micro_speech

    MicroFrontend();

    /// Appends the frames complete with these samples, [n, 40] row-major, each
    /// log * 256 / 666 - 128, rounded and clamped to int8. How a recording is cut makes no
    /// difference.
    void push(std::span<const std::int16_t> samples, std::vector<std::int8_t>& features);

    /// Forgets waiting samples and the noise estimates.
    void reset();

private:
    struct Bin {
        std::uint64_t weight = 0;  ///< of 4096, to the bin's own band
        std::uint64_t rest = 0;    ///< to the next
    };
    struct Complex {
        std::int16_t real = 0, imaginary = 0;
    };

    void make_bands();
    void make_gains();
    void frame(std::span<const std::int16_t> samples, std::vector<std::int8_t>& features);
    void spectrum(std::span<const std::int16_t> samples);
    std::uint32_t without_noise(std::size_t channel, std::uint32_t signal);
    std::uint32_t gain(std::uint32_t noise) const;
    std::uint32_t log_of(std::uint32_t value) const;

    std::array<std::int32_t, kWindow> window_{};
    std::array<std::size_t, kChannels + 2> band_starts_{};  ///< bins, the last is the end
    std::vector<Bin> bins_;                                 ///< from band_starts_[0] on
    std::array<std::int32_t, 33 * 3> gains_{};   ///< by bit length: a parabola over its octave
    std::array<std::int32_t, 129> log_bends_{};  ///< log2(1 + x) - x in 1/65536
    std::array<Complex, 256> fft_twiddles_{};
    std::array<Complex, 128> real_twiddles_{};
    std::array<Complex, 256> packed_{};
    std::array<std::uint32_t, 257> energies_{};
    std::array<std::uint32_t, kChannels> noise_{};  ///< in 1/1024
    std::vector<std::int16_t> waiting_;
};

/// 16-bit samples of floats of full scale -1 to 1, halves away from zero, clamped; NaN is 0.
std::vector<std::int16_t> pcm16(std::span<const float> samples);

}  // namespace millrace::ops
