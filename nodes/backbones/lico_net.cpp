#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nodes/backbones/spotter.hpp"

namespace millrace::nodes {
namespace {

struct LicoNet {
    enum class Temporal { Dense, Depthwise };

    int channels = 32, kernel = 5, expand = 3, blocks = 3;
    Temporal temporal = Temporal::Dense;
    std::string classes = "zero one two three four five six seven eight nine _silence_";
    int readout_frames = 98;
    std::string front_end = kFrontEnd;

    static engine::NodeSpec spec() {
        return {
            .id = "backbones.lico_net",
            .title = "LiCo-Net",
            .group = "Models",
            .doc =
                "A keyword spotter that is trained as streaming convolutions and runs as "
                "int8 "
                "linear layers over a ring of frames. Widths and head are choices of "
                "this project: "
                "the paper's body was not at hand.",
            .outputs = {{"model", "with first parameters, drawn by the run's seed"}},
            .params =
                {
                    {.name = "channels",
                     .field = &LicoNet::channels,
                     .range = {1, 4096},
                     .doc = "Channels between the blocks"},
                    {.name = "kernel",
                     .field = &LicoNet::kernel,
                     .range = {1, 256},
                     .doc = "Frames that a block's temporal layer sees"},
                    {.name = "expand",
                     .field = &LicoNet::expand,
                     .range = {1, 64},
                     .doc = "Width inside of a block, times the channels"},
                    {.name = "blocks",
                     .field = &LicoNet::blocks,
                     .range = {1, 64},
                     .doc = "How many blocks"},
                    {.name = "temporal",
                     .field = &LicoNet::temporal,
                     .choices = {"dense", "depthwise"},
                     .doc = "dense: the temporal layer mixes channels, one matrix product on the "
                            "device; depthwise: "
                            "each channel by itself"},
                    {.name = "classes",
                     .field = &LicoNet::classes,
                     .doc = "Names of what it tells apart, parted by blanks or commas; outputs "
                            "are in "
                            "this order"},
                    {.name = "readout_frames",
                     .field = &LicoNet::readout_frames,
                     .range = {0, 65536},
                     .doc =
                         "A recording is judged by the mean of its last so many frames; 0: of all"},
                    {.name = "front_end",
                     .field = &LicoNet::front_end,
                     .doc = "JSON: how features are made; features.for_model and those who run the "
                            "model go by it. sample_rate in Hz; style kaldi, htk or slaney; "
                            "filters, cepstra, length, shift (ms), low, high (Hz)"},
                },
            .tags = {"speech", "keywords"},
            .pure = true,
            .random = true,
            .source = "Yang et al. 2022, LiCo-Net, arXiv 2211.04635, abstract",
        };
    }

    std::vector<engine::Problem> check() const { return check_task(classes, front_end); }

    std::uint64_t count() const { return 1; }

    std::optional<types::Model> operator()(engine::Item item, engine::RunContext& context) const {
        if (item.number > 0) return std::nullopt;
        const ops::LicoNet net{.channels = channels,
                               .kernel = kernel,
                               .expand = expand,
                               .blocks = blocks,
                               .temporal = temporal == Temporal::Dense ? ops::Temporal::Dense
                                                                       : ops::Temporal::Depthwise};
        return first_model(ops::lico_net_spec(net, task_of(classes, readout_frames, front_end)),
                           context);
    }
};

}  // namespace

void register_lico_net(engine::Registry& registry) { registry.add<LicoNet>(); }

}  // namespace millrace::nodes
