#include "nodes/backbones/spotter.hpp"

#include <set>
#include <utility>

#include "nodes/ops/networks/network.hpp"
#include "nodes/ops/spotting/front_end.hpp"
#include "nodes/ops/words.hpp"

namespace millrace::nodes {

ops::SpotterTask task_of(const std::string& classes, int readout_frames,
                         const std::string& front_end) {
    const ops::FrontEnd made = ops::front_end_from(engine::parse_json(front_end, "front_end"));
    return {.features = made.dimension(),
            .classes = ops::words_of(classes),
            .readout_frames = readout_frames,
            .front_end = front_end};
}

std::vector<engine::Problem> check_task(const std::string& classes, const std::string& front_end) {
    std::vector<engine::Problem> problems;
    const std::vector<std::string> names = ops::words_of(classes);
    const std::set<std::string> unique(names.begin(), names.end());
    if (names.size() < 2 || unique.size() != names.size()) {
        problems.push_back({.what = "The classes are not two or more different names",
                            .expected = "names parted by blanks or commas",
                            .found = classes,
                            .where = "classes",
                            .mend = "Name every class once."});
    }
    try {
        const ops::FeatureExtractor possible(
            ops::front_end_from(engine::parse_json(front_end, "front_end")));
    } catch (const engine::Error& error) {
        problems.push_back(error.problem());
        problems.back().where = "front_end";
    }
    return problems;
}

types::Model first_model(const engine::Value& spec, const engine::RunContext& context) {
    const ops::Network network(spec);
    return {.spec = spec,
            .parameters = network.initial_parameters(context.seed()),
            .buffers = network.initial_buffers(),
            .average = {}};
}

}  // namespace millrace::nodes
