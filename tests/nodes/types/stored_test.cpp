// The serialised form: what is written comes back, and is a safetensors file that any reader of
// that format takes.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "tests/nodes/types/payloads.hpp"

namespace millrace::types::testing {
namespace {

using engine::Packet;

Packet there_and_back(const Packet& packet) {
    return engine::deserialise(engine::serialise(packet), Payloads());
}

template <class T>
T again(T payload) {
    return there_and_back(Packet::make(std::move(payload))).template as<T>();
}

/// Header and data of a safetensors file, read by the format's page alone: 8 bytes of length, JSON.
struct File {
    nlohmann::json header;
    std::string data;
};
File taken_apart(const std::string& bytes) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    return {nlohmann::json::parse(bytes.substr(8, length)), bytes.substr(8 + length)};
}

TEST(Stored, EverySampleComesBackWithItsHash) {
    for (const auto& list : {samples(), empty_samples(), odd_samples()}) {
        for (const Sample& sample : list) {
            const Packet back = there_and_back(sample.packet);
            EXPECT_EQ(back.type().name, sample.packet.type().name) << sample.name;
            EXPECT_EQ(back.hash(), sample.packet.hash()) << sample.name;
            EXPECT_EQ(engine::serialise(back), engine::serialise(sample.packet)) << sample.name;
        }
    }
    for (const Change& change : changes())
        EXPECT_EQ(there_and_back(change.after).hash(), change.after.hash()) << change.name;
}

// The hash says that the records are equal; these say that restore() fills each field from its own.
TEST(Stored, FieldsComeBackInTheirPlaces) {
    const PointCloud cloud = again(sample_cloud());
    EXPECT_EQ(cloud.points, sample_cloud().points);
    EXPECT_EQ(cloud.fields, sample_cloud().fields);
    EXPECT_EQ(cloud.frame, "lidar");
    EXPECT_EQ(cloud.origin, sample_cloud().origin);
    EXPECT_EQ(cloud.timestamp, 12.5);
    EXPECT_EQ(cloud.full_count, 3u);

    const Image image = again(sample_image());
    EXPECT_EQ(image.width, 4);
    EXPECT_EQ(image.height, 2);
    EXPECT_EQ(image.channels, 3);
    EXPECT_EQ(image.bytes, sample_image().bytes);
    EXPECT_EQ(image.unit, "m");
    EXPECT_EQ(image.timestamp, 1532402927.647951);

    const Calibration calibration = again(sample_calibration());
    const Calibration expected = sample_calibration();
    ASSERT_EQ(calibration.cameras.size(), 2u);
    EXPECT_EQ(calibration.lidar_frame, "velodyne");
    EXPECT_EQ(calibration.world_from_lidar, expected.world_from_lidar);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(calibration.cameras[i].name, expected.cameras[i].name);
        EXPECT_EQ(calibration.cameras[i].width, 1242);
        EXPECT_EQ(calibration.cameras[i].height, 375);
        EXPECT_EQ(calibration.cameras[i].projection, expected.cameras[i].projection);
        EXPECT_EQ(calibration.cameras[i].distortion, expected.cameras[i].distortion);
        EXPECT_EQ(calibration.cameras[i].camera_from_lidar, expected.cameras[i].camera_from_lidar);
    }
    EXPECT_EQ(calibration.camera("image_3"), &calibration.cameras[1]);
    EXPECT_EQ(calibration.camera(""), &calibration.cameras[0]);
    EXPECT_EQ(calibration.camera("image_4"), nullptr);

    const Boxes3d boxes = again(sample_boxes3d());
    ASSERT_EQ(boxes.boxes.size(), 2u);
    EXPECT_EQ(boxes.boxes[0].center, (std::array<double, 3>{1, 2, 3}));
    EXPECT_EQ(boxes.boxes[0].size, (std::array<double, 3>{4, 1.5, 1.6}));
    EXPECT_EQ(boxes.boxes[0].yaw, 0.25);
    EXPECT_EQ(boxes.boxes[0].label, "car");
    EXPECT_EQ(boxes.boxes[0].score, 0.75);
    EXPECT_EQ(boxes.boxes[0].track, 12);
    EXPECT_EQ(boxes.frame, "lidar");
    const Boxes2d flat = again(sample_boxes2d());
    EXPECT_EQ(flat.boxes.at(1).xyxy, (std::array<double, 4>{-1, 0, 9, 1e6}));
    EXPECT_EQ(flat.boxes.at(1).label, "Fußgänger");
    EXPECT_EQ(flat.boxes.at(0).score, 0.75);

