#include <cmath>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "engine/node.hpp"
#include "nodes/ops/quant/quantized_tensor.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

double decibels(double signal, double noise) {
    return noise > 0 ? 10 * std::log10(signal / noise) : std::nan("");
}

struct QuantizeTensor {
    enum class Kind {
        Symmetric,
        Asymmetric,
        ClippedSymmetric,
        ClippedAsymmetric,
        Statistics,
        StatisticsPaper,
        LlmQatWeight,
        Twn,
        Bwn,
        Elastic,
        ElasticUnsigned,
        BitElastic,
        BitElasticUnsigned
    };
    enum class Over { Tensor, LastAxis, TwoAxes, Group };

    Kind kind = Kind::Symmetric;
    int bits = 8, group = 128;
    Over over = Over::LastAxis;
    double clip = 2.5;

    static engine::NodeSpec spec();

    std::vector<engine::Problem> check() const {
        const bool is_weight = kind >= Kind::Statistics && kind <= Kind::Bwn;
        if (!is_weight || over == Over::LastAxis || over == Over::Tensor) return {};
        return {{.what = "This quantizer of weights has no such groups",
                 .expected = "last_axis or tensor",
                 .found = over == Over::Group ? "group" : "two_axes",
                 .where = "over",
                 .mend = "Choose another, or a min-max kind."}};
    }

    using Result = std::tuple<types::Tensor, types::Tensor, types::Tensor, types::Table>;

    Result operator()(const types::Tensor& tensor, engine::RunContext& context) const {
        const ops::QuantizedTensor made = ops::quantize_tensor(tensor.value, quantizer());
        const at::Tensor x = tensor.value.detach().to(at::kDouble);
        const at::Tensor error = made.values.to(at::kDouble) - x;
        const double signal = x.pow(2).sum().item<double>(),
                     noise = error.pow(2).sum().item<double>();
        if (noise > 0 && signal > 0) context.metric("sqnr_db", decibels(signal, noise));
        return {types::Tensor{made.values}, types::Tensor{error.to(tensor.value.scalar_type())},
                types::Tensor{made.codes}, scales(made, x, error)};
    }

private:
    ops::TensorQuantizer quantizer() const {
        using enum Kind;
        ops::TensorQuantizer made{.bits = bits,
                                  .granularity = static_cast<ops::Granularity>(over),
                                  .group_size = group,
                                  .clip = clip};
        if (kind == Asymmetric || kind == ClippedAsymmetric)
            made.kind = ops::MinMaxKind::Asymmetric;
        if (kind == StatisticsPaper) made.tbt_rule = ops::TbtRule::Paper;
        if (kind == ElasticUnsigned || kind == BitElasticUnsigned)
            made.sign = ops::ElasticSign::Unsigned;
        if (kind == BitElastic || kind == BitElasticUnsigned)
            made.elastic_rule = ops::ElasticRule::Bit;
        made.rule = kind <= Asymmetric          ? ops::TensorRule::MinMax
                    : kind <= ClippedAsymmetric ? ops::TensorRule::ClippedMinMax
                    : kind <= StatisticsPaper   ? ops::TensorRule::TbtWeight
                    : kind == LlmQatWeight      ? ops::TensorRule::LlmQatWeight
                    : kind == Twn               ? ops::TensorRule::Twn
                    : kind == Bwn               ? ops::TensorRule::Bwn
                                                : ops::TensorRule::Elastic;
        return made;
    }

    static types::Table scales(const ops::QuantizedTensor& made, const at::Tensor& x,
                               const at::Tensor& error) {
        const auto figure = [&](const at::Tensor& values, ops::GroupFigure of) {
            return ops::group_figure(made.group, values, of);
        };
        const auto whole = [](const at::Tensor& values) {
            const at::Tensor wide = values.to(at::kLong).contiguous();
            const auto* first = wide.data_ptr<std::int64_t>();
            return std::vector<std::int64_t>(first, first + wide.numel());
        };
        const auto real = [](const at::Tensor& values) {
            const at::Tensor wide = values.contiguous();
            const auto* first = wide.data_ptr<double>();
            return std::vector<double>(first, first + wide.numel());
        };
        using enum ops::GroupFigure;
        const std::vector<double> signal = real(figure(x.pow(2), Sum)),
                                  noise = real(figure(error.pow(2), Sum));
        std::vector<double> sqnr;
        for (std::size_t i = 0; i < signal.size(); ++i)
            sqnr.push_back(decibels(signal[i], noise[i]));
        return {{{"group", whole(at::arange(made.scale.size(0)))},
                 {"elements", whole(figure(at::ones_like(x), Sum))},
                 {"scale", real(made.scale)},
                 {"offset", real(made.offset)},
                 {"least code", whole(figure(made.codes, Least))},
                 {"greatest code", whole(figure(made.codes, Greatest))},
                 {"SQNR dB", std::move(sqnr)}}};
    }
};

engine::NodeSpec QuantizeTensor::spec() {
    using S = QuantizeTensor;
    return {
        .id = "quantizers.tensor",
        .title = "Quantize a tensor",
        .group = "Quantizers",
        .doc =
            "Rounds one tensor by any quantizer of LLM-QAT and of Ternary and Binary "
            "Transformers, to look at it. Each rounded value is its group's offset plus code "
            "times scale. Keys and values of a cache are rounded as \"symmetric\" over the last "
            "axis of [batch, time, heads * width].",
        .inputs = {{"tensor", "any shape, float32 or float64; weights [out, in]"}},
        .outputs = {{"rounded", "of the same shape and type"},
                    {"error", "rounded less given"},
                    {"codes", "of the same shape, int32"},
                    {"scales",
                     "for each group its elements, scale, offset, range of codes, and signal to "
                     "noise in dB, NaN where nothing was lost"}},
        .params =
            {{.name = "kind",
              .field = &S::kind,
              .choices = {"symmetric", "asymmetric", "clipped_symmetric", "clipped_asymmetric",
                          "statistics", "statistics_paper", "llm_qat_weight", "twn", "bwn",
                          "elastic", "elastic_unsigned", "bit_elastic", "bit_elastic_unsigned"},
              .doc = "Min-max as LLM-QAT has it, or clipped as Ternary and Binary Transformers; "
                     "binary and ternary weights by their mean, as its release or its paper has "
                     "it; LLM-QAT's weights; TWN; BWN; learned scales as they begin, of Ternary "
                     "and Binary Transformers or of BiT"},
             {.name = "bits",
              .field = &S::bits,
              .range = {1, 16},
              .doc = "min-max 2 to 16, statistics 1 or 2, elastic 1 to 8; twn and bwn have their "
                     "own"},
             {.name = "over",
              .field = &S::over,
              .choices = {"tensor", "last_axis", "two_axes", "group"},
              .doc = "What shares a scale: a row of a weight and a token of an activation lie "
                     "along the last axis; elastic kinds always take the tensor"},
             {.name = "group",
              .field = &S::group,
              .range = {1, 1 << 24},
              .doc = "Neighbours along the last axis, 32 or 128 for example; the last group of a "
                     "row may be shorter"},
             {.name = "clip",
              .field = &S::clip,
              .range = {1e-6, 1e9},
              .doc = "Of the clipped kinds and twn: values beyond it are cut off"}},
        // A metric of the run is not kept with a result.
        .pure = false,
        .source = "Liu et al. 2023, arXiv 2305.17888 and 2306.01841",
    };
}

}  // namespace

void register_tensor(engine::Registry& registry) { registry.add<QuantizeTensor>(); }

}  // namespace millrace::nodes
