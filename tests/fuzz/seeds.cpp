// Writes the seeds of the libFuzzer targets: millrace-fuzz-seeds FOLDER makes FOLDER/TARGET/…,
// small files from which the fuzzer starts. All are made here, so that none needs to be kept.
#include <array>
#include <cstdio>
#include <cstring>
#include <string>

#include "engine/visual/codec.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "tests/fuzz/payloads.hpp"
#include "tests/fuzz/seeds.hpp"

namespace {

namespace engine = millrace::engine;
namespace visual = millrace::visual;
namespace types = millrace::types;
using visual::CloudEncoding;
using visual::CloudFormat;

using Folder = millrace::fuzz::SeedFolder;

visual::Cloud cloud_of(int count, bool far) {
    visual::Cloud cloud;
    if (far) cloud.origin = {500'000, 5'000'000, 0};
    std::vector<float> intensity, normal;
    std::vector<std::uint16_t> ring;
    std::vector<std::uint8_t> rgb, alpha;
    std::vector<std::int32_t> pair;
    std::vector<double> time;
    for (int i = 0; i < count; ++i) {
        const auto step = static_cast<float>(i);
        cloud.points.push_back({step, -0.5F * step, 1.25F});
        intensity.push_back(0.125F);
        normal.insert(normal.end(), {0, 0, 1});
        ring.push_back(static_cast<std::uint16_t>(i));
        rgb.insert(rgb.end(), {10, 20, 30});
        alpha.push_back(255);
        pair.insert(pair.end(), {-1, i});
        time.push_back(1234.5 + i);
    }
    cloud.fields = {
        {"intensity", 1, intensity}, {"normal", 3, normal}, {"ring", 1, ring}, {"rgb", 3, rgb},
        {"alpha", 1, alpha},         {"pair", 2, pair},     {"time", 1, time}};
    return cloud;
}

void put_clouds(const Folder& seeds) {
    for (const int count : {0, 1, 3, 20}) {
        for (const bool far : {false, true}) {
            const visual::Cloud cloud = cloud_of(count, far);
            const std::string name = std::to_string(count) + (far ? "_far" : "_near");
            seeds.put("pcd", name + "_ascii",
                      write_cloud(cloud, CloudFormat::Pcd, CloudEncoding::Ascii));
            seeds.put("pcd", name + "_binary",
                      write_cloud(cloud, CloudFormat::Pcd, CloudEncoding::Binary));
            seeds.put("pcd", name + "_compressed",
                      write_cloud(cloud, CloudFormat::Pcd, CloudEncoding::BinaryCompressed));
            seeds.put("ply", name + "_ascii",
                      write_cloud(cloud, CloudFormat::Ply, CloudEncoding::Ascii));
            seeds.put("ply", name + "_binary",
                      write_cloud(cloud, CloudFormat::Ply, CloudEncoding::Binary));
            seeds.put("xyz", name, write_cloud(cloud, CloudFormat::Xyz));
            seeds.put("bin", name + "_kitti", write_cloud(cloud, CloudFormat::KittiBin));
            seeds.put("bin", name + "_nuscenes", write_cloud(cloud, CloudFormat::NuScenesBin));
        }
    }
    seeds.put("pcd", "old",
              "# .PCD v.5\nVERSION .5\nCOLUMNS x y z _ rgb\nSIZE 4 4 8 1 4\nTYPE F F F U F\nCOUNT "
              "1 1 1 3 1\nWIDTH 1\nHEIGHT 2\n"
              "DATA ascii\n1 2 3 0 0 0 4.2e6\nnan nan nan 1 1 1 255\n");
    seeds.put("ply", "faces",
              "ply\r\nformat ascii 1.0\r\ncomment c\r\nobj_info o\r\nelement face 1\r\nproperty "
              "list uchar int v\r\n"
              "element vertex 2\r\nproperty double x\r\nproperty short y\r\nproperty uint "
              "z\r\nproperty float a_0\r\n"
              "property float a_1\r\nend_header\r\n3 0 1 1\r\n1 2 3 4 5\r\n6 7 8 9 10\r\n");
    const std::string lists("\1\0\0\0\7\0", 6);
    seeds.put("ply", "big",
              "ply\nformat binary_big_endian 1.0\nelement face 2\nproperty list uchar int "
              "v\nelement vertex 1\nproperty float x\n"
              "property float y\nproperty float z\nend_header\n" +
                  lists + std::string(12, '?'));
    seeds.put("xyz", "commas", "# comment\nx,y,z,r,g,b\n1,2,3,0,128,255\n4,5,6,1,2,3\n");
    seeds.put("xyz", "counted", "2\n1 2 3 0.5\n-1e3 +2 nan 1\n");
}

void put_las(const Folder& seeds) {
    constexpr std::array<std::size_t, 11> kSizes = {20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67};
    for (std::size_t format = 0; format < kSizes.size(); ++format) {
        std::string bytes(375, '\0');
        const auto set = [&](std::size_t at, auto value) {
            std::memcpy(bytes.data() + at, &value, sizeof value);
        };
        bytes.replace(0, 4, "LASF");
        bytes[24] = 1;
        bytes[25] = 4;
        set(96, std::uint32_t{375});
        bytes[104] = static_cast<char>(format);
        set(105, static_cast<std::uint16_t>(kSizes[format]));
        if (format < 6)
            set(107, std::uint32_t{2});
        else
            set(247, std::uint64_t{2});
        for (std::size_t axis = 0; axis < 3; ++axis) {
            set(131 + axis * 8, 0.01);
            set(155 + axis * 8, 400'000.0);
        }
        seeds.put("las", std::to_string(format), bytes + std::string(2 * kSizes[format], '\x11'));
    }
}

void put_calibration(const Folder& seeds) {
    const std::string twelve = " 7e2 0 6e2 45.5 0 700 180 -0.2 0 0 1 0.003\n";
    const std::string calibration = "P0:" + twelve + "P1:" + twelve + "P2:" + twelve +
                                    "P3:" + twelve +
                                    "R0_rect: 1 0 0 0 1 0 0 0 1\nTr_velo_to_cam:" + twelve;
    seeds.put("calibration", "calibration", calibration);
    seeds.put("calibration", "tracking",
              "P2 :" + twelve + "R_rect: 1 0 0 0 1 0 0 0 1\r\nTr_velo_cam:" + twelve);
    seeds.put("calibration", "labels",
              "Car 0.25 1 -1.57 587.0 173.3 614.1 200.1 1.65 1.67 3.64 -0.65 1.71 46.7 -1.59\n"
              "DontCare -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10 0.5\n");
}

void put_document(const Folder& seeds) {
    seeds.put("document", "plain",
              R"({"schema": "millrace/1", "meta": {"title": "t"}, "requires": {"engine": "0.1"},
"nodes": {"a": {"type": "control.counter", "params": {"count": 3}}, "b": {"type": "control.batch", "version": 1, "on_error": "retry",
"retries": 2, "title": "B", "unknown": [1, 2.5, null]}}, "wires": [{"from": "a.value", "to": "b.item", "capacity": 4, "policy": "drop_oldest"}],
"backdrops": {"x": {"title": "", "color": "#fff", "rect": [0, 0, 1, 1]}}, "notes": {"n": {"text": "\u00e9", "rect": [0, 1, 2, 3]}},
"layout": {"a": [0, 1.5]}, "more": {}})");
    seeds.put(
        "document", "calls",
        R"({"schema": "millrace/1", "nodes": {"c": {"type": "control.counter"}, "s": {"type": "control.subgraph",
"subgraph": "sub", "params": {"size": 2}}, "f": {"type": "control.for_each", "subgraph": "each"}}, "wires": [{"from": "c.value", "to": "s.in"},
{"from": "s.out", "to": "f.items"}], "parameters": {"n": {"of": "s.size", "label": "N"}}, "subgraphs": {"sub": {"inputs": {"in": "b.item"},
"outputs": {"out": "b.list"}, "parameters": {"size": {"of": "b.size"}}, "nodes": {"b": {"type": "control.batch"}}}, "each": {"inputs":
{"item": ["r.value", "q.value"]}, "outputs": {"out": "r.value"}, "nodes": {"r": {"type": "control.repeat"}, "q": {"type": "control.subgraph",
"subgraph": "sub"}}}}})");
    seeds.put(
        "document", "cycle",
        R"({"schema": "millrace/1", "nodes": {"a": {"type": "control.feedback"}, "b": {"type": "control.zip"}},
"wires": [{"from": "a.value", "to": "b.a"}, {"from": "b.list", "to": "a.next"}, {"from": "b.list", "to": "b.b"}]})");
    seeds.put(
        "document", "wrong",
        R"({"schema": 1, "nodes": {"a b": {"type": ""}, "x": 3}, "wires": [{"from": "a", "to": 7}], "layout": {"a": [1]}})");
}

