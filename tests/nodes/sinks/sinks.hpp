// What the tests of the sinks share: their registry, a run's context that may be one that goes on,
// and readers of what they wrote that know nothing of them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"
#include "nodes/types/table.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_cloud_sink(engine::Registry& registry);
void register_image_sink(engine::Registry& registry);
void register_metrics_sink(engine::Registry& registry);
void register_run_statistics(engine::Registry& registry);
void register_table_sink(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {

inline void register_sinks(engine::Registry& registry) {
    nodes::register_cloud_sink(registry);
    nodes::register_image_sink(registry);
    nodes::register_metrics_sink(registry);
    nodes::register_run_statistics(registry);
    nodes::register_table_sink(registry);
}

inline const engine::Registry& sinks_registry() {
    static const std::unique_ptr<engine::Registry> registry = [] {
        auto filled = std::make_unique<engine::Registry>();
        register_sinks(*filled);
        return filled;
    }();
    return *registry;
}

class SinkContext final : public TestContext {
public:
    bool goes_on = false;
    bool resuming() const override { return goes_on; }
};

inline std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Names of the files under a folder, from it, sorted.
inline std::vector<std::string> files_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_directory())
            names.push_back(entry.path().lexically_relative(folder).string());
    }
    std::ranges::sort(names);
    return names;
}

/// The records of a text by RFC 4180, rules 1 to 7, read by themselves; throws when it breaks one.
inline std::vector<std::vector<std::string>> records_of(std::string_view text) {
    std::vector<std::vector<std::string>> records;
    for (std::size_t at = 0; at < text.size();) {
        std::vector<std::string> fields;
        for (bool more = true; more;) {
            std::string field;
            if (text.substr(at, 1) == "\"") {
                for (++at; at < text.size(); ++at) {
                    if (text[at] == '"' && text.substr(at, 2) != "\"\"") break;
                    if (text[at] == '"') ++at;
                    field += text[at];
                }
                if (++at > text.size()) throw std::runtime_error("a quote is open at the end");
            } else {
                while (at < text.size() && text[at] != ',' && text.substr(at, 2) != "\r\n") {
                    if (text[at] == '"' || text[at] == '\r' || text[at] == '\n')
                        throw std::runtime_error("a special character outside of quotes");
                    field += text[at++];
                }
            }
            fields.push_back(std::move(field));
            more = text.substr(at, 1) == ",";
            if (more) ++at;
        }
        if (text.substr(at, 2) != "\r\n") throw std::runtime_error("a record without its end");
        at += 2;
        records.push_back(std::move(fields));
    }
    return records;
}

inline engine::Packet name_of(std::string text) {
    return engine::Packet::make(types::Text{std::move(text)});
}

/// The problem a call throws; without a code when it throws none.
template <class Call>
engine::Problem problem_of(const Call& call) {
    try {
        call();
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {};
}

}  // namespace millrace::testing
