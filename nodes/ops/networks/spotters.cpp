#include "nodes/ops/networks/spotters.hpp"

#include <utility>

#include "nodes/ops/networks/network.hpp"

namespace millrace::ops {
namespace {

using engine::Array;
using engine::Object;
using engine::Value;

/// Layers one after the other, and the rest of a spec.
class Builder {
public:
    explicit Builder(std::string name) : name_(std::move(name)) {}

    /// The layer's name, for those that read it later.
    std::string add(std::string name, const char* type, Object arguments = {}) {
        arguments["name"] = name;
        arguments["type"] = type;
        layers_.push_back(std::move(arguments));
        return name;
    }

    /// A convolution without bias, its BatchNorm, and perhaps an activation.
    std::string add_normed(const std::string& name, Object conv, const char* activation) {
        conv["bias"] = false;
        add(name, "conv", std::move(conv));
        std::string last = add(name + "/norm", "batch_norm");
        if (activation) last = add(name + "/act", activation);
        return last;
    }

    Value spec(const SpotterTask& task) {
        Object input = {{"features", task.features}};
        if (!task.front_end.empty())
            input["front_end"] = engine::parse_json(task.front_end, "front end");
        Array classes(task.classes.begin(), task.classes.end());
        Value spec = Object{{"name", name_},
                            {"input", std::move(input)},
                            {"classes", std::move(classes)},
                            {"readout", Object{{"kind", "mean"}, {"frames", task.readout_frames}}},
                            {"layers", std::move(layers_)}};
        const Network checked(spec);
        return spec;
    }

private:
    std::string name_;
    Array layers_;
};

std::int64_t outputs_of(const SpotterTask& task) {
    return static_cast<std::int64_t>(task.classes.size());
}

}  // namespace

Value lico_net_spec(const LicoNet& net, const SpotterTask& task) {
    Builder builder("LiCo-Net");
    builder.add("normalize", "normalize");
    std::string last = builder.add_normed("stem", {{"out", net.channels}}, "relu6");
    for (std::int64_t i = 0; i < net.blocks; ++i) {
        const std::string block = "block" + std::to_string(i);
        builder.add_normed(block + "/temporal",
                           {{"out", net.channels},
                            {"kernel", net.kernel},
                            {"depthwise", net.temporal == Temporal::Depthwise}},
                           "relu6");
        builder.add_normed(block + "/expand", {{"out", net.channels * net.expand}}, "relu6");
        builder.add_normed(block + "/project", {{"out", net.channels}}, nullptr);
        last = builder.add(block + "/sum", "add", {{"with", last}});
    }
    builder.add("head", "conv", {{"out", outputs_of(task)}});
    return builder.spec(task);
}

Value svdf_net_spec(const SvdfNet& net, const SpotterTask& task) {
    Builder builder("SVDF");
    builder.add("normalize", "normalize");
    for (std::int64_t i = 0; i < net.layers; ++i) {
        const std::string layer = "layer" + std::to_string(i);
        builder.add(layer + "/svdf", "svdf",
                    {{"units", net.units}, {"rank", net.rank}, {"memory", net.memory}});
        builder.add(layer + "/norm", "batch_norm");
        builder.add(layer + "/act", "relu");
        if (net.projection > 0 && i + 1 < net.layers)
            builder.add(layer + "/project", "conv", {{"out", net.projection}});
    }
    builder.add("head", "conv", {{"out", outputs_of(task)}});
    return builder.spec(task);
}

Value ds_cnn_spec(const DsCnn& net, const SpotterTask& task) {
    Builder builder("DS-CNN");
    builder.add("normalize", "normalize");
    builder.add("spread", "spread");
    builder.add_normed("stem",
                       {{"out", net.channels},
                        {"kernel", net.first_kernel},
                        {"frequency_kernel", net.first_frequency_kernel},
                        {"frequency_stride", net.first_frequency_stride}},
                       "relu6");
    for (std::int64_t i = 0; i < net.blocks; ++i) {
        const std::string block = "block" + std::to_string(i);
        builder.add_normed(block + "/depthwise",
                           {{"kernel", net.kernel},
                            {"frequency_kernel", net.frequency_kernel},
                            {"depthwise", true}},
                           "relu6");
        builder.add_normed(block + "/pointwise", {{"out", net.channels}}, "relu6");
    }
    builder.add("mean", "mean");
    builder.add("head", "conv", {{"out", outputs_of(task)}});
    return builder.spec(task);
}

}  // namespace millrace::ops
