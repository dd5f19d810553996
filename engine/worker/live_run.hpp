// One run of a worker's session, with all it needs and leaves. Private to engine/worker/.
#pragma once

#include "engine/observe/run_folder.hpp"
#include "engine/observe/run_report.hpp"
#include "engine/run/cache.hpp"
#include "engine/worker/session.hpp"

namespace millrace::engine::worker {

struct Session::LiveRun {
    int number = 0;
    Graph graph;
    std::filesystem::path file;
    RunOptions options;
    RunFacts facts;
    std::unique_ptr<CacheStore> cache;
    std::unique_ptr<RunFolder> folder;
    std::unique_ptr<ReportsBefore> before;
    std::unique_ptr<Run> run;
    std::unique_ptr<Recorder> recorder;
    std::atomic<bool> ended = false;
    std::thread waiter;

    ~LiveRun() {
        if (run) run->stop();
        if (waiter.joinable()) waiter.join();
    }
};

}  // namespace millrace::engine::worker
