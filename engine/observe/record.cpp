#include "engine/observe/record.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <mutex>
#include <set>

#include <fmt/format.h>

#include "engine/visual/codec.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSketches = "sketches.ndjson";

std::string folder_name(const std::string& output) {
    std::string name = output;  // ids have no dots, so this is one to one
    std::ranges::replace(name, '/', '!');
    return name;
}

std::string output_name(std::string folder) {
    std::ranges::replace(folder, '!', '/');
    return folder;
}

Error unknown_output(const std::string& name, const std::vector<std::string>& known) {
    const std::string near = nearest_of(name, known);
    return Error({.code = "E-CLI-009",
                  .what = fmt::format("There is no output \"{}\"", name),
                  .expected = "NODE.PORT, NODE or all",
                  .found = name,
                  .mend = near.empty() ? "See `millrace plan` for the nodes and their outputs."
                                       : fmt::format("Did you mean \"{}\"?", near)});
}

}  // namespace

std::vector<Endpoint> outputs_named(const Plan& plan, const std::vector<std::string>& names) {
    std::vector<Endpoint> all;
    std::vector<std::string> known;
    for (const PlanNode& node : plan.nodes) {
        for (const OutputSpec& output : node.type->spec.outputs) {
            all.push_back({node.id, output.name});
            known.push_back(to_text(all.back()));
        }
    }
    std::set<Endpoint> chosen;
    for (const std::string& given : names) {
        const std::string name = given.substr(0, given.find(" ->"));
        const std::size_t before = chosen.size();
        bool matched = false;
        for (const Endpoint& output : all) {
            if (name != "all" && name != output.node && name != to_text(output)) continue;
            matched = true;
            chosen.insert(output);
        }
        if (matched || chosen.size() != before || name == "all") continue;
        if (const std::string idle = plan.why_idle(name.substr(0, name.find('.'))); !idle.empty())
            throw Error({.code = "E-CLI-014",
                         .what = fmt::format("\"{}\" does not run", name),
                         .expected = "an output of a node that runs",
                         .found = idle,
                         .mend = "Take the mute or bypass away, or record another output."});
        throw unknown_output(name, known);
    }
    return {chosen.begin(), chosen.end()};
}

namespace {

fs::path item_file(const fs::path& folder, const std::string& output, std::uint64_t item) {
    return folder / folder_name(output) / fmt::format("{:08}.safetensors", item);
}

}  // namespace

fs::path packet_file(const fs::path& folder, const std::string& output, std::uint64_t item) {
    return item_file(folder / "packets", output, item);
}

fs::path visual_file(const fs::path& folder, const std::string& output, std::uint64_t item) {
    return item_file(folder / "visuals", output, item);
}

struct Recorder::State {
    fs::path folder;
    std::set<Endpoint> kept, shown;
    visual::Budget budget;
    std::size_t visual_bytes_left = 0;
    std::mutex mutex;
    std::ofstream sketches;
    std::vector<Problem> problems;

    void take(const Endpoint& output, std::uint64_t item, const Packet& packet) {
        const std::string name = to_text(output);
        const Object line{{"wire", name},
                          {"item", static_cast<std::int64_t>(item)},
                          {"sketch", to_value(packet.sketch())}};
        {
            const std::scoped_lock lock(mutex);
            // Whole lines, at once: what a checkpoint has behind it must be there after a kill.
            sketches << to_json(line) + '\n' << std::flush;
        }
        if (kept.contains(output)) write(packet_file(folder, name, item), serialise(packet));
        if (shown.contains(output)) keep_visuals(name, item, packet);
    }

    void keep_visuals(const std::string& output, std::uint64_t item, const Packet& packet) {
        const std::string bytes = visual::write_visuals(packet.visual(budget));
        {
            const std::scoped_lock lock(mutex);
            if (bytes.size() > visual_bytes_left) {
                if (visual_bytes_left > 0) {
                    problems.push_back(
                        {.code = "W-RUN-008",
                         .what = "The room for recorded visuals is used up",
                         .found = fmt::format("{} item {} was the first without", output, item),
                         .mend = "Record fewer outputs, or smaller visuals.",
                         .severity = Severity::Warning});
                }
                visual_bytes_left = 0;
                return;
            }
            visual_bytes_left -= bytes.size();
        }
        write(visual_file(folder, output, item), bytes);
    }

    void write(const fs::path& file, const std::string& bytes) {
        try {
            visual::write_file_atomically(file, bytes, visual::Durability::Process);
        } catch (const Error& error) {
            const std::scoped_lock lock(mutex);
            if (!problems.empty()) return;  // the first says it for all
            problems.push_back(error.problem());
            problems.back().severity = Severity::Warning;
        }
    }
};

