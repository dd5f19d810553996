#include "tests/golden/tree.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fstream>

namespace millrace::golden {

Operations operations() {
    Operations operations;
    add_language_operations(operations);
    add_points_operations(operations);
    add_kws_operations(operations);
    add_kws_network_operations(operations);
    add_quant_operations(operations);
    add_quant_packing_operations(operations);
    add_text_operations(operations);
    add_tokenizer_operations(operations);
    add_training_operations(operations);
    return operations;
}

std::filesystem::path tree_folder() {
    if (const char* folder = std::getenv("MILLRACE_GOLDEN"); folder && *folder) return folder;
    const std::filesystem::path root = MILLRACE_SOURCE_DIR;
    const auto shared = root.parent_path() / "shared" / "golden";
    return std::filesystem::is_directory(shared) ? shared : root / "tests" / "golden" / "data";
}

std::vector<std::filesystem::path> tree_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    if (!std::filesystem::is_directory(folder)) return files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && entry.path().extension() == ".json")
            files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

std::set<std::string> owed_operations() {
    std::ifstream stream(std::filesystem::path(MILLRACE_SOURCE_DIR) / "tests" / "golden" /
                         "owed.txt");
    std::set<std::string> names;
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty() && line.front() != '#') names.insert(line);
    }
    return names;
}

std::vector<std::string> check_file(const std::filesystem::path& path, const Operations& built,
                                    const std::set<std::string>& owed) {
    std::vector<std::string> wrong;
    const auto report = [&](const std::string& line) {
        wrong.push_back(path.string() + ": " + line);
    };
    try {
        const File file = load(path);
        const auto operation = built.find(file.op);
        const bool is_built = operation != built.end(), is_owed = owed.contains(file.op);
        if (is_built && is_owed)
            report("operation " + file.op + " is built, but still stands in owed.txt");
        if (!is_built && !is_owed)
            report("operation " + file.op + " is neither built nor in owed.txt");
        if (!is_built) return wrong;
        for (const Case& expected : file.cases) {
            try {
                for (const std::string& line :
                     differences(file, expected, operation->second(expected))) {
                    report(expected.name + ": " + line);
                }
            } catch (const std::exception& error) {
                report(expected.name + ": " + error.what());
            }
        }
    } catch (const std::exception& error) {
        report(error.what());
    }
    return wrong;
}

}  // namespace millrace::golden
