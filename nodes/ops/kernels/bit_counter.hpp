// Counts bits of many vectors at each position, with counters that are bit-sliced: plane l holds
// bit l of all counters. Full adders take two vectors of a weight at a time (Harley and Seal);
// sixteen make one of sixteen times the weight, which waits until there are eight of that weight.
// For the sources of this folder, with a Lanes that names a vector type and its operations.
#pragma once

#include "nodes/ops/kernels/kernel_table.hpp"

namespace millrace::ops::kernels {
namespace {

template <class Lanes>
class BitCounter {
public:
    using Vector = typename Lanes::Vector;
    static constexpr int kPlanes = 32;

    /// Goes on from counters whose planes are `stride` bytes apart.
    BitCounter(const std::uint8_t* counts, int stride) {
        for (int plane = 0; plane < kPlanes; ++plane) {
            planes_[plane] = Lanes::read(counts + plane * stride);
        }
    }

    /// Counts the job's runs, from `block` on; `kScale` columns' bytes are to one entry as 1 is to
    /// kListScale.
    template <int kScale>
    void count(const BitJob& job, const std::uint8_t* block) {
        for (std::int64_t i = 0; i < job.run_count; ++i) {
            const BitRun& run = job.runs[i];
            if (job.fetch) {
                run.inverted ? add<kScale, true, true>(run, block)
                             : add<kScale, false, true>(run, block);
            } else {
                run.inverted ? add<kScale, true, false>(run, block)
                             : add<kScale, false, false>(run, block);
            }
        }
    }

    void finish(std::uint8_t* counts, int stride) {
        for (int level = 0; level < kPlanes; ++level) {
            if (waiting_[level] == 0) continue;
            while (waiting_[level] < kWaiting) carries_[level][waiting_[level]++] = Lanes::zero();
            waiting_[level] = 0;
            wait(level + 3, eight(level));
        }
        for (int plane = 0; plane < kPlanes; ++plane) {
            Lanes::write(counts + plane * stride, planes_[plane]);
        }
    }

private:
    static constexpr int kWaiting = 8;

    template <int kScale, bool inverted, bool fetch>
    void add(const BitRun& run, const std::uint8_t* block) {
        Vector ones = planes_[run.level], twos = planes_[run.level + 1],
               fours = planes_[run.level + 2], eights = planes_[run.level + 3];
        for (int i = 0; i < run.listed; i += kListUnit) {
            const std::uint32_t* list = run.list + i;
            if constexpr (fetch) {
                const std::uint32_t* ahead = list + kListAhead - kListUnit;
                for (int k = 0; k < kListUnit; ++k) {
                    __builtin_prefetch(block + std::int64_t{ahead[k]} * kScale);
                }
            }
            const auto two = [&](int at) __attribute__((always_inline)) {
                return Lanes::template full_add<inverted>(
                    ones, Lanes::read(block + std::int64_t{list[at]} * kScale),
                    Lanes::read(block + std::int64_t{list[at + 1]} * kScale));
            };
            const auto four = [&](int at) __attribute__((always_inline)) {
                const Vector first = two(at);
                return Lanes::template full_add<false>(twos, first, two(at + 2));
            };
            const auto eight = [&](int at) __attribute__((always_inline)) {
                const Vector first = four(at);
                return Lanes::template full_add<false>(fours, first, four(at + 4));
            };
            const Vector first = eight(0);
            wait(run.level + 4, Lanes::template full_add<false>(eights, first, eight(8)));
        }
        planes_[run.level] = ones;
        planes_[run.level + 1] = twos;
        planes_[run.level + 2] = fours;
        planes_[run.level + 3] = eights;
    }

    /// Keeps a vector that counts 2^level, or adds it up with those that wait. What would be beyond
    /// the planes is zero, for counts stay below 2^29.
    void wait(int level, Vector carry) {
        while (level + 3 <= kPlanes) {
            carries_[level][waiting_[level]++] = carry;
            if (waiting_[level] < kWaiting) return;
            waiting_[level] = 0;
            carry = eight(level);
            level += 3;
        }
    }

    /// Adds the waiting vectors of a level; what it returns has eight times the weight.
    Vector eight(int level) {
        const Vector* carries = carries_[level];
        Vector* planes = planes_ + level;
        Vector fours[2];
        for (int half = 0; half < 2; ++half) {
            const Vector first = Lanes::template full_add<false>(planes[0], carries[0], carries[1]);
            const Vector second =
                Lanes::template full_add<false>(planes[0], carries[2], carries[3]);
            fours[half] = Lanes::template full_add<false>(planes[1], first, second);
            carries += 4;
        }
        return Lanes::template full_add<false>(planes[2], fours[0], fours[1]);
    }

    Vector planes_[kPlanes];
    Vector carries_[kPlanes][kWaiting];
    int waiting_[kPlanes] = {};
};

}  // namespace
}  // namespace millrace::ops::kernels
