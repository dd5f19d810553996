// Stored packets that are damaged or made to hurt: one clear error each, before memory is taken.
#include <gtest/gtest.h>

#include <cstring>

#include "engine/visual/io/safetensors.hpp"
#include "tests/engine/visual/io/memory_probe.hpp"
#include "tests/nodes/types/payloads.hpp"

namespace millrace::types::testing {
namespace {

using engine::ArrayView;
using engine::DType;
using engine::Packet;
using visual::testing::MemoryProbe;

/// The problem of reading these bytes; without a code when there was none.
engine::Problem problem_of(std::string_view bytes) {
    try {
        engine::deserialise(bytes, Payloads());
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {};
}

/// A file with a header of one's own making.
std::string file_of(const std::string& header, const std::string& data = "") {
    std::string bytes(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, 8);
    return bytes + header + data;
}

/// A stored packet of a type with these attributes and arrays.
std::string packet_of(const std::string& type, const std::string& attributes,
                      const std::vector<ArrayView>& arrays) {
    return visual::write_safetensors(
        arrays, {{"millrace.type", type}, {"millrace.attributes", attributes}});
}

ArrayView array_of(const std::string& name, DType type, std::vector<std::int64_t> shape) {
    static const std::vector<std::byte> zeros(1 << 16);
    ArrayView view{name, type, std::move(shape)};
    view.bytes = std::span(zeros).first(static_cast<std::size_t>(view.count()) * size_of(type));
    return view;
}

TEST(Hostile, EveryTruncationIsOneClearError) {
    for (const Sample& sample : samples()) {
        const std::string bytes = engine::serialise(sample.packet);
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            const engine::Problem problem = problem_of(std::string_view(bytes).substr(0, length));
            ASSERT_TRUE(problem.code.starts_with("E-FILE-02"))
                << sample.name << " of " << length << " bytes: " << to_text(problem);
            ASSERT_FALSE(problem.what.empty() || problem.expected.empty() ||
                         problem.found.empty() || problem.mend.empty())
                << to_text(problem);
        }
        EXPECT_TRUE(problem_of(bytes + "x").code.starts_with("E-FILE-02")) << sample.name;
    }
}

TEST(Hostile, AnyByteMayBeOther) {
    // Nothing but an Error or a payload may come of it. Where a payload does, it is a whole one.
    for (const Sample& sample : samples()) {
        const std::string bytes = engine::serialise(sample.packet);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            for (const int bits : {0x01, 0x20, 0x80, 0xff}) {
                std::string damaged = bytes;
                damaged[at] = static_cast<char>(damaged[at] ^ bits);
                try {
                    const Packet packet = engine::deserialise(damaged, Payloads());
                    EXPECT_EQ(packet.hash(), packet.sketch().hash);
                    EXPECT_FALSE(packet.visual({1 << 12}).size() > 2u &&
                                 sample.name != "calibration");
                } catch (const engine::Error& error) {
                    EXPECT_FALSE(error.problem().code.empty()) << error.what();
                }
            }
        }
    }
}

TEST(Hostile, PromisesOfTheHeaderTakeNoMemory) {
    const std::string type = R"("__metadata__":{"millrace.type":"tensor/1"})";
    const auto tensor = [&](const std::string& entry, const std::string& data = "") {
        return file_of("{" + type + R"(,"tensor":)" + entry + "}", data);
    };
    std::string long_header(8, '\xff');
    long_header[7] = '\x7f';
    const std::vector<std::string> files = {
        long_header,
        std::string(8, '\xff') + "{}",
        tensor(R"({"dtype":"F64","shape":[1000000000000],"data_offsets":[0,8000000000000]})", "x"),
        tensor(R"({"dtype":"F64","shape":[4611686018427387904,4],"data_offsets":[0,0]})"),
        tensor(R"({"dtype":"F64","shape":[4611686018427387904,4,0],"data_offsets":[0,0]})"),
        tensor(R"({"dtype":"U8","shape":[-1],"data_offsets":[0,0]})"),
        tensor(R"({"dtype":"U8","shape":[8],"data_offsets":[8,0]})", "12345678"),
        tensor(R"({"dtype":"U8","shape":[8],"data_offsets":[-8,0]})", "12345678"),
        tensor(R"({"dtype":"U8","shape":[1e400],"data_offsets":[0,0]})"),
        tensor(R"({"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,0]})"),
        tensor(R"({"dtype":"U8","shape":")" + std::string(1000, '9') +
               R"(","data_offsets":[0,0]})"),
        tensor(R"({"dtype":"U8","shape":[)" + std::string(3000, '[') + "]}"),
        file_of(R"({"__metadata__":{"millrace.type":"list/1","millrace.children":"4000000000"}})"),
        file_of(
            R"({"__metadata__":{"millrace.type":"tensor/1","millrace.children":"4000000000"}})"),
        file_of(R"({"__metadata__":{"millrace.type":"tensor/1","millrace.children":"-1"}})"),
        file_of(R"({"__metadata__":{}})"),
        file_of("{}"),
        file_of("[]"),
        file_of("")};
    for (const std::string& file : files) {
        const MemoryProbe probe;
        const engine::Problem problem = problem_of(file);
        EXPECT_TRUE(problem.code.starts_with("E-")) << file.substr(0, 200);
        EXPECT_FALSE(problem.what.empty()) << file.substr(0, 200);
        EXPECT_LT(probe.peak(), std::size_t{1} << 20) << file.substr(0, 200);
    }
}

