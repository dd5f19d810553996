// The graphs of LLM-QAT, run small on the corpus that is built in.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/graphs/graph_runs.hpp"

namespace millrace::tests {
namespace {

Outcome run(const Program& program, const std::string& graph, const std::string& out,
            const std::vector<std::string>& set) {
    return run_graph(program, "llm-qat/" + graph, out, set);
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
            {teacher, "model.path=" + at("q/artifacts/model.safetensors"), "quantize.weights=3"});
    ASSERT_EQ(compared.code, 0) << compared.err;
    const auto metrics = metrics_of(program, "e");
    EXPECT_GT(metrics.at("nearest.kl"), 0);
    EXPECT_LT(metrics.at("trained.kl"), metrics.at("nearest.kl"))
        << "training brings few bits nearer to float";
    EXPECT_EQ(metrics.at("float.tokens"), metrics.at("trained.tokens"));
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
