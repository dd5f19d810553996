// What the tests of this folder share: a folder that goes with the test, and files in it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/visual/io/safetensors.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::testing {

class Folder {
public:
    Folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "millrace-checkpoints-XXXXXX").string();
        if (!::mkdtemp(name.data())) std::abort();
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path put(const std::string& name, std::string_view bytes) const {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << bytes;
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// An array for write_safetensors(); the numbers must outlive it.
template <class T>
engine::ArrayView array(std::string name, engine::DType type, std::vector<std::int64_t> shape,
                        const std::vector<T>& numbers) {
    return {std::move(name), type, std::move(shape), std::as_bytes(std::span(numbers))};
}

/// A file with a header of one's own making.
inline std::string safetensors_of(const std::string& header, const std::string& data) {
    std::string bytes(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, 8);
    return bytes + header + data;
}

}  // namespace millrace::testing
