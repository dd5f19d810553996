// A kept packet read back without the plug-in that knows its type: for comparing, which looks at
// arrays and attributes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/packet.hpp"

namespace millrace::engine {

/// A safetensors file as a packet: its arrays, and the attributes it carries. Throws Error
/// E-FILE-00x, E-FILE-02x.
Packet raw_packet(const std::filesystem::path& file);
/// The same of a file's content; `name` stands for it in messages.
Packet raw_packet(std::vector<std::byte> bytes, const std::string& name);

}  // namespace millrace::engine
