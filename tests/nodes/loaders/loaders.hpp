// What the loaders' tests share: a registry of the family, a folder that vanishes, small files in
// it, and one item of a source by its outputs' names.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/node.hpp"
#include "nodes/ops/image/image_codec.hpp"
#include "nodes/types/audio.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_audio_files(engine::Registry& registry);
void register_speech_corpus(engine::Registry& registry);
void register_scene(engine::Registry& registry);
void register_cloud_files(engine::Registry& registry);
void register_image_folder(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {

inline const engine::Registry& loaders_registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_audio_files(made);
        nodes::register_speech_corpus(made);
        nodes::register_scene(made);
        nodes::register_cloud_files(made);
        nodes::register_image_folder(made);
        return &made;
    }();
    return *registry;
}

/// A temporary folder; write() makes folders on the way.
class Folder {
public:
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "millrace-loaders-XXXXXX").string();
        if (!mkdtemp(name.data()))
            throw engine::Error({.what = "No temporary folder", .where = name});
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path write(const std::filesystem::path& name, std::string_view content) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary)
            .write(content.data(), static_cast<std::streamsize>(content.size()));
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

/// The numbers as a file's bytes.
inline std::string floats(const std::vector<float>& values) {
    std::string bytes(values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

/// A PNG whose first pixel is (`red`, 2, 3).
inline std::string small_png(int red, int width = 6, int height = 4) {
    types::Image image(width, height, 3);
    image.bytes[0] = static_cast<std::uint8_t>(red);
    image.bytes[1] = 2;
    image.bytes[2] = 3;
    return ops::encode_png(image);
}

/// A started source.
class Source {
public:
    Source(std::string_view type, const engine::Object& params)
        : node_(loaders_registry(), type, params) {
        node_.start(context_);
    }

    /// Whether there is an item of that number; its outputs are then at hand.
    bool load(std::uint64_t item) {
        context_.item_number = item;
        auto all = node_.call_all({}, context_);
        packets_ = all.empty() ? std::vector<engine::Packet>() : std::move(all.front());
        return !packets_.empty();
    }
    bool has(std::string_view output) const { return static_cast<bool>(packets_.at(port(output))); }
    template <class T>
    const T& get(std::string_view output) const {
        return packets_.at(port(output)).as<T>();
    }
    std::string name() const { return get<types::Text>("name").text; }
    std::optional<std::uint64_t> count() { return node_.instance().count(); }
    std::vector<std::string> files(std::uint64_t item) {
        std::vector<std::string> names;
        for (const engine::Path& path : node_.instance().files(item)) names.push_back(path.text);
        return names;
    }

private:
    std::size_t port(std::string_view output) const {
        const auto& outputs = node_.type().spec.outputs;
        for (std::size_t index = 0; index < outputs.size(); ++index) {
            if (outputs[index].name == output) return index;
        }
        throw engine::Error({.what = "No such output", .found = std::string(output)});
    }

    TestContext context_;
    TestNode node_;
    std::vector<engine::Packet> packets_;
};

/// The problem that loading item 0 of a source meets, starting included; without code when there is
/// none.
inline engine::Problem problem_of(std::string_view type, const engine::Object& params) {
    try {
        Source source(type, params);
        source.load(0);
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {};
}

/// How many points of the cloud lie in the box, walls included up to `margin` metres.
inline int points_in(const types::PointCloud& cloud, const types::Box3d& box, double margin = 0) {
    int inside = 0;
    for (const types::Point& p : cloud.points) {
        const double x = p.x - box.center[0], y = p.y - box.center[1], z = p.z - box.center[2];
        const double along = std::cos(box.yaw) * x + std::sin(box.yaw) * y;
        const double aside = std::cos(box.yaw) * y - std::sin(box.yaw) * x;
        inside += std::abs(along) <= box.size[0] / 2 + margin &&
                  std::abs(aside) <= box.size[1] / 2 + margin &&
                  std::abs(z) <= box.size[2] / 2 + margin;
    }
    return inside;
}

}  // namespace millrace::testing
