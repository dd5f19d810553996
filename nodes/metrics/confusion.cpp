#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/node.hpp"
#include "nodes/metrics/together.hpp"
#include "nodes/ops/metrics/classification.hpp"
#include "nodes/ops/networks/network.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

using Output = std::tuple<types::Tensor, types::Table>;

struct Confusion {
    std::string classes;
    double peer_timeout = kPeerTimeout;

    static engine::NodeSpec spec() {
        return {
            .id = "metrics.confusion",
            .title = "Confusion matrix",
            .group = "Metrics",
            .doc =
                "Counts how often each class is taken for each other, over the whole stream. The "
                "class with the largest logit counts, the first of several that are equal. The "
                "metric \"accuracy\" is written at the end.",
            .inputs = {{"logits", "[classes] or [batch, classes] floating point"},
                       {"labels", "[] or [batch] int64; what is below 0 is left out"},
                       {.name = "model",
                        .doc = "whose classes name the rows",
                        .sync = engine::Sync::Latch,
                        .optional = true}},
            .outputs = {{"matrix",
                         "[classes, classes] int64; rows are labels, columns predictions"},
                        {"report",
                         "class, count of its examples, precision and recall, each 0 to "
                         "1 and NaN where nothing was counted; the accuracy is both of "
                         "the last row"}},
            .params =
                {{.name = "classes",
                  .field = &Confusion::classes,
                  .doc = "Names of the classes, parted by blanks; the model's, or numbers, where "
                         "empty"},
                 peer_timeout_param(&Confusion::peer_timeout)},
            .resource = engine::Resource::Wait,
            .rate = engine::Rate::New,
            .gathers = "*",
            .example = R"("nodes": {
    "corpus": {"type": "loaders.speech_corpus", "version": 2, "params": {"split": "test"}},
    "length": {"type": "augment.fit_length", "version": 1},
    "model": {"type": "backbones.lico_net", "version": 1},
    "listen": {"type": "spotting.listen", "version": 1, "params": {"continuous": false}},
    "batch": {"type": "training.batch", "version": 1},
    "confusion": {"type": "metrics.confusion", "version": 1}},
"wires": [
    {"from": "corpus.audio", "to": "length.audio"}, {"from": "length.audio", "to": "listen.audio"},
    {"from": "model.model", "to": "listen.model"}, {"from": "listen.final", "to": "batch.features"},
    {"from": "corpus.label", "to": "batch.label"}, {"from": "model.model", "to": "batch.model"},
    {"from": "batch.features", "to": "confusion.logits"}, {"from": "batch.labels", "to": "confusion.labels"}])",
        };
    }

    void start(engine::RunContext& context) { together_.join(context, peer_timeout); }

    std::optional<Output> operator()(const types::Tensor& logits, const types::Tensor& labels,
                                     const types::Model* model) {
        require_shapes(logits.value, labels.value);
        if (!matrix_) names_ = names_of(model);
        const at::NoGradGuard no_gradients;
        const std::int64_t width = logits.value.size(-1);
        require_width(width);
        if (!matrix_) matrix_.emplace(width);
        const at::Tensor rows = logits.value.reshape({-1, width});
        if (rows.isnan().any().item<bool>()) {
            throw engine::Error({.code = "E-METRIC-032",
                                 .what = "Logits are NaN, which no class is the largest of",
                                 .expected = "numbers",
                                 .found = "NaN",
                                 .mend = "Look for the node that makes the first NaN."});
        }
        const at::Tensor predictions = rows.argmax(1).contiguous();
        const at::Tensor truth = labels.value.reshape({-1}).contiguous();
        const std::int64_t* prediction = predictions.data_ptr<std::int64_t>();
        const std::int64_t* label = truth.data_ptr<std::int64_t>();
        // All or none of a batch, so that one that is skipped for its labels leaves no trace.
        for (std::int64_t i = 0; i < truth.numel(); ++i) {
            if (label[i] >= 0) matrix_->check_class(label[i], "label");
        }
        for (std::int64_t i = 0; i < truth.numel(); ++i) {
            if (label[i] >= 0) matrix_->add(label[i], prediction[i]);
        }
        return {};
    }

    std::optional<Output> finish(engine::RunContext& context) {
        take_all(context);
        if (!matrix_) return {};
        if (matrix_->total() > 0)
            context.metric("accuracy", matrix_->accuracy());
        else
            context.warn("No example has a label, so that there is no accuracy");
        return Output{types::Tensor{counts()}, report()};
    }

    engine::State save() const {
        engine::State state;
        if (!matrix_) return state;
        state.packets["counts"] = {engine::Packet::make(types::Tensor{counts()})};
        state.values["names"] = engine::Array(names_.begin(), names_.end());
        return state;
    }

    void load(const engine::State& state) {
        const auto kept = state.packets.find("counts");
        if (kept == state.packets.end()) return;
        if (const auto names = state.values.find("names"); names != state.values.end()) {
            for (const engine::Value& name : names->second.as_array())
                names_.push_back(name.as_string());
        }
        const at::Tensor& saved = kept->second.at(0).as<types::Tensor>().value;
        const bool is_matrix = saved.dim() == 2 && saved.scalar_type() == at::kLong;
        const at::Tensor flat = is_matrix ? saved.contiguous() : at::empty({0, 0}, at::kLong);
        const std::span counts(flat.data_ptr<std::int64_t>(),
                               static_cast<std::size_t>(flat.numel()));
        matrix_.emplace(flat.size(0), std::vector<std::int64_t>(counts.begin(), counts.end()));
    }

