// What the installed headers include: each other and the standard library, and no heavy library but
// where a payload is one.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace millrace::tests {
namespace {

namespace fs = std::filesystem;

const fs::path kHeaders = fs::path(MILLRACE_PREFIX) / MILLRACE_INCLUDEDIR / "millrace";

std::vector<fs::path> installed_headers() {
    std::vector<fs::path> headers;
    for (const auto& entry : fs::recursive_directory_iterator(kHeaders)) {
        if (entry.is_regular_file()) headers.push_back(entry.path().lexically_relative(kHeaders));
    }
    std::ranges::sort(headers);
    return headers;
}

/// What stands between `open` and `close` in the include lines of a file.
std::vector<std::string> includes(const fs::path& header, char open, char close) {
    std::vector<std::string> found;
    std::ifstream stream(kHeaders / header);
    for (std::string line; std::getline(stream, line);) {
        if (!line.starts_with("#include ")) continue;
        const auto from = line.find(open);
        if (from == std::string::npos) continue;
        found.push_back(line.substr(from + 1, line.find(close, from + 1) - from - 1));
    }
    return found;
}

TEST(InstalledHeaders, AreComplete) {
    const auto headers = installed_headers();
    ASSERT_GT(headers.size(), 20u);
    for (const fs::path& header : headers) {
        EXPECT_EQ(header.extension(), ".hpp") << header;
        for (const std::string& other : includes(header, '"', '"'))
            EXPECT_TRUE(fs::exists(kHeaders / other)) << header << " includes " << other;
    }
    for (const char* needed :
         {"engine/node.hpp", "engine/packet.hpp", "engine/visual/visual.hpp", "engine/run/run.hpp"})
        EXPECT_TRUE(fs::exists(kHeaders / needed)) << needed;
    for (const char* own : {"engine/cli", "engine/run/executor.hpp", "engine/plan/builder.hpp"})
        EXPECT_FALSE(fs::exists(kHeaders / own)) << own;
    EXPECT_EQ(fs::exists(kHeaders / "nodes/types/point_cloud.hpp"), MILLRACE_HAS_NODES);
    EXPECT_FALSE(fs::exists(kHeaders / "nodes/loaders")) << "a family's own";
}

TEST(InstalledHeaders, IncludeNoHeavyLibrary) {
    for (const fs::path& header : installed_headers()) {
        for (const std::string& library : includes(header, '<', '>')) {
            // Standard headers are words; others have a folder or an ending.
            const bool standard =
                library.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == library.npos;
            const bool payload =
                header == "nodes/types/tensor.hpp" && library == "ATen/core/Tensor.h";
            // For firmware, by C's names, and the processor's own.
            const bool runtime =
                header == "nodes/ops/kws_runtime/kws_runtime.hpp" &&
                (library == "stddef.h" || library == "stdint.h" || library == "immintrin.h");
            EXPECT_TRUE(standard || payload || runtime) << header << " includes " << library;
        }
    }
}

}  // namespace
}  // namespace millrace::tests
