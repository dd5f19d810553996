#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/training/ranks.hpp"
#include "nodes/training/example.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

using Output = std::tuple<types::Tensor, types::Tensor, double, double>;

struct Batch {
    enum class Others { Refuse, Ignore };

    int size = 64;
    bool drop_last = false;
    Others others = Others::Refuse;

    static engine::NodeSpec spec() {
        return {
            .id = "training.batch",
            .title = "Batch of examples",
            .group = "Training",
            .doc =
                "Stacks examples of one shape with the numbers of their labels. A batch holds "
                "examples of one phase: where the phase changes, the batch before ends. The last "
                "batch of a stretch of one phase is marked, so that an epoch's figures can be "
                "closed with it.",
            .inputs = {{"features", "[frames, features], of one shape in all examples"},
                       {"label", "one of the model's classes"},
                       {.name = "phase",
                        .doc = "0 training, 1 validation, 2 test; training without it",
                        .optional = true},
                       {.name = "model",
                        .doc = "whose classes count",
                        .sync = engine::Sync::Latch}},
            .outputs = {{"features", "[batch, frames, features]"},
                        {"labels", "[batch] int64; -100 where a label is ignored"},
                        {"phase", "of the whole batch"},
                        {"last", "1 for the last batch of a stretch of one phase, else 0"}},
            .params = {{.name = "size",
                        .field = &Batch::size,
                        .range = {1, 1 << 20},
                        .doc = "Examples in a batch, of all processes that train together"},
                       {.name = "drop_last",
                        .field = &Batch::drop_last,
                        .doc = "Leave out a training batch that is not full"},
                       {.name = "others",
                        .field = &Batch::others,
                        .choices = {"refuse", "ignore"},
                        .doc = "Labels that are none of the classes: refuse them, or leave the "
                               "example out"}},
            .pure = false,
            .rate = engine::Rate::New,
            .gathers = "size",
            .example = loop_example(),
        };
    }

    void start() {
        const auto ranks =
            ops::ranks_from_environment([](const char* name) { return std::getenv(name); });
        const int processes = ranks ? ranks->world_size : 1;
        if (size % processes != 0) {
            throw engine::Error(
                {.code = "E-TRAIN-024",
                 .what = "The batch can't be shared evenly",
                 .expected = fmt::format("a multiple of the {} processes", processes),
                 .found = std::to_string(size),
                 .where = "size",
                 .mend = "Change the size, or the number of processes."});
        }
        share_ = static_cast<std::size_t>(size / processes);
    }

    std::optional<Output> operator()(const types::Tensor& features, const types::Text& label,
                                     const double* phase, const types::Model& model) {
        const double now = phase ? *phase : types::kTrain;
        // A full batch waits for what comes next, which tells whether it is the last.
        std::optional<Output> ready;
        if (places_ > 0 && now != phase_) ready = take(true);
        // Processes that train together have equally many places; padding fills those that are
        // left.
        const bool padding = label.text == types::kPadding;
        const std::optional<std::int64_t> number =
            padding ? std::nullopt : number_of(label.text, model.spec);
        if (!number && !padding) return ready;
        if (places_ == share_) ready = take(false);
        if (number) add(features.value.detach(), *number);
        if (padding) shape_ = features.value.sizes().vec();
        ++places_;
        phase_ = now;
        return ready;
    }

    std::optional<Output> finish() {
        if (places_ == 0) return {};
        return take(true);
    }

    engine::State save() const {
        engine::State state;
        state.values["phase"] = phase_;
        state.values["places"] = static_cast<std::int64_t>(places_);
        state.values["shape"] = engine::Array(shape_.begin(), shape_.end());
        engine::Array labels(labels_.begin(), labels_.end());
        state.values["labels"] = std::move(labels);
        for (const at::Tensor& features : features_)
            state.packets["features"].push_back(engine::Packet::make<types::Tensor>({features}));
        return state;
    }

    void load(const engine::State& state) {
        phase_ = state.values.at("phase").as_double();
        places_ = static_cast<std::size_t>(state.values.at("places").as_int());
        shape_.clear();
        for (const engine::Value& extent : state.values.at("shape").as_array())
            shape_.push_back(extent.as_int());
        labels_.clear();
        features_.clear();
        for (const engine::Value& label : state.values.at("labels").as_array())
            labels_.push_back(label.as_int());
        if (const auto kept = state.packets.find("features"); kept != state.packets.end()) {
            for (const engine::Packet& packet : kept->second)
                features_.push_back(packet.as<types::Tensor>().value);
        }
    }

private:
    /// Nothing for an example that is left out.
    std::optional<std::int64_t> number_of(const std::string& label,
                                          const engine::Value& model) const {
        const engine::Value* classes = model.find("classes");
        const engine::Array none;
        const engine::Array& names = classes && classes->is_array() ? classes->as_array() : none;
        const auto found = std::ranges::find_if(names, [&](const engine::Value& name) {
            return name.is_string() && name.as_string() == label;
        });
        if (found != names.end()) return found - names.begin();
        if (others == Others::Ignore) return std::nullopt;
        std::string known;
        for (const engine::Value& name : names)
            known += (known.empty() ? "" : ", ") + name.as_string();
        throw engine::Error({.code = "E-TRAIN-020",
                             .what = "The model does not know this label",
                             .expected = known.empty() ? "a model with classes" : known,
                             .found = label,
                             .mend =
                                 "Train a model with this class, leave such examples out of the "
                                 "corpus, or set \"others\" to ignore."});
    }

    void add(const at::Tensor& features, std::int64_t label) {
        if (!features.defined() || features.dim() < 1 || features.numel() == 0 ||
            (!features_.empty() && features.sizes() != features_.front().sizes())) {
            throw engine::Error(
                {.code = "E-TRAIN-021",
                 .what = "The examples of a batch differ in shape",
                 .expected = features_.empty() ? "features" : shape_text(features_.front()),
                 .found = features.defined() ? shape_text(features) : "no tensor",
                 .mend = "Bring recordings to one length before, with augment.fit_length."});
        }
        features_.push_back(features);
        labels_.push_back(label);
    }

    static std::string shape_text(const at::Tensor& tensor) {
        return fmt::format("[{}]", fmt::join(tensor.sizes().vec(), ", "));
    }

    std::optional<Output> take(bool last) {
        std::vector<at::Tensor> features = std::exchange(features_, {});
        const std::vector<std::int64_t> labels = std::exchange(labels_, {});
        const std::size_t places = std::exchange(places_, 0);
        if (drop_last && phase_ == types::kTrain && places < share_) return {};
        at::Tensor numbers = at::empty({static_cast<std::int64_t>(labels.size())}, at::kLong);
        std::ranges::copy(labels, numbers.data_ptr<std::int64_t>());
        std::vector<std::int64_t> none = shape_;
        none.insert(none.begin(), 0);
        const at::Tensor stacked =
            features.empty() ? at::empty(none, at::kFloat) : at::stack(features);
        return Output{types::Tensor{stacked}, types::Tensor{numbers}, phase_, last ? 1.0 : 0.0};
    }

    std::size_t share_ = 1;            ///< places of a batch in this process
    std::size_t places_ = 0;           ///< taken so far, by examples and padding
    std::vector<std::int64_t> shape_;  ///< of an example, where there is padding alone
    std::vector<at::Tensor> features_;
    std::vector<std::int64_t> labels_;
    double phase_ = types::kTrain;
};

}  // namespace

void register_batch(engine::Registry& registry) { registry.add<Batch>(); }

}  // namespace millrace::nodes
