// Readers and writers of point-cloud files. Untrusted input; no library.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/visual/cloud.hpp"

namespace millrace::visual {

enum class CloudFormat {
    KittiBin,     ///< rows of 4 float32: x y z intensity (0 to 1)
    NuScenesBin,  ///< rows of 5 float32: x y z intensity (0 to 255) ring
    Pcd,          ///< ascii, binary and binary_compressed
    Ply,          ///< ascii and binary of either byte order; faces are passed over
    Xyz,          ///< text, blanks or commas between numbers, # and // comments
    Las           ///< 1.0 to 1.4, point formats 0 to 10, not LAZ; read only
};
enum class CloudEncoding { Ascii, Binary, BinaryCompressed };

/// By the ending of the name, in any case: .pcd.bin, .bin, .pcd, .ply, .xyz .txt .csv, .las.
std::optional<CloudFormat> format_of(const std::filesystem::path& file);

/// Throws engine::Error E-FILE-030 to 036 with line or byte; sizes in headers are checked against
/// `bytes` before memory is taken. `name` stands for the file in messages.
Cloud read_cloud(std::span<const std::byte> bytes, CloudFormat format, std::string_view name);

/// One turn of a sensor is a few megabytes, a surveyed cloud some gigabytes; what is larger is not
/// what it seems.
inline constexpr std::uint64_t kMaxScanBytes = std::uint64_t{1} << 30,
                               kMaxCloudBytes = std::uint64_t{8} << 30;

/// Throws engine::Error: E-FILE-001 (can't be opened), E-FILE-002 (unknown ending), E-FILE-005 (too
/// large), or as read_cloud().
Cloud load_cloud(const std::filesystem::path& file);

/// The file's bytes. KittiBin and NuScenesBin have one encoding; Ply and Xyz have no compressed one
/// (E-FILE-035); Las is not written (E-FILE-035). Formats other than Pcd and Ply drop fields they
/// have no place for.
std::string write_cloud(const Cloud& cloud, CloudFormat format,
                        CloudEncoding encoding = CloudEncoding::Binary);

}  // namespace millrace::visual
