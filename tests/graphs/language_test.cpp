// The graphs of LLM-QAT, run small on the corpus that is built in.
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/graphs/graph_runs.hpp"

namespace millrace::tests {
namespace {

Outcome run(const Program& program, const std::string& graph, const std::string& out,
            const std::vector<std::string>& set) {
    return run_graph(program, "llm-qat/" + graph, out, set);
}

/// Cells of a CSV file of a run, without its head.
std::vector<std::vector<std::string>> rows_of(const Program& program, const std::string& file) {
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(program.read(file));
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::istringstream cells(line);
        rows.emplace_back();
        for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
    }
    return rows;
}

TEST(LlmQatGraphs, FromATeacherToFewBitsWithoutData) {
    const Program program;
    const auto at = [&](const char* file) { return (program.folder / file).string(); };
    const Outcome taught =
        run(program, "train-teacher.json", "t",
            {"corpus.epochs=2", "optimizer.steps=68", "model.layers=2", "optimizer.rate=0.005"});
    ASSERT_EQ(taught.code, 0) << taught.err;
    EXPECT_LT(metrics_of(program, "t").at("best.validation_loss"), 5.7)
        << "below the logarithm of 512 words alike";
    const std::string teacher = "teacher.path=" + at("t/artifacts/model.safetensors");
    const Outcome written =
        run(program, "generate-data.json", "d", {teacher, "write.texts=96", "write.tokens=24"});
    ASSERT_EQ(written.code, 0) << written.err;
    const Outcome trained = run(program, "train.json", "q",
                                {teacher, "corpus.path=" + at("d/artifacts/tokens.safetensors"),
                                 "corpus.epochs=6", "optimizer.steps=66", "student.weights=3"});
    ASSERT_EQ(trained.code, 0) << trained.err;
    const Outcome compared =
        run(program, "evaluate.json", "e",
            {teacher, "model.path=" + at("q/artifacts/model.safetensors"), "quantize.weights=3",
             "quantize_smooth.weights=3", "by_gptq.bits=3",
             "texts.path=" + at("d/artifacts/tokens.safetensors")});
    ASSERT_EQ(compared.code, 0) << compared.err;
    const auto metrics = metrics_of(program, "e");
    for (const char* rival : {"nearest.kl", "smooth.kl"}) {
        EXPECT_GT(metrics.at(rival), 0) << rival;
        EXPECT_LT(metrics.at("trained.kl"), metrics.at(rival))
            << rival << ": training brings few bits nearer to float";
    }
    EXPECT_EQ(metrics.at("float.tokens"), metrics.at("trained.tokens"));
}

TEST(LlmQatGraphs, ComparesTheRivalsOnTheShippedModels) {
    const Program program;
    // Weights alone, at so few bits that rounding shows in this teacher.
    const Outcome compared = run(
        program, "evaluate.json", "e",
        {"quantize.weights=3", "quantize.activations=16", "quantize.cache=16",
         "quantize_smooth.weights=3", "quantize_smooth.activations=16", "quantize_smooth.cache=16",
         "by_gptq.bits=3", "by_gptq.activations=16", "by_gptq.cache=16", "texts.items=40"});
    ASSERT_EQ(compared.code, 0) << compared.err;
    const auto metrics = metrics_of(program, "e");
    for (const std::string arm : {"float", "nearest", "smooth", "gptq", "trained"}) {
        std::map<std::string, double> table;
        for (const auto& row : rows_of(program, "e/artifacts/" + arm + ".csv"))
            table[row.at(0)] = std::stod(row.at(1));
        EXPECT_EQ(table.size(), arm == "float" ? 4U : 6U) << arm;
        EXPECT_EQ(table.at("tokens"), metrics.at("float.tokens")) << arm;
        EXPECT_NEAR(table.at("perplexity"), metrics.at(arm + ".perplexity"), 1e-9) << arm;
        if (arm == "float") continue;
        EXPECT_GT(table.at("kl"), 1e-4) << arm << " rounds";
        EXPECT_GT(table.at("agreement"), 0.5) << arm << " is still near";
    }
    EXPECT_LT(metrics.at("gptq.kl"), metrics.at("nearest.kl"))
        << "errors made good in later columns, and one level more";
    EXPECT_NE(metrics.at("smooth.kl"), metrics.at("nearest.kl"));

    const auto linears = rows_of(program, "e/artifacts/gptq-linears.csv");
    EXPECT_EQ(linears.size(), 5U * 7) << "seven linears of each layer";
    for (const auto& row : linears) {
        EXPECT_GT(std::stod(row.at(2)), 0) << row.at(0);
        EXPECT_LE(std::stod(row.at(2)), std::stod(row.at(1)))
            << row.at(0) << ": not above rounding to nearest on the same grid and inputs";
    }
}

TEST(LlmQatGraphs, SmoothingAloneLeavesTheFloatModel) {
    const Program program;
    const Outcome compared =
        run(program, "evaluate.json", "e",
            {"quantize_smooth.weights=16", "quantize_smooth.activations=16",
             "quantize_smooth.cache=16", "smoothing.exponent=0.7", "texts.items=10"});
    ASSERT_EQ(compared.code, 0) << compared.err;
    const auto metrics = metrics_of(program, "e");
    EXPECT_NEAR(metrics.at("smooth.kl"), 0, 1e-7);
    EXPECT_NEAR(metrics.at("smooth.loss"), metrics.at("float.loss"), 1e-5);
    EXPECT_GT(metrics.at("smooth.agreement"), 0.998) << "ties may fall either way";
}

TEST(LlmQatGraphs, PacksTheTrainedModelAndWritesWithIt) {
    const Program program;
    const Outcome packed = run(program, "pack.json", "p", {"pack.head=int8"});
    ASSERT_EQ(packed.code, 0) << packed.err;
    const auto sizes = metrics_of(program, "p");
    EXPECT_LT(4.0 * sizes.at("pack.bytes"), 1.5 * sizes.at("pack.float_bytes"))
        << "the embedding, an eighth of the model, stays float";
    EXPECT_NE(program.read("p/artifacts/packed.csv").find("nibble"), std::string::npos);
    const Outcome written = run(program, "generate.json", "g", {});
    ASSERT_EQ(written.code, 0) << written.err;
    const auto metrics = metrics_of(program, "g");
    EXPECT_GT(metrics.at("write_packed.tokens_per_second"), 0);
    EXPECT_EQ(metrics.at("write_packed.cache_bytes_a_token"), 200);
}

TEST(LlmQatGraphs, WrongModelsAreToldBeforeTraining) {
    const Program program;
    const Outcome spotter =
        run(program, "train.json", "q",
            {"teacher.path=" MILLRACE_SOURCE_DIR "/graphs/keyword-spotting/lico_net.safetensors",
             "corpus.path=" MILLRACE_SOURCE_DIR "/graphs/keyword-spotting/lico_net.safetensors"});
    EXPECT_NE(spotter.code, 0);
    ASSERT_FALSE(spotter.errors().empty()) << spotter.err;
    const Outcome missing = run(program, "evaluate.json", "e", {"teacher.path=nowhere"});
    EXPECT_EQ(missing.errors().front(), "E-FILE-001") << missing.err;
}

}  // namespace
}  // namespace millrace::tests
