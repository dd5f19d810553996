// The catalogue gives the same node types as loading, without loading, for as long as the plug-ins
// stay the same.
#include "engine/node/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/graph/migrate.hpp"
#include "engine/node/params.hpp"
#include "engine/node/registry.hpp"
#include "engine/node/table.hpp"
#include "tests/engine/node/plugin_files.hpp"

namespace millrace::tests {
namespace {

namespace fs = std::filesystem;
using engine::Object;
using engine::PluginReport;
using engine::Problem;

/// Everything that a registry knows, as one text.
std::string told_by(const engine::Registry& registry) {
    std::string text;
    for (const engine::NodeType* type : registry.types())
        text += type->plugin + " " + to_hex(type->build) + " " + to_json(engine::table_of(*type)) +
                "\n";
    return text;
}

class Catalogue : public ::testing::Test {
protected:
    std::vector<PluginReport> known(engine::Registry& registry) {
        return engine::load_catalogue(registry, {folder.path()}, store.path / "catalogue");
    }
    /// How many plug-ins had to be loaded.
    long loaded() {
        engine::Registry registry;
        return std::ranges::count(known(registry), true, &PluginReport::loaded);
    }
    std::vector<fs::path> stored_files() const {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(store.path / "catalogue"))
            files.push_back(entry.path());
        return files;
    }