void put_nuscenes(const Folder& seeds) {
    const std::string unit = "[[1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]";
    seeds.put(
        "nuscenes", "sample",
        R"({"metainfo": {"categories": {"car": 0}}, "sample": {"token": "t", "timestamp": 1.5, "ego2global": )" +
            unit + R"(, "lidar_points": {"lidar_path": "a.pcd.bin", "lidar2ego": )" + unit +
            R"(}, "images": {"CAM_FRONT": {"img_path": "c.jpg", "cam2img": [[1,0,0],[0,1,0],[0,0,1]], "lidar2cam": )" +
            unit +
            R"(}}, "instances": [{"bbox_label_3d": 0, "bbox_3d": [1, 2, 3, 4, 5, 6, 0.5]}]}})");
}

void put_packets(const Folder& seeds) {
    using engine::Packet;
    types::Boxes3d boxes;
    boxes.boxes.resize(2);
    types::Boxes2d flat;
    flat.boxes.resize(1);
    types::Calibration calibration;
    calibration.cameras.resize(1);
    types::Table table{{{"numbers", std::vector<double>{1.5, 2}},
                        {"whole", std::vector<std::int64_t>{1, 2}},
                        {"texts", std::vector<std::string>{"a", ""}}}};
    const Packet packets[] = {
        Packet::make(1.5),
        Packet::make(engine::Value(engine::Object{{"a", engine::Array{1, "two", nullptr}}})),
        Packet::make(types::PointCloud(cloud_of(2, true))),
        Packet::make(types::Image(2, 3, 3)),
        Packet::make(types::Image(2, 1, 1, types::Depth::F32)),
        Packet::make(boxes),
        Packet::make(flat),
        Packet::make(calibration),
        Packet::make(table),
        Packet::make(types::Metrics{3, {{"loss", 0.5}}}),
        Packet::make(types::Text{"text"})};
    for (std::size_t i = 0; i < std::size(packets); ++i) {
        seeds.put("packet", std::to_string(i), serialise(packets[i]));
        seeds.put("value", "sketch" + std::to_string(i), to_json(to_value(packets[i].sketch())));
    }
    const Packet list =
        Packet::make(engine::List{"number/1", {Packet::make(1.0), Packet::make(2.0), Packet()}});
    seeds.put("packet", "list", serialise(list));
    seeds.put("packet", "lists", serialise(Packet::make(engine::List{"list/1", {list, list}})));
}

