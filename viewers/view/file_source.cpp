#include <QFileInfo>
#include <QImage>
#include <QImageReader>
#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/record.hpp"
#include "engine/visual/codec.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "viewers/view/source.hpp"

namespace millrace::view {
namespace {

namespace fs = std::filesystem;
using visual::Raster;

constexpr int kImageMegabytes = 8192;
constexpr std::uint64_t kMostText = std::uint64_t{16} << 20;
constexpr std::int64_t kMostValues = std::int64_t{16} << 20;  ///< of a tensor's slice

std::string ending_of(const fs::path& file) {
    return QString::fromStdString(file.extension().string()).toLower().toStdString();
}

bool is_image(const std::string& ending) {
    static const std::vector<std::string> known = {".png", ".jpg", ".jpeg", ".bmp", ".ppm",
                                                   ".pgm", ".gif", ".webp", ".tif", ".tiff"};
    return std::ranges::find(known, ending) != known.end();
}

/// Rows of `image`, without the bytes that fill them up.
Raster raster_from(const QImage& image, int channels, Raster::Depth depth) {
    Raster raster{.width = image.width(),
                  .height = image.height(),
                  .channels = channels,
                  .depth = depth,
                  .bytes = {},
                  .full_width = image.width(),
                  .full_height = image.height()};
    const std::size_t row = static_cast<std::size_t>(raster.width) *
                            static_cast<std::size_t>(channels) *
                            (depth == Raster::Depth::U16 ? 2 : 1);
    raster.bytes.resize(row * static_cast<std::size_t>(raster.height));
    for (int y = 0; y < raster.height; ++y)
        std::memcpy(raster.bytes.data() + static_cast<std::size_t>(y) * row, image.constScanLine(y),
                    row);
    return raster;
}

Raster load_image(const fs::path& file) {
    QImageReader::setAllocationLimit(kImageMegabytes);
    QImageReader reader(QString::fromStdString(file.string()));
    reader.setAutoTransform(true);
    const QImage image = reader.read();
    if (image.isNull()) {
        throw engine::Error({.code = "E-FILE-004",
                             .what = "The image can't be read",
                             .expected = "a whole image of a known format",
                             .found = reader.errorString().toStdString(),
                             .where = file.string(),
                             .mend = "Copy or export it again."});
    }
    switch (image.format()) {
        case QImage::Format_Grayscale8:
            return raster_from(image, 1, Raster::Depth::U8);
        case QImage::Format_Grayscale16:
            return raster_from(image, 1, Raster::Depth::U16);
        case QImage::Format_RGBA64:
        case QImage::Format_RGBX64:
        case QImage::Format_RGBA64_Premultiplied:
            return raster_from(image.convertToFormat(QImage::Format_RGBA64), 4, Raster::Depth::U16);
        default:
            if (image.isGrayscale() && !image.hasAlphaChannel())
                return raster_from(image.convertToFormat(QImage::Format_Grayscale8), 1,
                                   Raster::Depth::U8);
            if (image.hasAlphaChannel())
                return raster_from(image.convertToFormat(QImage::Format_RGBA8888), 4,
                                   Raster::Depth::U8);
            return raster_from(image.convertToFormat(QImage::Format_RGB888), 3, Raster::Depth::U8);
    }
}

float half(std::uint16_t bits) {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16;
    const std::uint32_t exponent = (bits >> 10) & 31U;
    const std::uint32_t fraction = bits & 1023U;
    if (exponent == 0) {
        const float value = static_cast<float>(fraction) * 0x1p-24F;
        return sign != 0 ? -value : value;
    }
    const std::uint32_t word = exponent == 31 ? sign | 0x7f800000U | fraction << 13
                                              : sign | (exponent + 112) << 23 | fraction << 13;
    float value = 0;
    std::memcpy(&value, &word, sizeof value);
    return value;
}

double number_at(const engine::ArrayView& array, std::size_t index) {
    const auto as = [&]<class T>(T value) {
        std::memcpy(&value, array.bytes.data() + index * sizeof(T), sizeof(T));
        return value;
    };
    using enum engine::DType;
    switch (array.type) {
        case U8:
        case Bool:
            return static_cast<double>(as(std::uint8_t{}));
        case I8:
            return static_cast<double>(as(std::int8_t{}));
        case U16:
            return static_cast<double>(as(std::uint16_t{}));
        case I16:
            return static_cast<double>(as(std::int16_t{}));
        case U32:
            return static_cast<double>(as(std::uint32_t{}));
        case I32:
            return static_cast<double>(as(std::int32_t{}));
        case U64:
            return static_cast<double>(as(std::uint64_t{}));
        case I64:
            return static_cast<double>(as(std::int64_t{}));
        case F32:
            return static_cast<double>(as(float{}));
        case F64:
            return as(double{});
        case F16:
            return static_cast<double>(half(as(std::uint16_t{})));
        case BF16: {
            const std::uint32_t word = static_cast<std::uint32_t>(as(std::uint16_t{})) << 16;
            float value = 0;
            std::memcpy(&value, &word, sizeof value);
            return static_cast<double>(value);
        }
    }
    return 0;
}

/// The first slice of an array: its last two dimensions.
visual::TensorSlice slice_of(const engine::ArrayView& array) {
    visual::TensorSlice slice{
        .dtype = std::string(to_text(array.type)), .full_shape = array.shape, .index = {}};
    const std::size_t rank = array.shape.size();
    std::int64_t columns = rank == 0 ? 1 : array.shape[rank - 1];
    std::int64_t rows = rank < 2 ? 1 : array.shape[rank - 2];
    columns = std::min(columns, kMostValues);
    rows = columns == 0 ? 0 : std::min(rows, std::max<std::int64_t>(1, kMostValues / columns));
    if (array.count() == 0) rows = columns = 0;
    slice.index.assign(rank > 2 ? rank - 2 : 0, 0);
    slice.rows = static_cast<int>(rows);
    slice.columns = static_cast<int>(columns);
    const std::int64_t stride = rank == 0 ? 1 : array.shape[rank - 1];
    double sum = 0;
    std::uint64_t finite = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t column = 0; column < columns; ++column) {
            const double value = number_at(array, static_cast<std::size_t>(row * stride + column));
            slice.values.push_back(value);
            if (!std::isfinite(value)) continue;
            slice.min = finite == 0 ? value : std::min(slice.min, value);
            slice.max = finite == 0 ? value : std::max(slice.max, value);
            sum += value;
            ++finite;
        }
    }
    slice.mean = finite == 0 ? 0 : sum / static_cast<double>(finite);
    return slice;
}

