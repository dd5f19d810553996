// The files of the checkout, for tests that read the sources themselves.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace millrace::tests {

struct SourceFile {
    std::string path;  ///< from the root, with /
    std::vector<std::string> lines;
    bool ends = true;  ///< the last line has its newline
};

/// Files under the folders of the root whose names end in one of `endings`, sorted by path.
inline std::vector<SourceFile> source_files(const std::vector<std::string>& folders,
                                            const std::vector<std::string>& endings) {
    namespace fs = std::filesystem;
    const fs::path root = MILLRACE_SOURCE_DIR;
    std::vector<SourceFile> files;
    const auto add = [&](const fs::path& path) {
        if (std::ranges::find(endings, path.extension().string()) == endings.end()) return;
        SourceFile file{.path = path.lexically_relative(root).generic_string()};
        std::ifstream stream(path, std::ios::binary);
        for (std::string line; std::getline(stream, line); file.ends = !stream.eof())
            file.lines.push_back(line);
        files.push_back(std::move(file));
    };
    for (const std::string& folder : folders) {
        if (!fs::exists(root / folder)) continue;
        if (folder == ".") {
            for (const auto& entry : fs::directory_iterator(root)) {
                if (entry.is_regular_file()) add(entry.path());
            }
            continue;
        }
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            if (entry.is_regular_file()) add(entry.path());
        }
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

}  // namespace millrace::tests
