// Quantization heat as a graph and as a command, on the models that are shipped.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/cli/program.hpp"

namespace millrace::tests {
namespace {

const std::string kFolder = MILLRACE_SOURCE_DIR "/graphs/llm-qat/";

TEST(HeatCommand, TellsTheLayersOfTheShippedModels) {
    const Program program;
    const std::string quantized = kFolder + "llm-qat-4-8-4.safetensors";
    const Outcome heat =
        program.run({"heat", kFolder + "teacher.safetensors", quantized, "--out", "h",
                     "--intra-threads", "1", "--set", "corpus.items=2", "--json"});
    ASSERT_EQ(heat.code, 0) << heat.err;
    const engine::Value report = heat.json();
    const engine::Array& layers = report.find("layers")->as_array();
    // 7 linears and 2 caches in each of 5 layers, and the head.
    ASSERT_EQ(layers.size(), 46u);
    for (const engine::Value& layer : layers) {
        const std::string name = layer.find("layer")->as_string();
        EXPECT_TRUE(layer.find("total SQNR dB")->is_number()) << name;
        EXPECT_LT(layer.find("total cosine")->as_double(), 1) << name;
        if (name == "lm_head") continue;
        EXPECT_GT(layer.find("own SQNR dB")->as_double(), 0) << name;
        EXPECT_GT(layer.find("activations at ends")->as_double(), 0) << name;
    }
    EXPECT_GT(layers.front().find("inherited SQNR dB")->as_double(),
              layers.front().find("own SQNR dB")->as_double())
        << "before it there is the embedding alone, which training has moved";
    EXPECT_EQ(layers.front().find("layer")->as_string(), "model.layers.0.self_attn.q_proj");
    EXPECT_TRUE(program.exists("h/artifacts/heat.csv"));
    EXPECT_TRUE(program.exists("h/artifacts/heat.json"));
    const auto files = std::filesystem::directory_iterator(program.folder / "h/artifacts/heat");
    EXPECT_EQ(files->path().extension(), ".png");

    const Outcome again =
        program.run({"heat", quantized, quantized, "--out", "h", "--overwrite", "--intra-threads",
                     "1", "--data", kFolder + "tokens.safetensors", "--set", "corpus.items=1"});
    ASSERT_EQ(again.code, 0) << again.err;
    EXPECT_NE(again.out.find("layer"), std::string::npos);
    EXPECT_EQ(std::ranges::count(again.out, '\n'), 47);
    EXPECT_EQ(again.out.find("nan"), std::string::npos);
    const engine::Value equal = program.read_json("h/artifacts/heat.json");
    for (const engine::Value& layer : equal.as_array()) {
        EXPECT_EQ(layer.find("total SQNR dB")->as_string(), "inf");
        EXPECT_EQ(layer.find("rank")->as_double(), 0);
    }
}

TEST(HeatCommand, OfEncoderDecodersAndSpottersByTheirGraphs) {
    const Program program;
    const std::string pairs = MILLRACE_SOURCE_DIR "/graphs/ternary-binary/";
    const Outcome answers =
        program.run({"heat", pairs + "teacher.safetensors", pairs + "ternary-2-2-2.safetensors",
                     "--graph", pairs + "heat.json", "--out", "a", "--intra-threads", "1", "--set",
                     "corpus.items=1", "--json"});
    ASSERT_EQ(answers.code, 0) << answers.err;
    // In each layer of two encoders 6 linears and attention's own product, of two decoders 10 and
    // two products; the two embeddings' norms and the head.
    EXPECT_EQ(answers.json().find("layers")->as_array().size(), 41u);

    const std::string words = MILLRACE_SOURCE_DIR "/graphs/keyword-spotting/";
    const std::string spotter = words + "lico_net.safetensors";
    const Outcome heard = program.run({"heat", spotter, spotter, "--graph", words + "heat.json",
                                       "--out", "s", "--intra-threads", "1", "--set",
                                       "corpus.items=8", "--set", "examples.items=8", "--json"});
    ASSERT_EQ(heard.code, 0) << heard.err;
    const engine::Value report = heard.json();
    for (const engine::Value& layer : report.find("layers")->as_array()) {
        EXPECT_GT(layer.find("own SQNR dB")->as_double(), 20);
        EXPECT_LT(layer.find("own SQNR dB")->as_double(), 80);
    }

    const Outcome data =
        program.run({"heat", spotter, spotter, "--graph", words + "heat.json", "--data", "x.wav"});
    EXPECT_EQ(data.code, 2);
    EXPECT_EQ(data.errors().front(), "E-CLI-016") << data.err;
    EXPECT_NE(data.err.find("--data"), std::string::npos) << data.err;
}

TEST(HeatCommand, ModelsThatDoNotFitAreNamed) {
    const Program program;
    const std::string teacher = kFolder + "teacher.safetensors";
    const std::string pairs = MILLRACE_SOURCE_DIR "/graphs/ternary-binary/";
    const auto problem = [&](const std::string& exact, const std::string& quantized) {
        return program.run(
            {"heat", exact, quantized, "--out", "h", "--overwrite", "--intra-threads", "1"});
    };
    const Outcome bart =
        problem(pairs + "teacher.safetensors", pairs + "ternary-2-2-2.safetensors");
    EXPECT_NE(bart.err.find("needs a target"), std::string::npos) << bart.err;
    const Outcome mixed = problem(teacher, pairs + "ternary-2-2-2.safetensors");
    EXPECT_EQ(mixed.errors().front(), "E-QUANT-040") << mixed.err;
    EXPECT_NE(mixed.err.find("architecture"), std::string::npos) << mixed.err;
    const std::string words = MILLRACE_SOURCE_DIR "/graphs/keyword-spotting/lico_net";
    const Outcome spotter = problem(words + ".safetensors", words + ".safetensors");
    EXPECT_NE(spotter.err.find("not tokens"), std::string::npos) << spotter.err;
    const Outcome device = problem(teacher, words + ".mkws");
    EXPECT_EQ(device.errors().front(), "E-LM-032") << device.err;
    EXPECT_NE(device.err.find("no checkpoint"), std::string::npos) << device.err;
}

TEST(HeatCommand, WrongUseIsTold) {
    const Program program;
    const std::string teacher = kFolder + "teacher.safetensors";
    EXPECT_EQ(program.run({"heat", teacher}).code, 2);
    const Outcome absent = program.run({"heat", teacher, "nowhere.safetensors", "--out", "h"});
    EXPECT_EQ(absent.code, 4);
    EXPECT_EQ(absent.errors().front(), "E-FILE-001") << absent.err;
    const Outcome other = program.run({"heat", teacher, teacher, "--graph", "llm-qat/evaluate"});
    EXPECT_EQ(other.code, 2);
    EXPECT_EQ(other.errors().front(), "E-CLI-016") << other.err;
    const Outcome none = program.run({"heat", teacher, teacher, "--graph", "llm-qat/heet"});
    EXPECT_EQ(none.code, 2);
    EXPECT_NE(none.err.find("llm-qat/heat"), std::string::npos) << none.err;
    const Outcome spotter = program.run(
        {"heat", teacher, MILLRACE_SOURCE_DIR "/graphs/keyword-spotting/lico_net.safetensors",
         "--out", "s", "--json"});
    EXPECT_NE(spotter.code, 0);
    EXPECT_EQ(spotter.json().find("exit_code")->as_int(), spotter.code);
}

}  // namespace
}  // namespace millrace::tests
