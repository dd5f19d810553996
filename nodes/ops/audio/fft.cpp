#include "nodes/ops/audio/fft.hpp"

#include <kissfft/kiss_fftr.h>

#include <fmt/format.h>

#include <cassert>
#include <new>
#include <vector>

#include "engine/problem.hpp"

namespace millrace::ops {

struct PowerSpectrum::Plan {
    explicit Plan(int size) : spectrum(static_cast<std::size_t>(size) / 2 + 1) {
        config = kiss_fftr_alloc(size, 0, nullptr, nullptr);
        if (!config) throw std::bad_alloc();
    }
    ~Plan() { kiss_fftr_free(config); }
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;

    kiss_fftr_cfg config = nullptr;
    std::vector<kiss_fft_cpx> spectrum;
};

PowerSpectrum::PowerSpectrum(int size) : size_(size) {
    if (size < 2 || size > 1 << 20 || size % 2 != 0) {
        throw engine::Error({.code = "E-AUDIO-001",
                             .what = "A spectrum of this size can't be made",
                             .expected = "an even number from 2 to 1048576",
                             .found = fmt::format("{}", size),
                             .mend = "Choose another frame length."});
    }
    plan_ = std::make_unique<Plan>(size);
}

PowerSpectrum::PowerSpectrum(const PowerSpectrum& other) : PowerSpectrum(other.size_) {}
PowerSpectrum& PowerSpectrum::operator=(const PowerSpectrum& other) {
    if (this != &other) *this = PowerSpectrum(other.size_);
    return *this;
}
PowerSpectrum::PowerSpectrum(PowerSpectrum&&) noexcept = default;
PowerSpectrum& PowerSpectrum::operator=(PowerSpectrum&&) noexcept = default;
PowerSpectrum::~PowerSpectrum() = default;

void PowerSpectrum::operator()(std::span<const float> frame, std::span<float> power) {
    assert(frame.size() == static_cast<std::size_t>(size_));
    assert(power.size() == static_cast<std::size_t>(size_) / 2 + 1);
    kiss_fftr(plan_->config, frame.data(), plan_->spectrum.data());
    for (std::size_t i = 0; i < power.size(); ++i) {
        const kiss_fft_cpx bin = plan_->spectrum[i];
        power[i] = bin.r * bin.r + bin.i * bin.i;
    }
}

}  // namespace millrace::ops
