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

/// Adds the sample as it is and with `change` done to it.
template <class T>
void add(std::vector<Change>& all, const std::string& name, const T& sample,
         const std::function<void(T&)>& change) {
    T changed = sample;
    change(changed);
    all.push_back({name, Packet::make(sample), Packet::make(std::move(changed))});
}

void add_audio(std::vector<Change>& all) {
    using A = std::function<void(Audio&)>;
    const Audio audio = sample_audio();
    add(all, "sample rate", audio, A([](auto& a) { ++a.sample_rate; }));
    add(all, "channels", audio, A([](auto& a) { a.channels = 3; }));
    add(all, "sample", audio, A([](auto& a) { a.samples[4] = -0.9999999F; }));
    add(all, "audio length", audio, A([](auto& a) { a.samples.resize(4); }));
}

void add_boxes(std::vector<Change>& all) {
    using B3 = std::function<void(Boxes3d&)>;
    const Boxes3d boxes = sample_boxes3d();
    for (std::size_t axis = 0; axis < 3; ++axis) {
        add(all, "boxes3d center", boxes, B3([=](auto& b) { b.boxes[1].center[axis] += 1e-9; }));
        add(all, "boxes3d size", boxes, B3([=](auto& b) { b.boxes[1].size[axis] += 1e-9; }));
    }
    add(all, "boxes3d yaw", boxes, B3([](auto& b) { b.boxes[0].yaw = -b.boxes[0].yaw; }));
    add(all, "boxes3d label", boxes, B3([](auto& b) { b.boxes[0].label += " "; }));
    add(all, "boxes3d score", boxes, B3([](auto& b) { b.boxes[0].score = 0.5; }));
    add(all, "boxes3d track", boxes, B3([](auto& b) { ++b.boxes[0].track; }));
    add(all, "boxes3d frame", boxes, B3([](auto& b) { b.frame = "world"; }));
    add(all, "boxes3d order", boxes, B3([](auto& b) { std::swap(b.boxes[0], b.boxes[1]); }));
    add(all, "boxes3d count", boxes, B3([](auto& b) { b.boxes.pop_back(); }));
    using B2 = std::function<void(Boxes2d&)>;
    const Boxes2d flat = sample_boxes2d();
    for (std::size_t side = 0; side < 4; ++side)
        add(all, "boxes2d side", flat, B2([=](auto& b) { b.boxes[0].xyxy[side] += 1e-9; }));
    add(all, "boxes2d label", flat, B2([](auto& b) { b.boxes[0].label = ""; }));
    add(all, "boxes2d score", flat, B2([](auto& b) { b.boxes[0].score = 0; }));
    add(all, "boxes2d frame", flat, B2([](auto& b) { b.frame = "right"; }));
}

void add_calibrations(std::vector<Change>& all) {
    using C = std::function<void(Calibration&)>;
    const Calibration calibration = sample_calibration();
    for (std::size_t i = 0; i < 12; ++i)
        add(all, "projection", calibration,
            C([=](auto& c) { c.cameras[1].projection[i] += 1e-9; }));
    for (std::size_t i = 0; i < 16; ++i) {
        add(all, "camera_from_lidar", calibration,
            C([=](auto& c) { c.cameras[1].camera_from_lidar[i] += 1e-9; }));
        add(all, "world_from_lidar", calibration,
            C([=](auto& c) { c.world_from_lidar[i] += 1e-9; }));
    }
    add(all, "camera name", calibration, C([](auto& c) { c.cameras[0].name = "other"; }));
    add(all, "camera width", calibration, C([](auto& c) { ++c.cameras[0].width; }));
    add(all, "camera height", calibration, C([](auto& c) { ++c.cameras[0].height; }));
    add(all, "distortion", calibration, C([](auto& c) { c.cameras[0].distortion[4] = 1e-9; }));
    add(all, "no distortion", calibration, C([](auto& c) { c.cameras[0].distortion.clear(); }));
    add(all, "lidar frame", calibration, C([](auto& c) { c.lidar_frame = "top"; }));
}

void add_images(std::vector<Change>& all) {
    using I = std::function<void(Image&)>;
    const Image image = sample_image();
    add(all, "pixel", image, I([](auto& i) { i.bytes.back() ^= 1; }));
    add(all, "shape", image, I([](auto& i) { std::swap(i.width, i.height); }));
    add(all, "channels", image, I([](auto& i) { i.width *= i.channels, i.channels = 1; }));
    add(all, "depth", image, I([](auto& i) { i.width /= 2, i.depth = Depth::U16; }));
    add(all, "image frame", image, I([](auto& i) { i.frame = "right"; }));
    add(all, "unit", image, I([](auto& i) { i.unit = ""; }));
    add(all, "image timestamp", image, I([](auto& i) { i.timestamp += 1e-6; }));
}

