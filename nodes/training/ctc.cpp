#include <cstdint>
#include <tuple>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "engine/node.hpp"
#include "nodes/ops/training/losses.hpp"
#include "nodes/training/example.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

struct Ctc {
    int blank = 0;
    ops::ImpossibleAlignment impossible = ops::ImpossibleAlignment::Zero;

    static engine::NodeSpec spec() {
        return {
            .id = "training.ctc",
            .title = "CTC loss",
            .group = "Training",
            .doc =
                "The mean negative log-probability, in nats, of label sequences whose places in "
                "the frames are not known. This is connectionist temporal classification.",
            .inputs = {{"logits", "[batch, frames, classes]"},
                       {"labels", "[batch, most labels] int64, without blanks; [batch]: one each"},
                       {.name = "frame_lengths",
                        .doc = "[batch] int64: frames of each example; all without it",
                        .optional = true},
                       {.name = "label_lengths",
                        .doc = "[batch] int64: labels of each example, whatever stands behind "
                               "them; all without it",
                        .optional = true}},
            .outputs = {{"loss", "one number, through which gradients go"},
                        {"count", "examples that it is the mean of"}},
            .params = {{.name = "blank",
                        .field = &Ctc::blank,
                        .range = {0, 1e9},
                        .doc = "Class that stands for no label"},
                       {.name = "impossible",
                        .field = &Ctc::impossible,
                        .choices = {"infinite", "zero"},
                        .doc = "What an example counts whose labels don't fit into its frames: "
                               "infinity, which stops training, or 0 without a gradient"}},
            .pure = false,
            .source = "Graves et al. 2006, section 4",
            .example = training_example(
                R"("ctc": {"type": "training.ctc", "version": 1})",
                R"({"from": "forward.frames", "to": "ctc.logits"}, {"from": "batch.labels", "to": "ctc.labels"})",
                R"(, "params": {"classes": "_blank_ zero one two three four five six seven eight nine _silence_"})"),
        };
    }

    std::tuple<types::Tensor, double> operator()(const types::Tensor& logits,
                                                 const types::Tensor& labels,
                                                 const types::Tensor* frame_lengths,
                                                 const types::Tensor* label_lengths) const {
        const at::AutoGradMode with_gradients(logits.value.requires_grad());
        const at::Tensor& all = logits.value;
        // What has other axes goes on as it is, for the loss to refuse.
        const bool has_frames = all.defined() && all.dim() == 3;
        const at::Tensor by_frame = has_frames ? all.transpose(0, 1) : all;
        const std::int64_t batch = has_frames ? all.size(0) : 0;
        const std::int64_t frames = has_frames ? all.size(1) : 0;
        const bool has_one = labels.value.defined() && labels.value.dim() == 1;
        const at::Tensor rows = has_one ? labels.value.unsqueeze(1) : labels.value;
        const bool has_labels = rows.defined() && rows.dim() == 2;
        const std::int64_t most = has_labels ? rows.size(1) : 0;
        const at::Tensor loss = ops::ctc_loss(
            by_frame, rows,
            frame_lengths ? frame_lengths->value : at::full({batch}, frames, at::kLong),
            label_lengths ? label_lengths->value : at::full({batch}, most, at::kLong),
            {.blank = blank, .impossible = impossible}, ops::Reduction::Mean);
        return {types::Tensor{loss}, static_cast<double>(batch)};
    }
};

}  // namespace

void register_ctc(engine::Registry& registry) { registry.add<Ctc>(); }

}  // namespace millrace::nodes
