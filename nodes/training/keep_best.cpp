#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/training/losses.hpp"
#include "nodes/training/example.hpp"
#include "nodes/training/group.hpp"
#include "nodes/types/curves.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/model_io.hpp"
#include "nodes/types/phase.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

/// Sums over the batches of one stretch of a phase.
struct Tally {
    double examples = 0, right = 0, loss = 0;

    void add(const at::Tensor& logits, const at::Tensor& labels) {
        const at::NoGradGuard no_gradients;
        const at::Tensor counted = labels.ge(0);
        const double count = counted.sum().item<double>();
        if (count == 0) return;
        examples += count;
        right += logits.argmax(-1).eq(labels).logical_and(counted).sum().item<double>();
        loss += ops::cross_entropy(logits.detach(), labels, {}, ops::Reduction::Sum).item<double>();
    }
    double accuracy() const { return examples > 0 ? right / examples : 0; }
    double mean_loss() const { return examples > 0 ? loss / examples : 0; }
};

struct KeepBest {
    enum class By { Accuracy, Loss };

    By by = By::Accuracy;
    int patience = 0;
    std::string file = "model.safetensors";
    double peer_timeout = 60;

    static engine::NodeSpec spec() {
        return {
            .id = "training.keep_best",
            .title = "Keep the best model",
            .group = "Training",
            .doc =
                "Measures each epoch on its validation batches, keeps the best model, writes it to "
                "a "
                "file, and may end training early. Without validation the newest model is the "
                "best. "
                "Its answers go back to training.forward.",
            .inputs = {{"logits", "[batch, classes] or [batch, time, vocabulary]"},
                       {"labels", "[batch] or [batch, time] int64; what is below 0 is left out"},
                       {"model", "after the batch's step"},
                       {.name = "phase",
                        .doc = "0 training, 1 validation, 2 test; training without it",
                        .optional = true},
                       {.name = "last",
                        .doc = "1 for the last batch of a stretch of one phase",
                        .optional = true}},
            .outputs = {{"model", "the same, to go on with"},
                        {"best", "the best so far"},
                        {"done", "1 once training is to end, else 0"},
                        {"figures", "of a stretch of validation or test, after its last batch"},
                        {"curves", "loss and accuracy of training and validation by epoch"}},
            .params = {{.name = "by",
                        .field = &KeepBest::by,
                        .choices = {"accuracy", "loss"},
                        .doc = "Which model is better: the one with the higher accuracy (the "
                               "earlier of two that are equal), or with the lower loss"},
                       {.name = "patience",
                        .field = &KeepBest::patience,
                        .range = {0, 1e6},
                        .doc = "Epochs without a better model after which training ends; 0: never"},
                       {.name = "file",
                        .field = &KeepBest::file,
                        .doc = "Model file inside the artifacts folder",
                        .writes = engine::Writes::File},
                       peer_timeout_param(&KeepBest::peer_timeout)},
            .pure = false,
            .resource = engine::Resource::Disk,
            .example = loop_example(),
        };
    }

    using Result = std::tuple<types::Model, std::optional<types::Model>, double,
                              std::optional<types::Metrics>, std::optional<types::Curves>>;

    void start(engine::RunContext& context) {
        target_ = context.artifact(file);
        group_ = Group::join(context, peer_timeout);
    }

    Result operator()(const types::Tensor& logits, const types::Tensor& labels,
                      const types::Model& model, const double* phase, const double* last,
                      engine::RunContext& context) {
        const double now = phase ? *phase : types::kTrain;
        const bool closes = last && *last != 0;
        tally_.add(logits.value, labels.value);
        Result result{model, {}, done_ ? 1.0 : 0.0, {}, {}};
        if (now == types::kTrain) newest_ = model;
        if (!closes) return result;
        Tally tally = std::exchange(tally_, {});
        if (group_) {
            std::vector<double> sums = {tally.examples, tally.right, tally.loss};
            Group::Use(*group_, context)->sum(sums);
            tally = {sums[0], sums[1], sums[2]};
        }
        types::Metrics figures{.step = static_cast<std::int64_t>(model.version), .values = {}};
        const char* names[] = {"train", "validation", "test"};
        const std::string name = names[static_cast<int>(now)];
        figures.values[name + "_accuracy"] = tally.accuracy();
        figures.values[name + "_loss"] = tally.mean_loss();
        for (const auto& [figure, value] : figures.values) context.metric(figure, value);
        if (now == types::kTrain) {
            ++epoch_;
            train_.push_back(tally);
        } else if (now == types::kValidation) {
            validation_.push_back(tally);
            judge(tally, model);
            context.metric("best_accuracy", best_tally_.accuracy());
            std::get<1>(result) = best_;
            std::get<2>(result) = done_ ? 1.0 : 0.0;
        }
        std::get<3>(result) = std::move(figures);
        std::get<4>(result) = curves();
        return result;
    }

