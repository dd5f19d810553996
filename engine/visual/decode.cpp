// JSON and arrays to visuals: untrusted input.
#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "engine/value_parse.hpp"
#include "engine/visual/codec.hpp"
#include "engine/visual/codec_kinds.hpp"
#include "engine/visual/decode_reader.hpp"
#include "engine/visual/io/safetensors.hpp"

namespace millrace::visual {
namespace {

using codec::malformed;
using codec::Reader;
using engine::Object;
using engine::Value;

constexpr std::int64_t kMostPixels = 1 << 20;  ///< along one side

void take(const Reader& reader, Raster& raster) {
    raster.width = static_cast<int>(reader.integer("width", 0, kMostPixels));
    raster.height = static_cast<int>(reader.integer("height", 0, kMostPixels));
    raster.channels = static_cast<int>(reader.integer("channels", 0, 1 << 16));
    const std::string depth = reader.text("depth");
    const auto known = std::find(codec::kDepths.begin(), codec::kDepths.end(), depth);
    if (known == codec::kDepths.end())
        malformed("depth", "U8, U16 or F32", engine::shortened(depth));
    const auto place = static_cast<std::size_t>(known - codec::kDepths.begin());
    raster.depth = static_cast<Raster::Depth>(place);
    raster.full_width = static_cast<int>(reader.integer("full_width", 0, kMostPixels * 1024));
    raster.full_height = static_cast<int>(reader.integer("full_height", 0, kMostPixels * 1024));
    raster.frame = reader.text("frame");
    raster.unit = reader.text("unit");
    raster.bytes = reader.numbers<std::uint8_t>(
        "pixels", static_cast<std::uint64_t>(raster.width) *
                      static_cast<std::uint64_t>(raster.height) *
                      static_cast<std::uint64_t>(raster.channels) * codec::kDepthBytes[place]);
}

void take(const Reader& reader, Cloud& cloud) {
    cloud.frame = reader.text("frame");
    reader.fill("origin", cloud.origin);
    const std::uint64_t count = reader.count("count");
    static_assert(sizeof(Point) == 12 && std::is_trivially_copyable_v<Point>);
    cloud.points = reader.numbers<Point>("points", count);
    for (const Value& value : reader.list("fields")) {
        const Reader one = reader.inner(value);
        PointField field{.name = one.text("name"),
                         .channels = static_cast<int>(one.integer("channels", 1, 1 << 16)),
                         .values = {}};
        const std::uint64_t numbers = count * static_cast<std::uint64_t>(field.channels);
        const std::string type = one.text("type");
        if (type == "U8")
            field.values = one.numbers<std::uint8_t>("values", numbers);
        else if (type == "U16")
            field.values = one.numbers<std::uint16_t>("values", numbers);
        else if (type == "I32")
            field.values = one.numbers<std::int32_t>("values", numbers);
        else if (type == "F32")
            field.values = one.numbers<float>("values", numbers);
        else if (type == "F64")
            field.values = one.numbers<double>("values", numbers);
        else
            malformed("type", "U8, U16, I32, F32 or F64", engine::shortened(type));
        cloud.fields.push_back(std::move(field));
    }
    cloud.full_count = reader.count("full_count");
    cloud.timestamp = reader.numbers<double>("timestamp", 1)[0];
}

void take(const Reader& reader, Boxes3d& boxes) {
    boxes.frame = reader.text("frame");
    const std::vector<std::string> labels = reader.texts("labels");
    const std::vector<std::int64_t> tracks = reader.integers("tracks");
    if (tracks.size() != labels.size())
        malformed("tracks", fmt::format("{}", labels.size()), fmt::format("{}", tracks.size()));
    const std::vector<double> numbers = reader.numbers<double>("boxes", labels.size() * 8);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const double* n = numbers.data() + i * 8;
        boxes.boxes.push_back({.center = {n[0], n[1], n[2]},
                               .size = {n[3], n[4], n[5]},
                               .yaw = n[6],
                               .label = labels[i],
                               .score = n[7],
                               .track = tracks[i]});
    }
    boxes.full_count = reader.count("full_count");
}

void take(const Reader& reader, Boxes2d& boxes) {
    boxes.frame = reader.text("frame");
    const std::vector<std::string> labels = reader.texts("labels");
    const std::vector<double> numbers = reader.numbers<double>("boxes", labels.size() * 5);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const double* n = numbers.data() + i * 5;
        boxes.boxes.push_back(
            {.xyxy = {n[0], n[1], n[2], n[3]}, .label = labels[i], .score = n[4]});
    }
    boxes.full_count = reader.count("full_count");
}

void take(const Reader& reader, Polyline& line) {
    line.frame = reader.text("frame");
    line.name = reader.text("name");
    line.points = reader.numbers<std::array<double, 3>>("points");
    const std::vector<std::int64_t> color = reader.integers("color");
    if (color.size() != 4) malformed("color", "4 numbers", fmt::format("{}", color.size()));
    for (std::size_t i = 0; i < 4; ++i) line.color[i] = static_cast<std::uint8_t>(color[i] & 255);
}

void take(const Reader& reader, Camera& camera) {
    camera.name = reader.text("name");
    camera.width = static_cast<int>(reader.integer("width", 0, kMostPixels));
    camera.height = static_cast<int>(reader.integer("height", 0, kMostPixels));
    reader.fill("projection", camera.projection);
    camera.parent_frame = reader.text("parent_frame");
    reader.fill("camera_from_parent", camera.camera_from_parent);
}

