#include "nodes/ops/kws/network_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/problem.hpp"
#include "nodes/ops/kws_runtime/kws_runtime.hpp"

namespace millrace::ops {
namespace {

constexpr std::size_t kNoOffset = 0;

[[noreturn]] void throw_problem(const char* code, const char* what, std::string expected,
                                std::string found, const char* mend) {
    throw engine::Error({.code = code,
                         .what = what,
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = mend});
}

void check_length(const Int8Layer& layer, const char* list, std::size_t found,
                  std::uint64_t expected) {
    if (found == expected) return;
    throw_problem("E-KWS-032", "A layer's list does not match its sizes",
                  fmt::format("{} values in {} of layer \"{}\"", expected, list, layer.name),
                  fmt::format("{}", found), "Check that the lists and sizes are of one layer.");
}

std::vector<std::int32_t> narrowed(const std::vector<std::int64_t>& values) {
    using Int32 = std::numeric_limits<std::int32_t>;
    std::vector<std::int32_t> result;
    for (const std::int64_t value : values) {
        if (value < Int32::lowest() || value > Int32::max()) {
            throw_problem("E-KWS-031", "A bias does not fit int32", "a folded bias within int32",
                          fmt::format("{}", value), "Check the scales of the layer's weights.");
        }
        result.push_back(static_cast<std::int32_t>(value));
    }
    return result;
}

void check_rows(std::size_t weights, std::size_t rows) {
    if (rows > 0 && weights % rows == 0) return;
    throw_problem("E-KWS-030", "Weights do not divide into the biases' rows",
                  fmt::format("{} equal rows, at least 1", rows),
                  fmt::format("{} weights", weights),
                  "Check that weights and biases are of one layer.");
}

kws::LayerRecord record_of(const Int8Layer& layer) {
    kws::LayerRecord record = {};
    record.kind = static_cast<kws::Kind>(static_cast<int>(layer.kind) + 1);
    record.source_a = layer.source_a;
    record.source_b = layer.source_b;
    record.discipline = static_cast<kws::Discipline>(layer.discipline);
    record.positions_in = layer.positions_in;
    record.channels_in = layer.channels_in;
    record.positions_out = layer.positions_out;
    record.channels_out = layer.channels_out;
    record.kernel_time = layer.kernel_time;
    record.kernel_freq = layer.kernel_freq;
    record.stride_freq = layer.stride_freq;
    record.pad_low = layer.pad_low;
    record.pad_high = layer.pad_high;
    record.output_scale = layer.output.scale;
    record.output_zero_point = layer.output.zero_point;
    record.clamp_low = layer.low;
    record.clamp_high = layer.high;
    return record;
}

std::uint64_t bias_count(const kws::LayerRecord& record) {
    return kws::detail::is_conv(record.kind) || record.kind == kws::Kind::Svdf ? record.channels_out
                                                                               : 0;
}

std::uint64_t feature_bias_count(const kws::LayerRecord& record) {
    return record.kind == kws::Kind::Svdf ? kws::detail::filters(record) : 0;
}

void check_lengths(const Int8Layer& layer, const kws::LayerRecord& record) {
    // Sizes first, since the expected lengths are their products.
    if (kws::detail::check_shape(record) != kws::Status::Ok) {
        throw_problem(
            "E-KWS-034", "The runtime refuses this network", "sizes that fit together",
            fmt::format("{} in layer \"{}\"", status_name(kws::Status::BadShape), layer.name),
            "Check the layer's positions, channels, kernels and padding.");
    }
    check_length(layer, "weight", layer.weight.size(), kws::detail::weight_count(record));
    const bool is_svdf = layer.kind == Int8Kind::Svdf;
    check_length(layer, "time", layer.time.size(),
                 is_svdf ? std::uint64_t{kws::detail::filters(record)} * layer.kernel_time : 0);
    check_length(layer, "feature_bias", layer.feature_bias.size(), feature_bias_count(record));
    check_length(layer, "bias", layer.bias.size(), bias_count(record));
    check_length(layer, "multipliers", layer.multipliers.size(),
                 kws::detail::multiplier_count(record));
}

class Writer {
public:
    explicit Writer(std::size_t reserved) : bytes_(reserved, '\0') {}

