// The weights that an encoder-decoder begins with.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "nodes/types/model.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_bart(engine::Registry& registry);
}

namespace millrace::testing {
namespace {

types::NamedTensors first_weights(const char* choice) {
    static engine::Registry registry;
    if (!registry.find("backbones.bart")) nodes::register_bart(registry);
    TestContext context(registry);
    return run_node(registry, "backbones.bart", {{"first_weights", choice}, {"hidden", 256}}, {},
                    context)
        .at(0)
        .as<types::Model>()
        .parameters;
}

double deviation(const types::NamedTensors& parameters, const std::string& name) {
    return parameters.at(name).std().item<double>();
}

TEST(BartFirstWeights, HaveTheFixedDeviationOrThatOfTheirInputs) {
    const types::NamedTensors fixed = first_weights("fixed"), by_width = first_weights("by_width");
    const std::string fc1 = "model.encoder.layers.0.fc1.weight",
                      fc2 = "model.decoder.layers.1.fc2.weight",
                      cross = "model.decoder.layers.0.encoder_attn.v_proj.weight";
    for (const std::string& name : {fc1, fc2, cross}) {
        EXPECT_NEAR(deviation(fixed, name), 0.02, 0.001) << name;
    }
    EXPECT_NEAR(deviation(by_width, fc1), 1 / std::sqrt(64.0), 0.006);
    EXPECT_NEAR(deviation(by_width, cross), 1 / std::sqrt(64.0), 0.006);
    EXPECT_NEAR(deviation(by_width, fc2), 1 / std::sqrt(256.0), 0.003);
    for (const std::string name : {"model.shared.weight", "model.encoder.layers.0.fc1.bias"}) {
        EXPECT_TRUE(by_width.at(name).equal(fixed.at(name))) << name;
    }
}

}  // namespace
}  // namespace millrace::testing
