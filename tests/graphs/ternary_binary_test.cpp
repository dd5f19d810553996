// The graphs of Ternary and Binary Transformers, run small on the corpus that is built in.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/graphs/graph_runs.hpp"

namespace millrace::tests {
namespace {

Outcome run(const Program& program, const std::string& graph, const std::string& out,
            const std::vector<std::string>& set) {
    return run_graph(program, "ternary-binary/" + graph, out, set);
}

/// A course of so many batches in one epoch.
std::vector<std::string> short_course(int steps) {
    return {"corpus.epochs=2", "corpus.items=" + std::to_string(steps / 2),
            "optimizer.steps=" + std::to_string(steps), "optimizer.warm_up=1"};
}

TEST(TernaryBinaryGraphs, FromATeacherToThreeValues) {
    const Program program;
    const auto at = [&](const char* file) { return (program.folder / file).string(); };
    std::vector<std::string> set = short_course(30);
    set.emplace_back("optimizer.rate=0.005");
    const Outcome taught = run(program, "train-teacher.json", "t", set);
    ASSERT_EQ(taught.code, 0) << taught.err;
    EXPECT_LT(metrics_of(program, "t").at("best.validation_loss"), 4)
        << "below the logarithm of 260 bytes alike, 5.56";
    const std::string teacher = "teacher.path=" + at("t/artifacts/model.safetensors");
    set = short_course(20);
    set.push_back(teacher);
    const Outcome trained = run(program, "train.json", "q", set);
    ASSERT_EQ(trained.code, 0) << trained.err;
    const auto course = metrics_of(program, "q");
    for (const char* term :
         {"task", "logits", "encoder_hidden", "decoder_hidden", "encoder_attention",
          "decoder_attention", "cross_attention", "last_state", "total", "validation_total"})
        EXPECT_TRUE(std::isfinite(course.at(std::string("loss.") + term))) << term;
    EXPECT_LT(course.at("best.validation_loss"), 5);
    const Outcome compared =
        run(program, "evaluate.json", "e",
            {teacher, "model.path=" + at("q/artifacts/model.safetensors"), "texts.items=4",
             "answer.most_tokens=12", "answer_float.most_tokens=12", "answer.beams=2"});
    ASSERT_EQ(compared.code, 0) << compared.err;
    const auto metrics = metrics_of(program, "e");
    EXPECT_GT(metrics.at("quantized.kl"), 0);
    EXPECT_EQ(metrics.at("float.tokens"), metrics.at("quantized.tokens"));
    EXPECT_EQ(metrics.at("quantized_text.texts"), 4);
    for (const char* score :
         {"bleu.bleu", "bleu_float.bleu", "rouge.rouge1", "rouge_float.rougeL"}) {
        EXPECT_GE(metrics.at(score), 0) << score;
        EXPECT_LE(metrics.at(score), 100) << score;
    }
    EXPECT_TRUE(std::filesystem::exists(at("e/artifacts/quantized-texts.csv")));
}

TEST(TernaryBinaryGraphs, OtherBitsAndBaselinesBySet) {
    const Program program;
    const std::vector<std::vector<std::string>> arms = {
        {"student.activations=8"},
        {"student.weights=1", "student.embeddings=1", "student.activations=1"},
        {"student.method=twn", "student.activation_method=twn"},
        {"student.method=bwn", "student.weights=1", "student.embeddings=1", "student.activations=1",
         "student.activation_method=twn"}};
    for (std::size_t i = 0; i < arms.size(); ++i) {
        std::vector<std::string> set = short_course(2);
        set.insert(set.end(), arms[i].begin(), arms[i].end());
        const std::string out = "arm" + std::to_string(i);
        const Outcome trained = run(program, "train.json", out, set);
        ASSERT_EQ(trained.code, 0) << trained.err;
        EXPECT_TRUE(std::isfinite(metrics_of(program, out).at("loss.total"))) << out;
    }
}

TEST(TernaryBinaryGraphs, PacksTheTrainedModelAndAnswersWithIt) {
    const Program program;
    const Outcome packed = run(program, "pack.json", "p", {"pack.head=int8"});
    ASSERT_EQ(packed.code, 0) << packed.err;
    EXPECT_NE(program.read("p/artifacts/packed.csv").find("ternary"), std::string::npos);
    const Outcome answered = run(program, "answer.json", "a", {"texts.items=2"});
    ASSERT_EQ(answered.code, 0) << answered.err;
    const auto metrics = metrics_of(program, "a");
    EXPECT_GT(metrics.at("answer_packed.tokens"), 0);
}

TEST(TernaryBinaryGraphs, SummariesAreATaskToo) {
    const Program program;
    std::vector<std::string> set = short_course(2);
    for (const char* more : {"corpus.task=summary", "corpus.max_characters=2000",
                             "corpus.source_length=128", "corpus.size=4"})
        set.emplace_back(more);
    const Outcome taught = run(program, "train-teacher.json", "s", set);
    ASSERT_EQ(taught.code, 0) << taught.err;
}

TEST(TernaryBinaryGraphs, ADecoderIsNoTeacher) {
    const Program program;
    const Outcome wrong =
        run(program, "train.json", "q",
            {"teacher.path=" MILLRACE_SOURCE_DIR "/graphs/llm-qat/teacher.safetensors"});
    EXPECT_NE(wrong.code, 0);
    ASSERT_FALSE(wrong.errors().empty()) << wrong.err;
    EXPECT_TRUE(wrong.errors().front().starts_with("E-LM-05")) << wrong.err;
}

}  // namespace
}  // namespace millrace::tests
