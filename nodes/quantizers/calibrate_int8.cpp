#include <memory>
#include <optional>
#include <utility>

#include <ATen/ATen.h>

#include "engine/node.hpp"
#include "nodes/ops/networks/convert.hpp"
#include "nodes/ops/networks/fold.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {
namespace {

struct CalibrateInt8 {
    double percentile = 100;

    static engine::NodeSpec spec() {
        return {
            .id = "quantizers.calibrate_int8",
            .title = "Calibrate for int8",
            .group = "Quantizers",
            .doc =
                "Post-training quantization: folds BatchNorm into the weights and measures the "
                "range "
                "of every tensor of the device over examples. A model that was trained for int8 "
                "has "
                "ranges already and passes as it is.",
            .inputs = {{"features",
                        "[frames, features], or batches of them; 100 recordings will do"},
                       {.name = "model", .doc = "trained", .sync = engine::Sync::Latch}},
            .outputs = {{"model", "with ranges, at the end of the stream"}},
            .params = {{.name = "percentile",
                        .field = &CalibrateInt8::percentile,
                        .range = {50, 100},
                        .doc =
                            "Share of a tensor's values, in percent, that lies below the range's "
                            "upper end, and above its lower end"}},
            .tags = {"speech", "keywords"},
            .pure = false,
            .resource = engine::Resource::Compute,
            .rate = engine::Rate::New,
            .gathers = "*",
            .source = "Jacob et al. 2018, arXiv 1712.05877, section 3",
        };
    }

    std::optional<types::Model> operator()(const types::Tensor& features,
                                           const types::Model& model) {
        if (!folded_) begin(model);
        // A recording shorter than a frame has no range.
        if (meter_ && features.value.numel() > 0)
            meter_->add(folded_->parameters, folded_->buffers,
                        features.value.dim() == 2 ? features.value.unsqueeze(0) : features.value);
        return {};
    }

    std::optional<types::Model> finish() {
        if (!folded_) return {};
        if (meter_) folded_->buffers = meter_->buffers(folded_->buffers);
        return types::Model{.spec = folded_->spec,
                            .parameters = folded_->parameters,
                            .buffers = folded_->buffers,
                            .average = {}};
    }

private:
    void begin(const types::Model& model) {
        network_ = std::make_shared<ops::Network>(model.spec);
        network_->check_tensors(model.parameters, model.buffers);
        if (network_->quantization().on) {
            folded_ = std::make_shared<ops::Folded>(
                ops::Folded{model.spec, model.evaluated(), model.buffers});
            return;
        }
        folded_ = std::make_shared<ops::Folded>(ops::with_ranges(
            ops::fold_batch_norms(*network_, model.evaluated(), model.buffers), 0));
        network_ = std::make_shared<ops::Network>(folded_->spec);
        meter_ = std::make_shared<ops::RangeMeter>(*network_, percentile);
    }

    std::shared_ptr<ops::Network> network_;
    std::shared_ptr<ops::Folded> folded_;
    std::shared_ptr<ops::RangeMeter> meter_;
};

}  // namespace

void register_calibrate_int8(engine::Registry& registry) { registry.add<CalibrateInt8>(); }

}  // namespace millrace::nodes
