// One format of point clouds, MILLRACE_FUZZ_FORMAT: what is read is consistent, and can be written
// and read again.
#include <cstring>
#include <limits>

#include "engine/visual/io/cloud_io.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

namespace fuzz = millrace::fuzz;
namespace visual = millrace::visual;
using fuzz::require;

constexpr auto kFormat = visual::CloudFormat::MILLRACE_FUZZ_FORMAT;

struct Way {
    visual::CloudFormat format;
    visual::CloudEncoding encoding;
};

bool has_origin(const visual::Cloud& cloud) { return cloud.origin != std::array<double, 3>{}; }

/// Positions bit for bit but for the payloads of NaN, which text has no place for; the count alone
/// for those with an origin, which may move.
void require_same(const visual::Cloud& cloud, const visual::Cloud& back) {
    require(back.points.size() == cloud.points.size(), "as many points are read as were written");
    require(back.fields.size() <= cloud.fields.size(), "no fields are added");
    if (has_origin(cloud)) return;
    for (std::size_t i = 0; i < cloud.points.size(); ++i) {
        const visual::Point &before = cloud.points[i], &after = back.points[i];
        const auto same = [](float a, float b) { return a == b || (a != a && b != b); };
        require(same(before.x, after.x) && same(before.y, after.y) && same(before.z, after.z),
                "positions stay what they are");
    }
}

void check(std::span<const std::byte> bytes, visual::CloudFormat format) {
    visual::Cloud cloud;
    if (!fuzz::succeeds([&] { cloud = read_cloud(bytes, format, "input"); })) return;
    require(cloud.full_count == cloud.points.size(), "the full count is that of the points");
    for (const visual::PointField& field : cloud.fields) {
        require(field.channels > 0 && field.count() == cloud.points.size(),
                "each field covers all points");
    }
    using enum visual::CloudFormat;
    using enum visual::CloudEncoding;
    constexpr Way kWays[] = {{Pcd, Ascii},         {Pcd, Binary}, {Pcd, BinaryCompressed},
                             {Ply, Ascii},         {Ply, Binary}, {KittiBin, Binary},
                             {NuScenesBin, Binary}};
    for (const Way& way : kWays) {
        const std::string written = write_cloud(cloud, way.format, way.encoding);
        visual::Cloud back;
        const bool read = fuzz::succeeds(
            [&] { back = read_cloud(std::as_bytes(std::span(written)), way.format, "written"); });
        require(read, "what was written can be read");
        if (way.format == Pcd || way.format == Ply)
            require_same(cloud, back);
        else
            require(back.points.size() == cloud.points.size(),
                    "as many points are read as were written");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check(fuzz::bytes_of(data, size), kFormat);
    if (kFormat == visual::CloudFormat::KittiBin)
        check(fuzz::bytes_of(data, size), visual::CloudFormat::NuScenesBin);
    return 0;
}
