// The packed model's file: whole, damaged, of other kinds.
#include "nodes/types/packed_model.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "nodes/ops/packed/pack_llama.hpp"
#include "nodes/types/model_io.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/language/llama_support.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::types {
namespace {

using testing::error_code;
using testing::TestContext;

PackedModel packed() {
    const ops::Llama llama(ops::llama_spec(ops::kLowBits + "}"));
    return ops::pack_llama(llama, ops::llama_parameters(llama));
}

TEST(PackedModel, IsReadAsItWasWritten) {
    const TestContext folder;
    const auto file = folder.artifact("m.safetensors");
    const PackedModel model = packed();
    write_packed_model(model, file);
    const PackedModel read = read_packed_model(file);
    ASSERT_EQ(read.packed.size(), model.packed.size());
    ASSERT_EQ(read.floats.size(), model.floats.size());
    EXPECT_EQ(read.spec, model.spec);
    for (const auto& [name, weight] : model.packed) {
        const PackedWeight& other = read.packed.at(name);
        EXPECT_EQ(other.layout, weight.layout);
        EXPECT_EQ(other.columns, weight.columns);
        EXPECT_TRUE(other.codes.equal(weight.codes));
        EXPECT_TRUE(other.scale.equal(weight.scale));
    }
    EXPECT_EQ(read.bytes(), model.bytes());
}

TEST(PackedModel, NamesAndLayoutsOnDiskStay) {
    const at::Tensor weight = at::tensor({1.0F, -7.0F, 0.0F, 3.5F, 7.0F, 7.0F}).reshape({2, 3});
    const TestContext folder;
    const auto file = folder.artifact("m.safetensors");
    write_packed_model({.spec = engine::Object{},
                        .packed = {{"w", ops::pack_llmqat(weight, 4)}},
                        .floats = {{"norm", at::ones({2})}}},
                       file);
    const std::vector<std::byte> bytes = visual::read_file_bytes(file);
    const visual::Safetensors read = visual::read_safetensors(bytes, "m");
    ASSERT_EQ(read.arrays.size(), 3U);
    for (const engine::ArrayView& array : read.arrays) {
        if (array.name == "w.codes") {
            EXPECT_EQ(array.shape, (std::vector<std::int64_t>{2, 16}));
            // Row 0: codes 1, -7, 0 as 9, 1, 8; then code 0.
            EXPECT_EQ(array.bytes[0], std::byte{0x19});
            EXPECT_EQ(array.bytes[1], std::byte{0x88});
            EXPECT_EQ(array.bytes[15], std::byte{0x88});
        } else if (array.name == "w.scale") {
            EXPECT_NEAR(engine::copy_of<float>(array).at(0), 1, 1e-5);
        } else {
            EXPECT_EQ(array.name, "norm");
        }
    }
    EXPECT_EQ(packed_row_bytes("ternary-2", 9), 3);
    EXPECT_EQ(packed_row_bytes("ternary-base3", 11), 3);
    EXPECT_EQ(packed_row_bytes("binary", 65), 16);
    EXPECT_EQ(packed_row_bytes("nibble", 33), 32);
    EXPECT_EQ(packed_row_bytes("int8", 33), 33);
    EXPECT_EQ(packed_row_bytes("float", 33), 0);
}

TEST(PackedModel, DamagedFilesAreRefused) {
    const TestContext folder;
    const auto file = folder.artifact("m.safetensors");
    const auto code_of = [&](PackedModel model) {
        write_packed_model(model, file);
        return error_code([&] { read_packed_model(file); });
    };
    const std::string name = "model.layers.0.mlp.up_proj.weight";
    PackedModel model = packed();
    model.packed.at(name).columns = 4000;
    EXPECT_EQ(code_of(model), "E-FILE-011") << "more columns than bytes";
    model = packed();
    model.packed.at(name).layout = "int3";
    EXPECT_EQ(code_of(model), "E-FILE-011");
    model = packed();
    model.packed.at(name).scale = at::ones({3});
    EXPECT_EQ(code_of(model), "E-FILE-011");
    model = packed();
    model.packed.at(name).columns = -1;
    EXPECT_EQ(code_of(model), "E-FILE-011");

    write_packed_model(packed(), file);
    std::vector<std::byte> bytes = visual::read_file_bytes(file);
    for (const std::size_t kept : {std::size_t{5}, bytes.size() / 2, bytes.size() - 1}) {
        std::ofstream(file, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(kept));
        EXPECT_NE(error_code([&] { read_packed_model(file); }), "none") << kept << " bytes";
    }
    const ops::Llama llama(ops::llama_spec());
    write_model({.spec = llama.spec(), .parameters = llama.initial_parameters(1)}, file);
    EXPECT_NE(error_code([&] { read_packed_model(file); }), "none") << "a float model";
}

TEST(PackedModel, ShowsEachTensor) {
    const PackedModel model = packed();
    const auto visuals = engine::PayloadTraits<PackedModel>::visual(model, {});
    ASSERT_EQ(visuals.size(), 1U);
    EXPECT_EQ(std::get<visual::Table>(visuals.front()).full_rows,
              model.packed.size() + model.floats.size());
}

}  // namespace
}  // namespace millrace::types