    template <class T>
    std::uint32_t append(const std::vector<T>& values) {
        if (values.empty()) return kNoOffset;
        bytes_.resize((bytes_.size() + kws::kAlignment - 1) / kws::kAlignment * kws::kAlignment);
        return append({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
    }

    std::uint32_t append(std::string_view text) {
        if (text.empty()) return kNoOffset;
        const std::size_t at = bytes_.size();
        bytes_.append(text);
        if (bytes_.size() > std::numeric_limits<std::int32_t>::max()) {
            throw_problem("E-KWS-034", "The runtime refuses this network",
                          "a file below 2^31 bytes", fmt::format("{}", bytes_.size()),
                          "Make the network smaller.");
        }
        return static_cast<std::uint32_t>(at);
    }

    template <class T>
    void put(std::size_t at, const T& value) {
        std::memcpy(bytes_.data() + at, &value, sizeof value);
    }

    std::string& bytes() { return bytes_; }

private:
    std::string bytes_;
};

std::vector<std::int16_t> time_of_file(const Int8Layer& layer, const kws::LayerRecord& record) {
    std::vector<std::int16_t> time(kws::detail::time_count(record));
    for (std::uint32_t f = 0; !time.empty() && f < kws::detail::filters(record); ++f) {
        for (std::uint32_t m = 0; m < layer.kernel_time; ++m)
            time[kws::detail::time_index(record, f, m)] =
                layer.time[std::size_t{f} * layer.kernel_time + m];
    }
    return time;
}

kws::LayerRecord write_layer(Writer& writer, const Int8Layer& layer) {
    kws::LayerRecord record = record_of(layer);
    check_lengths(layer, record);
    std::vector<std::int32_t> mantissas, shifts;
    for (const FixedMultiplier& multiplier : layer.multipliers) {
        mantissas.push_back(multiplier.mantissa);
        // 0 whatever its shift; a right shift keeps the runtime on its short path.
        shifts.push_back(multiplier.mantissa == 0 ? -1 : multiplier.shift);
    }
    record.weight_offset = writer.append(layer.weight);
    record.time_offset = writer.append(time_of_file(layer, record));
    record.feature_bias_offset = writer.append(layer.feature_bias);
    record.bias_offset = writer.append(layer.bias);
    record.mantissa_offset = writer.append(mantissas);
    record.shift_offset = writer.append(shifts);
    record.name_offset = writer.append(std::string_view(layer.name));
    record.name_bytes = static_cast<std::uint32_t>(layer.name.size());
    return record;
}

std::string label_text(const std::vector<std::string>& labels) {
    std::string text;
    for (const std::string& label : labels) {
        if (label.find('\0') != std::string::npos) {
            throw_problem("E-KWS-033", "A label contains a 0", "labels of text",
                          fmt::format("label {} of {}", &label - labels.data(), labels.size()),
                          "Rename the class.");
        }
        text.append(label).push_back('\0');
    }
    return text;
}

/// The bytes where the runtime wants them.
class AlignedCopy {
public:
    explicit AlignedCopy(std::string_view bytes)
        : blocks_(bytes.size() / sizeof(Block) + 1), bytes_(bytes.size()) {
        if (!bytes.empty()) std::memcpy(blocks_.data(), bytes.data(), bytes.size());
    }
    kws::Status open(kws::Network& network) const {
        return kws::open(blocks_.data(), bytes_, network);
    }

private:
    struct alignas(kws::kAlignment) Block {
        unsigned char bytes[kws::kAlignment];
    };
    std::vector<Block> blocks_;
    std::size_t bytes_;
};

template <class T>
std::vector<T> list_at(const kws::Network& network, std::uint32_t offset, std::uint64_t count) {
    if (count == 0) return {};
    const T* first = kws::detail::at<T>(network.file, offset);
    return std::vector<T>(first, first + count);
}

Int8Layer layer_of(const kws::Network& network, std::uint32_t index) {
    const kws::LayerRecord& record = *kws::layer_info(network, index);
    const kws::Text name = kws::layer_name(network, index);
    Int8Layer layer{.kind = static_cast<Int8Kind>(static_cast<int>(record.kind) - 1),
                    .name = std::string(name.data, name.bytes),
                    .source_a = record.source_a,
                    .source_b = record.source_b,
                    .discipline = static_cast<SvdfDiscipline>(record.discipline),
                    .positions_in = record.positions_in,
                    .channels_in = record.channels_in,
                    .positions_out = record.positions_out,
                    .channels_out = record.channels_out,
                    .kernel_time = record.kernel_time,
                    .kernel_freq = record.kernel_freq,
                    .stride_freq = record.stride_freq,
                    .pad_low = record.pad_low,
                    .pad_high = record.pad_high,
                    .output = {record.output_scale, record.output_zero_point},
                    .low = record.clamp_low,
                    .high = record.clamp_high};
    layer.weight =
        list_at<std::int8_t>(network, record.weight_offset, kws::detail::weight_count(record));
    const auto time =
        list_at<std::int16_t>(network, record.time_offset, kws::detail::time_count(record));
    for (std::uint32_t f = 0; !time.empty() && f < kws::detail::filters(record); ++f) {
        for (std::uint32_t m = 0; m < record.kernel_time; ++m)
            layer.time.push_back(time[kws::detail::time_index(record, f, m)]);
    }
    layer.feature_bias =
        list_at<std::int32_t>(network, record.feature_bias_offset, feature_bias_count(record));
    layer.bias = list_at<std::int32_t>(network, record.bias_offset, bias_count(record));
    const std::uint32_t multipliers = kws::detail::multiplier_count(record);
    const auto mantissas = list_at<std::int32_t>(network, record.mantissa_offset, multipliers);
    const auto shifts = list_at<std::int32_t>(network, record.shift_offset, multipliers);
    for (std::uint32_t i = 0; i < multipliers; ++i)
        layer.multipliers.push_back({mantissas[i], shifts[i]});
    return layer;
}

}  // namespace

std::vector<std::int32_t> folded_bias(const std::vector<std::int8_t>& weight,
                                      const std::vector<std::int32_t>& bias, int zero_point) {
    check_rows(weight.size(), bias.size());
    std::vector<std::int64_t> folded(bias.begin(), bias.end());
    const std::size_t row = weight.size() / bias.size();
    for (std::size_t i = 0; i < weight.size(); ++i)
        folded[i / row] -= std::int64_t{zero_point} * weight[i];
    return narrowed(folded);
}

std::vector<std::int32_t> folded_depthwise_bias(const std::vector<std::int8_t>& weight,
                                                const std::vector<std::int32_t>& bias,
                                                int zero_point) {
    check_rows(weight.size(), bias.size());
    std::vector<std::int64_t> folded(bias.begin(), bias.end());
    for (std::size_t i = 0; i < weight.size(); ++i)
        folded[i % bias.size()] -= std::int64_t{zero_point} * weight[i];
    return narrowed(folded);
}

std::vector<FixedMultiplier> add_multipliers(Int8Scale a, Int8Scale b, Int8Scale out) {
    const double twice = 2 * std::max(double{a.scale}, double{b.scale});
    return {fixed_multiplier(a.scale / twice), fixed_multiplier(b.scale / twice),
            fixed_multiplier(twice / ((1 << 20) * double{out.scale}))};
}

std::vector<FixedMultiplier> svdf_multipliers(float input, float feature, float state, float time,
                                              float output) {
    // In float32, as the published kernel works them out.
    const float to_state = input * feature / state, to_output = state * time / output;
    return {fixed_multiplier(to_state), fixed_multiplier(to_output)};
}

std::vector<FixedMultiplier> mean_multipliers(Int8Scale in, std::uint32_t positions,
                                              Int8Scale out) {
    return {fixed_multiplier(double{in.scale} / (double(positions) * double{out.scale}))};
}

std::string network_bytes(const Int8Network& network) {
    Writer writer(sizeof(kws::FileHeader) + network.layers.size() * sizeof(kws::LayerRecord));
    kws::FileHeader header = {};
    header.magic = kws::kMagic;
    header.version = kws::kVersion;
    header.layer_count = static_cast<std::uint32_t>(network.layers.size());
    header.layers_offset = sizeof(kws::FileHeader);
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        writer.put(sizeof header + i * sizeof(kws::LayerRecord),
                   write_layer(writer, network.layers[i]));
    }
    const std::string labels = label_text(network.labels);
    header.label_count = static_cast<std::uint32_t>(network.labels.size());
    header.labels_offset = writer.append(std::string_view(labels));
    header.labels_bytes = static_cast<std::uint32_t>(labels.size());
    header.metadata_offset = writer.append(std::string_view(network.metadata));
    header.metadata_bytes = static_cast<std::uint32_t>(network.metadata.size());
    header.input_positions = network.input_positions;
    header.input_channels = network.input_channels;
    header.input_scale = network.input.scale;
    header.input_zero_point = network.input.zero_point;
    std::string& bytes = writer.bytes();
    bytes.resize((bytes.size() + kws::kAlignment - 1) / kws::kAlignment * kws::kAlignment +
                 kws::kGuardBytes);
    header.file_bytes = static_cast<std::uint32_t>(bytes.size());
    writer.put(0, header);
    kws::Network opened;
    const kws::Status status = AlignedCopy(bytes).open(opened);
    if (status != kws::Status::Ok) {
        throw_problem("E-KWS-034", "The runtime refuses this network",
                      "layers that read earlier ones, scales and sums in range",
                      kws::status_name(status), "Check the layers and calibrate again.");
    }
    return std::move(bytes);
}

Int8Network read_network(std::string_view bytes) {
    const AlignedCopy copy(bytes);
    kws::Network opened;
    const kws::Status status = copy.open(opened);
    if (status != kws::Status::Ok) {
        throw_problem("E-KWS-035", "A keyword spotter's file cannot be read",
                      "a whole file of version 1",
                      fmt::format("{} ({} bytes)", kws::status_name(status), bytes.size()),
                      "Copy or export the network again.");
    }
    Int8Network network{.input_positions = opened.header->input_positions,
                        .input_channels = opened.header->input_channels,
                        .input = {kws::input_scale(opened), kws::input_zero_point(opened)}};
    for (std::uint32_t i = 0; i < kws::layer_count(opened); ++i)
        network.layers.push_back(layer_of(opened, i));
    const char* label = kws::label(opened, 0);
    for (std::uint32_t i = 0; i < kws::label_count(opened); ++i) {
        network.labels.emplace_back(label);
        label += network.labels.back().size() + 1;
    }
    const kws::Text metadata = kws::metadata(opened);
    network.metadata.assign(metadata.data, metadata.bytes);
    return network;
}

NetworkCost network_cost(const Int8Network& network) {
    const std::string bytes = network_bytes(network);
    const AlignedCopy copy(bytes);
    kws::Network opened;
    copy.open(opened);
    NetworkCost cost{.file_bytes = bytes.size(), .arena_bytes = kws::arena_bytes(opened)};
    for (std::uint32_t i = 0; i < kws::layer_count(opened); ++i) {
        const kws::LayerRecord& record = *kws::layer_info(opened, i);
        const Int8Layer& layer = network.layers[i];
        Int8Cost one{.name = layer.name, .state_bytes = kws::state_bytes(opened, i)};
        // Every weight of a convolution is used once at each position; sums count no products.
        one.macs = layer.weight.size() * layer.positions_out + layer.time.size();
        one.weight_bytes = layer.weight.size() + 2 * kws::detail::time_count(record) +
                           4 * (layer.feature_bias.size() + layer.bias.size()) +
                           8 * layer.multipliers.size();
        cost.macs += one.macs;
        cost.state_bytes += one.state_bytes;
        cost.weight_bytes += one.weight_bytes;
        cost.layers.push_back(std::move(one));
    }
    return cost;
}

}  // namespace millrace::ops
