// What the corpora's tests share: a folder that vanishes, and archives in memory.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace millrace::testing {

/// write() makes folders on the way.
class CorpusFolder {
public:
    CorpusFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "millrace-corpus-XXXXXX").string();
        if (!mkdtemp(name.data())) std::abort();
        path_ = name;
    }
    CorpusFolder(const CorpusFolder&) = delete;
    CorpusFolder& operator=(const CorpusFolder&) = delete;
    ~CorpusFolder() {
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

/// A header of a POSIX archive with the right check sum.
inline std::string tar_header(const std::string& name, std::uint64_t bytes, char kind = '0',
                              const std::string& prefix = "") {
    std::string header(512, '\0');
    const auto put = [&](std::size_t at, const std::string& text) {
        header.replace(at, text.size(), text);
    };
    put(0, name);
    put(100, "0000644");
    put(124, fmt::format("{:011o}", bytes));
    put(148, "        ");
    header[156] = kind;
    put(257, std::string("ustar\0", 6) + "00");
    put(345, prefix);
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
    return header;
}

/// A member: header, content, zeros to the next block.
inline std::string tar_member(const std::string& name, const std::string& content,
                              char kind = '0') {
    std::string member = tar_header(name, content.size(), kind) + content;
    member.resize((member.size() + 511) / 512 * 512, '\0');
    return member;
}

inline std::string tar_end() { return std::string(1024, '\0'); }

}  // namespace millrace::testing
