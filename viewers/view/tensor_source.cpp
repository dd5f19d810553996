// safetensors files: recorded visuals as they are, checkpoints array by array, each read when it is
// looked at.
#include <QFile>
#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/problem.hpp"
#include "engine/visual/codec.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "engine/visual/tensor_array.hpp"
#include "viewers/view/source.hpp"

namespace millrace::view {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = std::size_t{256} << 20;  ///< of one tensor in memory

[[noreturn]] void unreadable(const fs::path& file, const std::string& found) {
    throw engine::Error({.code = "E-FILE-004",
                         .what = "The file can't be read",
                         .expected = "all of its bytes",
                         .found = found,
                         .where = file.string(),
                         .mend = "Check that nothing writes to it, and open it again."});
}

/// The list of arrays without their numbers.
class TensorFile {
public:
    explicit TensorFile(fs::path file) : file_(std::move(file)) {
        QFile opened(QString::fromStdString(file_.string()));
        if (!opened.open(QIODevice::ReadOnly))
            unreadable(file_, opened.errorString().toStdString());
        const qint64 size = opened.size();
        // Mapped, so that of a file of many gigabytes the header alone is read; the numbers are
        // read in the ordinary way, which ends in an error where another program cuts the file.
        const uchar* bytes = size > 0 ? opened.map(0, size) : nullptr;
        if (size > 0 && !bytes) unreadable(file_, opened.errorString().toStdString());
        visual::Safetensors read = visual::read_safetensors(
            {reinterpret_cast<const std::byte*>(bytes), static_cast<std::size_t>(size)},
            file_.string());
        recorded_ = read.metadata.contains("millrace.visuals");
        for (engine::ArrayView& array : read.arrays) {
            places_.push_back(static_cast<std::uint64_t>(
                array.bytes.data() - reinterpret_cast<const std::byte*>(bytes)));
            array.bytes = {};  // gone with the mapping
            arrays_.push_back(std::move(array));
        }
    }

    const fs::path& path() const { return file_; }
    bool recorded() const { return recorded_; }
    const std::vector<engine::ArrayView>& arrays() const { return arrays_; }

    visual::TensorBlock block(std::size_t number, const std::vector<std::int64_t>& index) const {
        std::ifstream stream(file_, std::ios::binary);
        const auto read = [&](std::uint64_t place, std::span<std::byte> target) {
            stream.seekg(static_cast<std::streamoff>(places_.at(number) + place));
            stream.read(reinterpret_cast<char*>(target.data()),
                        static_cast<std::streamsize>(target.size()));
            if (!stream) unreadable(file_, "fewer than when it was opened");
        };
        return visual::block_of(arrays_.at(number), read, index, kMostBytes);
    }

    visual::Table table() const {
        visual::Table table{.columns = {"array", "type", "shape", "numbers", "bytes"},
                            .rows = {},
                            .full_rows = arrays_.size()};
        for (const engine::ArrayView& array : arrays_) {
            table.rows.push_back(
                {array.name, std::string(to_text(array.type)),
                 fmt::format("{}", fmt::join(array.shape, " × ")), std::to_string(array.count()),
                 std::to_string(array.count() * static_cast<std::int64_t>(size_of(array.type)))});
        }
        return table;
    }

private:
    fs::path file_;
    bool recorded_ = false;
    std::vector<engine::ArrayView> arrays_;  ///< without bytes
    std::vector<std::uint64_t> places_;      ///< of the arrays in the file
};

/// One checkpoint: the list of its arrays, and the arrays as items.
class TensorSource final : public Source {
public:
    explicit TensorSource(TensorFile file)
        : title_(QString::fromStdString(file.path().filename().string())), file_(std::move(file)) {
        Stream list{.name = QStringLiteral("arrays"), .items = {0}};
        Stream tensors{.name = title_, .items = {}};
        for (std::size_t i = 0; i < file_.arrays().size(); ++i) {
            tensors.items.push_back(i);
            tensors.labels << QString::fromStdString(file_.arrays()[i].name);
        }
        streams_ = {std::move(tensors), std::move(list)};
    }
    QString title() const override { return title_; }
    const std::vector<Stream>& streams() const override { return streams_; }
    std::vector<Shared> load(std::size_t stream, quint64 item) const override {
        if (stream == 1) return {std::make_shared<const visual::Visual>(file_.table())};
        return load_part(stream, item, {});
    }
    std::vector<Shared> load_part(std::size_t, quint64 item,
                                  const std::vector<std::int64_t>& index) const override {
        return {std::make_shared<const visual::Visual>(
            file_.block(static_cast<std::size_t>(item), index))};
    }
    std::unique_ptr<Source> renewed() const override {
        if (auto source = open_checkpoint(file_.path())) return source;
        throw engine::Error({.code = "E-VIEW-016",
                             .what = "The file no longer holds arrays to be looked at one by one",
                             .expected = "a checkpoint with at least one array",
                             .found = "recorded visuals, or no array",
                             .where = file_.path().string(),
                             .mend = "Close the window and open the file again."});
    }
    QStringList folders() const override {
        return {QString::fromStdString(file_.path().parent_path().string())};
    }
    fs::path file_of(std::size_t, quint64) const override { return file_.path(); }

private:
    QString title_;
    TensorFile file_;
    std::vector<Stream> streams_;
};

}  // namespace

std::vector<Shared> load_safetensors(const fs::path& file) {
    const TensorFile read(file);
    std::vector<Shared> result;
    if (read.recorded()) {
        for (visual::Visual& one :
             visual::read_visuals(visual::read_file_bytes(file), file.string()))
            result.push_back(std::make_shared<const visual::Visual>(std::move(one)));
        return result;
    }
    // Of a checkpoint among others: a list of its arrays, and the first of them to look at.
    result.push_back(std::make_shared<const visual::Visual>(read.table()));
    for (std::size_t i = 0; i < read.arrays().size(); ++i) {
        if (read.arrays()[i].count() < 2) continue;
        result.push_back(std::make_shared<const visual::Visual>(read.block(i, {})));
        break;
    }
    return result;
}

std::unique_ptr<Source> open_checkpoint(const fs::path& file) {
    TensorFile read(file);
    if (read.recorded() || read.arrays().empty()) return nullptr;
    return std::make_unique<TensorSource>(std::move(read));
}

}  // namespace millrace::view
