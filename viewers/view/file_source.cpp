#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/files.hpp"
#include "viewers/view/csv.hpp"
#include "viewers/view/image_source.hpp"
#include "viewers/view/source.hpp"

namespace millrace::view {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostText = std::uint64_t{16} << 20;

std::string ending_of(const fs::path& file) {
    return QString::fromStdString(file.extension().string()).toLower().toStdString();
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

/// Points as ever; else a run's metrics or a table.
std::vector<Shared> load_csv(const fs::path& file) {
    const auto bytes = visual::read_file_bytes(file);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (holds_metrics(text)) return load_metrics(file);
    if (holds_points(text))
        return {std::make_shared<const visual::Visual>(visual::load_cloud(file))};
    return {std::make_shared<const visual::Visual>(table_from_csv(text))};
}

/// Points, as ever, where the file begins with a number; else what can be read.
Shared load_txt(const fs::path& file) {
    constexpr std::uint64_t kBegin = 4096;
    std::ifstream stream(file, std::ios::binary);
    std::string begin(kBegin, '\0');
    stream.read(begin.data(), static_cast<std::streamsize>(kBegin));
    begin.resize(static_cast<std::size_t>(stream.gcount()));
    if (holds_points(begin))
        return std::make_shared<const visual::Visual>(visual::load_cloud(file));
    return std::make_shared<const visual::Visual>(load_text(file));
}

bool is_text(const std::string& ending) {
    return ending == ".json" || ending == ".ndjson" || ending == ".md" || ending == ".log";
}

/// Files of one folder and ending.
class FileSource final : public Source {
public:
    /// `whole_folder`: what is added to the folder later belongs to it, too.
    FileSource(std::vector<fs::path> files, bool whole_folder)
        : files_(std::move(files)), whole_folder_(whole_folder) {
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
    QString title() const override {
        const fs::path folder = files_.front().parent_path();
        return QString::fromStdString(
            files_.size() == 1
                ? (folder.filename() / files_.front().filename()).string()
                : (folder.parent_path().filename() / streams_.front().name.toStdString()).string());
    }
    const std::vector<Stream>& streams() const override { return streams_; }
    std::vector<Shared> load(std::size_t, quint64 item) const override {
        return load_file(files_.at(item));
    }
    std::unique_ptr<Source> renewed() const override {
        std::vector<fs::path> files = files_;
        if (whole_folder_) {
            const std::string ending = ending_of(files_.front());
            std::vector<fs::path> found;
            std::error_code ignored;
            for (const auto& entry :
                 fs::directory_iterator(files_.front().parent_path(), ignored)) {
                if (entry.is_regular_file(ignored) && ending_of(entry.path()) == ending)
                    found.push_back(entry.path());
            }
            if (!found.empty()) files = std::move(found);
        }
        return std::make_unique<FileSource>(std::move(files), whole_folder_);
    }
    QStringList folders() const override {
        return {QString::fromStdString(files_.front().parent_path().string())};
    }
    fs::path file_of(std::size_t, quint64 item) const override {
        return item < files_.size() ? files_[item] : fs::path();
    }

private:
    std::vector<fs::path> files_;
    bool whole_folder_;
    std::vector<Stream> streams_;
};

QString told(const engine::Problem& problem) { return QString::fromStdString(to_text(problem)); }

}  // namespace

QStringList Source::outputs() const {
    QStringList names;
    for (const Stream& stream : streams()) names << stream.name;
    return names;
}

const engine::Recorded* Source::recorded(const std::string&) const { return nullptr; }

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
    if (is_unread_image(ending)) {
        throw engine::Error({.code = "E-VIEW-014",
                             .what = "Images of this kind can't be read",
                             .expected = "PNG, JPEG, BMP, PPM, GIF or WebP with 8 or 16 bits",
                             .found = ending,
                             .where = file.string(),
                             .mend = "Export it as a 16-bit PNG, or keep floats in .safetensors."});
    }
    if (ending == ".safetensors") return load_safetensors(file);
    if (ending == ".csv") return load_csv(file);
    if (ending == ".txt") return {load_txt(file)};
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

std::filesystem::path Source::calibration_file(std::size_t, quint64) const { return {}; }

std::vector<std::unique_ptr<Source>> open_sources(const QStringList& paths, QStringList& problems) {
    std::vector<std::unique_ptr<Source>> sources;
    std::map<std::pair<fs::path, std::string>, std::vector<fs::path>> sequences;
    std::vector<std::pair<fs::path, std::string>> order;
    std::set<std::pair<fs::path, std::string>> whole;
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
                    whole.insert({entry.path().parent_path(), ending_of(entry.path())});
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
    for (const auto& key : order) {
        std::vector<fs::path>& files = sequences[key];
        try {
            if (files.size() == 1 && key.second == ".safetensors") {
                if (auto checkpoint = open_checkpoint(files.front())) {
                    sources.push_back(std::move(checkpoint));
                    continue;
                }
            }
        } catch (const engine::Error&) {
            // Told when it is loaded.
        }
        sources.push_back(std::make_unique<FileSource>(std::move(files), whole.contains(key)));
    }
    return sources;
}

}  // namespace millrace::view
