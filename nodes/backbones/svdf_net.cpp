#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nodes/backbones/spotter.hpp"

namespace millrace::nodes {
namespace {

struct SvdfNet {
    int units = 96, rank = 1, memory = 10, projection = 48, layers = 4;
    std::string classes = "zero one two three four five six seven eight nine _silence_";
    int readout_frames = 98;
    std::string front_end = kFrontEnd;

    static engine::NodeSpec spec() {
        return {
            .id = "backbones.svdf_net",
            .title = "SVDF network",
            .group = "Models",
            .doc =
                "A keyword spotter of SVDF layers, the usual always-on network that "
                "LiCo-Net is "
                "compared with.",
            .outputs = {{"model", "with first parameters, drawn by the run's seed"}},
            .params =
                {
                    {.name = "units",
                     .field = &SvdfNet::units,
                     .range = {1, 4096},
                     .doc = "Units of a layer"},
                    {.name = "rank",
                     .field = &SvdfNet::rank,
                     .range = {1, 16},
                     .doc = "Filters of a unit"},
                    {.name = "memory",
                     .field = &SvdfNet::memory,
                     .range = {1, 256},
                     .doc = "Frames that a filter sees"},
                    {.name = "projection",
                     .field = &SvdfNet::projection,
                     .range = {0, 4096},
                     .doc = "Width of the linear layer between two layers; 0: none"},
                    {.name = "layers",
                     .field = &SvdfNet::layers,
                     .range = {1, 64},
                     .doc = "How many layers"},
                    {.name = "classes",
                     .field = &SvdfNet::classes,
                     .doc = "Names of what it tells apart, parted by blanks or commas; "
                            "outputs are in "
                            "this order"},
                    {.name = "readout_frames",
                     .field = &SvdfNet::readout_frames,
                     .range = {0, 65536},
                     .doc =
                         "A recording is judged by the mean of its last so many frames; 0: of all"},
                    {.name = "front_end",
                     .field = &SvdfNet::front_end,
                     .doc = "JSON: how features are made; features.for_model and those who run the "
                            "model go by it. sample_rate in Hz; style kaldi, htk or slaney; "
                            "filters, cepstra, length, shift (ms), low, high (Hz)"},
                },
            .tags = {"speech", "keywords"},
            .pure = true,
            .random = true,
            .source = "Nakkiran et al. 2015; Alvarez and Park 2018, arXiv 1812.02802",
        };
    }

    std::vector<engine::Problem> check() const { return check_task(classes, front_end); }

    std::uint64_t count() const { return 1; }

    std::optional<types::Model> operator()(engine::Item item, engine::RunContext& context) const {
        if (item.number > 0) return std::nullopt;
        const ops::SvdfNet net{.units = units,
                               .rank = rank,
                               .memory = memory,
                               .projection = projection,
                               .layers = layers};
        return first_model(ops::svdf_net_spec(net, task_of(classes, readout_frames, front_end)),
                           context);
    }
};

}  // namespace

void register_svdf_net(engine::Registry& registry) { registry.add<SvdfNet>(); }

}  // namespace millrace::nodes
