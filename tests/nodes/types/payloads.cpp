#include "tests/nodes/types/payloads.hpp"

#include <ATen/ATen.h>

#include <limits>

namespace millrace::types::testing {
namespace {

using engine::Packet;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargest = std::numeric_limits<double>::max();
constexpr double kLeast = std::numeric_limits<double>::denorm_min();
const std::string kNoUtf8 = "\xff\xfe broken \xc3";

}  // namespace

const engine::PayloadType* Payloads::find_payload(std::string_view name) const {
    static const std::vector<const engine::PayloadType*> known = {
        &engine::payload_type<Activations>(), &engine::payload_type<Audio>(),
        &engine::payload_type<Boxes2d>(),     &engine::payload_type<Boxes3d>(),
        &engine::payload_type<Calibration>(), &engine::payload_type<Curves>(),
        &engine::payload_type<Image>(),       &engine::payload_type<Metrics>(),
        &engine::payload_type<Model>(),       &engine::payload_type<PointCloud>(),
        &engine::payload_type<Table>(),       &engine::payload_type<Tensor>(),
        &engine::payload_type<Text>()};
    for (const engine::PayloadType* type : known) {
        if (type->name == name) return type;
    }
    return nullptr;
}

Activations sample_activations() {
    return {{{"layers.0", at::arange(6, at::kFloat).reshape({1, 2, 3})},
             {"layers.0.attn", at::tensor({0.5F, -0.5F})},
             {"nothing", {}}}};
}

Audio sample_audio() { return {44100, 2, {0.5F, -0.5F, 0.25F, 1, -1, 0.125F}}; }

Boxes2d sample_boxes2d() {
    Boxes2d boxes;
    boxes.frame = "left";
    boxes.boxes = {{{1, 2, 3.5, 4.25}, "car", 0.75}, {{-1, 0, 9, 1e6}, "Fußgänger", 1}};
    return boxes;
}

Boxes3d sample_boxes3d() {
    Boxes3d boxes;
    boxes.frame = "lidar";
    boxes.boxes = {{{1, 2, 3}, {4, 1.5, 1.6}, 0.25, "car", 0.75, 12},
                   {{-1, 0.1, 9}, {0.5, 0.5, 1.8}, -3.1, "person", 1, -1}};
    return boxes;
}

Calibration sample_calibration() {
    Calibration calibration;
    calibration.lidar_frame = "velodyne";
    for (int i = 0; i < 16; ++i) calibration.world_from_lidar[i] = 0.1 * i;
    Camera camera{.name = "image_2", .width = 1242, .height = 375};
    for (int i = 0; i < 12; ++i) camera.projection[i] = 721.5377 / (i + 1);
    for (int i = 0; i < 16; ++i) camera.camera_from_lidar[i] = -0.3 * i;
    camera.distortion = {0.1, -0.2, 1e-5, 0, 5};
    Camera other = camera;
    other.name = "image_3";
    other.distortion.clear();
    calibration.cameras = {camera, other};
    return calibration;
}

Curves sample_curves() {
    return {.title = "Loß",
            .x_label = "step",
            .y_label = "nats",
            .lines = {{"train", {0, 1, 2.5}, {3, 2, -1}}, {"valid", {0.5}, {1e-3}}}};
}

Image sample_image() {
    Image image(4, 2, 3);
    for (std::size_t i = 0; i < image.bytes.size(); ++i)
        image.bytes[i] = static_cast<std::uint8_t>(10 * i);
    image.frame = "left";
    image.unit = "m";
    image.timestamp = 1532402927.647951;
    return image;
}

Metrics sample_metrics() {
    return {.step = 3, .values = {{"accuracy", 1}, {"loss", 0.25}, {"größe \"m\"", -7}}};
}

Model sample_model() {
    Model model;
    model.spec = engine::parse_json(
        R"({"name": "small", "input": {"features": 3}, "layers": [
            {"name": "norm", "type": "batch_norm"},
            {"name": "head", "type": "conv", "out": 2}]})",
        "spec");
    model.parameters = {{"head.weight", at::arange(6, at::kFloat).reshape({2, 3})},
                        {"head.bias", at::tensor({0.5F, -0.5F})},
                        {"norm.weight", at::ones({3})},
                        {"norm.bias", at::full({3}, -1.0)}};
    model.buffers = {{"norm.mean", at::tensor({1.0F, 2.0F, 3.0F})},
                     {"norm.count", at::tensor({7.0}, at::kDouble)}};
    for (const auto& [name, tensor] : model.parameters) model.average[name] = tensor * 0.25;
    model.version = 41;
    return model;
}