void put_values(const Folder& seeds) {
    seeds.put("value", "problem",
              to_json(to_value(
                  engine::Problem{.code = "E-X-001", .what = "w", .where = "here", .mend = "m"})));
    seeds.put(
        "value", "all",
        R"({"a": [1, -2.5e-3, true, false, null, "\u00e9\ud83d\ude00\n", {}], "": [[]], "big": 9223372036854775807})");
    const std::array<float, 4> data = {1, 2, 3, 4};
    const auto bytes = std::as_bytes(std::span(data));
    seeds.put("message", "request",
              "Content-Length: 37\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}");
    seeds.put("message", "attached", "Content-Length: 2\r\nAttachment-Lengths: 3 0\r\n\r\n{}abc");
    seeds.put("visuals", "some",
              visual::write_visuals(
                  {visual::Raster{.width = 1, .height = 1, .channels = 3, .bytes = {1, 2, 3}},
                   visual::Table{.columns = {"a"}, .rows = {{"1"}}, .full_rows = 1},
                   visual::Boxes3d{.boxes = {{.label = "Car"}}}, visual::Tokens{{"a"}, {1}},
                   visual::Histogram{.counts = {1, 2}}, visual::Text{"x"},
                   visual::TensorBlock{.dtype = "I64",
                                       .full_shape = {3, 2},
                                       .start = {1, 0},
                                       .shape = {1, 2},
                                       .values = std::vector<std::int64_t>{7, -1},
                                       .whole = visual::TensorStatistics{.count = 6}}}));
    seeds.put("safetensors", "two",
              visual::write_safetensors({{"a", engine::DType::F32, {2, 1}, bytes.first(8)},
                                         {"b", engine::DType::U8, {8}, bytes.last(8)}},
                                        {{"format", "pt"}}));
    seeds.put("safetensors", "empty", visual::write_safetensors({}, {}));
    seeds.put("safetensors", "scalar",
              visual::write_safetensors({{"s", engine::DType::F64, {}, bytes.first(8)},
                                         {"n", engine::DType::Bool, {0, 3}, {}}},
                                        {}));
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "Usage: millrace-fuzz-seeds FOLDER\n");
        return 2;
    }
    const Folder seeds(arguments[1]);
    put_clouds(seeds);
    put_las(seeds);
    put_calibration(seeds);
    put_document(seeds);
    put_nuscenes(seeds);
    put_packets(seeds);
    put_values(seeds);
    millrace::fuzz::put_models(seeds);
    millrace::fuzz::put_tensors(seeds);
    return 0;
}
