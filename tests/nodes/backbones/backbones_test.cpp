// The sources of models: each runs, is the same for the same seed, and says what is wrong with its
// parameters; files of models come back, and damaged ones are refused.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/packet.hpp"
#include "engine/random.hpp"
#include "nodes/ops/networks/network.hpp"
#include "nodes/ops/spotting/spotter.hpp"
#include "nodes/types/audio.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/model_io.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/support.hpp"

namespace millrace::nodes {
void register_ds_cnn(engine::Registry& registry);
void register_for_model(engine::Registry& registry);
void register_lico_net(engine::Registry& registry);
void register_model_file(engine::Registry& registry);
void register_svdf_net(engine::Registry& registry);
}  // namespace millrace::nodes

namespace millrace::testing {
namespace {

using engine::Object;
using engine::Packet;
using types::Model;

const std::vector<std::string> kNets = {"backbones.ds_cnn", "backbones.lico_net",
                                        "backbones.svdf_net"};

const engine::Registry& registry() {
    static const engine::Registry* const registry = [] {
        static engine::Registry made;
        nodes::register_ds_cnn(made);
        nodes::register_for_model(made);
        nodes::register_lico_net(made);
        nodes::register_model_file(made);
        nodes::register_svdf_net(made);
        return &made;
    }();
    return *registry;
}

Packet made_by(const std::string& id, const Object& params = {}, std::uint64_t seed = 1) {
    TestContext context(registry());
    context.run_seed = seed;
    return run_node(registry(), id, params, {}, context).at(0);
}

TEST(Backbones, MakeModelsThatRun) {
    for (const std::string& id : kNets) {
        const Model model = made_by(id).as<Model>();
        const ops::Network network(model.spec);
        network.check_tensors(model.parameters, model.buffers);
        EXPECT_EQ(network.input().size(), 40) << id;
        ASSERT_EQ(network.classes().size(), 11U) << id;
        EXPECT_EQ(network.classes().back(), "_silence_");
        EXPECT_EQ(network.readout().frames, 98);
        const at::Tensor logits =
            ops::forward(network, model.parameters, model.buffers, at::rand({2, 12, 40}) * 10, {});
        EXPECT_EQ(logits.sizes(), (std::vector<std::int64_t>{2, 12, 11})) << id;
        EXPECT_TRUE(logits.isfinite().all().item<bool>()) << id;
        EXPECT_GT(logits.std().item<double>(), 0) << id;
        EXPECT_EQ(model.version, 0U);
        EXPECT_TRUE(model.average.empty());
        // Who listens finds all that is needed in the model.
        const auto heard = ops::float_network(model.spec, model.parameters, model.buffers);
        EXPECT_EQ(heard->front_end().sample_rate, 8000) << id;
    }
}

TEST(Backbones, GiveOneModelAndThenEnd) {
    for (const std::string& id : kNets) {
        TestContext context(registry());
        TestNode node(registry(), id);
        node.start(context);
        EXPECT_EQ(node.call_all({}, context).size(), 1U);
        context.item_number = 1;
        EXPECT_TRUE(node.call_all({}, context).empty()) << id;
        EXPECT_TRUE(node.type().pure && node.type().parallel) << id;
    }
}

TEST(Backbones, OneSeedOneModel) {
    for (const std::string& id : kNets) {
        EXPECT_EQ(engine::serialise(made_by(id)), engine::serialise(made_by(id))) << id;
        EXPECT_NE(made_by(id).hash(), made_by(id, {}, 2).hash()) << id;
    }
}

TEST(Backbones, FollowTheirParameters) {
    const Object task = {{"classes", "yes,no"},
                         {"readout_frames", 7},
                         {"front_end", R"({"sample_rate": 16000, "filters": 24, "cepstra": 13})"}};
    const auto network = [&](const std::string& id, Object params) {
        params.insert(task.begin(), task.end());
        return ops::Network(made_by(id, params).as<Model>().spec);
    };
    const ops::Network lico = network(
        "backbones.lico_net",
        {{"channels", 5}, {"kernel", 4}, {"expand", 2}, {"blocks", 3}, {"temporal", "depthwise"}});
    EXPECT_EQ(lico.input().size(), 13);
    EXPECT_EQ(lico.classes(), (std::vector<std::string>{"yes", "no"}));
    EXPECT_EQ(lico.readout().frames, 7);
    EXPECT_EQ(lico.history(), 3 * 3);
    // Stem, three blocks of temporal, expansion and projection, head.
    EXPECT_EQ(lico.macs_per_frame(), 13 * 5 + 3 * (4 * 5 + 5 * 10 + 10 * 5) + 5 * 2);
    const ops::Network svdf =
        network("backbones.svdf_net",
                {{"units", 6}, {"rank", 2}, {"memory", 9}, {"projection", 4}, {"layers", 2}});
    EXPECT_EQ(svdf.history(), 2 * 8);
    EXPECT_EQ(svdf.macs_per_frame(), 12 * (13 + 9) + 6 * 4 + 12 * (4 + 9) + 6 * 2);
    const ops::Network cnn =
        network("backbones.ds_cnn",
                {{"channels", 7}, {"blocks", 2}, {"kernel", 5}, {"frequency_kernel", 2}});
    EXPECT_EQ(cnn.history(), 3 + 2 * 4);  // the stem sees 4 frames
    EXPECT_EQ(cnn.output().size(), 2);
}

TEST(Backbones, SayWhatIsWrongWithTheirParameters) {
    for (const std::string& id : kNets) {
        const auto problems = [&](const Object& params) {
            std::vector<std::string> places;
            for (const engine::Problem& problem : check_node(registry(), id, params)) {
                places.push_back(problem.where);
                EXPECT_FALSE(problem.what.empty() || problem.mend.empty()) << to_text(problem);
            }
            return places;
        };
        EXPECT_TRUE(problems({}).empty());
        const auto ends = [&](const Object& params, const char* place) {
            const auto found = problems(params);
            EXPECT_EQ(found.size(), 1U) << id;
            return !found.empty() && found[0].ends_with(place);
        };
        for (const char* classes : {"", "one", "one one", ", ,", "a b, a"})
            EXPECT_TRUE(ends({{"classes", classes}}, "classes")) << classes;
        for (const char* front_end :
             {"", "{", "[]", "{}", R"({"sample_rate": 8000, "filters": 0})",
              R"({"sample_rate": 8000, "more": 1})", R"({"sample_rate": 8000, "low": 5000})",
              R"({"sample_rate": 8000, "high": 5000})", R"({"sample_rate": 1000, "length": 1})"})
            EXPECT_TRUE(ends({{"front_end", front_end}}, "front_end")) << front_end;
        EXPECT_EQ(problems({{"classes", "a"}, {"front_end", "{}"}}).size(), 2U);
        EXPECT_EQ(problems({{"readout_frames", -1}}).size(), 1U);
    }
    EXPECT_EQ(check_node(registry(), "backbones.lico_net", {{"channels", 0}}).size(), 1U);
    // More than can be held is refused before it is taken.
    EXPECT_EQ(error_code([] {
                  made_by("backbones.lico_net",
                          {{"channels", 4096}, {"kernel", 256}, {"expand", 64}, {"blocks", 64}});
              }),
              "E-NET-003");
}

TEST(FeaturesForAModel, AreThoseOfItsFrontEnd) {
    const Packet model = made_by("backbones.lico_net");
    const auto run = [&](const Packet& with, types::Audio audio) {
        return run_node(registry(), "features.for_model", {},
                        {Packet::make(std::move(audio)), with})
            .at(0)
            .as<types::Tensor>()
            .value;
    };
    std::vector<float> samples(8000);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<float>(i % 37) / 37 - 0.5F;
    const at::Tensor found = run(model, {8000, 1, samples});
    EXPECT_EQ(found.sizes(), (std::vector<std::int64_t>{98, 40}));
    const auto expected = ops::features_of(samples, ops::kaldi_fbank(8000, 40));
    EXPECT_TRUE(at::equal(found.flatten(), at::tensor(expected)));
    EXPECT_EQ(run(model, {8000, 1, {}}).sizes(), (std::vector<std::int64_t>{0, 40}));
    EXPECT_EQ(error_code([&] { run(model, {16000, 1, samples}); }), "E-SPOT-004");
    EXPECT_EQ(error_code([&] { run(model, {8000, 2, samples}); }), "E-AUDIO-005");
    EXPECT_EQ(error_code([&] { run(Packet::make(Model{}), {8000, 1, samples}); }), "E-SPOT-001");
}

/// A small model in a file of its own.
class ModelFile : public ::testing::Test {
protected:
    ModelFile()
        : model_(made_by("backbones.lico_net",
                         {{"classes", "a b"},
                          {"channels", 2},
                          {"kernel", 2},
                          {"expand", 1},
                          {"blocks", 1},
                          {"front_end", R"({"sample_rate": 8000, "filters": 3})"}})
                     .as<Model>()) {
        model_.version = 12;
        for (const auto& [name, tensor] : model_.parameters) model_.average[name] = tensor + 1;
        types::write_model(model_, path());
    }
    std::filesystem::path path() const { return context_.artifact("model.safetensors"); }
    void write(const std::string& bytes) const {
        std::ofstream(path(), std::ios::binary | std::ios::trunc) << bytes;
    }
    std::string bytes() const {
        std::ifstream file(path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    Model read() const {
        return made_by("backbones.model_file", {{"path", path().string()}}).as<Model>();
    }
    /// The problem of reading the file as it is; without a code when there was none.
    engine::Problem problem() const {
        try {
            read();
        } catch (const engine::Error& error) {
            return error.problem();
        }
        return {};
    }
    Model model_;
    TestContext context_{registry()};
};

TEST_F(ModelFile, ComesBackAsItWas) {
    const Model back = read();
    EXPECT_EQ(Packet::make(back).hash(), Packet::make(model_).hash());
    EXPECT_EQ(back.spec, model_.spec);
    EXPECT_EQ(back.version, 12U);
    ASSERT_EQ(back.parameters.size(), model_.parameters.size());
    ASSERT_EQ(back.buffers.size(), model_.buffers.size());
    for (const auto& [name, tensor] : model_.average)
        EXPECT_TRUE(at::equal(back.average.at(name), tensor)) << name;
    EXPECT_EQ(back.buffers.at("normalize.count").scalar_type(), at::kDouble);
    const at::Tensor features = at::ones({1, 4, 3});
    const ops::Network network(back.spec);
    EXPECT_TRUE(at::equal(ops::forward(network, back.evaluated(), back.buffers, features, {}),
                          ops::forward(network, model_.average, model_.buffers, features, {})));
}

TEST_F(ModelFile, OfAnotherArchitectureIsRefused) {
    const auto code = [&](const auto& change) {
        Model changed = model_;
        change(changed);
        types::write_model(changed, path());
        return problem().code;
    };
    EXPECT_EQ(code([](Model&) {}), "");
    EXPECT_EQ(code([](Model& m) { m.parameters.erase("head.bias"); }), "E-NET-004");
    EXPECT_EQ(code([](Model& m) { m.parameters["head.bias"] = at::zeros({3}); }), "E-NET-004");
    EXPECT_EQ(code([](Model& m) { m.parameters["head.bias"] = at::zeros({2}, at::kLong); }),
              "E-NET-004");
    EXPECT_EQ(code([](Model& m) { m.parameters["more"] = at::zeros({3}); }), "E-NET-004");
    EXPECT_EQ(code([](Model& m) { m.buffers.erase("normalize.mean"); }), "E-NET-004");
    EXPECT_EQ(code([](Model& m) { m.spec = made_by("backbones.svdf_net").as<Model>().spec; }),
              "E-NET-004");
    EXPECT_EQ(code([](Model& m) { m.average["head.bias"] = at::zeros({3}); }), "E-NET-004")
        << "an average is what is evaluated";
    EXPECT_EQ(code([](Model& m) { m.average.erase("head.bias"); }), "E-NET-004");
    EXPECT_EQ(code([](Model& m) { m.spec = engine::Value(3); }), "E-NET-001");
    EXPECT_EQ(code([](Model& m) { m.spec["layers"] = engine::Array{}; }), "E-NET-001");
    EXPECT_TRUE(code([](Model& m) { m.spec["classes"] = engine::Array{1, 2}; }).starts_with("E-"));
}

TEST_F(ModelFile, ThatIsNoModelIsRefused) {
    const auto found = [&](const std::string& bytes) {
        write(bytes);
        const engine::Problem problem = this->problem();
        EXPECT_FALSE(problem.what.empty());
        return problem.code;
    };
    EXPECT_TRUE(found("").starts_with("E-FILE-02"));
    EXPECT_TRUE(found("no model at all, but a text of some length").starts_with("E-FILE-02"));
    EXPECT_TRUE(found(std::string(1000, '\xff')).starts_with("E-FILE-02"));
    // Safetensors files of others.
    const std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    std::string foreign(8, '\0');
    foreign[0] = static_cast<char>(header.size());
    EXPECT_TRUE(found(foreign + header + std::string(4, '\0')).starts_with("E-"));
    EXPECT_TRUE(found(engine::serialise(Packet::make(types::Image(2, 2, 1)))).starts_with("E-"));
    EXPECT_TRUE(found(engine::serialise(Packet::make(1.5))).starts_with("E-"));
    write(engine::serialise(Packet::make(types::Image(2, 2, 1))));
    EXPECT_EQ(problem().where, path().string());
    EXPECT_FALSE(problem().expected.empty());
    std::filesystem::remove(path());
    EXPECT_TRUE(problem().code.starts_with("E-FILE-00")) << problem().code;
}

TEST_F(ModelFile, CutAtAnyLengthIsOneClearError) {
    const std::string whole = bytes();
    for (std::size_t length = 0; length < whole.size(); length += length < 400 ? 1 : 37) {
        write(whole.substr(0, length));
        const engine::Problem problem = this->problem();
        ASSERT_TRUE(problem.code.starts_with("E-FILE-02")) << length << ": " << to_text(problem);
        ASSERT_EQ(problem.where, path().string());
    }
}

TEST_F(ModelFile, MutatedIsAModelOrAnError) {
    const std::string whole = bytes();
    engine::Random random(7, "mutations", 0);
    int refused = 0;
    for (int i = 0; i < 2000; ++i) {
        std::string damaged = whole;
        for (std::uint64_t change = random.below(4) + 1; change > 0; --change) {
            // Half of them in the header, which says most.
            const std::uint64_t end = random.below(2) == 0 ? 1500 : damaged.size();
            const auto at = static_cast<std::size_t>(random.below(
                static_cast<std::uint32_t>(std::min<std::uint64_t>(end, damaged.size()))));
            switch (random.below(3)) {
                case 0:
                    damaged[at] = static_cast<char>(random.below(256));
                    break;
                case 1:
                    damaged[at] = "0123456789{}[]\",:-e."[random.below(20)];
                    break;
                default:
                    damaged.erase(at, 1 + random.below(3));
            }
        }
        write(damaged);
        try {
            const Model model = read();
            ops::Network(model.spec).check_tensors(model.evaluated(), model.buffers);
            Packet::make(model).visual({1 << 16});
        } catch (const engine::Error& error) {
            ++refused;
            ASSERT_FALSE(error.problem().code.empty() || error.problem().what.empty())
                << to_text(error.problem());
        }
    }
    EXPECT_GT(refused, 1000);
    EXPECT_LT(refused, 2000);
}

}  // namespace
}  // namespace millrace::testing