PointCloud sample_cloud() {
    PointCloud cloud;
    cloud.frame = "lidar";
    cloud.origin = {500000.25, 4649776.5, 12};
    cloud.timestamp = 12.5;
    cloud.points = {{1, 2, 3}, {-4, 5, 6}, {7, -8, 0}};
    cloud.fields = {{"intensity", 1, std::vector<float>{0.25F, 0.5F, 1}},
                    {"ring", 1, std::vector<std::uint16_t>{7, 8, 65535}},
                    {"normal", 3, std::vector<float>{0, 0, 1, 0, 1, 0, 1, 0, 0}},
                    {"rgb", 3, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}},
                    {"label", 1, std::vector<std::int32_t>{-1, 0, 2147483647}},
                    {"time", 1, std::vector<double>{0.1, 0.2, 0.3}}};
    cloud.full_count = cloud.points.size();
    return cloud;
}

Table sample_table() {
    return {.columns = {{"mean", std::vector<double>{1.5, 2.5}},
                        {"count", std::vector<std::int64_t>{-1, 9007199254740993}},
                        {"name, of \"it\"", std::vector<std::string>{"a", "béc"}}}};
}

Tensor sample_tensor() { return {at::arange(6, at::kFloat).reshape({2, 3})}; }

std::vector<Sample> samples() {
    return {{"activations", Packet::make(sample_activations())},
            {"audio", Packet::make(sample_audio())},
            {"boxes2d", Packet::make(sample_boxes2d())},
            {"boxes3d", Packet::make(sample_boxes3d())},
            {"calibration", Packet::make(sample_calibration())},
            {"curves", Packet::make(sample_curves())},
            {"image", Packet::make(sample_image())},
            {"metrics", Packet::make(sample_metrics())},
            {"model", Packet::make(sample_model())},
            {"point_cloud", Packet::make(sample_cloud())},
            {"table", Packet::make(sample_table())},
            {"tensor", Packet::make(sample_tensor())},
            {"text", Packet::make(Text{"one line\nand \"another\", 日本語"})}};
}

std::vector<Sample> empty_samples() {
    return {
        {"activations", Packet::make(Activations{})},
        {"activations of no elements", Packet::make(Activations{{{"", at::empty({0, 2})}}})},
        {"audio", Packet::make(Audio{})},
        {"boxes2d", Packet::make(Boxes2d{})},
        {"boxes3d", Packet::make(Boxes3d{})},
        {"calibration", Packet::make(Calibration{})},
        {"curves", Packet::make(Curves{})},
        {"curves of empty lines", Packet::make(Curves{.lines = {{"a", {}, {}}, {"b", {}, {}}}})},
        {"image", Packet::make(Image{})},
        {"metrics", Packet::make(Metrics{})},
        {"model", Packet::make(Model{})},
        {"point_cloud", Packet::make(PointCloud{})},
        {"table", Packet::make(Table{})},
        {"table of empty columns",
         Packet::make(Table{{{"a", std::vector<double>{}}, {"b", std::vector<std::string>{}}}})},
        {"tensor", Packet::make(Tensor{})},
        {"tensor of no elements", Packet::make(Tensor{at::empty({0, 3, 0})})},
        {"text", Packet::make(Text{})}};
}

