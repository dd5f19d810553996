// Visuals to JSON and arrays.
#include <bit>

#include <fmt/format.h>

#include "engine/visual/codec.hpp"
#include "engine/visual/codec_kinds.hpp"
#include "engine/visual/io/safetensors.hpp"

namespace millrace::visual {
namespace {

using engine::Array;
using engine::Object;
using engine::Value;

static_assert(std::endian::native == std::endian::little, "arrays are sent as they lie in memory");

class Writer {
public:
    explicit Writer(EncodedArrays& arrays) : arrays_(arrays) {}

    template <class T>
    Value array(const T* data, std::size_t count) {
        arrays_.arrays.push_back(std::as_bytes(std::span(data, count)));
        return Object{{"attachment", arrays_.arrays.size() - 1}};
    }
    template <class T>
    Value array(const std::vector<T>& values) {
        return array(values.data(), values.size());
    }
    /// Of a list made for the purpose.
    Value numbers(std::vector<double> values) {
        const auto kept = std::make_shared<const std::vector<double>>(std::move(values));
        arrays_.kept.push_back(kept);
        return array(*kept);
    }

private:
    EncodedArrays& arrays_;
};

Array texts_of(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }
Array integers_of(const std::vector<std::int64_t>& numbers) {
    return {numbers.begin(), numbers.end()};
}

void put(Writer& writer, const Raster& raster, Object& out) {
    out["width"] = raster.width;
    out["height"] = raster.height;
    out["channels"] = raster.channels;
    out["depth"] = codec::kDepths[static_cast<std::size_t>(raster.depth)];
    out["full_width"] = raster.full_width;
    out["full_height"] = raster.full_height;
    out["frame"] = raster.frame;
    out["unit"] = raster.unit;
    out["pixels"] = writer.array(raster.bytes);
}

void put(Writer& writer, const Cloud& cloud, Object& out) {
    out["frame"] = cloud.frame;
    out["origin"] = writer.array(cloud.origin.data(), 3);
    out["count"] = cloud.points.size();
    out["points"] = writer.array(cloud.points);
    Array fields;
    for (const PointField& field : cloud.fields) {
        fields.push_back(Object{
            {"name", field.name},
            {"channels", field.channels},
            {"type", codec::kFieldTypes[field.values.index()]},
            {"values",
             std::visit([&](const auto& values) { return writer.array(values); }, field.values)}});
    }
    out["fields"] = std::move(fields);
    out["full_count"] = cloud.full_count;
    out["timestamp"] = writer.array(&cloud.timestamp, 1);
}

void put(Writer& writer, const Boxes3d& boxes, Object& out) {
    std::vector<double> numbers;
    Array labels, tracks;
    for (const Boxes3d::Box& box : boxes.boxes) {
        numbers.insert(numbers.end(), box.center.begin(), box.center.end());
        numbers.insert(numbers.end(), box.size.begin(), box.size.end());
        numbers.insert(numbers.end(), {box.yaw, box.score});
        labels.emplace_back(box.label);
        tracks.emplace_back(box.track);
    }
    out["frame"] = boxes.frame;
    out["boxes"] = writer.numbers(std::move(numbers));
    out["labels"] = std::move(labels);
    out["tracks"] = std::move(tracks);
    out["full_count"] = boxes.full_count;
}

void put(Writer& writer, const Boxes2d& boxes, Object& out) {
    std::vector<double> numbers;
    Array labels;
    for (const Boxes2d::Box& box : boxes.boxes) {
        numbers.insert(numbers.end(), box.xyxy.begin(), box.xyxy.end());
        numbers.push_back(box.score);
        labels.emplace_back(box.label);
    }
    out["frame"] = boxes.frame;
    out["boxes"] = writer.numbers(std::move(numbers));
    out["labels"] = std::move(labels);
    out["full_count"] = boxes.full_count;
}

void put(Writer& writer, const Polyline& line, Object& out) {
    out["frame"] = line.frame;
    out["name"] = line.name;
    out["points"] = writer.array(line.points);
    out["color"] = Array(line.color.begin(), line.color.end());
}

void put(Writer& writer, const Camera& camera, Object& out) {
    out["name"] = camera.name;
    out["width"] = camera.width;
    out["height"] = camera.height;
    out["projection"] = writer.array(camera.projection.data(), 12);
    out["parent_frame"] = camera.parent_frame;
    out["camera_from_parent"] = writer.array(camera.camera_from_parent.data(), 16);
}

void put(Writer&, const Text& text, Object& out) {
    out["text"] = text.text;
    out["full_bytes"] = text.full_bytes;
}

void put(Writer& writer, const Tokens& tokens, Object& out) {
    out["tokens"] = texts_of(tokens.tokens);
    out["scores"] = writer.array(tokens.scores);
}

void put(Writer& writer, const Series& series, Object& out) {
    out["title"] = series.title;
    out["x_label"] = series.x_label;
    out["y_label"] = series.y_label;
    Array lines;
    for (const Series::Line& line : series.lines)
        lines.push_back(
            Object{{"name", line.name}, {"x", writer.array(line.x)}, {"y", writer.array(line.y)}});
    out["lines"] = std::move(lines);
}

void put(Writer& writer, const Histogram& histogram, Object& out) {
    out["title"] = histogram.title;
    out["unit"] = histogram.unit;
    out["range"] = writer.numbers({histogram.min, histogram.max});
    out["counts"] = writer.array(histogram.counts);
}

void put(Writer&, const Table& table, Object& out) {
    out["columns"] = texts_of(table.columns);
    Array rows;
    for (const auto& row : table.rows) rows.emplace_back(texts_of(row));
    out["rows"] = std::move(rows);
    out["full_rows"] = table.full_rows;
}

void put(Writer& writer, const TensorBlock& block, Object& out) {
    out["name"] = block.name;
    out["dtype"] = block.dtype;
    out["full_shape"] = integers_of(block.full_shape);
    out["start"] = integers_of(block.start);
    out["shape"] = integers_of(block.shape);
    out["type"] = codec::kTensorTypes[block.values.index()];
    out["values"] =
        std::visit([&](const auto& values) { return writer.array(values); }, block.values);
    Array counts;
    std::vector<double> measures;
    if (const auto& whole = block.whole) {
        for (const std::uint64_t count : {whole->count, whole->nan, whole->positive_infinite,
                                          whole->negative_infinite, whole->zeros})
            counts.emplace_back(count);
        counts.emplace_back(whole->min_at);
        counts.emplace_back(whole->max_at);
        measures = {whole->min, whole->max, whole->mean, whole->deviation, whole->rms};
    }
    out["counts"] = std::move(counts);
    out["measures"] = writer.numbers(std::move(measures));
}

void put(Writer&, const ModelGraph& model, Object& out) {
    Array layers, edges;
    for (const ModelGraph::Layer& layer : model.layers) {
        layers.push_back(Object{{"name", layer.name},
                                {"type", layer.type},
                                {"parameters", layer.parameters},
                                {"output_shape", integers_of(layer.output_shape)}});
    }
    for (const auto& [from, to] : model.edges) edges.emplace_back(Array{from, to});
    out["layers"] = std::move(layers);
    out["edges"] = std::move(edges);
}

}  // namespace

std::string_view kind_of(const Visual& visual) { return codec::kKinds[visual.index()]; }

Value encode(const Visual& visual, EncodedArrays& arrays) {
    Writer writer(arrays);
    Object out{{"kind", kind_of(visual)}};
    std::visit([&](const auto& value) { put(writer, value, out); }, visual);
    return out;
}

std::string write_visuals(const std::vector<Visual>& visuals) {
    EncodedArrays encoded;
    Array list;
    for (const Visual& visual : visuals) list.push_back(encode(visual, encoded));
    std::vector<engine::ArrayView> views;
    for (std::size_t i = 0; i < encoded.arrays.size(); ++i) {
        const auto bytes = encoded.arrays[i];
        views.push_back({fmt::format("{:06}", i),
                         engine::DType::U8,
                         {static_cast<std::int64_t>(bytes.size())},
                         bytes});
    }
    return write_safetensors(views, {{codec::kMetadata, to_json(list)}});
}

}  // namespace millrace::visual
