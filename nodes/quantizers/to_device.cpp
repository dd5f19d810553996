#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "engine/node.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/ops/networks/convert.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

/// Words of C and C++ that no array can be called, but a keyword's file may be.
constexpr std::array<std::string_view, 91> kReserved = {"alignas",
                                                        "alignof",
                                                        "and",
                                                        "and_eq",
                                                        "asm",
                                                        "auto",
                                                        "bitand",
                                                        "bitor",
                                                        "bool",
                                                        "break",
                                                        "case",
                                                        "catch",
                                                        "char",
                                                        "char8_t",
                                                        "char16_t",
                                                        "char32_t",
                                                        "class",
                                                        "compl",
                                                        "concept",
                                                        "const",
                                                        "consteval",
                                                        "constexpr",
                                                        "constinit",
                                                        "const_cast",
                                                        "continue",
                                                        "co_await",
                                                        "co_return",
                                                        "co_yield",
                                                        "decltype",
                                                        "default",
                                                        "delete",
                                                        "do",
                                                        "double",
                                                        "dynamic_cast",
                                                        "else",
                                                        "enum",
                                                        "explicit",
                                                        "export",
                                                        "extern",
                                                        "false",
                                                        "float",
                                                        "for",
                                                        "friend",
                                                        "goto",
                                                        "if",
                                                        "inline",
                                                        "int",
                                                        "long",
                                                        "mutable",
                                                        "namespace",
                                                        "new",
                                                        "noexcept",
                                                        "not",
                                                        "not_eq",
                                                        "nullptr",
                                                        "operator",
                                                        "or",
                                                        "or_eq",
                                                        "private",
                                                        "protected",
                                                        "public",
                                                        "register",
                                                        "reinterpret_cast",
                                                        "requires",
                                                        "restrict",
                                                        "return",
                                                        "short",
                                                        "signed",
                                                        "sizeof",
                                                        "static",
                                                        "static_assert",
                                                        "static_cast",
                                                        "struct",
                                                        "switch",
                                                        "template",
                                                        "this",
                                                        "thread_local",
                                                        "throw",
                                                        "true",
                                                        "try",
                                                        "typedef",
                                                        "typeid",
                                                        "typename",
                                                        "union",
                                                        "unsigned",
                                                        "using",
                                                        "virtual",
                                                        "void",
                                                        "volatile",
                                                        "while",
                                                        "xor"};

struct ToDevice {
    enum class State { Ring, Move };

    std::string file = "keyword.mkws";
    std::string header = "keyword.h";
    State svdf_state = State::Ring;

    static engine::NodeSpec spec() {
        return {
            .id = "quantizers.to_device",
            .title = "Convert for the device",
            .group = "Quantizers",
            .doc =
                "Makes the int8 network for a microcontroller: one small file, the same as a C "
                "array, and a report layer by layer. The header "
                "nodes/ops/kws_runtime/kws_runtime.hpp alone runs it.",
            .inputs =
                {{"model", "with ranges: calibrated, or trained for int8"},
                 {.name = "features",
                  .doc = "[frames, features] of a recording, on which rounding errors are measured",
                  .sync = engine::Sync::Latch,
                  .optional = true}},
            .outputs = {{"network", "[bytes] uint8, the file"},
                        {"report",
                         "name, multiply-accumulates a frame, bytes of weights and state, "
                         "signal over rounding error in dB, share of clipped values"}},
            .params = {{.name = "file",
                        .field = &ToDevice::file,
                        .doc = "Network file inside the artifacts folder",
                        .writes = engine::Writes::File},
                       {.name = "header",
                        .field = &ToDevice::header,
                        .doc = "C header inside the artifacts folder",
                        .writes = engine::Writes::File},
                       {.name = "svdf_state",
                        .field = &ToDevice::svdf_state,
                        .choices = {"ring", "move"},
                        .doc = "How SVDF layers keep their state: behind an index, or moved by one "
                               "every frame as TFLite-Micro does"}},
            .tags = {"speech", "keywords"},
            .pure = false,
            .resource = engine::Resource::Disk,
            .source = "Yang et al. 2022, LiCo-Net, arXiv 2211.04635, abstract",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.speech_corpus", "version": 2, "params": {"items": 100}},
    "model": {"type": "backbones.lico_net", "version": 1},
    "features": {"type": "features.for_model", "version": 1},
    "calibrate": {"type": "quantizers.calibrate_int8", "version": 1},
    "convert": {"type": "quantizers.to_device", "version": 1}},
"wires": [
    {"from": "corpus.audio", "to": "features.audio"}, {"from": "model.model", "to": "features.model"},
    {"from": "features.features", "to": "calibrate.features"}, {"from": "model.model", "to": "calibrate.model"},
    {"from": "features.features", "to": "convert.features"}, {"from": "calibrate.model", "to": "convert.model"}])",
        };
    }

    void start() const {
        if (std::filesystem::path(file).lexically_normal() !=
            std::filesystem::path(header).lexically_normal())
            return;
        throw engine::Error({.code = "E-QUANT-031",
                             .what = "The network and its header would be one file",
                             .expected = "two names",
                             .found = file,
                             .mend = "Name the header otherwise, as keyword.h."});
    }

    std::tuple<types::Tensor, types::Table> operator()(const types::Model& model,
                                                       const types::Tensor* features,
                                                       engine::RunContext& context) {
        const ops::Network network(model.spec);
        network.check_tensors(model.parameters, model.buffers);
        const ops::Int8Network int8 = ops::to_int8(
            network, model.evaluated(), model.buffers,
            svdf_state == State::Ring ? ops::SvdfDiscipline::Ring : ops::SvdfDiscipline::Move);
        const std::string bytes = ops::network_bytes(int8);
        visual::write_file_atomically(context.artifact(file), bytes);
        visual::write_file_atomically(context.artifact(header), ops::c_array(bytes, symbol()));
        const ops::NetworkCost cost = ops::network_cost(int8);
        context.metric("macs_per_frame", static_cast<double>(cost.macs));
        context.metric("file_bytes", static_cast<double>(cost.file_bytes));
        context.metric("arena_bytes", static_cast<double>(cost.arena_bytes));
        at::Tensor kept = at::empty({static_cast<std::int64_t>(bytes.size())}, at::kByte);
        std::memcpy(kept.data_ptr(), bytes.data(), bytes.size());
        return {types::Tensor{std::move(kept)}, report(network, model, cost, features)};
    }

