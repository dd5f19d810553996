// Two images of one place beside each other: how they are shown, whether they can be subtracted,
// and by how much they differ. Values and plain functions; any thread.
#pragma once

#include <QString>
#include <cstdint>
#include <stop_token>

#include "viewers/image/tone.hpp"

namespace millrace::viewers {

enum class CompareMode { Off, Wipe, Difference, Blink };

/// For lists; translated.
QString compare_title(CompareMode mode);

/// Why the values of the two can't be subtracted; empty when they can.
QString difference_fault(const visual::Raster& image, const visual::Raster& reference);

/// Of one channel signed, image less reference; of several each channel's size.
PixelSource difference_of(std::shared_ptr<const visual::Raster> image,
                          std::shared_ptr<const visual::Raster> reference);

/// The tone that shows a difference in its full scale: twice the peak about zero when signed.
Tone difference_tone(const visual::Raster& reference, double peak, double exposure);

/// The largest value that the depth can hold; for floats the reference's range.
double peak_of(const visual::Raster& reference);

struct DifferenceNumbers {
    std::uint64_t count = 0;    ///< of values that are finite in both images
    std::uint64_t skipped = 0;  ///< the others
    std::uint64_t unequal = 0;  ///< of those counted
    double max = 0, mean = 0;   ///< of the absolute differences
    double rmse = 0, peak = 0;
    double psnr = 0;  ///< dB; infinite when nothing differs
};

/// Over all pixels and channels of two images without a fault.
DifferenceNumbers difference_numbers(const PixelSource& difference,
                                     const std::stop_token& stop = {});

}  // namespace millrace::viewers
