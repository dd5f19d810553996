// The small graphs of these nodes' reference pages.
#pragma once

#include <string>

namespace millrace::nodes {

/// Recordings, features, batches and a model's outputs, then what `nodes` and `wires` add; `model`
/// has more members of the model's node.
inline std::string training_example(const std::string& nodes, const std::string& wires,
                                    const std::string& model = "") {
    return R"("nodes": {
    "corpus": {"type": "loaders.speech_corpus", "version": 2, "params": {"split": "course", "shuffle": true}},
    "length": {"type": "augment.fit_length", "version": 1},
    "model": {"type": "backbones.lico_net", "version": 1)" +
           model + R"(},
    "features": {"type": "features.for_model", "version": 1},
    "batch": {"type": "training.batch", "version": 1},
    "forward": {"type": "training.forward", "version": 1},
    )" + nodes +
           R"(},
"wires": [
    {"from": "corpus.audio", "to": "length.audio"}, {"from": "length.audio", "to": "features.audio"},
    {"from": "model.model", "to": "features.model"}, {"from": "features.features", "to": "batch.features"},
    {"from": "corpus.label", "to": "batch.label"}, {"from": "corpus.phase", "to": "batch.phase"},
    {"from": "model.model", "to": "batch.model"}, {"from": "batch.features", "to": "forward.features"},
    {"from": "batch.phase", "to": "forward.phase"}, {"from": "model.model", "to": "forward.model"},
    )" + wires +
           "]";
}

/// A whole loop.
inline std::string loop_example() {
    return training_example(
        R"("loss": {"type": "training.cross_entropy", "version": 1},
    "optimizer": {"type": "training.optimizer", "version": 1},
    "best": {"type": "training.keep_best", "version": 1})",
        R"({"from": "forward.logits", "to": "loss.logits"}, {"from": "batch.labels", "to": "loss.labels"},
    {"from": "loss.loss", "to": "optimizer.loss"}, {"from": "loss.count", "to": "optimizer.count"},
    {"from": "forward.model", "to": "optimizer.model"}, {"from": "batch.phase", "to": "optimizer.phase"},
    {"from": "forward.logits", "to": "best.logits"}, {"from": "batch.labels", "to": "best.labels"},
    {"from": "optimizer.model", "to": "best.model"}, {"from": "batch.phase", "to": "best.phase"},
    {"from": "batch.last", "to": "best.last"}, {"from": "best.model", "to": "forward.updated"},
    {"from": "best.best", "to": "forward.best"}, {"from": "best.done", "to": "forward.done"})");
}

}  // namespace millrace::nodes