std::vector<Shared> load_safetensors(const fs::path& file) {
    const auto bytes = visual::read_file_bytes(file);
    const visual::Safetensors read = visual::read_safetensors(bytes, file.string());
    std::vector<Shared> result;
    if (read.metadata.contains("millrace.visuals")) {
        for (visual::Visual& one : visual::read_visuals(bytes, file.string()))
            result.push_back(std::make_shared<const visual::Visual>(std::move(one)));
        return result;
    }
    // A checkpoint has many arrays: a list of all, and the first of them to look at.
    visual::Table table{.columns = {"array", "type", "shape", "numbers", "bytes"},
                        .rows = {},
                        .full_rows = read.arrays.size()};
    for (const engine::ArrayView& array : read.arrays) {
        table.rows.push_back({array.name, std::string(to_text(array.type)),
                              fmt::format("{}", fmt::join(array.shape, " × ")),
                              std::to_string(array.count()), std::to_string(array.bytes.size())});
    }
    result.push_back(std::make_shared<const visual::Visual>(std::move(table)));
    for (const engine::ArrayView& array : read.arrays) {
        if (array.count() < 2) continue;
        result.push_back(std::make_shared<const visual::Visual>(slice_of(array)));
        break;
    }
    return result;
}

visual::Text load_text(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        throw engine::Error({.code = "E-FILE-001",
                             .what = "The file can't be opened",
                             .expected = "a file that may be read",
                             .found = "none",
                             .where = file.string(),
                             .mend = "Check the name and the permissions."});
    }
    visual::Text text;
    text.text.resize(kMostText);
    stream.read(text.text.data(), static_cast<std::streamsize>(kMostText));
    text.text.resize(static_cast<std::size_t>(stream.gcount()));
    std::error_code ignored;
    if (const auto size = fs::file_size(file, ignored); !ignored && size > text.text.size())
        text.full_bytes = size;
    text.text =
        QString::fromUtf8(text.text.data(), static_cast<qsizetype>(text.text.size())).toStdString();
    return text;
}

bool is_text(const std::string& ending) {
    return ending == ".json" || ending == ".ndjson" || ending == ".md" || ending == ".log";
}