    const Table table = again(sample_table());
    ASSERT_EQ(table.columns.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(table.columns[i].name, sample_table().columns[i].name);
        EXPECT_EQ(table.columns[i].values, sample_table().columns[i].values);
    }
    EXPECT_EQ(table.column("count"), &table.columns[1]);
    EXPECT_EQ(table.column("none"), nullptr);
    EXPECT_EQ(again(sample_metrics()).values, sample_metrics().values);
    EXPECT_EQ(again(sample_metrics()).step, 3);
    EXPECT_EQ(again(Text{"ü\n"}).text, "ü\n");

    const Curves curves = again(sample_curves());
    EXPECT_EQ(curves.title, "Loß");
    EXPECT_EQ(curves.x_label, "step");
    EXPECT_EQ(curves.y_label, "nats");
    ASSERT_EQ(curves.lines.size(), 2u);
    EXPECT_EQ(curves.lines[1].name, "valid");
    EXPECT_EQ(curves.lines[0].x, (std::vector<double>{0, 1, 2.5}));
    EXPECT_EQ(curves.lines[0].y, (std::vector<double>{3, 2, -1}));
}

void expect_equal(const NamedTensors& found, const NamedTensors& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [name, tensor] : expected) {
        ASSERT_TRUE(found.contains(name)) << name;
        EXPECT_EQ(found.at(name).scalar_type(), tensor.scalar_type()) << name;
        EXPECT_TRUE(at::equal(found.at(name), tensor)) << name;
    }
}

TEST(Stored, TensorsOfAModelComeBackInTheirPlaces) {
    Model model = sample_model();
    // Names that an average could have, of layers that have none.
    model.parameters["average/conv.weight"] = at::ones({2});
    model.buffers["average/conv.mean"] = at::ones({3});
    for (const bool averaged : {true, false}) {
        if (!averaged) model.average.clear();
        const Model back = again(model);
        EXPECT_EQ(back.spec, model.spec);
        EXPECT_EQ(back.version, 41u);
        expect_equal(back.parameters, model.parameters);
        expect_equal(back.buffers, model.buffers);
        expect_equal(back.average, model.average);
    }
    Model trained = sample_model();
    trained.parameters["head.bias"].requires_grad_(true);
    EXPECT_FALSE(again(trained).parameters.at("head.bias").requires_grad());
}

TEST(Stored, EveryTensorTypeComesBack) {
    for (const at::ScalarType type :
         {at::kByte, at::kChar, at::kShort, at::kInt, at::kLong, at::kHalf, at::kBFloat16,
          at::kFloat, at::kDouble, at::kBool}) {
        const at::Tensor tensor = at::arange(24).reshape({2, 3, 4}).to(type);
        const at::Tensor back = again(Tensor{tensor.permute({2, 0, 1})}).value;
        EXPECT_EQ(back.scalar_type(), type);
        EXPECT_TRUE(back.is_contiguous());
        EXPECT_TRUE(at::equal(back, tensor.permute({2, 0, 1}))) << type;
    }
    const at::Tensor scalar = again(Tensor{at::scalar_tensor(7)}).value;
    EXPECT_EQ(scalar.dim(), 0);
    EXPECT_EQ(scalar.item<float>(), 7);
    EXPECT_EQ(again(Tensor{at::empty({2, 0, 3})}).value.sizes(), (std::vector<int64_t>{2, 0, 3}));
    EXPECT_FALSE(again(Tensor{}).value.defined());
}

