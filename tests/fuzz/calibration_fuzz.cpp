// KITTI's calibration and label files: whatever is read is finite.
#include <algorithm>
#include <cmath>

#include "engine/visual/io/kitti.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

namespace fuzz = millrace::fuzz;
namespace visual = millrace::visual;

bool finite(std::span<const double> numbers) {
    return std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    fuzz::succeeds([&] {
        const visual::KittiCalibration read = visual::read_kitti_calibration(text, "input");
        fuzz::require(finite(read.p0) && finite(read.p1) && finite(read.p2) && finite(read.p3) &&
                          finite(read.r0) && finite(read.velo_to_cam),
                      "a calibration is finite");
    });
    fuzz::succeeds([&] {
        for (const visual::KittiLabel& label : visual::read_kitti_labels(text, "input")) {
            fuzz::require(!label.type.empty() && finite(label.xyxy) && std::isfinite(label.x) &&
                              std::isfinite(label.rotation_y),
                          "a label has a type and finite numbers");
        }
    });
    return 0;
}