/// Files of one folder and ending.
class FileSource final : public Source {
public:
    explicit FileSource(std::vector<fs::path> files) : files_(std::move(files)) {
        std::ranges::sort(files_);
        const fs::path folder = files_.front().parent_path();
        Stream stream;
        stream.name = QString::fromStdString(
            files_.size() == 1
                ? files_.front().filename().string()
                : (folder.filename() / ("*" + files_.front().extension().string())).string());
        for (std::size_t i = 0; i < files_.size(); ++i) {
            stream.items.push_back(i);
            stream.labels << QString::fromStdString(files_[i].filename().string());
        }
        streams_.push_back(std::move(stream));
    }
    QString title() const override { return streams_.front().name; }
    const std::vector<Stream>& streams() const override { return streams_; }
    std::vector<Shared> load(std::size_t, quint64 item) const override {
        return load_file(files_.at(item));
    }

private:
    std::vector<fs::path> files_;
    std::vector<Stream> streams_;
};

QString told(const engine::Problem& problem) { return QString::fromStdString(to_text(problem)); }

}  // namespace

bool is_known_file(const fs::path& file) {
    const std::string ending = ending_of(file);
    return is_image(ending) || ending == ".safetensors" || is_text(ending) ||
           visual::format_of(file).has_value();
}

std::vector<Shared> load_file(const fs::path& file) {
    const std::string ending = ending_of(file);
    std::error_code ignored;
    if (!fs::exists(file, ignored)) {
        throw engine::Error({.code = "E-FILE-001",
                             .what = "There is no such file",
                             .expected = "a file",
                             .found = "nothing",
                             .where = file.string(),
                             .mend = "Check the name."});
    }
    if (is_image(ending)) return {std::make_shared<const visual::Visual>(load_image(file))};
    if (ending == ".safetensors") return load_safetensors(file);
    if (is_text(ending)) return {std::make_shared<const visual::Visual>(load_text(file))};
    if (visual::format_of(file))
        return {std::make_shared<const visual::Visual>(visual::load_cloud(file))};
    throw engine::Error({.code = "E-VIEW-010",
                         .what = "Files of this kind can't be shown",
                         .expected = ".bin .pcd .ply .xyz .txt .csv .las .png .jpg .safetensors "
                                     ".json, a KITTI folder or a run folder",
                         .found = ending.empty() ? "a name without an ending" : ending,
                         .where = file.string(),
                         .mend = "Rename it if it is one of these."});
}

std::vector<std::unique_ptr<Source>> open_sources(const QStringList& paths, QStringList& problems) {
    std::vector<std::unique_ptr<Source>> sources;
    std::map<std::pair<fs::path, std::string>, std::vector<fs::path>> sequences;
    std::vector<std::pair<fs::path, std::string>> order;
    const auto add_file = [&](const fs::path& file) {
        const std::pair key(file.parent_path(), ending_of(file));
        auto& files = sequences[key];
        if (files.empty()) order.push_back(key);
        files.push_back(file);
    };
    for (const QString& path : paths) {
        const fs::path file = fs::absolute(path.toStdString()).lexically_normal();
        std::error_code ignored;
        try {
            if (!fs::is_directory(file, ignored)) {
                if (!fs::exists(file, ignored) || !is_known_file(file))
                    load_file(file);  // throws what is wrong
                add_file(file);
            } else if (auto run = open_run(file)) {
                sources.push_back(std::move(run));
            } else if (auto kitti = open_kitti(file)) {
                sources.push_back(std::move(kitti));
            } else {
                bool any = false;
                for (const auto& entry : fs::directory_iterator(file, ignored)) {
                    if (!entry.is_regular_file(ignored) || !is_known_file(entry.path())) continue;
                    add_file(entry.path());
                    any = true;
                }
                if (!any) {
                    problems << told(
                        {.code = "E-VIEW-011",
                         .what = "The folder holds nothing that can be shown",
                         .expected = "a run folder, a KITTI folder, or clouds and images",
                         .found = "none of them",
                         .where = file.string(),
                         .mend = "Open one of the folders in it."});
                }
            }
        } catch (const engine::Error& error) {
            problems << told(error.problem());
        }
    }
    for (const auto& key : order)
        sources.push_back(std::make_unique<FileSource>(std::move(sequences[key])));
    return sources;
}

}  // namespace millrace::view