void take(const Reader& reader, Text& text) {
    text.text = reader.text("text");
    text.full_bytes = reader.count("full_bytes");
}

void take(const Reader& reader, Tokens& tokens) {
    tokens.tokens = reader.texts("tokens");
    tokens.scores = reader.numbers<double>("scores");
    if (!tokens.scores.empty() && tokens.scores.size() != tokens.tokens.size())
        malformed("scores", fmt::format("{} or none", tokens.tokens.size()),
                  fmt::format("{}", tokens.scores.size()));
}

void take(const Reader& reader, Series& series) {
    series.title = reader.text("title");
    series.x_label = reader.text("x_label");
    series.y_label = reader.text("y_label");
    for (const Value& value : reader.list("lines")) {
        const Reader one = reader.inner(value);
        Series::Line line{one.text("name"), one.numbers<double>("x"), {}};
        line.y = one.numbers<double>("y", line.x.size());
        series.lines.push_back(std::move(line));
    }
}

void take(const Reader& reader, Histogram& histogram) {
    histogram.title = reader.text("title");
    histogram.unit = reader.text("unit");
    const std::vector<double> range = reader.numbers<double>("range", 2);
    histogram.min = range[0];
    histogram.max = range[1];
    histogram.counts = reader.numbers<std::uint64_t>("counts");
}

void take(const Reader& reader, Table& table) {
    table.columns = reader.texts("columns");
    for (const Value& row : reader.list("rows")) {
        std::vector<std::string>& cells = table.rows.emplace_back();
        if (!row.is_array()) malformed("rows", "lists of texts", std::string(row.kind()));
        for (const Value& cell : row.as_array()) {
            if (!cell.is_string()) malformed("rows", "lists of texts", std::string(cell.kind()));
            cells.push_back(cell.as_string());
        }
        if (cells.size() != table.columns.size())
            malformed("rows", fmt::format("{} cells", table.columns.size()),
                      fmt::format("{}", cells.size()));
    }
    table.full_rows = reader.count("full_rows");
}

void take(const Reader& reader, TensorBlock& block) { block = codec::tensor_block(reader); }

void take(const Reader& reader, ModelGraph& model) {
    for (const Value& value : reader.list("layers")) {
        const Reader one = reader.inner(value);
        model.layers.push_back({one.text("name"), one.text("type"), one.count("parameters"),
                                one.integers("output_shape")});
    }
    const auto layers = static_cast<std::int64_t>(model.layers.size());
    for (const Value& value : reader.list("edges")) {
        const Value pair = Object{{"edge", value}};
        const std::vector<std::int64_t> ends = reader.inner(pair).integers("edge");
        if (ends.size() != 2 || std::min(ends[0], ends[1]) < 0 ||
            std::max(ends[0], ends[1]) >= layers)
            malformed("edges", "two numbers of layers", fmt::format("{}", fmt::join(ends, ", ")));
        model.edges.emplace_back(static_cast<int>(ends[0]), static_cast<int>(ends[1]));
    }
}

template <std::size_t I = 0>
Visual take_kind(std::size_t kind, const Reader& reader) {
    if constexpr (I < codec::kKinds.size()) {
        if (kind != I) return take_kind<I + 1>(kind, reader);
        std::variant_alternative_t<I, Visual> value;
        take(reader, value);
        return value;
    }
    return Text();  // never: the kind is one of them
}

}  // namespace

Visual decode(const Value& description, std::span<const std::span<const std::byte>> arrays) {
    if (!description.is_object()) malformed("visual", "an object", std::string(description.kind()));
    const Reader reader(description, arrays);
    const std::string kind = reader.text("kind");
    if (kind == codec::kTensorSlice) return codec::tensor_slice(reader);
    const auto known = std::find(codec::kKinds.begin(), codec::kKinds.end(), kind);
    if (known == codec::kKinds.end()) {
        throw engine::Error({.code = "E-VISUAL-002",
                             .what = "The visual is of an unknown kind",
                             .expected = fmt::format("{}", fmt::join(codec::kKinds, ", ")),
                             .found = engine::shortened(kind),
                             .mend = "Open it with the version of Millrace that made it."});
    }
    return take_kind(static_cast<std::size_t>(known - codec::kKinds.begin()), reader);
}

std::vector<Visual> read_visuals(std::span<const std::byte> bytes, std::string_view name) {
    const Safetensors file = read_safetensors(bytes, name);
    const auto list = file.metadata.find(codec::kMetadata);
    if (list == file.metadata.end())
        malformed(codec::kMetadata, "a list of visuals",
                  "no such member in " + engine::shortened(name));
    std::vector<std::span<const std::byte>> arrays(file.arrays.size());
    for (const engine::ArrayView& array : file.arrays) {
        // Named by their numbers.
        std::size_t number = 0;
        for (char c : array.name)
            number = c >= '0' && c <= '9' && number < arrays.size()
                         ? number * 10 + static_cast<std::size_t>(c - '0')
                         : arrays.size();
        if (number >= arrays.size())
            malformed("arrays", "arrays named by numbers from 000000",
                      engine::shortened(array.name));
        arrays[number] = array.bytes;
    }
    const Value value = engine::parse_json(list->second, name);
    if (!value.is_array()) malformed(codec::kMetadata, "a list", std::string(value.kind()));
    std::vector<Visual> visuals;
    for (const Value& one : value.as_array()) visuals.push_back(decode(one, arrays));
    return visuals;
}

}  // namespace millrace::visual