std::vector<Sample> odd_samples() {
    std::vector<Sample> all;
    const auto infinite = static_cast<float>(kInfinity);
    all.push_back(
        {"activations", Packet::make(Activations{
                            {{kNoUtf8, at::tensor({kNan, -0.0, kInfinity, kLeast}, at::kDouble)},
                             {kNoUtf8, at::ones({2}, at::kBool)}}})});
    all.push_back({"audio", Packet::make(Audio{10'000'000,
                                               1,
                                               {static_cast<float>(kNan), -0.0F, infinite,
                                                -infinite, 1e-45F, 3e38F}})});
    Boxes2d flat;
    flat.frame = kNoUtf8;
    flat.boxes = {{{kNan, -kInfinity, kInfinity, -0.0}, kNoUtf8, kLargest}};
    all.push_back({"boxes2d", Packet::make(flat)});
    Boxes3d boxes;
    boxes.boxes = {{{kNan, kInfinity, -0.0},
                    {kLeast, -kLargest, 0},
                    kNan,
                    kNoUtf8,
                    kNan,
                    std::numeric_limits<std::int64_t>::min()}};
    all.push_back({"boxes3d", Packet::make(boxes)});
    Calibration calibration = sample_calibration();
    calibration.cameras[0].distortion = {kNan, kInfinity, -kInfinity, -0.0, kLeast, 1, 1e300};
    calibration.cameras[1].projection.fill(kNan);
    calibration.world_from_lidar.fill(-0.0);
    calibration.cameras[0].name = std::string("with\0zero", 9);
    calibration.cameras[1].width = std::numeric_limits<int>::max();
    all.push_back({"calibration", Packet::make(calibration)});
    all.push_back(
        {"curves",
         Packet::make(Curves{
             .title = kNoUtf8,
             .x_label = std::string(1, '\0'),
             .y_label = kNoUtf8,
             .lines = {{kNoUtf8, {kNan, -0.0, kInfinity, kLeast}, {-kInfinity, kLargest, kNan, 0}},
                       {kNoUtf8, {1}, {2}}}})});
    Image image(1, 2, 2, Depth::F32);
    auto* pixels = image.row<float>(0);
    pixels[0] = static_cast<float>(kNan);
    pixels[1] = -0.0F;
    pixels[2] = static_cast<float>(kInfinity);
    image.timestamp = kInfinity;
    image.frame = kNoUtf8;
    all.push_back({"image", Packet::make(image)});
    all.push_back(
        {"metrics", Packet::make(Metrics{
                        .step = std::numeric_limits<std::int64_t>::min(),
                        .values = {{kNoUtf8, kNan}, {"", -0.0}, {"__metadata__", kInfinity}}})});
    Model model = sample_model();
    model.spec["name"] = kNoUtf8;
    model.spec["layers"] =
        engine::Array{3, nullptr, engine::Object{{"name", 3}, {"from", "nowhere"}, {"out", -1}},
                      engine::Object{{"name", "average/conv"}, {"with", "average/conv"}}};
    model.parameters["average/conv.weight"] = at::full({2}, kNan);
    model.parameters["with\"quote"] = at::tensor({-0.0, kInfinity, kLeast}, at::kDouble);
    model.parameters["none"] = at::empty({0, 4});
    model.parameters["whole"] = at::arange(3);
    model.buffers["norm.truth"] = at::ones({2}, at::kBool);
    model.version = std::numeric_limits<std::int64_t>::max();
    all.push_back({"model", Packet::make(model)});
    PointCloud cloud = sample_cloud();
    const auto nan = static_cast<float>(kNan);
    cloud.points = {{nan, nan, nan}, {-0.0F, 0, 1e-45F}, {3e38F, -3e38F, 1 / 0.0F}};
    cloud.timestamp = kNan;
    cloud.origin = {kNan, -kInfinity, -0.0};
    cloud.fields.push_back({"with/slash", 1, std::vector<double>{kNan, -0.0, kLargest}});
    cloud.fields.push_back({kNoUtf8, 1, std::vector<double>{1, 2, 3}});
    all.push_back({"point_cloud", Packet::make(cloud)});
    all.push_back(
        {"table", Packet::make(Table{{{"", std::vector<double>{kNan, -0.0}},
                                      {"$number", std::vector<std::string>{kNoUtf8, "\r\n\"\t"}},
                                      {kNoUtf8, std::vector<std::int64_t>{
                                                    std::numeric_limits<std::int64_t>::min(),
                                                    std::numeric_limits<std::int64_t>::max()}}}})});
    all.push_back(
        {"tensor", Packet::make(Tensor{at::tensor({kNan, -0.0, kInfinity, kLeast}, at::kDouble)})});
    all.push_back({"text", Packet::make(Text{kNoUtf8 + std::string(1, '\0')})});
    return all;
}

}  // namespace millrace::types::testing
