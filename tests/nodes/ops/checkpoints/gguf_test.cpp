#include "nodes/ops/checkpoints/gguf.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "tests/nodes/ops/checkpoints/folder.hpp"

namespace millrace::ops {
namespace {

using testing::bytes_of;
using testing::error_code;

template <class T>
std::string raw(T value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}
std::string u32(std::uint32_t value) { return raw(value); }
std::string u64(std::uint64_t value) { return raw(value); }
std::string text(const std::string& letters) { return u64(letters.size()) + letters; }

/// A file of parts of one's own making: what stands behind the version.
std::string file_of(std::uint64_t tensors, std::uint64_t values, const std::string& rest) {
    return "GGUF" + u32(3) + u64(tensors) + u64(values) + rest;
}

std::string tensor_of(const std::string& name, const std::vector<std::uint64_t>& extents,
                      std::uint32_t type, std::uint64_t offset) {
    std::string bytes = text(name) + u32(static_cast<std::uint32_t>(extents.size()));
    for (const std::uint64_t extent : extents) bytes += u64(extent);
    return bytes + u32(type) + u64(offset);
}

std::string padded(std::string bytes, std::size_t alignment = 32) {
    bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
    return bytes;
}

Gguf read(const std::string& bytes) { return read_gguf(bytes_of(bytes), "file"); }
std::string code_of(const std::string& bytes) {
    return error_code([&] { read(bytes); });
}

GgufMetadata every_type() {
    const GgufArray texts{std::vector<std::string>{"", "b\xC3\xA9"}};
    return {{"u8", std::uint8_t{255}},
            {"i8", std::int8_t{-128}},
            {"u16", std::uint16_t{65535}},
            {"i16", std::int16_t{-2}},
            {"u32", std::uint32_t{7}},
            {"i32", std::int32_t{-7}},
            {"f32", 1e-5F},
            {"bool", true},
            {"text", std::string("a\0b", 3)},
            {"texts", texts},
            {"u64", std::uint64_t{1} << 63},
            {"i64", std::numeric_limits<std::int64_t>::lowest()},
            {"f64", 0.1},
            {"flags", GgufArray{std::vector<bool>{true, false, true}}},
            {"numbers", GgufArray{std::vector<float>{1, -2.5F}}},
            {"none", GgufArray{std::vector<std::int64_t>{}}},
            {"nested",
             GgufArray{std::vector<GgufArray>{texts, GgufArray{std::vector<std::uint8_t>{1, 2}},
                                              GgufArray{std::vector<GgufArray>{}}}}}};
}

std::vector<GgufData> some_tensors() {
    return {{"a.weight", {2, 3}, GgmlType::F32, std::string(24, 'a')},
            {"b", {2, 64}, GgmlType::Q8_0, std::string(136, 'b')},
            {"none", {0, 4}, GgmlType::F16, ""},
            {"scalar", {}, GgmlType::BF16, "xy"},
            {"t", {256}, GgmlType::TQ1_0, std::string(54, 't')}};
}

TEST(Gguf, AFileByHand) {
    const std::string values = text("general.alignment") + u32(4) + u32(16) + text("n") + u32(9) +
                               u32(1) + u64(3) + "\x01\x02\xff";
    const std::string tensors = tensor_of("w", {3, 2}, 1, 0) + tensor_of("v", {1}, 0, 16);
    const std::string expected =
        padded(padded(file_of(2, 2, values + tensors), 16) + "abcdefghijkl", 16) +
        padded("ABCD", 16);
    const std::string written = write_gguf(
        {{"general.alignment", std::uint32_t{16}},
         {"n", GgufArray{std::vector<std::int8_t>{1, 2, -1}}}},
        {{"w", {2, 3}, GgmlType::F16, "abcdefghijkl"}, {"v", {1}, GgmlType::F32, "ABCD"}});
    EXPECT_EQ(written, expected);
    const Gguf file = read(expected);
    EXPECT_EQ(file.alignment, 16u);
    ASSERT_EQ(file.tensors.size(), 2u);
    const GgufTensor& tensor = file.tensors[0];
    EXPECT_EQ(tensor.name, "w");
    EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{2, 3}));  // 3 is the innermost
    EXPECT_EQ(expected.substr(tensor.offset, tensor.bytes), "abcdefghijkl");
    EXPECT_EQ(expected.substr(file.tensors[1].offset, 4), "ABCD");
    // The last tensor need not be padded.
    EXPECT_EQ(code_of(expected.substr(0, expected.size() - 12)), "none");
    EXPECT_EQ(code_of(expected.substr(0, expected.size() - 13)), "E-CKPT-045");
}