    PluginFolder folder;
    engine::testing::TemporaryFolder store;
};

TEST_F(Catalogue, TellsWhatLoadingWould) {
    folder.add("whole", "a");
    folder.add("throws", "b");
    folder.add("infinite", "c");
    engine::Registry real;
    engine::load_plugins(real, {folder.path()});
    for (int time = 0; time < 2; ++time) {
        engine::Registry registry;
        const auto reports = known(registry);
        EXPECT_EQ(told_by(registry), told_by(real)) << "time " << time;
        ASSERT_EQ(reports.size(), 3u);
        EXPECT_EQ(reports[0].loaded, time == 0);
        EXPECT_EQ(reports[1].problems.at(0).code, "E-PLUGIN-004") << "reported every time";
        EXPECT_TRUE(reports[2].loaded) << "what a table can't hold is loaded every time";
    }
}

TEST_F(Catalogue, ReportsConflictsBetweenPlugInsAsLoadingWould) {
    folder.add("whole", "a");
    folder.add("duplicate", "b");
    folder.add("layout", "c");
    engine::Registry real;
    const auto expected = engine::load_plugins(real, {folder.path()});
    for (int time = 0; time < 2; ++time) {
        engine::Registry registry;
        const auto reports = known(registry);
        ASSERT_EQ(reports.size(), expected.size());
        for (std::size_t i = 0; i < reports.size(); ++i)
            EXPECT_EQ(engine::testing::problems_text(reports[i].problems),
                      engine::testing::problems_text(expected[i].problems));
        EXPECT_EQ(told_by(registry), told_by(real));
    }
    EXPECT_EQ(loaded(), 0) << "neither is broken by itself";
}

TEST_F(Catalogue, LoadsAgainOnlyWhatChanged) {
    const fs::path file = folder.add("whole", "a");
    folder.add("duplicate", "b");
    EXPECT_EQ(loaded(), 2);
    EXPECT_EQ(loaded(), 0);
    fs::last_write_time(file, fs::file_time_type::clock::now());
    EXPECT_EQ(loaded(), 0) << "touched, not changed";
    const auto time = fs::last_write_time(file);
    const std::string bytes = content_of(file);
    std::string changed = bytes;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    folder.write("a", changed);
    fs::last_write_time(file, time);
    EXPECT_EQ(loaded(), 1) << "the same size and time of modification, other content";
    EXPECT_EQ(loaded(), 0);
    folder.write("a", bytes + "\n");
    EXPECT_EQ(loaded(), 1);
    fs::remove(file);
    EXPECT_EQ(loaded(), 0);
    engine::Registry registry;
    EXPECT_EQ(known(registry).size(), 1u);
    EXPECT_FALSE(registry.find("plug.mark"));
    EXPECT_TRUE(registry.find("double.last")) << "no conflict any more";
}

TEST_F(Catalogue, DamagedFilesAreMadeAnew) {
    folder.add("whole", "a");
    ASSERT_EQ(loaded(), 1);
    const fs::path file = stored_files().at(0);
    const std::string good = content_of(file);
    const auto damage = [&](const std::string& bytes) {
        std::ofstream(file, std::ios::binary) << bytes;
        engine::Registry registry;
        const auto reports = known(registry);
        EXPECT_TRUE(reports.at(0).problems.empty());
        EXPECT_TRUE(reports.at(0).loaded);
        EXPECT_TRUE(registry.find("plug.scale"));
        EXPECT_EQ(content_of(file), good);
    };
    damage("");
    damage("nonsense");
    damage(good.substr(0, good.size() / 2));
    damage(good + " ");
    for (std::size_t at = 0; at < good.size(); at += good.size() / 23) {
        std::string flipped = good;
        flipped[at] = static_cast<char>(flipped[at] ^ 4);
        damage(flipped);
    }
    const auto sealed = [](const std::string& text) {
        return to_hex(engine::hash_text(text)) + "\n" + text;
    };
    damage(sealed("[]"));
    damage(sealed("{}"));
    Object stored = engine::parse_json(good.substr(good.find('\n') + 1), "stored").as_object();
    for (const auto& [name, ignored] : stored) {
        if (name == "stamp") continue;  // only saves looking at the content
        Object part = stored;
        part.erase(name);
        damage(sealed(to_json(part)));
        part[name] = "text";
        damage(sealed(to_json(part)));
    }
    EXPECT_EQ(loaded(), 0);
}

TEST_F(Catalogue, AStoreThatCannotBeWrittenCostsTimeAlone) {
    folder.add("whole", "a");
    std::ofstream(store.path / "catalogue") << "a file where the folder should be";
    EXPECT_EQ(loaded(), 1);
    EXPECT_EQ(loaded(), 1);
    engine::Registry registry;
    EXPECT_TRUE(known(registry).at(0).problems.empty());
    EXPECT_TRUE(registry.find("plug.scale"));
}

TEST_F(Catalogue, ChecksAndMigratesWithThePlugInsOwnCode) {
    folder.add("whole", "a");
    loaded();
    for (int time = 0; time < 2; ++time) {
        engine::Registry registry;
        known(registry);
        const engine::NodeType& type = *registry.find("plug.scale");
        const auto node = type.make();
        EXPECT_TRUE(set_params(type, *node, {{"factor", 5}}, "scale").empty());
        const auto problems = set_params(type, *node, {{"factor", 50}}, "scale");
        ASSERT_EQ(problems.size(), 1u);
        EXPECT_EQ(problems[0].code, "E-PARAM-005");
        EXPECT_EQ(problems[0].what, "The factor is above the limit");
        EXPECT_EQ(problems[0].where, "scale.factor");
        engine::Graph graph = engine::testing::graph_of(
            R"({"a": {"type": "plug.multiply", "version": 1, "params": {"half": 3}}})", {});
        std::vector<Problem> found;
        engine::migrate(graph, registry, found);
        EXPECT_TRUE(found.empty());
        EXPECT_EQ(graph.nodes.at("a").params, (Object{{"factor", 6.0}}));
    }
}

TEST_F(Catalogue, KeepsAnswersOfChecks) {
    const fs::path file = folder.add("whole", "a");
    const auto problems = [&] {
        engine::Registry registry;
        known(registry);
        const engine::NodeType& type = *registry.find("plug.scale");
        return engine::testing::problems_text(
            set_params(type, *type.make(), {{"factor", 50}}, "scale"));
    };
    const std::string first = problems();
    const Object stored =
        engine::parse_json(content_of(stored_files().at(0)).substr(33), "stored").as_object();
    ASSERT_EQ(stored.at("checks").as_object().size(), 1u);
    EXPECT_EQ(problems(), first);
    EXPECT_EQ(engine::parse_json(content_of(stored_files().at(0)).substr(33), "stored").as_object(),
              stored)
        << "asked once";
    // The answer of the store is what is given, which shows that nobody else was asked.
    Object other = stored;
    other["checks"].as_object().begin()->second.as_array()[0]["what"] = "As stored";
    const std::string text = to_json(other);
    std::ofstream(stored_files().at(0)) << to_hex(engine::hash_text(text)) + "\n" + text;
    EXPECT_NE(problems().find("As stored"), std::string::npos);
    folder.write("a", content_of(file) + "\n");
    EXPECT_EQ(problems(), first) << "a changed plug-in is asked again";
}

}  // namespace
}  // namespace millrace::tests
