#include "nodes/ops/checkpoints/checkpoint.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/nodes/ops/checkpoints/folder.hpp"

namespace millrace::ops {
namespace {

namespace fs = std::filesystem;
using engine::DType;
using testing::array;
using testing::error_code;
using testing::Folder;

const std::vector<float> kFloats = {1.5F, -2, 3, 0.25F, 5, -6};
const std::vector<std::uint16_t> kHalves = {0x3C00, 0xC000, 0x0001, 0x7C00};  // 1, -2, 2^-24, inf
const std::vector<std::uint16_t> kBrain = {0x3F80, 0xC040};                   // 1, -3
const std::vector<std::int8_t> kBytes = {-128, 127, 0};

std::string first_shard() {
    return visual::write_safetensors(
        {array("a.weight", DType::F32, {2, 3}, kFloats), array("b", DType::F16, {4}, kHalves)},
        {{"format", "pt"}});
}
std::string second_shard() {
    return visual::write_safetensors(
        {array("c", DType::BF16, {2}, kBrain), array("d", DType::I8, {3}, kBytes)}, {});
}

const char* const kIndex = R"({"metadata": {"total_size": 39}, "weight_map": {
    "a.weight": "one.safetensors", "b": "one.safetensors",
    "c": "two.safetensors", "d": "two.safetensors"}})";

std::string code_of(const fs::path& path) {
    return error_code([&] { const Checkpoint checkpoint(path); });
}

std::string code_of(const std::string& bytes) {
    const Folder folder;
    return code_of(folder.put("model.safetensors", bytes));
}

TEST(Checkpoint, ASingleFileIsReadAsStored) {
    const Folder folder;
    const LoadedCheckpoint loaded = load_checkpoint(folder.put("x.safetensors", first_shard()));
    EXPECT_EQ(loaded.metadata.at("format"), "pt");
    ASSERT_EQ(loaded.tensors.size(), 2u);
    EXPECT_TRUE(loaded.tensors.at("a.weight").equal(at::tensor(kFloats).reshape({2, 3})));
    EXPECT_EQ(loaded.tensors.at("b").scalar_type(), at::kHalf);
    EXPECT_EQ(loaded.tensors.at("b")[1].item<float>(), -2);
}

TEST(Checkpoint, HalvesBecomeFloatWhereAskedFor) {
    const Folder folder;
    folder.put("one.safetensors", first_shard());
    folder.put("two.safetensors", second_shard());
    folder.put("model.safetensors.index.json", kIndex);
    const Checkpoint checkpoint(folder.path());
    EXPECT_EQ(checkpoint.bytes(Precision::Stored), 24u + 8 + 4 + 3);
    EXPECT_EQ(checkpoint.bytes(Precision::Float32), 24u + 16 + 8 + 3);
    const at::Tensor half = checkpoint.read("b", Precision::Float32);
    EXPECT_TRUE(half.equal(at::tensor({1.0F, -2.0F, 0x1p-24F, INFINITY})));
    EXPECT_TRUE(checkpoint.read("c", Precision::Float32).equal(at::tensor({1.0F, -3.0F})));
    EXPECT_EQ(checkpoint.read("c", Precision::Stored).scalar_type(), at::kBFloat16);
    const at::Tensor bytes = checkpoint.read("d", Precision::Float32);
    EXPECT_EQ(bytes.scalar_type(), at::kChar);
    EXPECT_EQ(bytes[0].item<int>(), -128);
}

