// What a run recorded: visuals as they lie in the folder, kept packets through a worker, which
// knows their types; and its metrics, which every run keeps.
#include <QCoreApplication>
#include <algorithm>
#include <mutex>

#include "engine/observe/node_order.hpp"
#include "engine/observe/record.hpp"
#include "engine/problem.hpp"
#include "engine/visual/codec.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/worker/client.hpp"
#include "viewers/view/csv.hpp"
#include "viewers/view/source.hpp"

namespace millrace::view {
namespace {

namespace fs = std::filesystem;

/// The worker that turns kept packets into visuals; begun when first asked, shared by a run's
/// sources as they are renewed.
class PacketWorker {
public:
    std::vector<visual::Visual> visuals(const fs::path& folder, const std::string& output,
                                        quint64 item) {
        const std::scoped_lock lock(mutex_);
        if (!client_ || !client_->alive()) {
            const std::string program =
                (QCoreApplication::applicationDirPath() + "/millrace").toStdString();
            client_ = std::make_unique<engine::worker::Client>(
                std::vector<std::string>{program, "worker", "--no-cache"},
                engine::worker::Client::Events());
            const auto started =
                client_->call_and_wait("initialise", {{"protocol", 1}, {"catalogue", false}});
            if (started.problem) throw engine::Error(*started.problem);
        }
        const auto answer =
            client_->call_and_wait("runs/item", {{"folder", folder.string()},
                                                 {"output", output},
                                                 {"item", static_cast<std::int64_t>(item)},
                                                 {"bytes", std::int64_t{1} << 36}});
        if (answer.problem) throw engine::Error(*answer.problem);
        return engine::worker::visuals_of(answer.result, answer.attachments);
    }

private:
    std::mutex mutex_;
    std::unique_ptr<engine::worker::Client> client_;
};

/// Nothing where nothing was recorded.
std::map<std::string, engine::Recorded> recorded_in(const fs::path& folder) {
    try {
        return engine::read_recorded(folder);
    } catch (const engine::Error& error) {
        if (error.problem().code != "E-CLI-012") throw;
        return {};
    }
}

class RunSource final : public Source {
public:
    RunSource(fs::path folder, std::shared_ptr<PacketWorker> worker)
        : folder_(std::move(folder)),
          state_(run_state(folder_)),
          recorded_(recorded_in(folder_)),
          metrics_(metrics_file(folder_)),
          worker_(std::move(worker)) {
        for (const auto& [name, wire] : recorded_) {
            Stream stream{QString::fromStdString(name), {}, {}};
            for (const auto& [item, file] : wire.visuals) stream.items.push_back(item);
            for (const auto& [item, file] : wire.packets) stream.items.push_back(item);
            std::ranges::sort(stream.items);
            const auto same = std::ranges::unique(stream.items);
            stream.items.erase(same.begin(), same.end());
            if (stream.items.empty()) continue;
            streams_.push_back(std::move(stream));
            wires_.push_back(&wire);
        }
        if (!metrics_.empty())
            streams_.push_back({.name = "metrics", .items = {0}, .labels = {}, .whole_run = true});
        order_outputs();
    }
    QString title() const override { return QString::fromStdString(folder_.filename().string()); }
    const std::vector<Stream>& streams() const override { return streams_; }

    std::vector<Shared> load(std::size_t stream, quint64 item) const override {
        if (is_metrics(stream)) return load_metrics(metrics_);
        const engine::Recorded& wire = *wires_.at(stream);
        std::vector<visual::Visual> visuals;
        if (wire.packets.contains(item)) {
            visuals = worker_->visuals(folder_, streams_[stream].name.toStdString(), item);
        } else if (const auto file = wire.visuals.find(item); file != wire.visuals.end()) {
            visuals =
                visual::read_visuals(visual::read_file_bytes(file->second), file->second.string());
        }
        std::vector<Shared> result;
        for (visual::Visual& one : visuals)
            result.push_back(std::make_shared<const visual::Visual>(std::move(one)));
        return result;
    }

    QStringList outputs() const override { return outputs_; }
    const engine::Recorded* recorded(const std::string& output) const override {
        const auto found = recorded_.find(output);
        return found == recorded_.end() ? nullptr : &found->second;
    }

    std::unique_ptr<Source> renewed() const override {
        return std::make_unique<RunSource>(folder_, worker_);
    }
    QStringList folders() const override {
        QStringList list{QString::fromStdString(folder_.string())};
        std::error_code error;
        for (const char* part : {"visuals", "packets"}) {
            if (!fs::is_directory(folder_ / part, error)) continue;
            list << QString::fromStdString((folder_ / part).string());
            for (const auto& wire : fs::directory_iterator(folder_ / part, error))
                list << QString::fromStdString(wire.path().string());
        }
        // Metrics grow in one file, which lies with the checkpoints until the run ends.
        if (fs::is_directory(folder_ / "checkpoints", error))
            list << QString::fromStdString((folder_ / "checkpoints").string());
        if (!metrics_.empty()) list << QString::fromStdString(metrics_.string());
        return list;
    }
    fs::path file_of(std::size_t stream, quint64 item) const override {
        if (is_metrics(stream)) return metrics_;
        if (stream >= wires_.size()) return {};
        const auto& files = wires_[stream]->visuals;
        const auto found = files.find(item);
        return found == files.end() ? fs::path() : found->second;
    }
    RunState state() const override { return state_; }

private:
    /// The last stream, where there are any.
    bool is_metrics(std::size_t stream) const {
        return stream == wires_.size() && !metrics_.empty();
    }
    void order_outputs() {
        std::vector<std::string> order;
        try {
            order = engine::nodes_in_order(folder_);
        } catch (const engine::Error&) {
            // Without a graph to be read the names' order has to do.
        }
        std::vector<std::pair<std::ptrdiff_t, std::string>> placed;
        for (const auto& [name, wire] : recorded_) {
            const std::string node = name.substr(0, name.rfind('.'));
            placed.emplace_back(std::ranges::find(order, node) - order.begin(), name);
        }
        std::ranges::sort(placed);
        for (const auto& [place, name] : placed) outputs_ << QString::fromStdString(name);
    }

    fs::path folder_;
    RunState state_;
    std::map<std::string, engine::Recorded> recorded_;
    fs::path metrics_;
    std::vector<Stream> streams_;
    std::vector<const engine::Recorded*> wires_;  ///< of the streams
    QStringList outputs_;
    std::shared_ptr<PacketWorker> worker_;
};

}  // namespace

std::unique_ptr<Source> open_run(const fs::path& folder) {
    std::error_code ignored;
    if (!fs::is_regular_file(folder / "run.json", ignored)) return nullptr;
    auto source = std::make_unique<RunSource>(folder, std::make_shared<PacketWorker>());
    const auto sketched = [&](const QString& output) {
        const engine::Recorded* wire = source->recorded(output.toStdString());
        return wire && !wire->sketches.empty();
    };
    // A run that goes on may still bring something; sketches alone can't be looked at, but compared
    // with those of another run.
    if (!source->streams().empty() || source->state().kind == RunState::Kind::Running ||
        std::ranges::any_of(source->outputs(), sketched))
        return source;
    throw engine::Error(
        {.code = "E-VIEW-012",
         .what = "The run kept nothing that can be looked at",
         .expected = "metrics.csv, visuals/, packets/ or sketches in the run folder",
         .found = "none of them",
         .where = folder.string(),
         .mend = "Run again with --record-visuals all (small), or --keep all (everything)."});
}

}  // namespace millrace::view
