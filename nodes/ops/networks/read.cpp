// A network from its spec.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/problem.hpp"
#include "engine/value_parse.hpp"
#include "nodes/ops/networks/network.hpp"

namespace millrace::ops {
namespace {

using engine::Value;

constexpr std::int64_t kMostSize = 1 << 16;
constexpr std::int64_t kMostElements = std::int64_t{1} << 30;
constexpr std::size_t kMostLayers = 10'000;

constexpr std::array<std::string_view, 10> kKinds = {
    "normalize", "spread", "conv", "svdf", "batch_norm", "relu", "relu6", "mean", "dropout", "add"};

/// Names in foreign files may be any text.
constexpr std::size_t kMostShown = 300;

[[noreturn]] void fail(const char* code, std::string what, std::string expected, std::string found,
                       const char* mend = "Correct the model's spec.") {
    throw engine::Error({.code = code,
                         .what = engine::shortened(what, kMostShown),
                         .expected = std::move(expected),
                         .found = engine::shortened(found, kMostShown),
                         .mend = mend});
}

/// The arguments of one object of the spec, each asked for once; what is left is a mistake.
class Arguments {
public:
    Arguments(const Value& value, std::string where) : where_(std::move(where)) {
        if (!value.is_object())
            fail("E-NET-001", where_ + " is no object", "an object", std::string(value.kind()));
        for (const auto& [name, member] : value.as_object()) left_[name] = &member;
    }

    std::string text(const std::string& name, std::string standard) {
        const Value* value = take(name);
        if (!value) return standard;
        if (!value->is_string()) wrong(name, "text", *value);
        return value->as_string();
    }
    bool flag(const std::string& name, bool standard) {
        const Value* value = take(name);
        if (!value) return standard;
        if (!value->is_bool()) wrong(name, "true or false", *value);
        return value->as_bool();
    }
    std::int64_t size(const std::string& name, std::int64_t standard, std::int64_t least = 1) {
        const Value* value = take(name);
        if (!value && standard >= least) return standard;
        if (!value)
            fail("E-NET-001", fmt::format("{} has no \"{}\"", where_, name), "a number", "nothing");
        if (!value->is_int()) wrong(name, "a whole number", *value);
        const std::int64_t size = value->as_int();
        if (size < least || size > kMostSize)
            fail("E-NET-003", fmt::format("\"{}\" of {} is out of range", name, where_),
                 fmt::format("{} to {}", least, kMostSize), std::to_string(size));
        return size;
    }
    std::int64_t count(const std::string& name) {
        const Value* value = take(name);
        if (!value) return 0;
        if (!value->is_int() || value->as_int() < 0) wrong(name, "a number from 0 on", *value);
        return value->as_int();
    }
    double share(const std::string& name) {
        const Value* value = take(name);
        if (!value || !value->is_number() || !(value->as_double() >= 0 && value->as_double() < 1))
            fail("E-NET-003", fmt::format("\"{}\" of {} is no share", name, where_), "0 to below 1",
                 value ? engine::to_json(*value) : "nothing");
        return value->as_double();
    }
    const Value* any(const std::string& name) { return take(name); }
    void finish() const {
        if (left_.empty()) return;
        fail("E-NET-001", fmt::format("{} has an argument that is not known", where_),
             "the arguments of its type", left_.begin()->first);
    }

private:
    const Value* take(const std::string& name) {
        const auto found = left_.find(name);
        if (found == left_.end()) return nullptr;
        const Value* value = found->second;
        left_.erase(found);
        return value;
    }
    [[noreturn]] void wrong(const std::string& name, std::string expected,
                            const Value& value) const {
        fail("E-NET-001", fmt::format("\"{}\" of {} has the wrong kind", name, where_),
             std::move(expected), std::string(value.kind()));
    }

    std::map<std::string, const Value*, std::less<>> left_;
    std::string where_;
};

LayerKind kind_of(const std::string& word, const std::string& where) {
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        if (kKinds[i] == word) return static_cast<LayerKind>(i);
    }
    fail("E-NET-001", where + " has an unknown type", fmt::format("{}", fmt::join(kKinds, ", ")),
         word);
}

void read_conv(Layer& layer, Arguments& arguments) {
    layer.kernel = arguments.size("kernel", 1);
    layer.frequency_kernel = arguments.size("frequency_kernel", 1);
    layer.frequency_stride = arguments.size("frequency_stride", 1);
    layer.bias = arguments.flag("bias", true);
    layer.depthwise = arguments.flag("depthwise", false);
    const std::int64_t positions =
        (layer.in.positions + layer.frequency_stride - 1) / layer.frequency_stride;
    const std::int64_t pad = std::max<std::int64_t>(
        0, (positions - 1) * layer.frequency_stride + layer.frequency_kernel - layer.in.positions);
    layer.pad_low = pad / 2;
    layer.pad_high = pad - pad / 2;
    layer.out = {positions, arguments.size("out", layer.depthwise ? layer.in.channels : 0)};
    if (layer.depthwise && layer.out.channels != layer.in.channels)
        fail("E-NET-002",
             fmt::format("Layer \"{}\" is depthwise and changes the channels", layer.name),
             std::to_string(layer.in.channels), std::to_string(layer.out.channels));
}

void read_svdf(Layer& layer, Arguments& arguments) {
    layer.units = arguments.size("units", 0);
    layer.rank = arguments.size("rank", 1);
    layer.memory = arguments.size("memory", 0);
    if (layer.in.positions != 1)
        fail("E-NET-002", fmt::format("Layer \"{}\" reads several positions", layer.name), "1",
             std::to_string(layer.in.positions));
    layer.out = {1, layer.units};
}

/// Tensors are small or the sum of all is checked before one is made.
void check_elements(const Network& network) {
    std::int64_t elements = 0;
    for (const auto& shapes : {network.parameter_shapes(), network.buffer_shapes()}) {
        for (const auto& [name, shape] : shapes) {
            std::int64_t count = 1;
            for (const std::int64_t extent : shape) {
                // Each extent is at most 2^32, so that this can't overflow.
                count = count > kMostElements ? count : count * extent;
            }
            elements += count;
            if (elements > kMostElements)
                fail("E-NET-003", "The model is too large",
                     fmt::format("at most {} values", kMostElements), "more, at " + name);
        }
    }
}

void check_quantized(const Network& network) {
    if (network.layers().front().kind != LayerKind::Normalize)
        fail("E-NET-002", "A network for int8 must begin with normalized features", "normalize",
             std::string(to_text(network.layers().front().kind)));
    for (const Layer& layer : network.layers()) {
        if (layer.kind == LayerKind::BatchNorm || layer.kind == LayerKind::Dropout)
            fail("E-NET-002", fmt::format("Layer \"{}\" has no int8 form", layer.name),
                 "batch_norm folded into the layer before, no dropout",
                 std::string(to_text(layer.kind)), "Fold the model first.");
    }
}

}  // namespace