TEST(Gguf, EverythingComesBack) {
    std::string bytes = write_gguf(every_type(), some_tensors());
    for (const char version : {'\3', '\2'}) {
        bytes[4] = version;
        const Gguf file = read(bytes);
        EXPECT_EQ(file.version, static_cast<std::uint32_t>(version));
        EXPECT_EQ(file.metadata, every_type());
        ASSERT_EQ(file.tensors.size(), some_tensors().size());
        for (std::size_t i = 0; i < file.tensors.size(); ++i) {
            const GgufData expected = some_tensors()[i];
            const GgufTensor& tensor = file.tensors[i];
            EXPECT_EQ(tensor.name, expected.name);
            EXPECT_EQ(tensor.shape, expected.shape);
            EXPECT_EQ(tensor.type, expected.type);
            EXPECT_EQ(tensor.offset % 32, 0u);
            EXPECT_EQ(bytes.substr(tensor.offset, tensor.bytes), expected.bytes);
        }
    }
    EXPECT_TRUE(read(write_gguf({}, {})).tensors.empty());
    EXPECT_EQ(code_of(file_of(0, 0, "")), "none");  // a vocabulary's file may lack the padding
}

TEST(Gguf, NumbersAreFoundWhateverTheirType) {
    const Gguf file = read(write_gguf(every_type(), {}));
    EXPECT_EQ(file.integer("u8"), 255);
    EXPECT_EQ(file.integer("i64"), std::numeric_limits<std::int64_t>::lowest());
    EXPECT_FALSE(file.integer("u64"));  // beyond 63 bits
    EXPECT_FALSE(file.integer("bool"));
    EXPECT_FALSE(file.integer("f32"));
    EXPECT_FALSE(file.integer("absent"));
    EXPECT_EQ(file.number("f32"), 1e-5);
    EXPECT_EQ(file.number("f64"), 0.1);
    EXPECT_EQ(file.number("i32"), -7);
    EXPECT_FALSE(file.number("text"));
    EXPECT_EQ(file.text("text"), std::string("a\0b", 3));
    EXPECT_FALSE(file.text("u8"));
}

TEST(Gguf, OtherFilesAndVersionsAreRefused) {
    const std::string rest(16, '\0');
    EXPECT_EQ(code_of(""), "E-CKPT-041");
    EXPECT_EQ(code_of("GGUX" + u32(3) + rest), "E-CKPT-040");
    EXPECT_EQ(code_of("GGUF" + u32(1) + rest), "E-CKPT-040");
    EXPECT_EQ(code_of("GGUF" + u32(4) + rest), "E-CKPT-040");
    try {
        read("GGUF" + u32(0x03000000) + rest);
        FAIL();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().code, "E-CKPT-040");
        EXPECT_EQ(error.problem().found, "a big-endian file");
    }
}

TEST(Gguf, CountsAndLengthsBeyondTheFileAreRefused) {
    constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();
    const std::string rest(64, '\0');
    for (const std::uint64_t count : {std::uint64_t{5}, std::uint64_t{1} << 32, kHuge}) {
        EXPECT_EQ(code_of(file_of(count, 0, rest)), "E-CKPT-041");
        EXPECT_EQ(code_of(file_of(0, count, rest)), "E-CKPT-041");
    }
    const auto value = [&](const std::string& bytes) {
        return code_of(file_of(0, 1, bytes + rest));
    };
    EXPECT_EQ(value(u64(kHuge) + "k"), "E-CKPT-041");
    EXPECT_EQ(value(text("k") + u32(8) + u64(kHuge - 7)), "E-CKPT-041");
    for (const std::uint32_t type : {0U, 3U, 6U, 7U, 8U, 9U, 12U})
        EXPECT_EQ(value(text("k") + u32(9) + u32(type) + u64(kHuge / 2)), "E-CKPT-041") << type;
    EXPECT_EQ(value(text("k") + u32(9) + u32(8) + u64(9)), "E-CKPT-041");  // 8 texts fit into 64
}

