// nuScenes' sample.json: what is read is finite and names files inside its folder.
#include <cmath>
#include <filesystem>
#include <string>

#include "engine/visual/io/files.hpp"
#include "nodes/loaders/nuscenes.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

namespace fuzz = millrace::fuzz;
namespace nodes = millrace::nodes;
namespace visual = millrace::visual;

/// A folder for this process, removed at its end.
class Folder {
public:
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "millrace-fuzz-XXXXXX").string();
        fuzz::require(mkdtemp(name.data()) != nullptr, "there is a temporary folder");
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::filesystem::path path;
};

bool inside(const std::filesystem::path& file, const std::filesystem::path& folder) {
    return file.lexically_normal().string().starts_with(folder.string() + "/");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    visual::write_file_atomically(folder.path / "sample.json", fuzz::text_of(data, size),
                                  visual::Durability::Process);
    fuzz::succeeds([&] {
        const nodes::NuscenesFrame frame = nodes::frame_from_sample(folder.path);
        fuzz::require(inside(frame.scan, folder.path), "the scan lies in the folder");
        for (const auto& image : frame.images)
            fuzz::require(inside(image, folder.path), "images lie in the folder");
        fuzz::require(frame.images.size() == frame.calibration.cameras.size(),
                      "each camera has an image");
        for (const auto& box : frame.labels.boxes)
            fuzz::require(std::isfinite(box.yaw), "boxes are finite");
    });
    return 0;
}
