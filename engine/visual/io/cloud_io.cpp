#include "engine/visual/io/cloud_io.hpp"

#include "engine/visual/io/errors.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/io/formats.hpp"
#include "engine/visual/io/text.hpp"

namespace millrace::visual {

std::optional<CloudFormat> format_of(const std::filesystem::path& file) {
    const std::string name = io::lower_case(file.filename().string());
    if (name.ends_with(".pcd.bin")) return CloudFormat::NuScenesBin;
    if (name.ends_with(".bin")) return CloudFormat::KittiBin;
    if (name.ends_with(".pcd")) return CloudFormat::Pcd;
    if (name.ends_with(".ply")) return CloudFormat::Ply;
    if (name.ends_with(".xyz") || name.ends_with(".txt") || name.ends_with(".csv"))
        return CloudFormat::Xyz;
    if (name.ends_with(".las")) return CloudFormat::Las;
    return {};
}

Cloud read_cloud(std::span<const std::byte> bytes, CloudFormat format, std::string_view name) {
    Cloud cloud;
    switch (format) {
        case CloudFormat::KittiBin:
            cloud = io::read_bin(bytes, false, name);
            break;
        case CloudFormat::NuScenesBin:
            cloud = io::read_bin(bytes, true, name);
            break;
        case CloudFormat::Pcd:
            cloud = io::read_pcd(bytes, name);
            break;
        case CloudFormat::Ply:
            cloud = io::read_ply(bytes, name);
            break;
        case CloudFormat::Xyz:
            cloud = io::read_xyz(bytes, name);
            break;
        case CloudFormat::Las:
            cloud = io::read_las(bytes, name);
            break;
    }
    cloud.full_count = cloud.points.size();
    return cloud;
}

Cloud load_cloud(const std::filesystem::path& file) {
    const auto format = format_of(file);
    if (!format) {
        io::fail("E-FILE-002", "The file's ending names no cloud format",
                 ".bin, .pcd.bin, .pcd, .ply, .xyz, .txt, .csv or .las",
                 io::shown(file.extension().string()), file.string(),
                 "Rename the file, or convert it.");
    }
    const bool scan = *format == CloudFormat::KittiBin || *format == CloudFormat::NuScenesBin;
    return read_cloud(read_file_bytes(file, scan ? kMaxScanBytes : kMaxCloudBytes), *format,
                      file.string());
}

std::string write_cloud(const Cloud& cloud, CloudFormat format, CloudEncoding encoding) {
    switch (format) {
        case CloudFormat::KittiBin:
            return io::write_bin(cloud, false);
        case CloudFormat::NuScenesBin:
            return io::write_bin(cloud, true);
        case CloudFormat::Pcd:
            return io::write_pcd(cloud, encoding);
        case CloudFormat::Ply:
            return io::write_ply(cloud, encoding);
        case CloudFormat::Xyz:
            if (encoding != CloudEncoding::BinaryCompressed) return io::write_xyz(cloud);
            io::fail(io::kUnsupported, "XYZ has no compressed encoding", "plain text", "compressed",
                     "", "Write compressed PCD instead.");
        case CloudFormat::Las:
            break;
    }
    io::fail(io::kUnsupported, "LAS files are read, but not written", "another format", "LAS", "",
             "Write PLY or PCD.");
}

}  // namespace millrace::visual
