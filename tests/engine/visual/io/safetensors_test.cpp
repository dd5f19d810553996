#include "engine/visual/io/safetensors.hpp"

#include <fmt/format.h>

#include "tests/engine/visual/io/support.hpp"

namespace millrace::visual::testing {
namespace {

using engine::ArrayView;
using engine::DType;

/// A file spelt out: length, header, data.
std::string file_of(std::string_view header, std::string_view data = "") {
    return raw({static_cast<std::uint64_t>(header.size())}) + std::string(header) +
           std::string(data);
}

Safetensors read_tensors(std::string_view bytes) {
    return read_safetensors(bytes_of(bytes), "file");
}

engine::Problem tensors_problem(std::string_view bytes) {
    return problem_of([&] { read_tensors(bytes); });
}

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Safetensors, AsTheFormatsPageShowsIt) {
    // Entries in another order than the data, white space behind the header, an empty array and a
    // scalar.
    const std::string file = file_of(
        R"({"b":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]},"__metadata__":{"format":"pt","who":"ü"},)"
        R"("a":{"dtype":"I16","shape":[2],"data_offsets":[0,4]},"none":{"dtype":"F64","shape":[0,3],"data_offsets":[12,12]},)"
        R"("one":{"dtype":"BOOL","shape":[],"data_offsets":[12,13]}}      )",
        raw<std::int16_t>({-1, 2}) + raw<float>({0.5F, kNan}) + "\1");
    const Safetensors read = read_tensors(file);
    ASSERT_EQ(read.arrays.size(), 4U);
    EXPECT_EQ(read.arrays[0].name, "a");
    EXPECT_EQ(read.arrays[0].type, DType::I16);
    EXPECT_EQ(read.arrays[0].shape, (std::vector<std::int64_t>{2}));
    EXPECT_EQ(text_of(read.arrays[0].bytes), raw<std::int16_t>({-1, 2}));
    EXPECT_EQ(read.arrays[1].name, "b");
    EXPECT_EQ(text_of(read.arrays[1].bytes), raw<float>({0.5F, kNan}));
    EXPECT_EQ(read.arrays[2].name, "none");
    EXPECT_TRUE(read.arrays[2].bytes.empty());
    EXPECT_EQ(read.arrays[3].name, "one");
    EXPECT_EQ(read.arrays[3].count(), 1);
    EXPECT_EQ(read.metadata, (std::map<std::string, std::string>{{"format", "pt"}, {"who", "ü"}}));
    // Views, not copies.
    EXPECT_EQ(reinterpret_cast<const char*>(read.arrays[3].bytes.data()),
              file.data() + file.size() - 1);
}

TEST(Safetensors, EveryTypeThereAndBack) {
    std::string data;
    for (int i = 0; i < 64; ++i) data += static_cast<char>(i * 7);
    std::vector<ArrayView> arrays;
    for (int type = 0; type <= static_cast<int>(DType::Bool); ++type) {
        const auto dtype = static_cast<DType>(type);
        arrays.push_back({fmt::format("array {}", 20 - type),
                          dtype,
                          {2, 1, 3},
                          bytes_of(data).first(6 * size_of(dtype))});
    }
    const std::map<std::string, std::string> metadata = {{"quote", "\"\\\n\t\x7f"},
                                                         {"", "empty key"}};
    const std::string file = write_safetensors(arrays, metadata);
    EXPECT_EQ(file.size() % 2, 0U);
    std::uint64_t header = 0;
    std::memcpy(&header, file.data(), sizeof header);
    EXPECT_EQ(header % 8, 0U);
    EXPECT_EQ(file[8], '{');
    const Safetensors read = read_tensors(file);
    EXPECT_EQ(read.metadata, metadata);
    ASSERT_EQ(read.arrays.size(), arrays.size());
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        EXPECT_EQ(read.arrays[i].name, arrays[i].name);
        EXPECT_EQ(read.arrays[i].type, arrays[i].type);
        EXPECT_EQ(read.arrays[i].shape, arrays[i].shape);
        EXPECT_EQ(text_of(read.arrays[i].bytes), text_of(arrays[i].bytes));
    }
    const Safetensors none = read_tensors(write_safetensors({}, {}));
    EXPECT_TRUE(none.arrays.empty() && none.metadata.empty());
    EXPECT_TRUE(read_tensors(file_of("{}")).arrays.empty());
}

TEST(Safetensors, TwoArraysOfOneNameAreNotWritten) {
    const std::string data(4, 'x');
    const ArrayView array{"a", DType::U8, {4}, bytes_of(data)};
    EXPECT_EQ(problem_of([&] { write_safetensors({array, array}, {}); }).code, "E-FILE-025");
    const ArrayView reserved{"__metadata__", DType::U8, {4}, bytes_of(data)};
    EXPECT_EQ(problem_of([&] { write_safetensors({reserved}, {}); }).code, "E-FILE-025");
}