TEST(Stored, TensorsThatCannotTravelAreRefused) {
    const auto problem = [](at::Tensor tensor) {
        try {
            engine::serialise(Packet::make(Tensor{std::move(tensor)}));
        } catch (const engine::Error& error) {
            return error.problem();
        }
        return engine::Problem{};
    };
    const engine::Problem complex = problem(at::zeros({2}, at::kComplexFloat));
    EXPECT_EQ(complex.code, "E-TYPE-005");
    EXPECT_EQ(complex.found, "ComplexFloat");
    const engine::Problem sparse = problem(at::eye(3).to_sparse());
    EXPECT_EQ(sparse.code, "E-TYPE-005");
    EXPECT_FALSE(sparse.mend.empty());
}

TEST(Stored, ATensorIsTheseBytes) {
    const std::string bytes =
        engine::serialise(Packet::make(Tensor{at::tensor({1.0F, -2.0F}).reshape({2, 1})}));
    const std::string header =
        R"({"__metadata__":{"millrace.type":"tensor/1"},"tensor":{"data_offsets":[0,8],)"
        R"("dtype":"F32","shape":[2,1]}})";
    const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
    std::string expected(8, '\0');
    expected[0] = static_cast<char>(padded.size());
    expected += padded;
    expected += std::string("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8);  // little-endian 1.0, -2.0
    EXPECT_EQ(bytes, expected);
}

TEST(Stored, AnyReaderOfSafetensorsTakesEveryPayload) {
    const std::map<std::string, std::size_t> sizes = {{"BOOL", 1}, {"U8", 1},  {"I8", 1},
                                                      {"U16", 2},  {"I32", 4}, {"I64", 8},
                                                      {"F32", 4},  {"F64", 8}};
    for (const auto& list : {samples(), empty_samples(), odd_samples()}) {
        for (const Sample& sample : list) {
            const std::string bytes = engine::serialise(sample.packet);
            const File file = taken_apart(bytes);
            EXPECT_EQ((bytes.size() - file.data.size()) % 8, 0u) << sample.name;
            std::map<std::size_t, std::size_t> spans;  // end by begin
            for (const auto& [name, entry] : file.header.items()) {
                if (name == "__metadata__") {
                    for (const auto& text : entry) EXPECT_TRUE(text.is_string());
                    continue;
                }
                std::size_t count = sizes.at(entry.at("dtype"));
                for (const std::size_t extent : entry.at("shape")) count *= extent;
                const std::size_t begin = entry.at("data_offsets").at(0);
                const std::size_t end = entry.at("data_offsets").at(1);
                EXPECT_EQ(end - begin, count) << sample.name << " " << name;
                if (end > begin) spans[begin] = end;
            }
            std::size_t at = 0;  // no gap, no overlap, nothing behind
            for (const auto& [begin, end] : spans) {
                EXPECT_EQ(begin, at) << sample.name;
                at = end;
            }
            EXPECT_EQ(at, file.data.size()) << sample.name;
        }
    }
    const File cloud = taken_apart(engine::serialise(Packet::make(sample_cloud())));
    const std::size_t begin = cloud.header.at("points").at("data_offsets").at(0);
    float third[3];
    std::memcpy(third, cloud.data.data() + begin + 24, sizeof third);
    EXPECT_EQ(third[0], 7);
    EXPECT_EQ(third[1], -8);
}

TEST(Stored, ManyRowsComeBack) {
    Table table{{{"text", std::vector<std::string>{}}, {"number", std::vector<std::int64_t>{}}}};
    Boxes3d boxes = sample_boxes3d();
    for (std::int64_t i = 0; i < 50000; ++i) {
        std::get<std::vector<std::string>>(table.columns[0].values)
            .push_back("row " + std::to_string(i));
        std::get<std::vector<std::int64_t>>(table.columns[1].values).push_back(i);
        boxes.boxes.push_back(boxes.boxes[static_cast<std::size_t>(i % 2)]);
    }
    EXPECT_EQ(again(table).columns[0].values, table.columns[0].values);
    EXPECT_EQ(again(boxes).boxes.size(), 50002u);
}

}  // namespace
}  // namespace millrace::types::testing
