// What a worker does for its client: one graph, at most one run at a time, and the runs that were
// recorded. Methods are those of the protocol; each gives the result's members or throws Error or
// RpcError. One thread calls serve(), any thread calls control().
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engine/graph/graph.hpp"
#include "engine/node/plugin.hpp"
#include "engine/node/registry.hpp"
#include "engine/observe/record.hpp"
#include "engine/worker/observer.hpp"
#include "engine/worker/protocol.hpp"

namespace millrace::engine::worker {

/// What the program gives a worker.
struct Setup {
    /// Fills the registry; called once, at the first request.
    std::function<std::vector<PluginReport>(Registry&)> load;
    PathRoots roots;              ///< named roots of this machine; `document` is the graph's
    std::filesystem::path cache;  ///< of the content store; empty: none
    std::filesystem::path runs;   ///< where run folders are made when the client names none
};

class Session {
public:
    Session(Channel& channel, Setup setup);
    /// Stops the run and waits for its end.
    ~Session();

    struct Result {
        Object object;
        std::vector<Attachment> attachments = {};
    };
    Result serve(const Request& request);

    /// Methods that act on a run at once: run/stop, run/pause, run/continue, run/step.
    static bool is_control(std::string_view method);
    Result control(const Request& request);

    /// Stops the run, if there is one, and waits so long for its end; whether it has ended.
    bool stop(std::chrono::milliseconds patience);

private:
    struct LiveRun;

    Object initialise(const Params& params);
    Object open_graph(const Params& params);
    Object patch_graph(const Params& params);
    Object graph_facts(std::vector<Problem> problems);
    Object validate(const Params& params);
    Object start(const Params& params);
    Object set_parameter(const Params& params);
    Object figures();
    Object subscribe(const Params& params);
    Object unsubscribe(const Params& params);
    Result fetch(const Params& params);
    Object compare(const Params& params);
    Object list_runs(const Params& params);
    Object open_run(const Params& params);
    Result recorded_item(const Params& params);
    Object list_files(const Params& params);

    RunOptions run_options(const Params& params) const;
    void require_graph() const;
    std::shared_ptr<LiveRun> live() const;
    std::shared_ptr<LiveRun> require_live(const char* method) const;
    void finish_run(LiveRun* live);
    void tick();
    const std::map<std::string, Recorded>& recorded(const std::filesystem::path& folder);
    /// One side of wire/compare: what is known of it.
    struct Side {
        std::optional<Packet> packet;
        std::optional<Sketch> sketch;
        std::uint64_t item = 0;
    };
    Side side(const Params& params, std::string_view name);

    Channel& channel_;
    Setup setup_;
    Registry registry_;
    std::vector<PluginReport> plugins_;
    bool initialised_ = false;

    Graph graph_;
    std::filesystem::path file_;  ///< of the graph; may be empty
    bool has_graph_ = false;
    std::int64_t revision_ = 0;

    mutable std::mutex mutex_;       ///< guards live_
    std::shared_ptr<LiveRun> live_;  ///< the run, also after its end
    int run_number_ = 0;

    std::filesystem::path recorded_folder_;
    std::filesystem::file_time_type recorded_time_{};
    std::map<std::string, Recorded> recorded_;

    std::unique_ptr<Observer> observer_;
};

}  // namespace millrace::engine::worker