private:
    /// Of the C array: the file's stem, what is no letter or digit being "_".
    std::string symbol() const {
        std::string name = std::filesystem::path(file).stem().string();
        for (char& letter : name) {
            if (!std::isalnum(static_cast<unsigned char>(letter))) letter = '_';
        }
        if (std::ranges::find(kReserved, name) != kReserved.end()) return name + "_";
        return name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) ? "_" + name
                                                                                 : name;
    }

    static types::Table report(const ops::Network& network, const types::Model& model,
                               const ops::NetworkCost& cost, const types::Tensor* features) {
        std::vector<ops::RoundingError> errors;
        if (features) {
            const at::Tensor input =
                features->value.dim() == 2 ? features->value.unsqueeze(0) : features->value;
            errors = ops::rounding_errors(network, model.evaluated(), model.buffers, input);
        }
        // A layer with its activation has the error of what leaves both.
        const auto error_of = [&](const std::string& layer) -> const ops::RoundingError* {
            std::string name = layer;
            for (std::size_t i = 0; i < network.layers().size(); ++i) {
                if (network.layers()[i].name != layer || !network.is_fused(static_cast<int>(i)))
                    continue;
                for (const ops::Layer& reader : network.layers()) {
                    if (reader.from == static_cast<int>(i)) name = reader.name;
                }
            }
            for (const ops::RoundingError& error : errors) {
                if (error.name == name) return &error;
            }
            return nullptr;
        };
        std::vector<std::string> names;
        std::vector<std::int64_t> macs, weights, state;
        std::vector<double> sqnr, clipped;
        for (const ops::Int8Cost& layer : cost.layers) {
            names.push_back(layer.name);
            macs.push_back(static_cast<std::int64_t>(layer.macs));
            weights.push_back(static_cast<std::int64_t>(layer.weight_bytes));
            state.push_back(static_cast<std::int64_t>(layer.state_bytes));
            const ops::RoundingError* error = error_of(layer.name);
            sqnr.push_back(error ? error->sqnr_db : NAN);
            clipped.push_back(error ? error->clipped : NAN);
        }
        names.emplace_back("whole");
        macs.push_back(static_cast<std::int64_t>(cost.macs));
        weights.push_back(static_cast<std::int64_t>(cost.weight_bytes));
        state.push_back(static_cast<std::int64_t>(cost.state_bytes));
        sqnr.push_back(sqnr.empty() ? NAN : sqnr.back());
        clipped.push_back(NAN);
        return {{{"layer", std::move(names)},
                 {"macs", std::move(macs)},
                 {"weight bytes", std::move(weights)},
                 {"state bytes", std::move(state)},
                 {"SQNR dB", std::move(sqnr)},
                 {"clipped", std::move(clipped)}}};
    }
};

}  // namespace

void register_to_device(engine::Registry& registry) { registry.add<ToDevice>(); }

}  // namespace millrace::nodes
