// safetensors: a length, a JSON header, dense little-endian arrays. Untrusted input; no library.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/record.hpp"

namespace millrace::visual {

/// The arrays of a file as views into its bytes, in the order of their data, and the "__metadata__"
/// texts.
struct Safetensors {
    std::vector<engine::ArrayView> arrays;
    std::map<std::string, std::string> metadata;
};

/// Parses without copying the data; the views live as long as `bytes`. Checks the header's length,
/// every shape, type and offset against the size, overlaps and gaps; throws engine::Error
/// (E-FILE-02x). `name` stands for the file.
Safetensors read_safetensors(std::span<const std::byte> bytes, std::string_view name);

/// The file's bytes: header padded with spaces to 8 bytes, arrays in the given order without gaps.
/// Throws engine::Error (E-FILE-025) when two arrays have one name.
std::string write_safetensors(const std::vector<engine::ArrayView>& arrays,
                              const std::map<std::string, std::string>& metadata);

}  // namespace millrace::visual
