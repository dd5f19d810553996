#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/nodes/loaders/loaders.hpp"

namespace millrace::nodes {
void register_text_corpus(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

constexpr const char* kType = "loaders.text_corpus";

const engine::Registry& text_registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_text_corpus(made);
        return &made;
    }();
    return *registry;
}

struct TextItem {
    std::string source, target;
    double phase = 0, count = 0;
};

class Texts {
public:
    explicit Texts(const engine::Object& params) : node_(text_registry(), kType, params) {
        node_.start(context_);
    }
    std::optional<TextItem> load(std::uint64_t item) {
        context_.item_number = item;
        const auto all = node_.call_all({}, context_);
        if (all.empty()) return std::nullopt;
        const std::vector<engine::Packet>& packets = all.front();
        return TextItem{packets.at(0).as<types::Text>().text, packets.at(1).as<types::Text>().text,
                        packets.at(2).as<double>(), packets.at(3).as<double>()};
    }
    std::vector<TextItem> all() {
        std::vector<TextItem> items;
        while (auto item = load(items.size())) items.push_back(*item);
        return items;
    }
    std::uint64_t count() { return node_.instance().count().value_or(0); }
    std::uint64_t place(std::uint64_t item) { return node_.instance().place(item); }
    std::vector<engine::Path> files(std::uint64_t item) { return node_.instance().files(item); }
    const TestContext& context() const { return context_; }

private:
    TestContext context_;
    TestNode node_;
};

engine::Problem text_problem(const engine::Object& params) {
    try {
        Texts texts(params);
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {};
}

engine::Object with(engine::Object params, const char* name, engine::Value value) {
    params[name] = std::move(value);
    return params;
}

TEST(TextCorpus, TheSmallOneNeedsNothing) {
    Texts plain({});
    EXPECT_GE(plain.count(), 200U);
    const auto first = plain.load(0);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->source.substr(0, 36), "The river begins high in the hills, ");
    EXPECT_EQ(first->target, "");
    EXPECT_FALSE(plain.load(plain.count()));
    ASSERT_EQ(plain.context().lines.size(), 1U);
    EXPECT_TRUE(plain.context().lines[0].ends_with("skipped: none")) << plain.context().lines[0];
    EXPECT_TRUE(plain.files(0).empty());
    Texts phrases(engine::Object{{"task", "translation"}});
    EXPECT_EQ(phrases.load(0)->source, "Good morning.");
    EXPECT_EQ(phrases.load(0)->target, "Bun\u0103 diminea\u021Ba.");
    Texts summaries(engine::Object{{"task", "summary"}});
    EXPECT_EQ(summaries.load(0)->target, "A river grows from a thin stream to a wide water.");
    EXPECT_EQ(Texts(engine::Object{{"kind", "plain"}}).count(), plain.count())
        << "the same by default";
}

TEST(TextCorpus, ParametersAreChecked) {
    const auto places = [](const engine::Object& params) {
        std::string all;
        for (const engine::Problem& problem : check_node(text_registry(), kType, params))
            all += problem.code + ' ' + problem.where + ';';
        return all;
    };
    EXPECT_EQ(places({}), "");
    EXPECT_EQ(places({{"kind", "packages"}}), "");
    EXPECT_EQ(places({{"kind", "catalogues"}}), "");
    EXPECT_EQ(places({{"kind", "pairs"}}), "E-FILE-001 node.path;E-FILE-001 node.target_path;");
    EXPECT_EQ(places({{"kind", "summaries"}}), "E-FILE-001 node.path;");
    EXPECT_EQ(places({{"min_characters", 9}, {"max_characters", 8}}),
              "E-PARAM-005 node.min_characters;");
    EXPECT_EQ(places({{"validation_share", 0.6}, {"test_share", 0.5}}),
              "E-PARAM-005 node.test_share;");
}

TEST(TextCorpus, EachKindReadsItsFiles) {
    const Folder folder;
    const auto sources = folder.write("a.en", "one\ntwo\n");
    const auto targets = folder.write("a.ro", "unu\ndoi\n");
    Texts pairs({{"kind", "pairs"}, {"path", sources.string()}, {"target_path", targets.string()}});
    EXPECT_EQ(pairs.count(), 2U);
    EXPECT_EQ(pairs.load(1)->source + pairs.load(1)->target, "twodoi");
    EXPECT_EQ(pairs.files(0), (std::vector<engine::Path>{{sources.string()}}));
    EXPECT_EQ(pairs.files(1), (std::vector<engine::Path>{{targets.string()}}));
    EXPECT_TRUE(pairs.files(2).empty());
    const auto lines = folder.write("b.jsonl", "{\"article\": \"long\", \"gist\": \"short\"}\n");
    const engine::Object summaries = {{"kind", "summaries"},
                                      {"path", lines.string()},
                                      {"source_field", "article"},
                                      {"target_field", "gist"}};
    EXPECT_EQ(Texts(summaries).load(0)->target, "short");
    EXPECT_EQ(text_problem(with(summaries, "target_field", "none")).code, "E-TEXT-027");
    EXPECT_EQ(text_problem(with(summaries, "least", 2)).code, "E-TEXT-020");
    const auto index = folder.write("Packages", "Package: x\nDescription: tool\n Does it.\n");
    Texts packages({{"kind", "packages"}, {"path", index.string()}});
    EXPECT_EQ(packages.load(0)->source + '=' + packages.load(0)->target, "Does it.=tool");
    const auto text = folder.write("c.txt", "a\nb\n\nc\n");
    const engine::Object plain = {{"kind", "plain"}, {"path", text.string()}};
    EXPECT_EQ(Texts(plain).load(0)->source, "a b");
    EXPECT_EQ(Texts(with(plain, "documents", "lines")).count(), 3U);
    EXPECT_EQ(Texts(with(plain, "min_characters", 2)).count(), 1U);
    EXPECT_EQ(text_problem({{"kind", "catalogues"}, {"path", text.string()}}).code, "E-TEXT-024");
    folder.write("bad.mo", "no catalogue");
    const engine::Object catalogues = {{"kind", "catalogues"}, {"path", folder.path().string()}};
    EXPECT_EQ(text_problem(catalogues).code, "E-TEXT-020");
}

