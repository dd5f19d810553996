#include "nodes/ops/language/llama2c_file.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>
#include <vector>

#include "nodes/ops/language/llama_forward.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Words = std::vector<std::int32_t>;

// Width 4, hidden 3, 2 layers, 2 heads, 1 for keys, 5 tokens, context 6.
const Words kHeader = {4, 3, 2, 2, 1, 5, 6};

std::vector<std::byte> file_of(const Words& header, std::int64_t values) {
    std::vector<std::byte> bytes(header.size() * 4 + static_cast<std::size_t>(values) * 4);
    std::memcpy(bytes.data(), header.data(), header.size() * 4);
    for (std::int64_t i = 0; i < values; ++i) {
        const auto value = static_cast<float>(i);
        std::memcpy(bytes.data() + header.size() * 4 + i * 4, &value, 4);
    }
    return bytes;
}

// Embedding 20; for 2 layers norms 8, q 32, k 16, v 16, o 32, norms 8, gate 24, down 24, up 24;
// norm 4; tables 12.
constexpr std::int64_t kValues = 20 + 8 + 32 + 16 + 16 + 32 + 8 + 24 + 24 + 24 + 4 + 12;

float first(const types::Model& model, const std::string& name) {
    return model.parameters.at(name).flatten()[0].item<float>();
}

TEST(Llama2cFile, TensorsStandInTheFilesOrder) {
    const types::Model model = read_llama2c(file_of(kHeader, kValues), "test");
    const Llama llama(model.spec);
    llama.check_tensors(model.parameters);
    EXPECT_EQ(llama.sizes().context, 6);
    EXPECT_EQ(llama.rotary(), RotaryLayout::Interleaved);
    EXPECT_TRUE(llama.tied_head());
    // The values count up, so that a tensor's first tells its place.
    EXPECT_EQ(first(model, "model.embed_tokens.weight"), 0);
    EXPECT_EQ(first(model, "model.layers.0.input_layernorm.weight"), 20);
    EXPECT_EQ(first(model, "model.layers.1.input_layernorm.weight"), 24);
    EXPECT_EQ(first(model, "model.layers.0.self_attn.q_proj.weight"), 28);
    EXPECT_EQ(first(model, "model.layers.1.self_attn.q_proj.weight"), 44);
    EXPECT_EQ(first(model, "model.layers.0.self_attn.k_proj.weight"), 60);
    EXPECT_EQ(first(model, "model.layers.0.self_attn.v_proj.weight"), 76);
    EXPECT_EQ(first(model, "model.layers.0.self_attn.o_proj.weight"), 92);
    EXPECT_EQ(first(model, "model.layers.0.post_attention_layernorm.weight"), 124);
    EXPECT_EQ(first(model, "model.layers.0.mlp.gate_proj.weight"), 132);
    EXPECT_EQ(first(model, "model.layers.0.mlp.down_proj.weight"), 156);
    EXPECT_EQ(first(model, "model.layers.1.mlp.up_proj.weight"), 192);
    EXPECT_EQ(first(model, "model.norm.weight"), 204);
}

TEST(Llama2cFile, AHeadOfItsOwnStandsBehindTheTables) {
    Words header = kHeader;
    header[5] = -5;
    const types::Model model = read_llama2c(file_of(header, kValues + 20), "test");
    EXPECT_EQ(first(model, "lm_head.weight"), kValues);
    Llama(model.spec).check_tensors(model.parameters);
}

TEST(Llama2cFile, DamageIsNamed) {
    const auto code = [](const std::vector<std::byte>& bytes) {
        return error_code([&] { read_llama2c(bytes, "test"); });
    };
    EXPECT_EQ(code({}), "E-LM-031");
    EXPECT_EQ(code(file_of({4, 3, 2, 2, 1, 5}, 0)), "E-LM-031");
    EXPECT_EQ(code(file_of({0x616b3432, 1, 4, 3, 2, 2, 1, 5}, 100)), "E-LM-031");
    EXPECT_EQ(code(file_of(kHeader, 0)), "E-LM-033");
    EXPECT_EQ(code(file_of(kHeader, kValues - 1)), "E-LM-033");
    EXPECT_EQ(code(file_of(kHeader, kValues + 1)), "E-LM-033");
    auto bytes = file_of(kHeader, kValues);
    bytes.pop_back();
    EXPECT_EQ(code(bytes), "E-LM-033");
    for (const float bad : {NAN, std::numeric_limits<float>::infinity()}) {
        bytes = file_of(kHeader, kValues);
        std::memcpy(bytes.data() + 28 + 4 * 100, &bad, 4);
        EXPECT_EQ(code(bytes), "E-LM-034");
    }
}

TEST(Llama2cFile, ALyingHeaderTakesNoMemory) {
    using Limits = std::numeric_limits<std::int32_t>;
    for (std::size_t word = 0; word < kHeader.size(); ++word) {
        for (const std::int32_t lie : {0, -1, Limits::max(), Limits::min(), 1 << 20, 65535, 7}) {
            Words header = kHeader;
            header[word] = lie;
            const std::string found =
                error_code([&] { read_llama2c(file_of(header, kValues), "test"); });
            EXPECT_TRUE(found == "E-LM-032" || found == "E-LM-033")
                << "word " << word << " is " << lie << ": " << found;
        }
    }
}

TEST(Llama2cFile, FilesThatCannotBeReadAreNamed) {
    EXPECT_EQ(error_code([] { load_llama2c("/nowhere/model.bin"); }), "E-LM-030");
    EXPECT_EQ(error_code([] { load_llama2c(std::filesystem::temp_directory_path()); }), "E-LM-030");
    EXPECT_EQ(error_code([] { load_llama2c("/dev/null"); }), "E-LM-030");
}

TEST(Llama2cFile, ARealCheckpointIsRead) {
    const auto path = testing::shared_folder() / "data" / "stories260k" / "stories260K.bin";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no shared data: set MILLRACE_SHARED";
    const types::Model model = load_llama2c(path);
    const Llama llama(model.spec);
    EXPECT_EQ(llama.parameter_count(), 260'032);
    EXPECT_EQ(model.parameter_count(), 260'032);
    const at::Tensor logits =
        forward(llama, model.parameters, at::ones({1, 1}, at::kLong)).flatten();
    EXPECT_EQ(logits.argmax().item<std::int64_t>(), 403);  // "Once"
}

}  // namespace
}  // namespace millrace::ops