std::string_view to_text(LayerKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

Network::Network(const Value& spec) : spec_(spec) {
    Arguments top(spec, "The model's spec");
    top.text("name", "");
    const Value* input = top.any("input");
    if (!input)
        fail("E-NET-001", "The model's spec has no \"input\"", "{\"features\": …}", "nothing");
    // Front end and more may stand beside it; they are for those who make the features.
    const Value* features = input->find("features");
    if (!features || !features->is_int() || features->as_int() < 1 ||
        features->as_int() > kMostSize)
        fail("E-NET-003", "The model's input has no width",
             fmt::format("\"features\" from 1 to {}", kMostSize),
             features ? engine::to_json(*features) : "nothing");
    input_ = {1, features->as_int()};
    if (const Value* classes = top.any("classes")) {
        if (!classes->is_array())
            fail("E-NET-001", "\"classes\" is no list", "a list of names",
                 std::string(classes->kind()));
        for (const Value& name : classes->as_array()) classes_.push_back(name.as_string());
    }
    if (const Value* readout = top.any("readout")) {
        Arguments arguments(*readout, "\"readout\"");
        const std::string kind = arguments.text("kind", "mean");
        if (kind != "mean" && kind != "max")
            fail("E-NET-001", "The readout has an unknown kind", "mean or max", kind);
        readout_.kind = kind == "max" ? Readout::Kind::Max : Readout::Kind::Mean;
        readout_.frames = arguments.size("frames", 0, 0);
        arguments.finish();
    }
    if (const Value* quantization = top.any("quantization")) {
        Arguments arguments(*quantization, "\"quantization\"");
        quantization_ = {.on = true, .freeze_after = arguments.count("freeze_after")};
        arguments.finish();
    }
    const Value* layers = top.any("layers");
    top.any("training");  // notes of those who trained it
    top.finish();
    if (!layers || !layers->is_array() || layers->as_array().empty() ||
        layers->as_array().size() > kMostLayers)
        fail("E-NET-001", "The model's spec has no layers",
             fmt::format("a list of 1 to {} \"layers\"", kMostLayers),
             layers && layers->is_array() ? std::to_string(layers->as_array().size()) : "nothing");

    std::map<std::string, int, std::less<>> numbers;
    for (const Value& described : layers->as_array()) {
        const int number = static_cast<int>(layers_.size());
        const std::string where = fmt::format("Layer {}", number);
        Arguments arguments(described, where);
        Layer layer;
        layer.name = arguments.text("name", "");
        if (layer.name.empty() || layer.name.find('.') != std::string::npos ||
            !numbers.emplace(layer.name, number).second)
            fail("E-NET-001", where + " has no name of its own", "a name that no other layer has",
                 layer.name);
        const auto find = [&](const std::string& name) {
            const auto found = numbers.find(name);
            if (name == "input") return kInput;
            if (found == numbers.end() || found->second == number)
                fail("E-NET-002", fmt::format("Layer \"{}\" reads an unknown layer", layer.name),
                     "one before it", name);
            return found->second;
        };
        const auto shape_of = [&](int of) {
            return of == kInput ? input_ : layers_[static_cast<std::size_t>(of)].out;
        };
        layer.kind = kind_of(arguments.text("type", ""), where);
        const std::string from = arguments.text("from", "");
        layer.from = from.empty() ? number - 1 : find(from);
        layer.in = layer.out = shape_of(layer.from);
        switch (layer.kind) {
            case LayerKind::Conv:
                read_conv(layer, arguments);
                break;
            case LayerKind::Svdf:
                read_svdf(layer, arguments);
                break;
            case LayerKind::Spread:
                layer.out = {layer.in.size(), 1};
                break;
            case LayerKind::Mean:
                layer.out = {1, layer.in.channels};
                break;
            case LayerKind::Dropout:
                layer.share = arguments.share("share");
                break;
            case LayerKind::Add:
                layer.with = find(arguments.text("with", ""));
                if (shape_of(layer.with) != layer.in)
                    fail("E-NET-002",
                         fmt::format("Layer \"{}\" adds frames of different sizes", layer.name),
                         fmt::format("{} x {}", layer.in.positions, layer.in.channels),
                         fmt::format("{} x {}", shape_of(layer.with).positions,
                                     shape_of(layer.with).channels));
                break;
            default:
                break;
        }
        arguments.finish();
        layers_.push_back(std::move(layer));
    }
    if (quantization_.on) check_quantized(*this);
    check_elements(*this);
}

}  // namespace millrace::ops
