// Power spectra of real frames (KissFFT).
#pragma once

#include <memory>
#include <span>

namespace millrace::ops {

/// Has scratch memory of its own, so one thread at a time; copies share nothing.
class PowerSpectrum {
public:
    /// `size` is even and from 2 to 2^20; throws Error E-AUDIO-001 otherwise.
    explicit PowerSpectrum(int size);
    PowerSpectrum(const PowerSpectrum& other);
    PowerSpectrum& operator=(const PowerSpectrum& other);
    PowerSpectrum(PowerSpectrum&&) noexcept;
    PowerSpectrum& operator=(PowerSpectrum&&) noexcept;
    ~PowerSpectrum();

    int size() const { return size_; }
    /// |DFT|^2 of `size()` samples in bins 0 to size()/2, both included.
    void operator()(std::span<const float> frame, std::span<float> power);

private:
    struct Plan;
    int size_;
    std::unique_ptr<Plan> plan_;
};

}  // namespace millrace::ops
