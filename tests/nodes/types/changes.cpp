// Every field of every payload changed by itself.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "tests/nodes/types/payloads.hpp"

namespace millrace::types::testing {
namespace {

using engine::Packet;

/// Adds the sample as it is and with `change` done to it.
template <class T>
void add(std::vector<Change>& all, const std::string& name, const T& sample,
         const std::function<void(T&)>& change) {
    T changed = sample;
    change(changed);
    all.push_back({name, Packet::make(sample), Packet::make(std::move(changed))});
}

void add_activations(std::vector<Change>& all) {
    using A = std::function<void(Activations&)>;
    const Activations sample = sample_activations();
    add(all, "part", sample, A([](auto& a) { a.parts[0].value = a.parts[0].value + 1e-6; }));
    add(all, "part's name", sample, A([](auto& a) { a.parts[1].name += "n"; }));
    add(all, "part's shape", sample, A([](auto& a) {
            a.parts[0].value = a.parts[0].value.reshape({2, 3});
        }));
    add(all, "undefined part", sample, A([](auto& a) { a.parts[1].value = at::Tensor(); }));
    add(all, "part order", sample, A([](auto& a) { std::swap(a.parts[0], a.parts[1]); }));
    add(all, "part count", sample, A([](auto& a) { a.parts.pop_back(); }));
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

void add_curves(std::vector<Change>& all) {
    using C = std::function<void(Curves&)>;
    const Curves curves = sample_curves();
    add(all, "curves' title", curves, C([](auto& c) { c.title = ""; }));
    add(all, "x label", curves, C([](auto& c) { c.x_label += "s"; }));
    add(all, "y label", curves, C([](auto& c) { std::swap(c.y_label, c.x_label); }));
    add(all, "line's name", curves, C([](auto& c) { c.lines[1].name = "test"; }));
    add(all, "x", curves, C([](auto& c) { c.lines[0].x[2] += 1e-9; }));
    add(all, "y", curves, C([](auto& c) { c.lines[1].y[0] += 1e-9; }));
    add(all, "line's length", curves, C([](auto& c) {
            c.lines[0].x.pop_back();
            c.lines[0].y.pop_back();
        }));
    add(all, "line order", curves, C([](auto& c) { std::swap(c.lines[0], c.lines[1]); }));
    add(all, "line count", curves, C([](auto& c) { c.lines.pop_back(); }));
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

void add_models(std::vector<Change>& all) {
    using M = std::function<void(Model&)>;
    const Model model = sample_model();
    add(all, "spec", model, M([](auto& m) { m.spec["name"] = "other"; }));
    add(all, "parameter", model,
        M([](auto& m) { m.parameters["head.weight"] = m.parameters["head.weight"] + 1e-6; }));
    add(all, "parameter's name", model, M([](auto& m) {
            m.parameters["head.more"] = m.parameters["head.bias"];
            m.parameters.erase("head.bias");
        }));
    add(all, "parameter's shape", model, M([](auto& m) {
            m.parameters["head.weight"] = m.parameters["head.weight"].reshape({3, 2});
        }));
    add(all, "buffer", model, M([](auto& m) { m.buffers["norm.mean"] = at::zeros({3}); }));
    add(all, "parameter for buffer", model, M([](auto& m) { m.parameters.merge(m.buffers); }));
    add(all, "average", model, M([](auto& m) { m.average["head.bias"] = at::zeros({2}); }));
    add(all, "no average", model, M([](auto& m) { m.average.clear(); }));
    add(all, "version", model, M([](auto& m) { ++m.version; }));
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

std::vector<Change> changes() {
    std::vector<Change> all;
    add_activations(all);
    add_audio(all);
    add_boxes(all);
    add_calibrations(all);
    add_curves(all);
    add_images(all);
    add_clouds(all);
    add_models(all);
    add_tables(all);
    add_tensors(all);
    return all;
}

}  // namespace millrace::types::testing