TEST(Checkpoint, LargeHalvesAreReadInParts) {
    const Folder folder;
    const std::int64_t count = (std::int64_t{1} << 20) * 2 + 3;  // two parts and a bit
    std::vector<std::uint16_t> numbers(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = static_cast<std::uint16_t>(i % 0x7C00);
    const std::string bytes =
        visual::write_safetensors({array("x", DType::F16, {count}, numbers)}, {});
    const Checkpoint checkpoint(folder.put("x.safetensors", bytes));
    const at::Tensor expected = checkpoint.read("x", Precision::Stored).to(at::kFloat);
    EXPECT_TRUE(checkpoint.read("x", Precision::Float32).equal(expected));
}

TEST(Checkpoint, ScalarsEmptyTensorsAndBooleans) {
    const Folder folder;
    const std::vector<float> one = {7}, none;
    const std::vector<std::uint8_t> truths = {0, 1, 255};
    const std::string bytes = visual::write_safetensors(
        {array("scalar", DType::F32, {}, one), array("none", DType::F32, {0, 4}, none),
         array("truth", DType::Bool, {3}, truths)},
        {});
    const LoadedCheckpoint loaded = load_checkpoint(folder.put("x.safetensors", bytes));
    EXPECT_EQ(loaded.tensors.at("scalar").item<float>(), 7);
    EXPECT_EQ(loaded.tensors.at("none").sizes(), (std::vector<std::int64_t>{0, 4}));
    EXPECT_TRUE(loaded.tensors.at("truth").equal(at::tensor({0, 1, 1}).to(at::kBool)));
}

TEST(Checkpoint, AFolderIsReadByTheUsualNameOrTheOnlyFile) {
    const Folder folder;
    EXPECT_EQ(code_of(folder.path()), "E-CKPT-020");  // none
    folder.put("pytorch.safetensors", first_shard());
    EXPECT_EQ(Checkpoint(folder.path()).tensors().size(), 2u);
    folder.put("other.safetensors", second_shard());
    EXPECT_EQ(code_of(folder.path()), "E-CKPT-020");  // two
    folder.put("model.safetensors", second_shard());
    EXPECT_TRUE(Checkpoint(folder.path()).tensors().contains("d"));
    EXPECT_EQ(code_of(folder.path() / "missing.safetensors"), "E-CKPT-020");
}

TEST(Checkpoint, ShardsMayLieInAFolderBehindALink) {
    const Folder folder;
    folder.put("blobs/1234", first_shard());
    fs::create_directories(folder.path() / "snapshot/parts");
    fs::create_symlink("../../blobs/1234", folder.path() / "snapshot/parts/one.safetensors");
    folder.put("snapshot/x.safetensors.index.json",
               R"({"weight_map": {"a.weight": "parts/one.safetensors",
                                  "b": "parts/one.safetensors"}})");
    EXPECT_EQ(Checkpoint(folder.path() / "snapshot").tensors().size(), 2u);
}

TEST(Checkpoint, AnIndexThatLiesIsAClearError) {
    const Folder folder;
    const fs::path index = folder.put("model.safetensors.index.json", kIndex);
    EXPECT_EQ(code_of(index), "E-CKPT-023");  // both shards missing
    folder.put("one.safetensors", first_shard());
    try {
        const Checkpoint checkpoint(index);
        FAIL();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-CKPT-023");
        EXPECT_EQ(error.problem().found, "1 missing: two.safetensors");
    }
    folder.put("two.safetensors", second_shard());
    EXPECT_EQ(code_of(index), "none");

    const auto code = [&](const std::string& text) {
        return code_of(folder.put("model.safetensors.index.json", text));
    };
    const std::string rest = R"("b": "one.safetensors", "c": "two.safetensors",)";
    const std::string whole = R"("a.weight": "one.safetensors", )" + rest;
    // In the index but not in the shard; in a shard but not in the index; in the other shard.
    EXPECT_EQ(
        code(R"({"weight_map": {)" + whole + R"("d": "two.safetensors", "e": "two.safetensors"}})"),
        "E-CKPT-024");
    EXPECT_EQ(code(R"({"weight_map": {"a.weight": "one.safetensors", "b": "one.safetensors",
                                      "c": "two.safetensors"}})"),
              "E-CKPT-024");
    EXPECT_EQ(code(R"({"weight_map": {)" + whole + R"("d": "one.safetensors"}})"), "E-CKPT-024");
    // The same tensor in both shards.
    folder.put("two.safetensors", first_shard());
    EXPECT_EQ(code(R"({"weight_map": {"a.weight": "one.safetensors", "b": "two.safetensors"}})"),
              "E-CKPT-024");
    for (const char* path : {"../two.safetensors", "/etc/x.safetensors", "x/../../y.safetensors",
                             "..\\\\two.safetensors", "", "notes.txt", "./one.safetensors"}) {
        EXPECT_EQ(code(std::string(R"({"weight_map": {"a": ")") + path + "\"}}"), "E-CKPT-022")
            << path;
    }
    EXPECT_EQ(code(R"({"weight_map": {"a": 3}})"), "E-CKPT-021");
    EXPECT_EQ(code(R"({"weight_map": {}})"), "E-CKPT-021");
    EXPECT_EQ(code("[]"), "E-CKPT-021");
    EXPECT_EQ(code("{"), "E-JSON-001");
    EXPECT_EQ(code(R"({"weight_map": {"a": "one.safetensors", "a": "two.safetensors"}})"),
              "E-JSON-002");
}

