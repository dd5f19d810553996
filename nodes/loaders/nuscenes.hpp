// Inside of the nuScenes reader: JSON records with errors that name the file, and the frames both
// layouts lead to. Used by nuscenes*.cpp alone.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/value.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"

namespace millrace::nodes {

/// One key frame, its content still on disk.
struct NuscenesFrame {
    std::string name;
    std::filesystem::path scan;
    types::Calibration calibration;
    std::vector<std::filesystem::path> images;  ///< one per camera of the calibration
    types::Boxes3d labels;
    double timestamp = 0;  ///< seconds
};

/// One frame from a sample.json (the form that mmdetection3d converts samples to).
NuscenesFrame frame_from_sample(const std::filesystem::path& root);

/// All key frames of the published tables in `tables`, by time; files are relative to `root`.
std::vector<NuscenesFrame> frames_from_tables(const std::filesystem::path& root,
                                              const std::filesystem::path& tables);

/// A JSON object of a file. Members that are missing or of another kind throw Error E-FILE-042,
/// which names file and member.
class JsonRecord {
public:
    JsonRecord(const engine::Value& value, const std::filesystem::path& file)
        : value_(value), file_(file) {}

    const engine::Value& at(std::string_view key) const;
    JsonRecord record(std::string_view key) const { return {at(key), file_}; }
    std::string text(std::string_view key) const;
    double number(std::string_view key) const;
    /// A list of `count` finite numbers, lists within lists run together.
    std::vector<double> numbers(std::string_view key, std::size_t count) const;
    types::Matrix4 matrix(std::string_view key) const;
    const engine::Object& members(std::string_view key) const;
    const engine::Array& list(std::string_view key) const;
    /// The path a member names, within `root`; E-PATH-002 when it climbs out.
    std::filesystem::path path(std::string_view key, const std::filesystem::path& root) const;
    [[noreturn]] void fail(std::string_view key, std::string expected, std::string found) const;

private:
    const engine::Value& value_;
    const std::filesystem::path& file_;
};

/// The parsed file. Throws Error: E-FILE-001, E-JSON-…
engine::Value load_json(const std::filesystem::path& file);

/// [3, 4] projection of a camera with intrinsics [3, 3], row-major.
std::array<double, 12> projection_from(const std::vector<double>& intrinsics);

}  // namespace millrace::nodes
