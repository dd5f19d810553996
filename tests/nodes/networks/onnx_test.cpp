#include <gtest/gtest.h>

#include <limits>

#include "tests/nodes/networks/networks.hpp"
#include "tests/nodes/networks/onnx_writer.hpp"

namespace millrace::testing {
namespace {

using engine::Object;
using onnx::Graph;

std::vector<engine::Packet> run(const Graph& graph, const Object& params,
                                const std::vector<at::Tensor>& inputs) {
    return run_network("networks.onnx", graph.file(), params, inputs);
}

engine::Problem problem(const Graph& graph, const Object& params = {},
                        const std::vector<at::Tensor>& inputs = {}) {
    return network_problem("networks.onnx", graph.file(), params, inputs);
}

TEST(Onnx, AConvolutionGivesWhatHandsGive) {
    const at::Tensor image = at::arange(16, at::kFloat).reshape({1, 1, 4, 4});
    const auto out = run(onnx::convolution(), {}, {image});
    ASSERT_EQ(out.size(), 4U);
    const at::Tensor& features = tensor_in(out[0]);
    ASSERT_EQ(features.sizes(), (at::IntArrayRef{1, 2, 4, 4}));
    EXPECT_TRUE(features[0][0].equal(image[0][0] + 0.5));
    // The corner sums 0 + 1 + 4 + 5, its neighbour 0 + 1 + 2 + 4 + 5 + 6; 20 less that, never below
    // 0.
    EXPECT_EQ(features[0][1][0][0].item<float>(), 10.0F);
    EXPECT_EQ(features[0][1][0][1].item<float>(), 2.0F);
    EXPECT_EQ(features[0][1][1][1].item<float>(), 0.0F);
    for (std::size_t i = 1; i < 4; ++i) EXPECT_FALSE(out[i]);
}

TEST(Onnx, PortsTakeTheDeclaredOrder) {
    const at::Tensor a = at::tensor({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F}).reshape({2, 3});
    const at::Tensor b = at::tensor({1.0F, 0.0F, 0.0F, 1.0F, 2.0F, 0.0F}).reshape({3, 2});
    const at::Tensor expected = at::tensor({7.0F, 2.0F, 16.0F, 5.0F}).reshape({2, 2});
    EXPECT_TRUE(tensor_in(run(onnx::product(), {}, {a, b})[0]).equal(expected));
    const Object turned = {{"inputs", "b: 3x2 float32; a"}, {"outputs", "product: ?x2"}};
    EXPECT_TRUE(tensor_in(run(onnx::product(), turned, {b, a})[0]).equal(expected));
}

TEST(Onnx, AnOperatorMayGiveSeveralOutputs) {
    const at::Tensor row = at::tensor({-1.0F, 2.0F, -3.0F, 4.0F}).reshape({1, 4});
    const auto both = run(onnx::halves(), {}, {row});
    EXPECT_TRUE(tensor_in(both[0]).equal(at::tensor({0.0F, 2.0F}).reshape({1, 2})));
    EXPECT_TRUE(tensor_in(both[1]).equal(at::tensor({-3.0F, 4.0F}).reshape({1, 2})));
    const auto one = run(onnx::halves(), {{"outputs", "high"}}, {row});
    EXPECT_TRUE(tensor_in(one[0]).equal(at::tensor({-3.0F, 4.0F}).reshape({1, 2})));
    EXPECT_FALSE(one[1]);
}

TEST(Onnx, AnOpenBatchTakesAnyNumber) {
    for (const std::int64_t batch : {1, 3}) {
        const at::Tensor image = at::full({batch, 3, 8, 8}, 0.5, at::kFloat);
        EXPECT_TRUE(tensor_in(run(onnx::colors(), {}, {image})[0])
                        .allclose(at::full({batch, 3}, 5.0F), 0, 1e-5));
    }
}

TEST(Onnx, ACallGivesTheSameAgain) {
    TestContext context(network_registry());
    TestNode node(network_registry(), "networks.onnx",
                  {{"path", write_network(context, onnx::convolution().file())}});
    node.start(context);
    const at::Tensor first = at::rand({1, 1, 4, 4}, at::kFloat), second = first + 1;
    const at::Tensor once = tensor_in(node.call({tensor_packet(first)}, context)[0]).clone();
    const auto other = node.call({tensor_packet(second)}, context);
    const auto again = node.call({tensor_packet(first)}, context);
    EXPECT_TRUE(tensor_in(again[0]).equal(once));
    EXPECT_FALSE(tensor_in(other[0]).equal(once)) << "a later call must not write to it";
}

TEST(Onnx, TheReadyMadeFileIsWhatTheTestsWrite) {
    std::ifstream stream(MILLRACE_SOURCE_DIR "/graphs/networks/edges.onnx", std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(stream), {});
    EXPECT_TRUE(bytes == onnx::edges().file());
    // White right of the middle: the step of 1 counts 4 in the columns on either side of it.
    at::Tensor image = at::zeros({1, 3, 96, 320});
    image.narrow(3, 160, 160).fill_(1);
    const auto out = run(onnx::edges(), {}, {image});
    const at::Tensor row = tensor_in(out[0])[0][0][50];
    for (const int column : {1, 100, 158, 161, 300})
        EXPECT_NEAR(row[column].item<float>(), 0, 1e-4) << column;
    EXPECT_NEAR(row[159].item<float>(), 4, 1e-4);
    EXPECT_NEAR(row[160].item<float>(), 4, 1e-4);
}

TEST(Onnx, WhatIsDeclaredIsHeldAgainstTheFile) {
    const auto code = [](const Object& params) {
        return problem(onnx::convolution(), params).code;
    };
    EXPECT_EQ(code({{"inputs", "image: 1x1x4x4 float32"}, {"outputs", "features"}}), "none");
    EXPECT_EQ(code({{"inputs", "picture"}}), "E-PORT-003");
    EXPECT_EQ(code({{"outputs", "logits"}}), "E-PORT-003");
    EXPECT_EQ(code({{"inputs", "image: 1x3x4x4"}}), "E-PORT-004");
    EXPECT_EQ(code({{"inputs", "image: any int64"}}), "E-PORT-004");
    EXPECT_EQ(code({{"outputs", "features: 1x2x4"}}), "E-PORT-004");
    EXPECT_EQ(problem(onnx::product(), {{"inputs", "a"}}).code, "E-ONNX-007");
    const engine::Problem named = problem(onnx::convolution(), {{"inputs", "picture"}});
    EXPECT_EQ(named.expected, "image: 1x1x4x4 float32");
    EXPECT_EQ(named.found, "picture");
}

TEST(Onnx, DeclarationsAreCheckedBeforeARun) {
    const auto code = [](const Object& params) {
        const auto problems = check_node(network_registry(), "networks.onnx", params);
        return problems.empty() ? "none" : problems.front().code;
    };
    EXPECT_EQ(code({{"inputs", "a: 1x3; b: scalar"}}), "none");
    EXPECT_EQ(code({{"inputs", "a: 1x-3"}}), "E-PORT-001");
    EXPECT_EQ(code({{"outputs", "a: 1 complex"}}), "E-PORT-001");
    EXPECT_EQ(code({{"outputs", "a; a"}}), "E-PORT-002");
    EXPECT_EQ(code({{"inputs", "a;b;c;d;e"}}), "E-PORT-006");
}

TEST(Onnx, WiresAndTensorsMustFit) {
    const at::Tensor a = at::ones({2, 3}), b = at::ones({3, 2});
    EXPECT_EQ(problem(onnx::product(), {}, {a, b}).code, "none");
    EXPECT_EQ(problem(onnx::product(), {}, {a}).code, "E-PORT-007");
    EXPECT_EQ(problem(onnx::product(), {}, {a, b, a}).code, "E-PORT-007");
    EXPECT_EQ(problem(onnx::product(), {}, {b, a}).code, "E-PORT-005");
    EXPECT_EQ(problem(onnx::product(), {}, {a, b.to(at::kDouble)}).code, "E-PORT-005");
    EXPECT_EQ(problem(onnx::colors(), {}, {at::ones({0, 3, 8, 8})}).code, "E-PORT-005");
}

TEST(Onnx, NumbersThatAreNoneAreTold) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    Graph graph = onnx::convolution();
    graph.weights[1] = onnx::tensor("bias", {2}, {nan, 0});
    EXPECT_EQ(problem(graph).code, "E-ONNX-004");
    TestContext context(network_registry());
    run_node(network_registry(), "networks.onnx",
             {{"path", write_network(context, onnx::product().file())}},
             {tensor_packet(at::full({2, 3}, nan)), tensor_packet(at::ones({3, 2}))}, context);
    EXPECT_EQ(context.warnings.size(), 1U);
}

TEST(Onnx, WhatIsNoNetworkIsRefused) {
    const auto code = [](const std::string& bytes) {
        return network_problem("networks.onnx", bytes).code;
    };
    const std::string whole = onnx::convolution().file();
    EXPECT_EQ(code(""), "E-ONNX-001");
    EXPECT_FALSE(network_problem("networks.onnx", "").where.empty()) << "the file is named";
    EXPECT_EQ(code("{\"schema\": \"millrace/1\"}"), "E-ONNX-001");
    EXPECT_EQ(code(std::string(64, '\0')), "E-ONNX-001");
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_NE(code(whole.substr(0, size)), "none") << size;
    TestContext context(network_registry());
    EXPECT_ANY_THROW(TestNode(network_registry(), "networks.onnx",
                              {{"path", context.artifact("absent").string()}})
                         .start(context));
}

TEST(Onnx, WhatContradictsItselfIsRefused) {
    const auto code = [](const std::function<void(Graph&)>& change) {
        Graph graph = onnx::convolution();
        change(graph);
        return problem(graph).code;
    };
    const auto conv = [](const std::vector<std::string>& inputs, const std::string& attribute) {
        return [=](Graph& g) { g.nodes[0] = onnx::node("Conv", inputs, {"sums"}, {attribute}); };
    };
    const std::vector<std::string> all = {"image", "filters", "bias"};
    EXPECT_EQ(code(conv({"image", "missing"}, onnx::integer("group", 1))), "E-ONNX-002");
    EXPECT_EQ(code(conv({"image"}, onnx::integer("group", 1))), "E-ONNX-002");
    EXPECT_EQ(code(conv(all, onnx::integer("group", 0))), "E-ONNX-002");
    EXPECT_EQ(code(conv(all, onnx::list("strides", {0, 1}))), "E-ONNX-002");
    EXPECT_EQ(code(conv(all, onnx::list("pads", {1, 1, 1, std::int64_t{1} << 40}))), "E-ONNX-002");
    // Of an attribute that stands there twice a library may take either.
    const auto twice = [&](const std::string& one, const std::string& other) {
        return code([&](Graph& g) {
            g.nodes[0] = onnx::node("Conv", all, {"sums"}, {one, other});
        });
    };
    const std::string good = onnx::list("strides", {1, 1}), bad = onnx::list("strides", {0, 1});
    EXPECT_EQ(twice(good, bad), "E-ONNX-002");
    EXPECT_EQ(twice(bad, good), "E-ONNX-002");
    EXPECT_EQ(code([](Graph& g) { g.nodes.clear(); }), "E-ONNX-002");
    EXPECT_EQ(code([](Graph& g) { g.outputs.clear(); }), "E-ONNX-002");
    EXPECT_EQ(code([](Graph& g) { g.inputs.clear(); }), "E-ONNX-002");
    EXPECT_EQ(code([](Graph& g) { std::swap(g.nodes[0], g.nodes[1]); }), "E-ONNX-002");
    EXPECT_EQ(code([](Graph& g) { g.outputs = {onnx::value("other", {1})}; }), "E-ONNX-002");
    EXPECT_EQ(code([](Graph& g) { g.nodes.push_back(g.nodes.back()); }), "E-ONNX-002");
    for (const onnx::Shape& shape : {onnx::Shape{2, 1, 3, 4}, {-2, 1, 3, 3}, {1 << 20, 1 << 20}}) {
        EXPECT_EQ(code([&](Graph& g) {
                      g.weights[0] = onnx::tensor("filters", shape, std::vector<float>(18, 0));
                  }),
                  "E-ONNX-002");
    }
    // Whole in itself, but not what the operators take.
    EXPECT_EQ(code([](Graph& g) {
                  g.inputs = {onnx::value("image", {1, 5, 4, 4})};
              }),
              "E-ONNX-005");
    EXPECT_EQ(code([](Graph& g) { g.nodes[1] = onnx::node("Unheard", {"sums"}, {"features"}); }),
              "E-ONNX-005");
}

TEST(Onnx, WhatIsNotReadIsSaid) {
    const auto code = [](const std::function<void(Graph&)>& change) {
        Graph graph = onnx::convolution();
        change(graph);
        return problem(graph).code;
    };
    EXPECT_EQ(code([](Graph& g) { g.weights[1] += onnx::number(14, 1); }), "E-ONNX-003");
    EXPECT_EQ(code([](Graph& g) {
                  g.nodes[1] = onnx::node("If", {"sums"}, {"features"},
                                          {onnx::part(1, "then_branch") + onnx::part(6, "")});
              }),
              "E-ONNX-003");
    EXPECT_EQ(code([](Graph& g) {
                  g.inputs = {onnx::value("image", {1, 1, 4, 4}, 8)};
              }),
              "E-ONNX-003");
    EXPECT_EQ(code([](Graph& g) {
                  g.inputs = {onnx::value("image", {1, 1, 4, 4}, 7)};
              }),
              "E-ONNX-006");
}

}  // namespace
}  // namespace millrace::testing
