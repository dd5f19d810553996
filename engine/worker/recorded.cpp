// Runs that are over, and the files of this machine.
#include <algorithm>

#include <fmt/format.h>

#include "engine/observe/record.hpp"
#include "engine/value_parse.hpp"
#include "engine/visual/codec.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/worker/live_run.hpp"

namespace millrace::engine::worker {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostEntries = 10'000;
constexpr std::uint64_t kMostReport = std::uint64_t{64} << 20;

Value read_report(const fs::path& folder) {
    const auto bytes = visual::read_file_bytes(folder / "run.json", kMostReport);
    return parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()},
                      (folder / "run.json").string());
}

Object row_of(const fs::path& folder) {
    Object row{{"folder", folder.string()}};
    try {
        const Value report = read_report(folder);
        for (const char* name :
             {"status", "graph", "graph_hash", "started", "ended", "seconds", "seed", "problems"}) {
            if (const Value* value = report.find(name)) row[name] = *value;
        }
    } catch (const Error& error) {
        row["problem"] = to_value(error.problem());
    }
    return row;
}

double seconds_of(fs::file_time_type time) {
    const auto system = std::chrono::file_clock::to_sys(time);
    return std::chrono::duration<double>(system.time_since_epoch()).count();
}

}  // namespace

Object Session::list_runs(const Params& params) {
    const fs::path folder = fs::absolute(params.text_if("folder").value_or(setup_.runs.string()));
    std::vector<std::pair<fs::file_time_type, fs::path>> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        std::error_code ignored;
        if (fs::is_regular_file(entry.path() / "run.json", ignored))
            found.emplace_back(fs::last_write_time(entry.path() / "run.json", ignored),
                               entry.path());
        if (found.size() >= kMostEntries) break;
    }
    std::ranges::sort(found, std::greater<>());
    const auto most =
        static_cast<std::size_t>(params.integer_if("most", 1, kMostEntries).value_or(200));
    Array rows;
    for (const auto& [time, path] : found) {
        if (rows.size() == most) break;
        rows.push_back(row_of(path));
    }
    return {{"folder", folder.string()}, {"runs", std::move(rows)}, {"total", found.size()}};
}

const std::map<std::string, Recorded>& Session::recorded(const fs::path& given) {
    const fs::path folder = fs::absolute(given).lexically_normal();
    std::error_code ignored;
    // A run under way adds to what was read.
    const auto time = fs::last_write_time(folder / "sketches.ndjson", ignored);
    if (folder != recorded_folder_ || time != recorded_time_) {
        recorded_ = read_recorded(folder);
        recorded_folder_ = folder;
        recorded_time_ = time;
    }
    return recorded_;
}

Object Session::open_run(const Params& params) {
    const fs::path folder = fs::absolute(params.text("folder")).lexically_normal();
    Object result{{"folder", folder.string()}, {"report", read_report(folder)}};
    Object outputs;
    for (const auto& [name, wire] : recorded(folder)) {
        std::map<std::uint64_t, int> items;
        for (const auto& [item, sketch] : wire.sketches) items[item] |= 1;
        for (const auto& [item, file] : wire.visuals) items[item] |= 2;
        for (const auto& [item, file] : wire.packets) items[item] |= 4;
        Array numbers, kinds;
        for (const auto& [item, kind] : items) {
            numbers.emplace_back(item);
            kinds.emplace_back(kind);
        }
        outputs[name] = Object{{"items", std::move(numbers)}, {"has", std::move(kinds)}};
    }
    result["outputs"] = std::move(outputs);
    const fs::path graph = folder / "graph.json";
    if (std::error_code ignored; fs::is_regular_file(graph, ignored)) {
        const auto bytes = visual::read_file_bytes(graph, kMostReport);
        result["graph"] = std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    return result;
}

Session::Result Session::recorded_item(const Params& params) {
    const std::string output = params.text("output");
    const auto item = static_cast<std::uint64_t>(
        params.integer("item", 0, std::numeric_limits<std::int64_t>::max()));
    const auto& all = recorded(params.text("folder"));
    const auto wire = all.find(output);
    if (wire == all.end()) params.wrong("output", "an output that was recorded", output);
    Result result{{{"output", output}, {"item", item}}};
    bool any = false;
    if (const auto sketch = wire->second.sketches.find(item);
        sketch != wire->second.sketches.end()) {
        result.object["sketch"] = to_value(sketch->second);
        any = true;
    }
    const auto packet = wire->second.packets.find(item);
    const auto visuals = wire->second.visuals.find(item);
    const auto budget =
        params.integer_if("bytes", 1, std::int64_t{1} << 40).value_or(std::int64_t{4} << 20);
    if (packet != wire->second.packets.end()) {
        const auto bytes = visual::read_file_bytes(packet->second);
        const Packet whole =
            deserialise({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, registry_);
        result.object.merge(
            describe(whole, true, false, {static_cast<std::size_t>(budget)}, result.attachments));
        any = true;
    } else if (visuals != wire->second.visuals.end()) {
        const auto bytes = visual::read_file_bytes(visuals->second);
        result.object["visuals"] =
            describe(visual::read_visuals(bytes, visuals->second.string()), result.attachments);
        any = true;
    }
    if (!any) params.wrong("item", "an item that was recorded", std::to_string(item));
    return result;
}

Object Session::list_files(const Params& params) {
    const fs::path folder = fs::absolute(params.text_if("folder").value_or(".")).lexically_normal();
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error) {
        throw Error({.code = "E-FILE-001",
                     .what = "The folder can't be read",
                     .expected = "a folder that may be read",
                     .found = error.message(),
                     .where = folder.string(),
                     .mend = "Choose another folder."});
    }
    Array rows;
    for (; entries != fs::directory_iterator() && rows.size() < kMostEntries;
         entries.increment(error)) {
        std::error_code ignored;
        const bool is_folder = entries->is_directory(ignored);
        Object row{{"name", as_utf8(entries->path().filename().string())}, {"folder", is_folder}};
        if (!is_folder) row["bytes"] = static_cast<std::int64_t>(entries->file_size(ignored));
        row["changed"] = seconds_of(entries->last_write_time(ignored));
        rows.push_back(std::move(row));
    }
    std::ranges::sort(rows, {}, [](const Value& row) { return row.find("name")->as_string(); });
    return {{"folder", folder.string()},
            {"parent", folder.parent_path().string()},
            {"entries", std::move(rows)}};
}

}  // namespace millrace::engine::worker
