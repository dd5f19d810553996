// Private: one pair of functions per format, behind cloud_io.hpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/visual/io/cloud_io.hpp"

namespace millrace::visual::io {

Cloud read_bin(std::span<const std::byte> bytes, bool nuscenes, std::string_view name);
std::string write_bin(const Cloud& cloud, bool nuscenes);
Cloud read_pcd(std::span<const std::byte> bytes, std::string_view name);
std::string write_pcd(const Cloud& cloud, CloudEncoding encoding);
Cloud read_ply(std::span<const std::byte> bytes, std::string_view name);
std::string write_ply(const Cloud& cloud, CloudEncoding encoding);
Cloud read_xyz(std::span<const std::byte> bytes, std::string_view name);
std::string write_xyz(const Cloud& cloud);
Cloud read_las(std::span<const std::byte> bytes, std::string_view name);

}  // namespace millrace::visual::io
