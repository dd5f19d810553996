#include "nodes/quantizers/calibrator.hpp"

namespace millrace::nodes {

std::vector<engine::InputSpec> Calibrator::inputs() {
    return {{"tokens", "[batch, time] int64 of texts to calibrate on"},
            {.name = "labels",
             .doc = "[batch, time] int64; a token counts unless its label is below 0, as behind "
                    "a text's end",
             .optional = true},
            {.name = "model",
             .doc = "a decoder of the LLaMA architecture, in float",
             .sync = engine::Sync::Latch}};
}

void Calibrator::add(const types::Tensor& tokens, const types::Tensor* labels,
                     const types::Model& model) {
    if (!model_) {
        sums_.emplace(ops::Llama(model.spec), kept_);
        sums_->llama().check_tensors(model.evaluated());
        ops::check_finite(model.evaluated());
        model_ = types::Model{
            .spec = model.spec, .parameters = model.evaluated(), .buffers = {}, .average = {}};
    }
    sums_->add(model_->parameters, tokens.value, labels ? labels->value : at::Tensor());
}

const ops::LlamaInputs& Calibrator::sums() const {
    if (sums_ && sums_->tokens() > 0) return *sums_;
    throw engine::Error({.code = "E-QUANT-014",
                         .what = "Nothing was calibrated",
                         .expected = "at least one token that counts",
                         .found = sums_ ? "labels below 0 alone" : "no batch",
                         .mend = "Give the node batches of text."});
}

engine::State Calibrator::save() const {
    engine::State state;
    state.values["tokens"] = sums_ ? sums_->tokens() : 0;
    if (!model_) return state;
    state.packets["model"] = {engine::Packet::make(*model_)};
    state.packets["sums"] = {engine::Packet::make(
        types::Model{.spec = {}, .parameters = sums_->sums(), .buffers = {}, .average = {}})};
    return state;
}

void Calibrator::load(const engine::State& state) {
    model_.reset();
    sums_.reset();
    const auto model = state.packets.find("model");
    if (model == state.packets.end()) return;
    model_ = model->second.at(0).as<types::Model>();
    sums_.emplace(ops::Llama(model_->spec), kept_);
    sums_->restore(state.packets.at("sums").at(0).as<types::Model>().parameters,
                   state.values.at("tokens").as_int());
}

}  // namespace millrace::nodes
