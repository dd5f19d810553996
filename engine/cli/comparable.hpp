// What `millrace compare` compares: wires of run folders, or packet files. No plug-in is needed:
// packets are compared by the arrays and attributes of their files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/observe/record.hpp"

namespace millrace::cli {

/// One side of a comparison.
struct Side {
    enum class Kind { Folder, Wire, File } kind = Kind::File;
    std::string text;            ///< as it was given
    std::filesystem::path path;  ///< the folder or file
    std::string wire;            ///< of Kind::Wire
    std::map<std::string, engine::Recorded>
        recorded;  ///< by output; of a file one entry with one packet
};

/// FOLDER, FOLDER:NODE.PORT or FILE. Throws Error: E-FILE-001, E-CLI-009 for a wire that was not
/// recorded, E-CLI-012.
Side side_from(const std::string& text);

}  // namespace millrace::cli
