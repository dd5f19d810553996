// A folder of plug-ins, put together from the test plug-ins that the build made.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/engine/support.hpp"

namespace millrace::tests {

class PluginFolder {
public:
    /// Copies the test plug-in `which` to libmillrace-`name`.so and gives that file.
    std::filesystem::path add(const std::string& which, const std::string& name) const;
    /// A file of that name with any content.
    std::filesystem::path write(const std::string& name, std::string_view bytes) const;
    const std::filesystem::path& path() const { return folder_.path; }

private:
    engine::testing::TemporaryFolder folder_;
};

std::string content_of(const std::filesystem::path& file);

}  // namespace millrace::tests