void add_clouds(std::vector<Change>& all) {
    using P = std::function<void(PointCloud&)>;
    const PointCloud cloud = sample_cloud();
    add(all, "point", cloud, P([](auto& c) { c.points[2].z = 1e-30F; }));
    add(all, "cloud frame", cloud, P([](auto& c) { c.frame = "world"; }));
    add(all, "cloud timestamp", cloud, P([](auto& c) { c.timestamp = 0; }));
    add(all, "origin", cloud, P([](auto& c) { c.origin[1] += 1e-6; }));
    add(all, "field name", cloud, P([](auto& c) { c.fields[0].name = "b"; }));
    add(all, "field order", cloud, P([](auto& c) { std::swap(c.fields[0], c.fields[1]); }));
    add(all, "field value", cloud,
        P([](auto& c) { std::get<std::vector<std::uint16_t>>(c.fields[1].values)[1] = 9; }));
    add(all, "field channels", cloud, P([](auto& c) { c.fields[2].name = "normals"; }));
    add(all, "field type", cloud, P([](auto& c) {
            c.fields[1].values = std::vector<std::int32_t>{7, 8, 65535};
        }));
    add(all, "no field", cloud, P([](auto& c) { c.fields.pop_back(); }));
    add(all, "point order", cloud, P([](auto& c) { std::swap(c.points[0], c.points[1]); }));
}

void add_tables(std::vector<Change>& all) {
    using T = std::function<void(Table&)>;
    const Table table = sample_table();
    add(all, "column name", table, T([](auto& t) { t.columns[0].name = "n"; }));
    add(all, "column order", table, T([](auto& t) { std::swap(t.columns[0], t.columns[1]); }));
    add(all, "number", table,
        T([](auto& t) { std::get<std::vector<double>>(t.columns[0].values)[1] = 2.5000001; }));
    add(all, "column type", table, T([](auto& t) {
            t.columns[1].values = std::vector<double>{-1, 9007199254740992.0};
        }));
    add(all, "cell text", table,
        T([](auto& t) { std::get<std::vector<std::string>>(t.columns[2].values)[0] = "A"; }));
    add(all, "texts apart", table, T([](auto& t) {
            t.columns[2].values = std::vector<std::string>{"ab", "éc"};
        }));
    using M = std::function<void(Metrics&)>;
    const Metrics metrics = sample_metrics();
    add(all, "step", metrics, M([](auto& m) { ++m.step; }));
    add(all, "figure", metrics, M([](auto& m) { m.values["loss"] = 0.2500001; }));
    add(all, "figure's name", metrics, M([](auto& m) {
            m.values.erase("loss");
            m.values["lost"] = 0.25;
        }));
    add(all, "text", Text{"a"}, std::function<void(Text&)>([](auto& t) { t.text += '\0'; }));
}

void add_tensors(std::vector<Change>& all) {
    using T = std::function<void(Tensor&)>;
    const Tensor tensor = sample_tensor();
    add(all, "element", tensor, T([](auto& t) {
            t.value = t.value.clone();
            t.value[1][2] = 1e-30;
        }));
    add(all, "tensor shape", tensor, T([](auto& t) { t.value = t.value.reshape({3, 2}); }));
    add(all, "tensor rank", tensor, T([](auto& t) { t.value = t.value.reshape({1, 2, 3}); }));
    add(all, "tensor type", tensor, T([](auto& t) { t.value = t.value.to(at::kDouble); }));
    add(all, "transposed", tensor, T([](auto& t) { t.value = t.value.t(); }));
    add(all, "undefined", tensor, T([](auto& t) { t.value = at::Tensor(); }));
}

}  // namespace

const engine::PayloadType* Payloads::find_payload(std::string_view name) const {
    static const std::vector<const engine::PayloadType*> known = {
        &engine::payload_type<Audio>(),      &engine::payload_type<Boxes2d>(),
        &engine::payload_type<Boxes3d>(),    &engine::payload_type<Calibration>(),
        &engine::payload_type<Image>(),      &engine::payload_type<Metrics>(),
        &engine::payload_type<PointCloud>(), &engine::payload_type<Table>(),
        &engine::payload_type<Tensor>(),     &engine::payload_type<Text>()};
    for (const engine::PayloadType* type : known) {
        if (type->name == name) return type;
    }
    return nullptr;
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
    return {{"audio", Packet::make(sample_audio())},
            {"boxes2d", Packet::make(sample_boxes2d())},
            {"boxes3d", Packet::make(sample_boxes3d())},
            {"calibration", Packet::make(sample_calibration())},
            {"image", Packet::make(sample_image())},
            {"metrics", Packet::make(sample_metrics())},
            {"point_cloud", Packet::make(sample_cloud())},
            {"table", Packet::make(sample_table())},
            {"tensor", Packet::make(sample_tensor())},
            {"text", Packet::make(Text{"one line\nand \"another\", 日本語"})}};
}

std::vector<Sample> empty_samples() {
    return {
        {"audio", Packet::make(Audio{})},
        {"boxes2d", Packet::make(Boxes2d{})},
        {"boxes3d", Packet::make(Boxes3d{})},
        {"calibration", Packet::make(Calibration{})},
        {"image", Packet::make(Image{})},
        {"metrics", Packet::make(Metrics{})},
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

std::vector<Change> changes() {
    std::vector<Change> all;
    add_audio(all);
    add_boxes(all);
    add_calibrations(all);
    add_images(all);
    add_clouds(all);
    add_tables(all);
    add_tensors(all);
    return all;
}

}  // namespace millrace::types::testing
