// Image files as rasters, with the depth that they have. Any thread.
#pragma once

#include <filesystem>
#include <string>

#include "engine/visual/visual.hpp"

namespace millrace::view {

/// By a file's ending, lower case with its dot.
bool is_image(const std::string& ending);
/// A kind of image that is known and that can't be read: said in a message of its own.
bool is_unread_image(const std::string& ending);

/// Throws engine::Error: E-FILE-004 for what can't be read, E-FILE-005 for what doesn't fit into
/// memory, both before and while it is read.
visual::Raster load_image(const std::filesystem::path& file);

}  // namespace millrace::view
