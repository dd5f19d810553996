// The published JSON Schema: it and the reader accept the same documents. Checked with
// python3-jsonschema, an independent implementation of draft 2020-12.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "tests/engine/graph/random_graph.hpp"
#include "tests/engine/support.hpp"

namespace millrace::engine::testing {
namespace {

/// A Python that has jsonschema, or empty.
std::string python() {
    for (const char* candidate : {"/usr/bin/python3", "python3"}) {
        if (std::system((std::string(candidate) + " -c 'import jsonschema' 2>/dev/null").c_str()) ==
            0)
            return candidate;
    }
    return {};
}

class Schema : public ::testing::Test {
protected:
    void SetUp() override {
        if (python().empty()) GTEST_SKIP() << "python3-jsonschema is not installed";
    }

    /// For each document what the schema finds wrong with it; empty for a good one.
    std::vector<std::string> verdicts(const std::vector<Value>& documents) {
        const auto input = folder.path / "documents", output = folder.path / "verdicts";
        {
            std::ofstream stream(input, std::ios::binary);
            for (const Value& document : documents) stream << to_json(document) << "\n";
        }
        const std::string command = python() +
                                    " '" MILLRACE_SOURCE_DIR
                                    "/tests/engine/graph/check_documents.py' '" MILLRACE_SOURCE_DIR
                                    "/resources/schema/millrace-1.schema.json' < '" +
                                    input.string() + "' > '" + output.string() + "'";
        EXPECT_EQ(std::system(command.c_str()), 0);
        std::vector<std::string> verdicts;
        std::ifstream stream(output);
        for (std::string line; std::getline(stream, line);)
            verdicts.push_back(line == "[]" ? "" : line);
        EXPECT_EQ(verdicts.size(), documents.size());
        verdicts.resize(documents.size(), "no verdict");
        return verdicts;
    }
    TemporaryFolder folder;
};

/// Puts another value, of whatever kind, at some place of the document, or takes the place away.
void spoil(Value& value, std::mt19937_64& random) {
    static const std::vector<Value> others = {Value(),  true,        0,           -1,    1.5,
                                              1e300,    "",          "text",      "a.b", Array(),
                                              Object(), Array{1, 2}, Array{"a.b"}};
    if (value.is_object() && !value.as_object().empty() && random() % 8 != 0) {
        Object& object = value.as_object();
        const auto member =
            std::next(object.begin(), static_cast<std::ptrdiff_t>(random() % object.size()));
        if (random() % 12 == 0)
            object.erase(member);
        else
            spoil(member->second, random);
    } else if (value.is_array() && !value.as_array().empty() && random() % 8 != 0) {
        spoil(value.as_array()[random() % value.as_array().size()], random);
    } else {
        value = others[random() % others.size()];
    }
}

TEST_F(Schema, AcceptsEveryWrittenDocument) {
    std::vector<Value> documents;
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(MILLRACE_SOURCE_DIR "/graphs")) {
        if (entry.path().extension() != ".json") continue;
        documents.push_back(parse_json(write_graph(load_graph(entry.path()).graph), "graph"));
        names.push_back(entry.path().string());
    }
    EXPECT_GE(documents.size(), 3u);
    for (int seed = 0; seed < 500; ++seed) {
        documents.push_back(parse_json(write_graph(random_graph(seed)), "graph"));
        names.push_back("seed " + std::to_string(seed));
    }
    const std::vector<std::string> found = verdicts(documents);
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], "") << names[i];
}

TEST_F(Schema, AndTheReaderAgreeOnSpoiltDocuments) {
    std::vector<Value> documents;
    for (int seed = 0; seed < 1500; ++seed) {
        std::mt19937_64 random(seed);
        Value document = parse_json(write_graph(random_graph(seed % 100)), "graph");
        spoil(document, random);
        documents.push_back(std::move(document));
    }
    const std::vector<std::string> found = verdicts(documents);
    int good = 0, bad = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const ReadGraph read = read_graph(to_json(documents[i]), "test");
        EXPECT_EQ(read.problems.empty(), found[i].empty()) << to_json(documents[i]) << "\n"
                                                           << found[i] << "\n"
                                                           << problems_text(read.problems);
        ++(found[i].empty() ? good : bad);
    }
    EXPECT_GT(good, 100);
    EXPECT_GT(bad, 300);
}

TEST(SchemaText, DescribesEveryField) {
    const Value schema = parse_json(
        [] {
            std::ifstream stream(MILLRACE_SOURCE_DIR "/resources/schema/millrace-1.schema.json");
            return std::string(std::istreambuf_iterator<char>(stream), {});
        }(),
        "schema");
    EXPECT_EQ(schema.find("$schema")->as_string(), "https://json-schema.org/draft/2020-12/schema");
    EXPECT_EQ(schema.find("properties")->find("schema")->find("const")->as_string(), kSchema);
    int fields = 0;
    const auto check = [&](const auto& self, const Value& part, const std::string& where) -> void {
        if (const Value* properties = part.find("properties")) {
            for (const auto& [name, property] : properties->as_object()) {
                EXPECT_TRUE(property.find("description") || property.find("$ref"))
                    << where << "." << name;
                ++fields;
                self(self, property, where + "." + name);
            }
        }
    };
    check(check, schema, "");
    for (const auto& [name, part] : schema.find("$defs")->as_object()) {
        EXPECT_TRUE(part.find("description")) << name;
        check(check, part, name);
    }
    EXPECT_GT(fields, 25);
}

}  // namespace
}  // namespace millrace::engine::testing