private:
    /// The counts of all processes; one may have had no example.
    void take_all(engine::RunContext& context) {
        engine::Object own = {{"classes", std::int64_t{0}},
                              {"counts", engine::Array()},
                              {"names", fmt::format("{}", fmt::join(names_, " "))}};
        if (matrix_) {
            own["classes"] = matrix_->classes();
            const auto& counts = matrix_->counts();
            own["counts"] = engine::Array(counts.begin(), counts.end());
        }
        const engine::Object all = together_.sum(context, std::move(own), {"classes"});
        const std::int64_t number = all.at("classes").as_int();
        if (number == 0) return;
        std::vector<std::int64_t> counts;
        for (const engine::Value& count : all.at("counts").as_array())
            counts.push_back(count.as_int());
        matrix_.emplace(number, std::move(counts));
        std::istringstream names(all.at("names").as_string());
        names_.assign(std::istream_iterator<std::string>(names), {});
    }

    static std::string text_of(const at::Tensor& tensor) {
        if (!tensor.defined()) return "no tensor";
        return fmt::format("{} [{}]", c10::toString(tensor.scalar_type()),
                           fmt::join(tensor.sizes().vec(), ", "));
    }

    static void require_shapes(const at::Tensor& logits, const at::Tensor& labels) {
        const bool defined = logits.defined() && labels.defined();
        if (defined && at::isFloatingType(logits.scalar_type()) &&
            labels.scalar_type() == at::kLong && (logits.dim() == 1 || logits.dim() == 2) &&
            labels.sizes() == logits.sizes().slice(0, logits.dim() - 1))
            return;
        throw engine::Error(
            {.code = "E-METRIC-030",
             .what = "Logits and labels don't fit each other",
             .expected = "floating-point [classes] and int64 [], or [batch, classes] and [batch]",
             .found = text_of(logits) + " and " + text_of(labels),
             .mend = "Wire the logits and the labels of the same items."});
    }

    void require_width(std::int64_t width) const {
        const auto named = static_cast<std::int64_t>(names_.size());
        const bool as_before = !matrix_ || matrix_->classes() == width;
        if (as_before && (named == 0 || named == width)) return;
        throw engine::Error({.code = "E-METRIC-031",
                             .what = as_before ? "The logits are not those of the classes named"
                                               : "The number of classes changes",
                             .expected = fmt::format("{}", as_before ? named : matrix_->classes()),
                             .found = fmt::format("{}", width),
                             .mend = as_before
                                         ? "Name each class once in its order, or wire the model."
                                         : "Evaluate one model at a time."});
    }

    std::vector<std::string> names_of(const types::Model* model) const {
        std::istringstream stream(classes);
        std::vector<std::string> found;
        for (std::string name; stream >> name;) found.push_back(name);
        if (found.empty() && model) found = ops::Network(model->spec).classes();
        return found;
    }

    at::Tensor counts() const {
        at::Tensor tensor = at::empty({matrix_->classes(), matrix_->classes()}, at::kLong);
        std::ranges::copy(matrix_->counts(), tensor.data_ptr<std::int64_t>());
        return tensor;
    }

    types::Table report() const {
        std::vector<std::string> column = names_;
        for (auto i = static_cast<std::int64_t>(column.size()); i < matrix_->classes(); ++i)
            column.push_back(fmt::format("{}", i));
        std::vector<std::int64_t> count;
        std::vector<double> precision, recall;
        for (std::int64_t i = 0; i < matrix_->classes(); ++i) {
            count.push_back(matrix_->labelled(i));
            precision.push_back(matrix_->precision(i));
            recall.push_back(matrix_->recall(i));
        }
        column.emplace_back("accuracy");
        count.push_back(matrix_->total());
        // Over all classes together, every wrong prediction is also one that is missed.
        precision.push_back(matrix_->accuracy());
        recall.push_back(matrix_->accuracy());
        return {.columns = {{"class", std::move(column)},
                            {"count", std::move(count)},
                            {"precision", std::move(precision)},
                            {"recall", std::move(recall)}}};
    }

    Together together_;
    std::optional<ops::ConfusionMatrix> matrix_;
    std::vector<std::string> names_;
};

}  // namespace

void register_confusion(engine::Registry& registry) { registry.add<Confusion>(); }

}  // namespace millrace::nodes
