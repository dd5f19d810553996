#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nodes/backbones/spotter.hpp"

namespace millrace::nodes {
namespace {

struct DsCnn {
    int channels = 26, blocks = 3, kernel = 3, frequency_kernel = 3;
    std::string classes = "zero one two three four five six seven eight nine _silence_";
    int readout_frames = 98;
    std::string front_end = kFrontEnd;

    static engine::NodeSpec spec() {
        return {
            .id = "backbones.ds_cnn",
            .title = "DS-CNN",
            .group = "Models",
            .doc =
                "A keyword spotter of depthwise separable convolutions over time and frequency. It "
                "is causal in time and has no stride over it, so that it streams.",
            .outputs = {{"model", "with first parameters, drawn by the run's seed"}},
            .params =
                {
                    {.name = "channels",
                     .field = &DsCnn::channels,
                     .range = {1, 4096},
                     .doc = "Channels"},
                    {.name = "blocks",
                     .field = &DsCnn::blocks,
                     .range = {1, 64},
                     .doc = "How many separable blocks"},
                    {.name = "kernel",
                     .field = &DsCnn::kernel,
                     .range = {1, 256},
                     .doc = "Frames that a block sees"},
                    {.name = "frequency_kernel",
                     .field = &DsCnn::frequency_kernel,
                     .range = {1, 64},
                     .doc = "Positions over frequency that a block sees"},
                    {.name = "classes",
                     .field = &DsCnn::classes,
                     .doc = "Names of what it tells apart, parted by blanks or commas; "
                            "outputs are in "
                            "this order"},
                    {.name = "readout_frames",
                     .field = &DsCnn::readout_frames,
                     .range = {0, 65536},
                     .doc =
                         "A recording is judged by the mean of its last so many frames; 0: of all"},
                    {.name = "front_end",
                     .field = &DsCnn::front_end,
                     .doc = "JSON: how features are made; features.for_model and those who run the "
                            "model go by it. sample_rate in Hz; style kaldi, htk or slaney; "
                            "filters, cepstra, length, shift (ms), low, high (Hz)"},
                },
            .tags = {"speech", "keywords"},
            .pure = true,
            .random = true,
            .source = "Zhang et al. 2017, Hello Edge, arXiv 1711.07128",
        };
    }

    std::vector<engine::Problem> check() const { return check_task(classes, front_end); }

    std::uint64_t count() const { return 1; }

    std::optional<types::Model> operator()(engine::Item item, engine::RunContext& context) const {
        if (item.number > 0) return std::nullopt;
        const ops::DsCnn net{.channels = channels,
                             .blocks = blocks,
                             .kernel = kernel,
                             .frequency_kernel = frequency_kernel};
        return first_model(ops::ds_cnn_spec(net, task_of(classes, readout_frames, front_end)),
                           context);
    }
};

}  // namespace

void register_ds_cnn(engine::Registry& registry) { registry.add<DsCnn>(); }

}  // namespace millrace::nodes