TEST(Hostile, ShapesThatFitTheFileButNoPayload) {
    const std::string image = R"({"frame":"","unit":"","timestamp":0.0})";
    const std::string cloud =
        R"({"frame":"","timestamp":0.0,"origin":[0.0,0.0,0.0],"fields":["a"]})";
    const std::string curves = R"({"title":"","x_label":"","y_label":"",)";
    const std::string camera = R"({"lidar_frame":"l","cameras":[{"name":"c","width":)";
    const ArrayView world = array_of("world_from_lidar", DType::F64, {4, 4});
    const ArrayView row = array_of("cameras", DType::F64, {1, 28});
    const std::vector<std::pair<std::string, std::string>> files = {
        {"pixels of four dimensions",
         packet_of("image/1", image, {array_of("pixels", DType::U8, {1, 1, 1, 1})})},
        {"pixels of a type no image has",
         packet_of("image/1", image, {array_of("pixels", DType::I64, {1, 1, 1})})},
        {"an image wider than any",
         packet_of("image/1", image, {array_of("pixels", DType::U8, {0, 1 << 30, 3})})},
        {"no pixels", packet_of("image/1", image, {})},
        {"no frame", packet_of("image/1", "{}", {array_of("pixels", DType::U8, {1, 1, 1})})},
        {"a timestamp of text", packet_of("image/1", R"({"frame":"","unit":"","timestamp":"0"})",
                                          {array_of("pixels", DType::U8, {1, 1, 1})})},
        {"points of two coordinates",
         packet_of("point_cloud/1", cloud, {array_of("points", DType::F32, {2, 2})})},
        {"points of doubles",
         packet_of("point_cloud/1", cloud, {array_of("points", DType::F64, {2, 3})})},
        {"no field", packet_of("point_cloud/1", cloud, {array_of("points", DType::F32, {2, 3})})},
        {"a field of other points", packet_of("point_cloud/1", cloud,
                                              {array_of("points", DType::F32, {2, 3}),
                                               array_of("field.0", DType::F32, {3, 1})})},
        {"a field without channels", packet_of("point_cloud/1", cloud,
                                               {array_of("points", DType::F32, {2, 3}),
                                                array_of("field.0", DType::F32, {2, 0})})},
        {"a field of more channels than any",
         packet_of("point_cloud/1", cloud,
                   {array_of("points", DType::F32, {0, 3}),
                    array_of("field.0", DType::F32, {0, std::int64_t{1} << 40})})},
        {"a field of a type no cloud has", packet_of("point_cloud/1", cloud,
                                                     {array_of("points", DType::F32, {2, 3}),
                                                      array_of("field.0", DType::F16, {2, 1})})},
        {"an origin of two coordinates",
         packet_of("point_cloud/1",
                   R"({"frame":"","timestamp":0.0,"origin":[0.0,0.0],"fields":[]})",
                   {array_of("points", DType::F32, {2, 3})})},
        {"boxes without labels", packet_of("boxes2d/1", R"({"frame":"","labels":[]})",
                                           {array_of("boxes", DType::F64, {1, 5})})},
        {"boxes of other numbers", packet_of("boxes2d/1", R"({"frame":"","labels":["a"]})",
                                             {array_of("boxes", DType::F64, {1, 8})})},
        {"labels that are numbers", packet_of("boxes2d/1", R"({"frame":"","labels":[1]})",
                                              {array_of("boxes", DType::F64, {1, 5})})},
        {"boxes without tracks",
         packet_of("boxes3d/1", R"({"frame":"","labels":["a"]})",
                   {array_of("boxes", DType::F64, {1, 8}), array_of("tracks", DType::I64, {0})})},
        {"a camera without numbers",
         packet_of("calibration/1", camera + R"(1,"height":1,"distortion":[]}]})",
                   {array_of("cameras", DType::F64, {0, 28}), world})},
        {"a camera of no extent",
         packet_of("calibration/1", camera + R"(4294967297,"height":1,"distortion":[]}]})",
                   {row, world})},
        {"a camera of less than none",
         packet_of("calibration/1", camera + R"(-1,"height":1,"distortion":[]}]})", {row, world})},
        {"a camera that is no object",
         packet_of("calibration/1", R"({"lidar_frame":"l","cameras":[3]})", {row, world})},
        {"a pose of nine numbers", packet_of("calibration/1", R"({"lidar_frame":"l","cameras":[]})",
                                             {array_of("cameras", DType::F64, {0, 28}),
                                              array_of("world_from_lidar", DType::F64, {3, 3})})},
        {"columns of other lengths",
         packet_of("table/1", R"({"columns":[{"name":"a"},{"name":"b"}]})",
                   {array_of("column.0", DType::F64, {2}), array_of("column.1", DType::I64, {3})})},
        {"a column that is missing", packet_of("table/1", R"({"columns":[{"name":"a"}]})", {})},
        {"a column without a name", packet_of("table/1", R"({"columns":[{"texts":[]}]})", {})},
        {"figures without names",
         packet_of("metrics/1", R"({"names":[],"step":0})", {array_of("values", DType::F64, {2})})},
        {"a step of text", packet_of("metrics/1", R"({"names":[],"step":"0"})",
                                     {array_of("values", DType::F64, {0})})},
        {"a text of numbers", packet_of("text/1", R"({"text":1})", {})},
        {"attributes that are a list", packet_of("text/1", "[]", {})},
        {"attributes that are no JSON", packet_of("text/1", "{", {})},
        {"a curve without y",
         packet_of("curves/1", curves + R"("names":["a"]})", {array_of("x.0", DType::F64, {2})})},
        {"a curve of two lengths",
         packet_of("curves/1", curves + R"("names":["a"]})",
                   {array_of("x.0", DType::F64, {2}), array_of("y.0", DType::F64, {3})})},
        {"a curve of floats",
         packet_of("curves/1", curves + R"("names":["a"]})",
                   {array_of("x.0", DType::F32, {2}), array_of("y.0", DType::F32, {2})})},
        {"curves without a title", packet_of("curves/1", R"({"names":[]})", {})},
        {"a curve's name that is a number", packet_of("curves/1", curves + R"("names":[1]})", {})},
        {"a model without a spec", packet_of("model/1", R"({"buffers":[],"version":0})", {})},
        {"a model's version below none",
         packet_of("model/1", R"({"spec":{},"buffers":[],"version":-1})", {})},
        {"a model whose buffer is missing",
         packet_of("model/1", R"({"spec":{},"buffers":["a"],"version":0})", {})},
        {"a model's buffers of numbers",
         packet_of("model/1", R"({"spec":{},"buffers":[1],"version":0})", {})},
        {"a model's tensor of a type LibTorch lacks",
         packet_of("model/1", R"({"spec":{},"buffers":[],"version":0})",
                   {array_of("a", DType::U32, {2})})},
        {"a type LibTorch lacks",
         packet_of("tensor/1", "{}", {array_of("tensor", DType::U32, {2})})},
        {"no tensor", packet_of("tensor/1", "{}", {})},
        {"a type nobody knows", packet_of("tensor/2", "{}", {})},
    };
    for (const auto& [name, file] : files) {
        const engine::Problem problem = problem_of(file);
        EXPECT_TRUE(problem.code.starts_with("E-")) << name << ": " << to_text(problem);
        EXPECT_FALSE(problem.what.empty()) << name;
        EXPECT_EQ(problem.what.find("map::at"), std::string::npos) << name;
    }
    EXPECT_EQ(problem_of(files.back().second).code, "E-TYPE-002");
    EXPECT_EQ(problem_of(files.back().second).found, "tensor/2");
}

TEST(Hostile, ABooleanIsOneOfTwo) {
    ArrayView view = array_of("tensor", DType::Bool, {3});
    const std::string bytes("\x00\x02\xff", 3);
    view.bytes = std::as_bytes(std::span(bytes));
    const Packet packet = engine::deserialise(packet_of("tensor/1", "{}", {view}), Payloads());
    const auto* values = static_cast<const std::uint8_t*>(packet.as<Tensor>().value.data_ptr());
    EXPECT_EQ(values[0], 0);
    EXPECT_EQ(values[1], 1);
    EXPECT_EQ(values[2], 1);
}

}  // namespace
}  // namespace millrace::types::testing
