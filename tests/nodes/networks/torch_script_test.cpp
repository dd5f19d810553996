#include <gtest/gtest.h>
#include <torch/script.h>

#include <limits>
#include <sstream>

#include "tests/nodes/networks/networks.hpp"

namespace millrace::testing {
namespace {

using engine::Object;

/// The archive of a module with a 2x2 "weight", a "memory" of two numbers, and this method.
std::string script(const std::string& code, float first = 1) {
    torch::jit::Module module("Test");
    module.register_parameter("weight", at::tensor({first, 2.0F, 3.0F, 4.0F}).reshape({2, 2}),
                              false);
    module.register_buffer("memory", at::zeros({2}));
    module.define(code);
    std::ostringstream stream;
    module.save(stream);
    return stream.str();
}

constexpr const char* kLinear = R"(
def forward(self, x):
    return torch.relu(torch.matmul(x, self.weight))
)";
constexpr const char* kTwo = R"(
def forward(self, a, b, factor: float = 2.0):
    return (a + b, a * factor)
)";

std::vector<engine::Packet> run(const std::string& code, const Object& params,
                                const std::vector<at::Tensor>& inputs) {
    return run_network("networks.torch_script", script(code), params, inputs);
}

std::string code_of(const std::string& code, const Object& params = {},
                    const std::vector<at::Tensor>& inputs = {}) {
    return network_problem("networks.torch_script", script(code), params, inputs).code;
}

TEST(TorchScript, RunsWhatWasSaved) {
    const auto out = run(kLinear, {{"inputs", "x: ?x2 float32"}, {"outputs", "y: ?x2 float32"}},
                         {at::tensor({1.0F, -1.0F, 1.0F, 1.0F}).reshape({2, 2})});
    EXPECT_TRUE(tensor_in(out[0]).equal(at::tensor({0.0F, 0.0F, 4.0F, 6.0F}).reshape({2, 2})));
    EXPECT_FALSE(tensor_in(out[0]).requires_grad());
    EXPECT_FALSE(out[1]);
}

TEST(TorchScript, ArgumentsGoByTheirNames) {
    const at::Tensor a = at::tensor({1.0F, 2.0F}), b = at::tensor({10.0F, 20.0F});
    const auto plain = run(kTwo, {}, {a, b});
    EXPECT_TRUE(tensor_in(plain[0]).equal(a + b));
    EXPECT_TRUE(tensor_in(plain[1]).equal(a * 2));
    const auto turned =
        run(kTwo, {{"inputs", "b; a: 2 float32"}, {"outputs", "sum; twice: 2"}}, {b, a});
    EXPECT_TRUE(tensor_in(turned[1]).equal(a * 2));
}

TEST(TorchScript, IntegersAndListsAndDictionariesTravel) {
    const std::string rows = R"(
def forward(self, ids):
    return self.weight[ids]
)";
    EXPECT_TRUE(tensor_in(run(rows, {{"inputs", "ids: 1 int64"}}, {at::tensor({1}, at::kLong)})[0])
                    .equal(at::tensor({3.0F, 4.0F}).reshape({1, 2})));
    const std::string list = R"(
def forward(self, x):
    return [x, x + 1.0]
)";
    EXPECT_TRUE(tensor_in(run(list, {}, {at::zeros({2})})[1]).equal(at::ones({2})));
    const std::string map = R"(
def forward(self, x):
    return {"same": x, "more": x + 1.0}
)";
    EXPECT_TRUE(
        tensor_in(run(map, {{"outputs", "more"}}, {at::zeros({2})})[0]).equal(at::ones({2})));
    EXPECT_EQ(code_of(map), "E-TS-004");
    EXPECT_EQ(code_of(map, {{"outputs", "less"}}, {at::zeros({2})}), "E-PORT-003");
}

TEST(TorchScript, APacketIsNotWrittenTo) {
    const at::Tensor x = at::ones({2});
    const auto out = run("def forward(self, x):\n    return x.add_(1.0)\n", {}, {x});
    EXPECT_TRUE(tensor_in(out[0]).equal(at::full({2}, 2.0F)));
    EXPECT_TRUE(x.equal(at::ones({2})));
}

TEST(TorchScript, WhatIsDeclaredIsHeldAgainstTheFile) {
    EXPECT_EQ(code_of(kLinear, {{"inputs", "x: 3x2"}, {"outputs", "y: 3x2 float32"}}), "none");
    EXPECT_EQ(code_of(kLinear, {{"inputs", "y"}}), "E-PORT-003");
    EXPECT_EQ(code_of(kLinear, {{"inputs", "x: 2x3"}}), "E-TS-008") << "tried with zeros";
    EXPECT_EQ(code_of(kLinear, {{"inputs", "x: 3x2"}, {"outputs", "y: 2x3"}}), "E-PORT-005");
    EXPECT_EQ(code_of(kLinear, {{"outputs", "y; z"}}), "E-TS-004");
    EXPECT_EQ(code_of(kTwo, {{"inputs", "a"}}), "E-TS-003");
    EXPECT_EQ(code_of(kTwo, {}, {at::ones({2})}), "E-PORT-007");
    EXPECT_EQ(code_of(kLinear, {{"inputs", "x: ?x2"}}, {at::ones({2, 3})}), "E-PORT-005");
    EXPECT_EQ(code_of("def forward(self, x):\n    return 1\n"), "E-TS-002");
    EXPECT_EQ(code_of("def forward(self, n: int):\n    return self.weight * n\n"), "E-TS-002");
}

TEST(TorchScript, OutputsDependOnInputsAlone) {
    EXPECT_EQ(code_of("def forward(self, x):\n    return x + torch.rand_like(x)\n"), "E-TS-005");
    EXPECT_EQ(
        code_of("def forward(self, x):\n    self.memory.add_(1.0)\n    return x + self.memory\n"),
        "E-TS-006");
}

TEST(TorchScript, NumbersThatAreNoneAreTold) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(network_problem("networks.torch_script", script(kLinear, nan)).code, "E-TS-007");
    TestContext context(network_registry());
    run_node(network_registry(), "networks.torch_script",
             {{"path", write_network(context, script(kLinear))}},
             {tensor_packet(at::full({1, 2}, nan))}, context);
    EXPECT_EQ(context.warnings.size(), 1U);
}

TEST(TorchScript, WhatIsNoArchiveIsRefused) {
    const auto code = [](const std::string& bytes) {
        return network_problem("networks.torch_script", bytes).code;
    };
    const std::string whole = script(kLinear);
    EXPECT_EQ(code(""), "E-TS-001");
    EXPECT_FALSE(network_problem("networks.torch_script", "").where.empty()) << "the file is named";
    EXPECT_EQ(code("no archive at all"), "E-TS-001");
    EXPECT_EQ(code(std::string(1000, '\0')), "E-TS-001");
    for (std::size_t part = 0; part < 16; ++part)
        EXPECT_EQ(code(whole.substr(0, whole.size() * part / 16)), "E-TS-001") << part;
    torch::jit::Module silent("Silent");
    std::ostringstream stream;
    silent.save(stream);
    EXPECT_EQ(code(stream.str()), "E-TS-001");
}

}  // namespace
}  // namespace millrace::testing