    void finish() { write(); }

    engine::State save() const {
        engine::State state;
        state.values = {{"done", done_},
                        {"epoch", epoch_},
                        {"waited", waited_},
                        {"best_tally", saved(best_tally_)},
                        {"tally", saved(tally_)}};
        engine::Array train, validation;
        for (const Tally& tally : train_) train.push_back(saved(tally));
        for (const Tally& tally : validation_) validation.push_back(saved(tally));
        state.values["train"] = std::move(train);
        state.values["validation"] = std::move(validation);
        for (const auto& [name, model] :
             {std::pair("best", &best_), std::pair("newest", &newest_)}) {
            if (*model) state.packets[name] = {engine::Packet::make<types::Model>(**model)};
        }
        return state;
    }

    void load(const engine::State& state) {
        done_ = state.values.at("done").as_bool();
        epoch_ = static_cast<int>(state.values.at("epoch").as_int());
        waited_ = static_cast<int>(state.values.at("waited").as_int());
        best_tally_ = tally_from(state.values.at("best_tally"));
        tally_ = tally_from(state.values.at("tally"));
        for (const engine::Value& tally : state.values.at("train").as_array())
            train_.push_back(tally_from(tally));
        for (const engine::Value& tally : state.values.at("validation").as_array())
            validation_.push_back(tally_from(tally));
        for (const auto& [name, model] :
             {std::pair("best", &best_), std::pair("newest", &newest_)}) {
            if (const auto kept = state.packets.find(name); kept != state.packets.end())
                *model = kept->second.at(0).as<types::Model>();
        }
    }

private:
    void judge(const Tally& tally, const types::Model& model) {
        const bool better =
            !best_ || (by == By::Accuracy ? tally.accuracy() > best_tally_.accuracy()
                                          : tally.mean_loss() < best_tally_.mean_loss());
        if (better) {
            best_ = types::frozen(model);
            best_tally_ = tally;
            waited_ = 0;
            write();
        } else if (++waited_ >= patience && patience > 0) {
            done_ = true;
        }
    }

    /// The parameters that evaluation goes by are those that a file's readers want.
    void write() const {
        const std::optional<types::Model>& kept = best_ ? best_ : newest_;
        // Of several processes the first writes.
        if (!kept || (group_ && group_->rank() > 0)) return;
        types::Model model = *kept;
        model.parameters = model.evaluated();
        model.average.clear();
        types::write_model(model, target_);
    }

    types::Curves curves() const {
        types::Curves curves{
            .title = "Training", .x_label = "epoch", .y_label = "accuracy, loss", .lines = {}};
        for (const auto& [name, tallies] :
             {std::pair("train", &train_), std::pair("validation", &validation_)}) {
            types::Curves::Line accuracy{
                .name = fmt::format("{} accuracy", name), .x = {}, .y = {}};
            types::Curves::Line loss{.name = fmt::format("{} loss", name), .x = {}, .y = {}};
            for (std::size_t i = 0; i < tallies->size(); ++i) {
                for (types::Curves::Line* line : {&accuracy, &loss})
                    line->x.push_back(static_cast<double>(i + 1));
                accuracy.y.push_back((*tallies)[i].accuracy());
                loss.y.push_back((*tallies)[i].mean_loss());
            }
            curves.lines.push_back(std::move(accuracy));
            curves.lines.push_back(std::move(loss));
        }
        return curves;
    }

    static engine::Value saved(const Tally& tally) {
        return engine::Array{tally.examples, tally.right, tally.loss};
    }
    static Tally tally_from(const engine::Value& value) {
        const engine::Array& numbers = value.as_array();
        return {numbers.at(0).as_double(), numbers.at(1).as_double(), numbers.at(2).as_double()};
    }

    std::shared_ptr<Group> group_;
    std::filesystem::path target_;
    Tally tally_, best_tally_;
    std::vector<Tally> train_, validation_;
    std::optional<types::Model> best_, newest_;
    int epoch_ = 0, waited_ = 0;
    bool done_ = false;
};

}  // namespace

void register_keep_best(engine::Registry& registry) { registry.add<KeepBest>(); }

}  // namespace millrace::nodes