Recorder::Recorder(Run& run, const fs::path& folder, const RecordChoice& choice)
    : state_(std::make_shared<State>()) {
    state_->folder = folder;
    state_->kept.insert(choice.packets.begin(), choice.packets.end());
    state_->shown.insert(choice.visuals.begin(), choice.visuals.end());
    state_->budget = choice.budget;
    state_->visual_bytes_left = choice.visual_bytes;
    std::set<Endpoint> all(choice.sketches.begin(), choice.sketches.end());
    all.insert(choice.packets.begin(), choice.packets.end());
    all.insert(choice.visuals.begin(), choice.visuals.end());
    if (all.empty()) return;
    state_->sketches.open(folder / kSketches, std::ios::app);
    // An output that gave nothing must not look like one that was not recorded.
    Array outputs;
    for (const Endpoint& output : all) outputs.emplace_back(to_text(output));
    state_->sketches << to_json(Object{{"outputs", std::move(outputs)}}) << '\n';
    for (const Endpoint& output : choice.packets)
        visual::make_folders(packet_file(folder, to_text(output), 0).parent_path());
    for (const Endpoint& output : choice.visuals)
        visual::make_folders(visual_file(folder, to_text(output), 0).parent_path());
    for (const Endpoint& output : all) {
        run.tap(output, {}, [state = state_, output](std::uint64_t item, const Packet& packet) {
            state->take(output, item, packet);
        });
    }
}

Recorder::~Recorder() = default;

std::vector<Problem> Recorder::problems() const {
    const std::scoped_lock lock(state_->mutex);
    std::vector<Problem> list = state_->problems;
    state_->sketches.flush();
    if (state_->sketches.is_open() && !state_->sketches) {
        list.push_back({.code = "W-RUN-006",
                        .what = "Sketches could not all be written",
                        .where = (state_->folder / kSketches).string(),
                        .severity = Severity::Warning});
    }
    return list;
}

namespace {

void read_sketches(const fs::path& file, std::map<std::string, Recorded>& recorded) {
    std::ifstream stream(file);
    std::size_t number = 0;
    for (std::string line; std::getline(stream, line);) {
        ++number;
        // The last line of a killed run may be cut short.
        if (stream.eof() && (line.empty() || line.back() != '}')) break;
        const Value value = parse_json(line, fmt::format("{}:{}", file.string(), number));
        if (const Value* outputs = value.find("outputs")) {
            for (const Value& output : outputs->as_array()) recorded[output.as_string()];
            continue;
        }
        const Value* wire = value.find("wire");
        const Value* item = value.find("item");
        const Value* sketch = value.find("sketch");
        if (!wire || !item || !sketch) {
            throw Error({.code = "E-FILE-012",
                         .what = "The line is no recorded sketch",
                         .expected = "members wire, item and sketch",
                         .where = fmt::format("{}:{}", file.string(), number)});
        }
        recorded[wire->as_string()].sketches[static_cast<std::uint64_t>(item->as_int())] =
            sketch_from(*sketch);
    }
}

using ItemFiles = std::map<std::uint64_t, fs::path>;

/// Files of items in a folder an output, into that member of what was recorded.
void find_files(const fs::path& folder, ItemFiles Recorded::*files,
                std::map<std::string, Recorded>& recorded) {
    std::error_code error;
    for (const auto& wire : fs::directory_iterator(folder, error)) {
        for (const auto& file : fs::directory_iterator(wire.path(), error)) {
            const std::string stem = file.path().stem().string();
            std::uint64_t item = 0;
            const auto [end, bad] = std::from_chars(stem.data(), stem.data() + stem.size(), item);
            if (bad != std::errc() || end != stem.data() + stem.size() ||
                file.path().extension() != ".safetensors")
                continue;
            (recorded[output_name(wire.path().filename().string())].*files)[item] = file.path();
        }
    }
}

}  // namespace

std::map<std::string, Recorded> recorded_files(const fs::path& folder) {
    std::map<std::string, Recorded> recorded;
    find_files(folder / "packets", &Recorded::packets, recorded);
    find_files(folder / "visuals", &Recorded::visuals, recorded);
    return recorded;
}

std::map<std::string, Recorded> read_recorded(const fs::path& folder) {
    std::map<std::string, Recorded> recorded = recorded_files(folder);
    read_sketches(folder / kSketches, recorded);
    if (!recorded.empty()) return recorded;
    std::error_code ignored;
    throw Error(
        {.code = "E-CLI-012",
         .what = fs::exists(folder / "run.json", ignored) ? "The run recorded nothing to compare"
                                                          : "This is no run folder",
         .expected = "sketches.ndjson or packets/ of a run",
         .found = "neither",
         .where = folder.string(),
         .mend =
             "Run with --record all (sketches), --keep all (packets) or --record-visuals all."});
}

}  // namespace millrace::engine
