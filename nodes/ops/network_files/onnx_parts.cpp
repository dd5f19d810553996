#include "nodes/ops/network_files/onnx_parts.hpp"

#include <utility>

#include <fmt/format.h>

#include "engine/problem.hpp"
#include "nodes/ops/tokenizers/wire.hpp"

namespace millrace::ops {
namespace {

constexpr std::size_t kMostParts = 1'000'000;

/// Repeated integers come one a field, or packed into one.
void append_integers(std::vector<std::int64_t>& list, const WireField& field) {
    if (field.kind == WireField::Kind::Varint) {
        list.push_back(static_cast<std::int64_t>(field.number));
        return;
    }
    // A packed list is a row of varints: read as fields it would be misread, so by hand.
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const char letter : field.text()) {
        const auto byte = static_cast<unsigned char>(letter);
        if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        shift += 7;
        if (byte >= 0x80) continue;
        list.push_back(static_cast<std::int64_t>(std::exchange(value, 0)));
        shift = 0;
    }
}

class Parts {
public:
    template <class T>
    T& add(std::vector<T>& list, T part) {
        if (++count_ > kMostParts) {
            throw engine::Error({.code = "E-ONNX-003",
                                 .what = "The ONNX file has more parts than are read",
                                 .expected = fmt::format("{} at most", kMostParts),
                                 .found = "more",
                                 .mend = "Check that the file is what it should be."});
        }
        list.push_back(std::move(part));
        return list.back();
    }

    OnnxTensor tensor(std::string_view message) {
        OnnxTensor tensor;
        std::vector<std::int64_t> integers;
        WireReader reader(message);
        while (const auto field = reader.next()) {
            switch (field->tag) {
                case 1:
                    append_integers(tensor.shape, *field);
                    break;
                case 2:
                    tensor.type = static_cast<OnnxType>(field->integer());
                    break;
                case 4:
                    floats(tensor, *field, 4);
                    break;
                case 5:
                case 7:
                case 11:
                    append_integers(integers, *field);
                    break;
                case 8:
                    tensor.name = field->text();
                    break;
                case 9:
                    tensor.raw = field->text();
                    break;
                case 10:
                    floats(tensor, *field, 8);
                    break;
                case 13:
                    tensor.is_elsewhere = true;
                    break;
                case 14:
                    tensor.is_elsewhere |= field->number != 0;
                    break;
                default:
                    break;
            }
        }
        tensor.listed += integers.size();
        return tensor;
    }

    OnnxNode node(std::string_view message) {
        OnnxNode node;
        WireReader reader(message);
        while (const auto field = reader.next()) {
            switch (field->tag) {
                case 1:
                    add(node.inputs, std::string(field->text()));
                    break;
                case 2:
                    add(node.outputs, std::string(field->text()));
                    break;
                case 3:
                    node.name = field->text();
                    break;
                case 4:
                    node.kind = field->text();
                    break;
                case 5:
                    attribute(node, field->text());
                    break;
                case 7:
                    node.domain = field->text();
                    break;
                default:
                    break;
            }
        }
        return node;
    }

    static OnnxValue value(std::string_view message) {
        OnnxValue value;
        WireReader reader(message);
        while (const auto field = reader.next()) {
            if (field->tag == 1) value.name = field->text();
            if (field->tag != 2) continue;
            WireReader type(field->text());
            while (const auto kind = type.next()) {
                if (kind->tag != 1) continue;
                value.is_tensor = true;
                tensor_type(value, kind->text());
            }
        }
        return value;
    }

private:
    static void floats(OnnxTensor& tensor, const WireField& field, std::size_t size) {
        if (field.kind != WireField::Kind::Bytes) {
            ++tensor.listed;
            return;
        }
        tensor.listed += field.bytes.size() / size;
        if (size == 4) tensor.floats = field.bytes;
    }

    void attribute(OnnxNode& node, std::string_view message) {
        std::string name;
        std::vector<std::int64_t> integers;
        WireReader reader(message);
        while (const auto field = reader.next()) {
            switch (field->tag) {
                case 1:
                    name = field->text();
                    break;
                case 3:
                case 8:
                    append_integers(integers, *field);
                    break;
                case 5:
                case 10:
                    add(node.tensors, tensor(field->text()));
                    break;
                case 6:
                case 11:
                    node.has_graphs = true;
                    break;
                default:
                    break;
            }
        }
        // One that stands there twice must be right both times, for a library takes either.
        std::vector<std::int64_t>& all = node.integers[name];
        all.insert(all.end(), integers.begin(), integers.end());
    }

    static void tensor_type(OnnxValue& value, std::string_view message) {
        WireReader reader(message);
        while (const auto field = reader.next()) {
            if (field->tag == 1) value.type = static_cast<OnnxType>(field->integer());
            if (field->tag != 2) continue;
            value.has_shape = true;
            WireReader shape(field->text());
            while (const auto dimension = shape.next()) {
                if (dimension->tag != 1) continue;
                std::int64_t length = -1;
                WireReader parts(dimension->text());
                while (const auto part = parts.next()) {
                    if (part->tag == 1) length = static_cast<std::int64_t>(part->number);
                }
                // Some exporters write 0 for a length that is open.
                value.shape.push_back(length > 0 ? length : -1);
            }
        }
    }

    std::size_t count_ = 0;
};

void read_graph_parts(OnnxModel& model, Parts& parts, std::string_view message) {
    WireReader reader(message);
    while (const auto field = reader.next()) {
        switch (field->tag) {
            case 1:
                parts.add(model.nodes, parts.node(field->text()));
                break;
            case 5:
                parts.add(model.weights, parts.tensor(field->text()));
                break;
            case 11:
                parts.add(model.inputs, Parts::value(field->text()));
                break;
            case 12:
                parts.add(model.outputs, Parts::value(field->text()));
                break;
            case 15:
                model.has_sparse = true;
                break;
            default:
                break;
        }
    }
}

void read_operator_set(OnnxModel& model, std::string_view message) {
    std::string_view domain;
    std::int64_t version = 0;
    WireReader reader(message);
    while (const auto field = reader.next()) {
        if (field->tag == 1) domain = field->text();
        if (field->tag == 2) version = static_cast<std::int64_t>(field->number);
    }
    if (domain.empty() || domain == "ai.onnx") model.operator_set = version;
}

}  // namespace

OnnxModel read_onnx_parts(std::string_view bytes) {
    OnnxModel model;
    Parts parts;  // counted over all graphs, as a file may repeat the field
    WireReader reader(bytes);
    while (const auto field = reader.next()) {
        switch (field->tag) {
            case 1:
                model.version = static_cast<std::int64_t>(field->number);
                break;
            case 2:
                model.producer = field->text();
                break;
            case 7:
                model.has_graph = true;
                read_graph_parts(model, parts, field->text());
                break;
            case 8:
                read_operator_set(model, field->text());
                break;
            default:
                break;
        }
    }
    return model;
}

}  // namespace millrace::ops
