#include "tests/engine/node/plugin_files.hpp"

#include <fstream>
#include <sstream>

namespace millrace::tests {

namespace fs = std::filesystem;

fs::path PluginFolder::add(const std::string& which, const std::string& name) const {
    const fs::path file = path() / ("libmillrace-" + name + ".so");
    fs::remove(file);
    // A file of its own, as glibc takes two links to one file for one library.
    fs::copy_file(fs::path(MILLRACE_TEST_PLUGINS) / (which + ".so"), file,
                  fs::copy_options::overwrite_existing);
    return file;
}

fs::path PluginFolder::write(const std::string& name, std::string_view bytes) const {
    const fs::path file = path() / ("libmillrace-" + name + ".so");
    // The old file may be mapped into this process.
    fs::remove(file);
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
}

std::string content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return bytes.str();
}

}  // namespace millrace::tests
