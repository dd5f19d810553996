// Files for readers that take no bytes, removed at the end of the process.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/visual/io/files.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace millrace::fuzz {

/// A folder for this process.
class Folder {
public:
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "millrace-fuzz-XXXXXX").string();
        require(::mkdtemp(name.data()) != nullptr, "there is a temporary folder");
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::filesystem::path put(const char* name, std::string_view bytes) const {
        visual::write_file_atomically(path_ / name, bytes, visual::Durability::Process);
        return path_ / name;
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace millrace::fuzz
