#include "nodes/ops/kws/tflite_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/kws/flatbuffer.hpp"
#include "nodes/ops/kws/tflite_operators.hpp"

namespace millrace::ops {
namespace {

using Bytes = FlatBuffer;
using Table = FlatTable;
using List = FlatList;

constexpr std::size_t kMostSizes = 8, kMostOperands = 16, kMostName = 256;
constexpr std::int64_t kMostValues = std::int64_t{1} << 24;
TfliteType type_of(int code, std::size_t tensor) {
    switch (code) {
        case 0:
            return TfliteType::Float32;
        case 2:
            return TfliteType::Int32;
        case 7:
            return TfliteType::Int16;
        case 9:
            return TfliteType::Int8;
        default:
            throw_tflite_unsupported("tensors of float32 (0), int32 (2), int16 (7) or int8 (9)",
                                     fmt::format("type {} for tensor {}", code, tensor));
    }
}

std::pair<std::int64_t, std::int64_t> limits_of(TfliteType type) {
    switch (type) {
        case TfliteType::Int8:
            return {-128, 127};
        case TfliteType::Int16:
            return {-32768, 32767};
        default:
            return {std::numeric_limits<std::int32_t>::lowest(),
                    std::numeric_limits<std::int32_t>::max()};
    }
}

class Parser {
public:
    explicit Parser(const Bytes& bytes) : bytes_(bytes), root_(bytes, bytes.follow(0)) {}

    TfliteModel parse() {
        const auto version = root_.scalar<std::uint32_t>(0, 0);
        if (version != 3) {
            throw engine::Error({.code = "E-TFL-001",
                                 .what = "A .tflite file has another version of the format",
                                 .expected = "schema version 3",
                                 .found = fmt::format("version {}", version),
                                 .mend = "Export the model with a current TensorFlow."});
        }
        codes_ = root_.list(1, 4);
        buffers_ = root_.list(4, 4);
        const List graphs = root_.list(2, 4);
        if (graphs.count != 1)
            throw_tflite_unsupported("one graph", fmt::format("{} graphs", graphs.count));
        const Table graph = root_.element(graphs, 0);
        const List tensors = graph.list(0, 4), operators = graph.list(3, 4);
        for (const auto& [list, what] : {std::pair{tensors, "tensors"}, {operators, "operators"}}) {
            if (list.count > kMostTfliteParts) {
                throw_tflite_limit(fmt::format("at most {} {}", kMostTfliteParts, what),
                                   fmt::format("{}", list.count));
            }
        }
        TfliteModel model;
        for (std::size_t i = 0; i < tensors.count; ++i)
            model.tensors.push_back(tensor(graph.element(tensors, i), i));
        for (std::size_t i = 0; i < operators.count; ++i)
            add_operator(graph.element(operators, i), model);
        if (!unsupported_.empty()) throw_tflite_operators(unsupported_);
        model.inputs = indices(graph, 1, model.tensors.size(), 0);
        model.outputs = indices(graph, 2, model.tensors.size(), 0);
        if (model.inputs.empty() || model.outputs.empty())
            throw_tflite_contradiction("inputs and outputs of the graph", "none");
        return model;
    }

private:
    TfliteTensor tensor(const Table& table, std::size_t index) {
        TfliteTensor tensor;
        const List shape = table.list(0, 4);
        if (shape.count > kMostSizes) {
            throw_tflite_limit(fmt::format("at most {} sizes of a tensor", kMostSizes),
                               fmt::format("{} for tensor {}", shape.count, index));
        }
        std::int64_t count = 1;
        for (const std::int32_t size : table.values<std::int32_t>(shape)) {
            if (size < 1)
                throw_tflite_contradiction("sizes of at least 1",
                                           fmt::format("{} in tensor {}", size, index));
            // Below 2^24 * 2^31.
            count *= size;
            if (count > kMostValues)
                throw_tflite_limit(fmt::format("at most {} values in a tensor", kMostValues),
                                   fmt::format("tensor {} has more", index));
            tensor.shape.push_back(size);
        }
        tensor.type = type_of(table.scalar<std::int8_t>(1, 0), index);
        const std::size_t bytes = static_cast<std::size_t>(count) * size_of(tensor.type);
        take(bytes);
        tensor.name = table.text(3, kMostName);
        tensor.is_variable = table.scalar<std::uint8_t>(5, 0) != 0;
        if (const auto quantization = table.table(4)) quantize(*quantization, tensor, index);

        const auto buffer = table.scalar<std::uint32_t>(2, 0);
        if (buffer == 0) return tensor;
        if (buffer >= buffers_.count) {
            throw_tflite_contradiction(fmt::format("one of {} buffers", buffers_.count),
                                       fmt::format("buffer {} for tensor {}", buffer, index));
        }
        const Table holder = root_.element(buffers_, buffer);
        const List data = holder.list(0, 1);
        if (data.count != 0 && data.count != bytes) {
            throw_tflite_contradiction(fmt::format("{} bytes for tensor {}", bytes, index),
                                       fmt::format("{}", data.count));
        }
        tensor.data = holder.values<std::byte>(data);
        return tensor;
    }