TEST(Safetensors, NoTerminalActsOnNamesInMessages) {
    for (const std::string_view entry : {"{}", R"({"dtype":"U8","shape":[9],"data_offsets":[0,4]})",
                                         R"({"dtype":"U8","shape":[3],"data_offsets":[1,4]})"}) {
        const std::string header = R"({"a\u001b[2J\n": )" + std::string(entry) + "}";
        const engine::Problem problem = tensors_problem(file_of(header, "data"));
        EXPECT_NE(problem.what.find("\"a?[2J?\""), std::string::npos) << problem.what;
    }
}

TEST(Safetensors, HeadersThatLie) {
    struct Case {
        std::string_view header, code;
    };
    constexpr Case kCases[] = {
        {"", "E-FILE-022"},
        {"[]", "E-FILE-022"},
        {"{", "E-FILE-022"},
        {"{}{}", "E-FILE-022"},
        {"{\"a\":\"\xff\"}", "E-FILE-022"},
        {R"({"a":7})", "E-FILE-022"},
        {R"({"a":{}})", "E-FILE-022"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],}})", "E-FILE-022"},
        {R"({"a":{"dtype":"F32","shape":[1]}})", "E-FILE-022"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", "E-FILE-022"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,2,4]}})", "E-FILE-022"},
        {R"({"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})", "E-FILE-022"},
        {R"({"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}})", "E-FILE-022"},
        {R"({"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}})", "E-FILE-022"},
        {R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", "E-FILE-022"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4.5]}})", "E-FILE-022"},
        {R"({"__metadata__":{"n":1}})", "E-FILE-022"},
        {R"({"__metadata__":[]})", "E-FILE-022"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
         "E-FILE-022"},
        {R"({"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}})", "E-FILE-010"},
        {R"({"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}})", "E-FILE-010"},
        {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "E-FILE-023"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})", "E-FILE-023"},
        {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "E-FILE-023"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", "E-FILE-023"},
        {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "E-FILE-023"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}})", "E-FILE-023"},
        {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[-9223372036854775808,9223372036854775807]}})",
         "E-FILE-023"},
        {R"({"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}})",
         "E-FILE-023"},
        {R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})",
         "E-FILE-023"},
        {R"({"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,0]}})",
         "E-FILE-022"},
        {R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})", "E-FILE-024"},
        {R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}})", "E-FILE-024"},
        {R"({})", "E-FILE-024"},
        {R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
         "E-FILE-024"},
        {R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
         "E-FILE-024"},
        {R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}})",
         "E-FILE-024"}};
    for (const Case& wrong : kCases) {
        SCOPED_TRACE(wrong.header);
        const engine::Problem problem = tensors_problem(file_of(wrong.header, "data"));
        EXPECT_EQ(problem.code, wrong.code);
        expect_helpful(problem);
    }
}

TEST(Safetensors, LengthsThatLie) {
    for (std::size_t size = 0; size < 8; ++size)
        EXPECT_EQ(tensors_problem(std::string(size, '\0')).code, "E-FILE-020") << size;
    for (const std::uint64_t length :
         {std::uint64_t{3}, std::uint64_t{1} << 32, std::uint64_t{1} << 63, ~std::uint64_t{0},
          ~std::uint64_t{7}}) {
        const engine::Problem problem = tensors_problem(raw({length}) + "{}");
        EXPECT_EQ(problem.code, "E-FILE-021") << length;
        expect_helpful(problem);
    }
}

TEST(Safetensors, NestingAndManyDimensions) {
    EXPECT_EQ(tensors_problem(file_of(R"({"a":)" + std::string(100'000, '[') + "}")).code,
              "E-FILE-022");
    std::string shape = "1";
    for (int i = 0; i < 63; ++i) shape += ",1";
    const auto with = [](const std::string& extents) {
        return file_of(
            fmt::format(R"({{"a":{{"dtype":"U8","shape":[{}],"data_offsets":[0,1]}}}})", extents),
            "x");
    };
    EXPECT_EQ(read_tensors(with(shape)).arrays[0].shape.size(), 64U);
    EXPECT_EQ(tensors_problem(with(shape + ",1")).code, "E-FILE-022");
}

TEST(Safetensors, EveryCutAndTrailingBytes) {
    const std::string data = raw<float>({1, 2, 3, 4});
    const std::string file =
        write_safetensors({{"a", DType::F32, {4}, bytes_of(data)}}, {{"k", "v"}});
    for_each_cut(file, [](std::string_view part, std::size_t size) {
        const engine::Problem problem = tensors_problem(part);
        EXPECT_EQ(problem.code.substr(0, 9), "E-FILE-02") << size;
        expect_helpful(problem);
    });
    EXPECT_EQ(tensors_problem(file + "x").code, "E-FILE-024");
}

}  // namespace
}  // namespace millrace::visual::testing
