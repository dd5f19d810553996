// Counts bits of many vectors at each position, with counters that are bit-sliced: plane l holds
// bit l of all counters. Full adders take two vectors of a weight at a time (Harley and Seal); six
// planes take 64 vectors a step, what overflows them moves up by half adders. For the sources of
// this folder, with a Lanes that names a vector type and its operations.
#pragma once

namespace millrace::ops::kernels {
namespace {

template <class Lanes>
class BitCounter {
public:
    using Vector = typename Lanes::Vector;
    static constexpr int kStep = 64, kPlanes = 16;

    BitCounter() {
        for (Vector& plane : planes_) plane = Lanes::zero();
    }

    /// Counts input(0) to input(63).
    template <class Input>
    void add(const Input& input) {
        Vector carry = reduce<6>(input, 0);
        for (int level = 6; level < kPlanes; ++level) {
            const Vector plane = planes_[level];
            planes_[level] = Lanes::either(plane, carry);
            carry = Lanes::both(plane, carry);
        }
    }

    const Vector* planes() const { return planes_; }

private:
    /// Counts 2^kLevel inputs from `first`; what it returns has that weight.
    template <int kLevel, class Input>
    [[gnu::always_inline]] inline Vector reduce(const Input& input, int first) {
        if constexpr (kLevel == 1) {
            return Lanes::full_add(planes_[0], input(first), input(first + 1));
        } else {
            const Vector a = reduce<kLevel - 1>(input, first);
            const Vector b = reduce<kLevel - 1>(input, first + (1 << (kLevel - 1)));
            return Lanes::full_add(planes_[kLevel - 1], a, b);
        }
    }

    Vector planes_[kPlanes];
};

}  // namespace
}  // namespace millrace::ops::kernels