TEST(Gguf, MalformedMetadataAreRefused) {
    const std::string one = text("k") + u32(0) + "\1";
    const std::string rest(32, '\0');
    const auto code = [&](std::uint64_t count, const std::string& bytes) {
        return code_of(file_of(0, count, bytes + rest));
    };
    EXPECT_EQ(code(1, one), "none");
    EXPECT_EQ(code(2, one + one), "E-CKPT-042");
    EXPECT_EQ(code(1, text("") + u32(0) + "\1"), "E-CKPT-042");
    EXPECT_EQ(code(1, text("a\n") + u32(0) + "\1"), "E-CKPT-042");
    EXPECT_EQ(code(1, text("\xC3\xA9") + u32(0) + "\1"), "E-CKPT-042");
    EXPECT_EQ(code(1, text(std::string(65536, 'k')) + u32(0) + "\1"), "E-CKPT-042");
    EXPECT_EQ(code(1, text("k") + u32(13) + "\1"), "E-CKPT-042");
    EXPECT_EQ(code(1, text("k") + u32(9) + u32(13) + u64(0)), "E-CKPT-042");
    EXPECT_EQ(code(1, text("k") + u32(7) + "\2"), "E-CKPT-042");
    EXPECT_EQ(code(1, text("k") + u32(9) + u32(7) + u64(2) + "\1\2"), "E-CKPT-042");
    std::string nested = text("k") + u32(9);
    for (int i = 0; i < gguf::kMostDepth - 1; ++i) nested += u32(9) + u64(1);
    EXPECT_EQ(code(1, nested + u32(0) + u64(0)), "none");
    EXPECT_EQ(code(1, nested + u32(9) + u64(1) + u32(0) + u64(0)), "E-CKPT-042");
    for (const std::uint32_t alignment : {0U, 4U, 12U, 1U << 21})
        EXPECT_EQ(code(1, text("general.alignment") + u32(4) + u32(alignment)), "E-CKPT-042");
    EXPECT_EQ(code(1, text("general.alignment") + u32(10) + u64(32)), "E-CKPT-042");
    EXPECT_EQ(code(1, text("general.alignment") + u32(4) + u32(24)), "none");
}

TEST(Gguf, MalformedTensorsAreRefused) {
    const auto code = [](const std::vector<std::string>& tensors, std::size_t data) {
        std::string bytes;
        for (const std::string& tensor : tensors) bytes += tensor;
        return code_of(padded(file_of(tensors.size(), 0, bytes)) + std::string(data, 'x'));
    };
    constexpr std::uint64_t kHuge = std::uint64_t{1} << 62;
    EXPECT_EQ(code({tensor_of("a", {4}, 0, 0)}, 16), "none");
    EXPECT_EQ(code({tensor_of("", {4}, 0, 0)}, 16), "E-CKPT-043");
    EXPECT_EQ(code({tensor_of(std::string(65, 'n'), {4}, 0, 0)}, 16), "E-CKPT-043");
    EXPECT_EQ(code({tensor_of("a", {4}, 0, 0), tensor_of("a", {4}, 0, 32)}, 64), "E-CKPT-043");
    EXPECT_EQ(code({tensor_of("a", {1, 1, 1, 1, 1}, 0, 0)}, 16), "E-CKPT-043");
    EXPECT_EQ(code({tensor_of("a", {kHuge, kHuge}, 0, 0)}, 16), "E-CKPT-043");
    EXPECT_EQ(code({tensor_of("a", {0, kHuge, kHuge}, 0, 0)}, 16), "E-CKPT-043");
    EXPECT_EQ(code({tensor_of("a", {~std::uint64_t{0}}, 0, 0)}, 16), "E-CKPT-043");
    EXPECT_EQ(code({tensor_of("a", {31}, 8, 0)}, 99), "E-CKPT-043");
    EXPECT_EQ(code({tensor_of("a", {16, 2}, 8, 0)}, 99), "E-CKPT-043");  // blocks keep to a row
    EXPECT_EQ(code({tensor_of("a", {256}, 14, 0)}, 999), "E-CKPT-044");
    EXPECT_EQ(code({tensor_of("a", {256}, 77, 0)}, 999), "E-CKPT-044");
    EXPECT_EQ(code({tensor_of("a", {4}, 0, 0)}, 15), "E-CKPT-045");
    EXPECT_EQ(code({tensor_of("a", {4}, 0, 8)}, 64), "E-CKPT-045");
    EXPECT_EQ(code({tensor_of("a", {4}, 0, ~std::uint64_t{31})}, 64), "E-CKPT-045");
    EXPECT_EQ(code({tensor_of("a", {16}, 0, 0), tensor_of("b", {8}, 0, 32)}, 64), "E-CKPT-045");
    EXPECT_EQ(code({tensor_of("a", {8}, 0, 0), tensor_of("b", {8}, 0, 64)}, 96), "E-CKPT-045");
    EXPECT_EQ(code({tensor_of("a", {8}, 0, 32)}, 96), "E-CKPT-045");
    EXPECT_EQ(code({tensor_of("b", {8}, 0, 32), tensor_of("a", {8}, 0, 0)}, 64), "none");
    try {
        read(padded(file_of(1, 0, tensor_of("a", {256}, 14, 0))) + std::string(999, 'x'));
        FAIL();
    } catch (const engine::Error& error) {
        EXPECT_EQ(error.problem().found, "Q6_K (14)");
    }
}

