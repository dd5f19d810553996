// What millrace-view opens: files, sequences of files, KITTI folders and run folders, all as
// streams of items that hold visuals. Loading is for any thread; everything else for one.
#pragma once

#include <QString>
#include <QStringList>
#include <filesystem>
#include <memory>
#include <vector>

#include "engine/visual/visual.hpp"
#include "viewers/view/run_state.hpp"

namespace millrace::engine {
struct Recorded;
}

namespace millrace::view {

using Shared = std::shared_ptr<const visual::Visual>;

struct Stream {
    QString name;                ///< "source.cloud", "velodyne", or a file's name
    std::vector<quint64> items;  ///< rising
    QStringList labels = {};     ///< one an item, such as the file's name; may be empty
    bool whole_run = false;      ///< its one item is of all items, as metrics are: no timeline
    bool operator==(const Stream&) const = default;
};

/// Whether it is shown in the 3D view that all share.
inline bool belongs_in_space(const visual::Visual& visual) {
    return std::holds_alternative<visual::Cloud>(visual) ||
           std::holds_alternative<visual::Boxes3d>(visual) ||
           std::holds_alternative<visual::Polyline>(visual) ||
           std::holds_alternative<visual::Camera>(visual);
}

class Source {
public:
    virtual ~Source() = default;
    virtual QString title() const = 0;
    virtual const std::vector<Stream>& streams() const = 0;
    /// Visuals of one item of a stream. Any thread, several at once. Throws engine::Error.
    virtual std::vector<Shared> load(std::size_t stream, quint64 item) const = 0;
    /// The same, but of a tensor too large for memory the part that holds `index`; empty when the
    /// source has no parts.
    virtual std::vector<Shared> load_part(std::size_t stream, quint64 item,
                                          const std::vector<std::int64_t>& index) const {
        Q_UNUSED(stream);
        Q_UNUSED(item);
        Q_UNUSED(index);
        return {};
    }
    /// KITTI's calibration file that an item's camera was read from; empty where there is none.
    virtual std::filesystem::path calibration_file(std::size_t stream, quint64 item) const;
    /// Outputs that a run recorded, sketches alone included, in the graph's order; of other sources
    /// the streams' names.
    virtual QStringList outputs() const;
    /// What a run recorded of an output; null when this is no run or has no such output.
    virtual const engine::Recorded* recorded(const std::string& output) const;

    /// The same as it lies on the disk now. Any thread. Throws engine::Error.
    virtual std::unique_ptr<Source> renewed() const = 0;
    /// Folders, and files that grow, whose changes may change the source.
    virtual QStringList folders() const = 0;
    /// The file that an item comes from; empty where that is not one file, or there is no such
    /// item.
    virtual std::filesystem::path file_of(std::size_t stream, quint64 item) const = 0;
    /// How the run stood when this was made; Kind::None for what is no run.
    virtual RunState state() const { return {}; }
};

/// A file of a kind that is known by its ending: clouds (.bin, .pcd, .ply, .xyz, .las …), images,
/// .safetensors, .txt, .csv (points, a run's metrics or a table). Throws engine::Error: E-FILE-00x,
/// E-VIEW-010 for another kind.
std::vector<Shared> load_file(const std::filesystem::path& file);
bool is_known_file(const std::filesystem::path& file);

/// Files of one folder and ending become one sequence, by name; each folder is a source of its own.
/// What can't be opened is told in `problems`.
std::vector<std::unique_ptr<Source>> open_sources(const QStringList& paths, QStringList& problems);

// The kinds of folders; null when it is none of the kind.
std::unique_ptr<Source> open_run(const std::filesystem::path& folder);
std::unique_ptr<Source> open_kitti(const std::filesystem::path& folder);
/// A safetensors file's arrays as items; null when it holds recorded visuals, or no array.
std::unique_ptr<Source> open_checkpoint(const std::filesystem::path& file);
/// What a safetensors file among others shows: recorded visuals, or a list and its first array.
std::vector<Shared> load_safetensors(const std::filesystem::path& file);

}  // namespace millrace::view