/// Lines "t0" to "t199" and which of them are in which split.
class SplitTexts : public ::testing::Test {
protected:
    void SetUp() override {
        std::string text;
        for (int line = 0; line < 200; ++line) text += fmt::format("t{}\n", line);
        params_ = {{"kind", "plain"},
                   {"path", folder_.write("a.txt", text).string()},
                   {"documents", "lines"}};
        for (const TextItem& item : Texts(params_).all())
            parts_[static_cast<std::size_t>(item.phase)].push_back(item.source);
    }

    Folder folder_;
    engine::Object params_;
    std::vector<std::string> parts_[3];
};

TEST_F(SplitTexts, AreDisjointAndCounted) {
    EXPECT_EQ(parts_[0].size() + parts_[1].size() + parts_[2].size(), 200U);
    const char* names[] = {"train", "validation", "test"};
    for (std::size_t part = 0; part < 3; ++part) {
        ASSERT_GT(parts_[part].size(), 4U);
        std::vector<std::string> found;
        for (const TextItem& item : Texts(with(params_, "split", names[part])).all()) {
            found.push_back(item.source);
            EXPECT_EQ(item.phase, static_cast<double>(part));
            EXPECT_EQ(item.count, static_cast<double>(parts_[part].size()));
        }
        EXPECT_EQ(found, parts_[part]);
    }
    const engine::Object none = with(params_, "validation_share", 0);
    EXPECT_EQ(text_problem(with(none, "split", "validation")).code, "E-TEXT-030");
    EXPECT_EQ(text_problem(with(with(none, "test_share", 1), "split", "course")).code,
              "E-TEXT-030");
}

TEST_F(SplitTexts, ACourseGoesThroughItsParts) {
    engine::Object params = with(with(params_, "split", "course"), "epochs", 2);
    params["shuffle"] = true;
    Texts texts(params);
    const std::vector<TextItem> items = texts.all();
    const std::size_t train = parts_[0].size(), validation = parts_[1].size();
    ASSERT_EQ(items.size(), 2 * (train + validation) + parts_[2].size());
    std::vector<std::vector<std::string>> epochs(2);
    std::map<std::uint64_t, std::string> places;
    for (std::size_t item = 0; item < items.size(); ++item) {
        const std::size_t within = item % (train + validation);
        if (item >= 2 * (train + validation)) {
            EXPECT_EQ(items[item].source, parts_[2][item - 2 * (train + validation)]);
            EXPECT_EQ(items[item].phase, 2);
        } else if (within >= train) {
            EXPECT_EQ(items[item].source, parts_[1][within - train]);
            EXPECT_EQ(items[item].phase, 1);
        } else {
            epochs[item / (train + validation)].push_back(items[item].source);
            EXPECT_EQ(items[item].phase, 0);
            EXPECT_EQ(items[item].count, static_cast<double>(train));
        }
        const auto& name = places.try_emplace(texts.place(item), items[item].source).first->second;
        EXPECT_EQ(name, items[item].source) << "one text a place";
    }
    EXPECT_EQ(places.size(), 200U);
    EXPECT_NE(epochs[0], epochs[1]);
    EXPECT_EQ(std::set(epochs[0].begin(), epochs[0].end()),
              std::set(parts_[0].begin(), parts_[0].end()));
    Texts part(with(with(params, "items", 5), "shuffle", false));
    EXPECT_EQ(part.count(), 2 * (5 + validation) + parts_[2].size());
    EXPECT_EQ(text_problem(with(params, "first", 200)).code, "E-PARAM-004");
}

TEST_F(SplitTexts, ProcessesShareThemInStep) {
    const engine::Object params = with(with(params_, "split", "train"), "items", 5);
    std::vector<std::string> found;
    setenv("WORLD_SIZE", "2", 1);
    for (const char* rank : {"0", "1"}) {
        setenv("RANK", rank, 1);
        setenv("MASTER_ADDR", "127.0.0.1", 1);
        Texts texts(params);
        EXPECT_EQ(texts.count(), 3U);
        for (const TextItem& item : texts.all())
            found.push_back(item.target == "_padding_" ? "padding" : item.source);
    }
    for (const char* name : {"WORLD_SIZE", "RANK", "MASTER_ADDR"}) unsetenv(name);
    const std::vector<std::string>& train = parts_[0];
    EXPECT_EQ(found, (std::vector<std::string>{train[0], train[2], train[4], train[1], train[3],
                                               "padding"}));
}

}  // namespace
}  // namespace millrace::testing
