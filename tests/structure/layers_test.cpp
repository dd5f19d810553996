// Which folder may include which: every #include of the sources is held against one table.
#include <gtest/gtest.h>

#include <optional>
#include <string_view>

#include "tests/structure/sources.hpp"

namespace millrace::tests {
namespace {

using Names = std::vector<std::string>;

struct Layer {
    std::string folder;     ///< the longest that fits counts
    Names may;              ///< folders and headers of the project; SELF is the family's own
    Names may_not = {};     ///< of those
    Names libraries = {};   ///< starts of library headers, any file
    Names in_sources = {};  ///< the same, .cpp alone
};

/// Costly to include and to link, so kept out of headers: what includes a header would need them,
/// too.
const Names kHeavy = {"torch/", "ATen/", "c10/", "opencv2/", "open3d/", "Eigen/"};
const Names kRegistry = {"engine/node/registry.hpp", "engine/node/plugin.hpp", "engine/run/",
                         "engine/plan/", "engine/cli/"};

const std::vector<Layer>& layers() {
    static const std::vector<Layer> table = {
        {.folder = "engine/",
         .may = {"engine/"},
         .may_not = {"engine/cli/"},
         .in_sources = {"oneapi/", "nlohmann/", "xxhash.h"}},
        {.folder = "engine/cli/",
         .may = {"engine/"},
         .in_sources = {"CLI/", "oneapi/", "nlohmann/"}},
        {.folder = "nodes/types/",
         .may = {"engine/", "nodes/types/"},
         .may_not = {"engine/cli/", "engine/run/"},
         .libraries = {"ATen/core/"},  // Tensor holds one
         .in_sources = {"torch/", "ATen/", "c10/", "opencv2/"}},
        {.folder = "nodes/ops/",
         .may = {"engine/", "nodes/types/", "nodes/ops/"},
         .may_not = kRegistry,
         .in_sources = {"torch/", "ATen/", "c10/", "opencv2/", "open3d/", "Eigen/", "oneapi/"}},
        {.folder = "nodes/",
         .may = {"engine/", "nodes/types/", "nodes/ops/", "SELF"},
         .may_not = {"engine/cli/", "engine/run/"},
         .in_sources = kHeavy},
        {.folder = "viewers/",
         .may = {"engine/visual/", "engine/problem.hpp", "engine/record.hpp", "engine/value.hpp",
                 "viewers/"},
         .libraries = {"Q"}},
        {.folder = "viewers/view/", .may = {"engine/", "viewers/"}, .libraries = {"Q"}},
        {.folder = "editor/",
         .may = {"engine/", "editor/", "viewers/common/process.hpp", "viewers/common/shortcuts.hpp",
                 "viewers/common/signs.hpp", "viewers/common/timeline.hpp",
                 "viewers/common/translations.hpp", "viewers/registry.hpp", "viewers/theme.hpp"},
         .libraries = {"Q"}}};
    return table;
}

bool starts_with_any(std::string_view text, const Names& starts) {
    return std::ranges::any_of(starts,
                               [&](const std::string& start) { return text.starts_with(start); });
}

/// Libraries that must be allowed by name; the rest (std, system, fmt) anybody may include.
bool watched(std::string_view header) {
    static const Names names = {"torch/",  "ATen/", "c10/",      "opencv2/", "open3d/", "Eigen/",
                                "oneapi/", "tbb/",  "nlohmann/", "xxhash.h", "CLI/"};
    const bool qt = header.size() > 1 && header[0] == 'Q' &&
                    (header[1] == 't' || std::isupper(static_cast<unsigned char>(header[1])));
    return qt || starts_with_any(header, names);
}

const Layer* layer_of(const std::string& path) {
    const Layer* best = nullptr;
    for (const Layer& layer : layers()) {
        if (path.starts_with(layer.folder) && (!best || layer.folder.size() > best->folder.size()))
            best = &layer;
    }
    return best;
}

/// What is wrong with one include, if anything is.
std::optional<std::string> fault(const std::string& path, std::string_view line) {
    if (!line.starts_with("#include")) return {};
    const Layer* layer = layer_of(path);
    if (!layer) return {};
    if (const auto open = line.find('"'); open != std::string_view::npos) {
        const std::string_view header = line.substr(open + 1, line.find('"', open + 1) - open - 1);
        Names may = layer->may;
        if (const auto end = path.find('/', 6);
            path.starts_with("nodes/") && end != std::string::npos)
            std::ranges::replace(may, std::string("SELF"), path.substr(0, end + 1));
        if (!starts_with_any(header, may) || starts_with_any(header, layer->may_not))
            return "no arrow to " + std::string(header);
        return {};
    }
    const auto open = line.find('<');
    if (open == std::string_view::npos) return "an include that can't be read";
    const std::string_view header = line.substr(open + 1, line.find('>', open) - open - 1);
    if (!watched(header) || starts_with_any(header, layer->libraries)) return {};
    if (path.ends_with(".cpp") && starts_with_any(header, layer->in_sources)) return {};
    return "this layer may not know " + std::string(header);
}

TEST(Layers, TheTableIsHeld) {
    const auto files = source_files({"engine", "nodes", "viewers", "editor"}, {".cpp", ".hpp"});
    ASSERT_GT(files.size(), 200u);
    for (const SourceFile& file : files) {
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            if (const auto wrong = fault(file.path, file.lines[i]))
                ADD_FAILURE() << file.path << ":" << i + 1 << ": " << *wrong;
        }
    }
}

TEST(Layers, FaultsAreFound) {
    EXPECT_TRUE(fault("engine/run/stage.cpp", "#include \"nodes/types/image.hpp\""));
    EXPECT_TRUE(fault("engine/plan/plan.hpp", "#include <oneapi/tbb/flow_graph.h>"));
    EXPECT_FALSE(fault("engine/run/executor.cpp", "#include <oneapi/tbb/flow_graph.h>"));
    EXPECT_TRUE(fault("engine/run/run.cpp", "#include <opencv2/core.hpp>"));
    EXPECT_TRUE(fault("engine/run/run.cpp", "#include \"engine/cli/call.hpp\""));
    EXPECT_TRUE(fault("nodes/points/crop.cpp", "#include \"nodes/fusion/overlay.hpp\""));
    EXPECT_FALSE(fault("nodes/points/crop.cpp", "#include \"nodes/points/common.hpp\""));
    EXPECT_FALSE(fault("nodes/points/crop.cpp", "#include \"nodes/ops/cloud/kd_tree.hpp\""));
    EXPECT_TRUE(fault("nodes/points/crop.cpp", "#include <QtGui/QImage>"));
    EXPECT_TRUE(fault("nodes/points/crop.hpp", "#include <open3d/geometry/PointCloud.h>"));
    EXPECT_FALSE(fault("nodes/points/crop.cpp", "#include <open3d/geometry/PointCloud.h>"));
    EXPECT_TRUE(fault("nodes/types/image.hpp", "#include <opencv2/core.hpp>"));
    EXPECT_FALSE(fault("nodes/types/tensor.hpp", "#include <ATen/core/Tensor.h>"));
    EXPECT_TRUE(fault("nodes/ops/camera/project.cpp", "#include \"engine/node/registry.hpp\""));
    EXPECT_TRUE(fault("viewers/cloud/cloud.cpp", "#include \"nodes/types/point_cloud.hpp\""));
    EXPECT_FALSE(fault("viewers/cloud/cloud.cpp", "#include <QOpenGLWidget>"));
}

}  // namespace
}  // namespace millrace::tests