TEST(Checkpoint, AHeaderThatLiesIsAClearError) {
    const auto entry = [](const char* name, const char* shape, int begin, int end) {
        return std::string("\"") + name + R"(": {"dtype": "F32", "shape": )" + shape +
               R"(, "data_offsets": [)" + std::to_string(begin) + "," + std::to_string(end) + "]}";
    };
    const auto code = [&](const std::string& entries, std::size_t data) {
        return code_of(testing::safetensors_of("{" + entries + "}", std::string(data, 'x')));
    };
    EXPECT_EQ(code(entry("a", "[2]", 0, 8) + "," + entry("b", "[1]", 8, 12), 12), "none");
    EXPECT_EQ(code(entry("a", "[2]", 0, 8) + "," + entry("b", "[1]", 4, 8), 8), "E-FILE-024");
    EXPECT_EQ(code(entry("a", "[2]", 0, 8) + "," + entry("b", "[1]", 12, 16), 16), "E-FILE-024");
    EXPECT_EQ(code(entry("a", "[2]", 0, 8), 12), "E-FILE-024");
    EXPECT_EQ(code(entry("a", "[2]", 0, 8), 4), "E-FILE-023");
    EXPECT_EQ(code(entry("a", "[3]", 0, 8), 8), "E-FILE-023");
    EXPECT_EQ(code(entry("a", "[-2]", 0, 8), 8), "E-FILE-023");
    EXPECT_EQ(code(entry("a", "[2]", 0, 8) + "," + entry("a", "[1]", 8, 12), 12), "E-FILE-022");
    EXPECT_EQ(code("\"a\": 1", 0), "E-FILE-022");
    EXPECT_EQ(code_of(testing::safetensors_of("not JSON", "")), "E-FILE-022");
    EXPECT_EQ(code_of(std::string(8, '\xff') + "{}"), "E-FILE-021");
    EXPECT_EQ(code_of(std::string()), "E-FILE-020");
}

TEST(Checkpoint, EveryTruncationIsAClearError) {
    const std::string whole = first_shard();
    for (std::size_t length = 0; length < whole.size(); ++length)
        ASSERT_TRUE(code_of(whole.substr(0, length)).starts_with("E-FILE-02")) << length;
}

TEST(Checkpoint, AFileThatIsCutWhileItIsOpenEndsInAnError) {
    const Folder folder;
    const fs::path file = folder.put("x.safetensors", first_shard());
    const Checkpoint checkpoint(file);
    fs::resize_file(file, fs::file_size(file) - 1);
    EXPECT_EQ(error_code([&] { checkpoint.read("b", Precision::Float32); }), "E-CKPT-027");
    EXPECT_EQ(error_code([&] { checkpoint.read("b", Precision::Stored); }), "E-CKPT-027");
    EXPECT_EQ(error_code([&] { checkpoint.read("a.weight", Precision::Stored); }), "none");
    EXPECT_EQ(error_code([&] { checkpoint.read("none", Precision::Stored); }), "E-CKPT-025");
}

TEST(Checkpoint, WhatDoesNotFitIntoMemoryIsRefusedBefore) {
    // A file with a hole of 256 TB would be too large for most file systems; the check itself
    // isn't.
    EXPECT_EQ(error_code([] { check_free_memory(std::uint64_t{1} << 50, "x"); }), "E-CKPT-028");
    EXPECT_EQ(error_code([] { check_free_memory(1 << 20, "x"); }), "none");
}

TEST(Checkpoint, ThreadsReadFromOneFile) {
    const Folder folder;
    const Checkpoint checkpoint(folder.put("x.safetensors", first_shard()));
    std::vector<at::Tensor> read(4);
    {
        std::vector<std::jthread> threads;
        for (at::Tensor& tensor : read) {
            threads.emplace_back([&] { tensor = checkpoint.read("a.weight", Precision::Stored); });
        }
    }
    for (const at::Tensor& tensor : read)
        EXPECT_TRUE(tensor.equal(at::tensor(kFloats).reshape({2, 3})));
}

TEST(Names, DifferencesAreCountedAndNamed) {
    TensorShapes expected, found;
    for (int i = 10; i < 22; ++i) expected["m" + std::to_string(i)] = {1};
    expected["same"] = found["same"] = {2, 3};
    expected["shape"] = {2, 3};
    found["shape"] = {3, 2};
    found["extra"] = {};
    const NameDifferences differences = compare_names(expected, found);
    EXPECT_EQ(differences.missing.size(), 12u);
    EXPECT_EQ(differences.extra, std::vector<std::string>{"extra"});
    EXPECT_EQ(differences.misshaped, std::vector<std::string>{"shape [3, 2] instead of [2, 3]"});
    try {
        check_names(expected, found, "file");
        FAIL();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-CKPT-026");
        EXPECT_EQ(error.problem().where, "file");
        EXPECT_EQ(error.problem().found,
                  "12 missing: m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, ...; 1 extra: "
                  "extra; 1 of another shape: shape [3, 2] instead of [2, 3]");
    }
    const TensorShapes same = {{"same", {2, 3}}}, more = {{"same", {2, 3}}, {"extra", {1}}};
    EXPECT_EQ(error_code([&] { check_names(same, same, "file"); }), "none");
    EXPECT_EQ(error_code([&] { check_names(same, more, "file"); }), "E-CKPT-026");
    EXPECT_EQ(error_code([&] { check_names(same, more, "file", ExtraTensors::Allowed); }), "none");
    EXPECT_EQ(error_code([&] { check_names(more, same, "file", ExtraTensors::Allowed); }),
              "E-CKPT-026");
}

}  // namespace
}  // namespace millrace::ops
