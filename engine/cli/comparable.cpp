#include "engine/cli/comparable.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/cli/call.hpp"
#include "engine/observe/raw_packet.hpp"

namespace millrace::cli {
namespace fs = std::filesystem;

Side side_from(const std::string& text) {
    Side side{.text = text, .path = text};
    std::error_code ignored;
    const auto colon = text.rfind(':');
    if (fs::is_directory(text, ignored)) {
        side.kind = Side::Kind::Folder;
        side.recorded = engine::read_recorded(text);
        return side;
    }
    if (!fs::exists(text, ignored) && colon != std::string::npos &&
        fs::is_directory(text.substr(0, colon), ignored)) {
        side.kind = Side::Kind::Wire;
        side.path = text.substr(0, colon);
        side.wire = text.substr(colon + 1);
        auto recorded = engine::read_recorded(side.path);
        const auto found = recorded.find(side.wire);
        if (found == recorded.end()) {
            std::vector<std::string> known;
            for (const auto& [name, wire] : recorded) known.push_back(name);
            const std::string near = engine::nearest_of(side.wire, known);
            throw usage_error("E-CLI-009",
                              fmt::format("The run recorded no output \"{}\"", side.wire),
                              fmt::format("one of {}", fmt::join(known, ", ")), side.wire,
                              near.empty() ? "Record it with run --record or --keep."
                                           : fmt::format("Did you mean \"{}\"?", near));
        }
        side.recorded.insert(*found);
        return side;
    }
    if (!fs::exists(text, ignored)) {
        throw engine::Error({.code = "E-FILE-001",
                             .what = "There is nothing to compare",
                             .expected = "a run folder, FOLDER:NODE.PORT or a packet file",
                             .found = "no such file or folder",
                             .where = text,
                             .mend = "Check the path."});
    }
    side.recorded["packet"].packets[0] = text;
    return side;
}

}  // namespace millrace::cli