    void quantize(const Table& table, TfliteTensor& tensor, std::size_t index) {
        const List scales = table.list(2, 4), zeros = table.list(3, 8);
        if (scales.count == 0 && zeros.count == 0) return;
        tensor.axis = table.scalar<std::int32_t>(6, 0);
        const bool has_axis = scales.count > 1;
        const bool is_axis_good =
            !has_axis || (tensor.axis >= 0 && std::size_t(tensor.axis) < tensor.shape.size() &&
                          std::cmp_equal(tensor.shape[std::size_t(tensor.axis)], scales.count));
        if (!is_axis_good || (zeros.count != 0 && zeros.count != scales.count)) {
            throw_tflite_contradiction(
                "one scale, or one for each index of an axis, and as many zero points",
                fmt::format("{} scales, {} zero points and axis {} for tensor {}", scales.count,
                            zeros.count, tensor.axis, index));
        }
        take(scales.count * (sizeof(float) + sizeof(std::int32_t)));
        tensor.scales = table.values<float>(scales);
        const bool are_finite =
            std::ranges::all_of(tensor.scales, [](float scale) { return std::isfinite(scale); });
        if (!are_finite)
            throw_tflite_contradiction("finite scales", fmt::format("tensor {}", index));
        tensor.zero_points.resize(scales.count);
        const auto [low, high] = limits_of(tensor.type);
        for (std::size_t i = 0; i < zeros.count; ++i) {
            const auto zero = bytes_.at<std::int64_t>(zeros.start + 8 * i);
            if (zero < low || zero > high) {
                throw_tflite_contradiction(fmt::format("zero points from {} to {}", low, high),
                                           fmt::format("{} for tensor {}", zero, index));
            }
            tensor.zero_points[i] = static_cast<std::int32_t>(zero);
        }
    }

    void add_operator(const Table& table, TfliteModel& model) {
        const auto slot = table.scalar<std::uint32_t>(0, 0);
        if (slot >= codes_.count) {
            throw_tflite_contradiction(fmt::format("one of {} operator codes", codes_.count),
                                       fmt::format("{}", slot));
        }
        const Table entry = root_.element(codes_, slot);
        // Codes above 127 came later, in a field of their own.
        const int code =
            std::max<int>(entry.scalar<std::int8_t>(0, 0), entry.scalar<std::int32_t>(3, 0));
        const std::optional<TfliteKind> kind = tflite_kind(code);
        if (!kind) {
            const std::string name = tflite_operator_name(code, entry);
            if (std::ranges::find(unsupported_, name) == unsupported_.end() &&
                unsupported_.size() < 16)
                unsupported_.push_back(name);
            return;
        }
        TfliteOperator result{.kind = *kind,
                              .inputs = indices(table, 1, model.tensors.size(), -1),
                              .outputs = indices(table, 2, model.tensors.size(), 0)};
        if (const auto options = table.table(4))
            result.options = read_tflite_options(*kind, *options);
        model.operators.push_back(std::move(result));
    }

    static std::vector<int> indices(const Table& table, std::size_t field, std::size_t tensors,
                                    std::int32_t least) {
        const List list = table.list(field, 4);
        if (list.count > kMostOperands) {
            throw_tflite_limit(fmt::format("at most {} tensors in a list", kMostOperands),
                               fmt::format("{}", list.count));
        }
        std::vector<int> result;
        for (const std::int32_t index : table.values<std::int32_t>(list)) {
            if (index < least || (index >= 0 && std::size_t(index) >= tensors)) {
                throw_tflite_contradiction(fmt::format("one of {} tensors", tensors),
                                           fmt::format("tensor {}", index));
            }
            result.push_back(index);
        }
        return result;
    }

    void take(std::size_t bytes) {
        taken_ += bytes;
        if (taken_ <= kMostTfliteTensorBytes) return;
        throw_tflite_limit(fmt::format("at most {} bytes of tensors", kMostTfliteTensorBytes),
                           "more");
    }

    const Bytes& bytes_;
    Table root_;
    List codes_, buffers_;
    std::size_t taken_ = 0;
    std::vector<std::string> unsupported_;
};

}  // namespace

std::size_t size_of(TfliteType type) {
    return type == TfliteType::Int8 ? 1 : type == TfliteType::Int16 ? 2 : 4;
}

std::string_view name_of(TfliteType type) {
    constexpr std::array<std::string_view, 4> names{"float32", "int32", "int16", "int8"};
    return names[static_cast<std::size_t>(type)];
}

std::int64_t TfliteTensor::count() const {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    return count;
}

TfliteModel parse_tflite(std::span<const std::byte> file) {
    if (file.size() > kMostTfliteBytes)
        throw_tflite_limit(fmt::format("at most {} bytes", kMostTfliteBytes),
                           fmt::format("{}", file.size()));
    const Bytes bytes(file);
    if (file.size() < 8 || std::memcmp(file.data() + 4, "TFL3", 4) != 0) {
        throw engine::Error({.code = "E-TFL-001",
                             .what = "A file is no TensorFlow Lite model",
                             .expected = "\"TFL3\" in bytes 4 to 7",
                             .found = fmt::format("{} bytes without it", file.size()),
                             .mend = "Choose a .tflite file."});
    }
    return Parser(bytes).parse();
}

TfliteModel read_tflite(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary | std::ios::ate);
    const std::streamoff size = stream ? std::streamoff(stream.tellg()) : -1;
    if (size < 0 || std::filesystem::is_directory(file)) {
        throw engine::Error({.code = "E-FILE-001",
                             .what = "A model can't be opened",
                             .expected = "a .tflite file that can be read",
                             .found = file.string(),
                             .where = file.string(),
                             .mend = "Check the path."});
    }
    try {
        if (std::cmp_greater(size, kMostTfliteBytes))
            throw_tflite_limit(fmt::format("at most {} bytes", kMostTfliteBytes),
                               fmt::format("{}", size));
        std::vector<std::byte> bytes(static_cast<std::size_t>(size));
        stream.seekg(0);
        stream.read(reinterpret_cast<char*>(bytes.data()), size);
        // What a file lost meanwhile is found missing by the parser.
        bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
        return parse_tflite(bytes);
    } catch (const engine::Error& error) {
        engine::Problem problem = error.problem();
        problem.where = file.string();
        throw engine::Error(std::move(problem));
    }
}

}  // namespace millrace::ops