TEST(Gguf, EveryTruncationIsAClearError) {
    const std::string whole = write_gguf(every_type(), some_tensors());
    const std::size_t end = read(whole).tensors.back().offset + 54;
    for (std::size_t length = 0; length < end; ++length) {
        const std::string code = code_of(whole.substr(0, length));
        ASSERT_TRUE(code == "E-CKPT-041" || code == "E-CKPT-045") << length << " " << code;
    }
}

TEST(Gguf, EveryChangedByteIsReadOrAClearError) {
    const std::string whole = write_gguf(every_type(), some_tensors());
    std::size_t refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const unsigned change : {1U, 0x80U, 0xffU}) {
            std::string bytes = whole;
            bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ change);
            try {
                for (const GgufTensor& tensor : read(bytes).tensors)
                    ASSERT_LE(tensor.offset + tensor.bytes, bytes.size());
            } catch (const engine::Error& error) {
                ++refused;
                ASSERT_TRUE(error.problem().code.starts_with("E-CKPT-04")) << at;
                ASSERT_FALSE(error.problem().found.empty() || error.problem().mend.empty());
            }
        }
    }
    EXPECT_GT(refused, whole.size() / 4);
}

TEST(Gguf, WhatCannotBeReadIsNotWritten) {
    const auto code = [](const GgufMetadata& metadata, const std::vector<GgufData>& tensors) {
        return error_code([&] { write_gguf(metadata, tensors); });
    };
    const GgufData good = {"a", {2}, GgmlType::F16, "abcd"};
    EXPECT_EQ(code({}, {good}), "none");
    EXPECT_EQ(code({}, {good, good}), "E-CKPT-047");
    EXPECT_EQ(code({}, {{"a", {3}, GgmlType::F16, "abcd"}}), "E-CKPT-047");
    EXPECT_EQ(code({}, {{"", {2}, GgmlType::F16, "abcd"}}), "E-CKPT-047");
    EXPECT_EQ(code({}, {{"a", {1, 1, 1, 1, 2}, GgmlType::F16, "abcd"}}), "E-CKPT-047");
    EXPECT_EQ(code({}, {{"a", {-1}, GgmlType::F16, ""}}), "E-CKPT-047");
    EXPECT_EQ(code({{"k", true}, {"k", true}}, {}), "E-CKPT-047");
    EXPECT_EQ(code({{"a key", true}}, {}), "E-CKPT-047");
    EXPECT_EQ(code({{"general.alignment", std::uint32_t{20}}}, {}), "E-CKPT-047");
    GgufArray deep{std::vector<std::uint8_t>{1}};
    for (int i = 1; i < gguf::kMostDepth; ++i) deep = GgufArray{std::vector<GgufArray>{deep}};
    EXPECT_EQ(code({{"deep", deep}}, {}), "none");
    EXPECT_EQ(read(write_gguf({{"deep", deep}}, {})).metadata[0].second, GgufValue(deep));
    EXPECT_EQ(code({{"deep", GgufArray{std::vector<GgufArray>{deep}}}}, {}), "E-CKPT-047");
}

}  // namespace
}  // namespace millrace::ops
