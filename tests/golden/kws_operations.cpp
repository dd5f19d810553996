// Adapters from the cases of the `kws` files to nodes/ops/kws. Several files have no inputs: there
// the expected rows themselves say what to work out.
#include <string>
#include <vector>

#include "nodes/ops/audio/features.hpp"
#include "nodes/ops/kws/cost_model.hpp"
#include "nodes/ops/kws/requantize.hpp"
#include "tests/golden/tree.hpp"

namespace millrace::golden {
namespace {

const Members& members(const Item& item) { return std::get<Members>(item.value); }
double number(const Members& row, std::string_view name) { return row.find(name)->second.number(); }
std::int64_t whole(const Members& row, std::string_view name) {
    return static_cast<std::int64_t>(number(row, name));
}
Item integer(std::int64_t value) { return {value}; }

Members cost_model(const Case& given) {
    List rows;
    for (const Item& item : given.outputs.at("rows").list()) {
        Members row = members(item);
        ops::LayerCost cost;
        if (std::get<std::string>(row.at("type").value) == "svdf") {
            cost = ops::svdf_cost({whole(row, "in"), whole(row, "units"), whole(row, "rank"),
                                   whole(row, "memory"),
                                   row.contains("proj") ? whole(row, "proj") : 0});
        } else {
            const bool is_dense = std::get<std::string>(row.at("temporal").value) == "dense";
            cost =
                ops::lico_cost({whole(row, "channels"), whole(row, "kernel"), whole(row, "expand"),
                                is_dense ? ops::Temporal::Dense : ops::Temporal::Depthwise});
        }
        row["macs_per_frame"] = integer(cost.macs_per_frame);
        row["state_elements"] = integer(cost.state_elements);
        row["parameters"] = integer(cost.parameters);
        rows.push_back({std::move(row)});
    }
    return {{"rows", {std::move(rows)}}};
}

Members requantize_int32(const Case& given) {
    List rows, products, quotients;
    for (const Item& item : given.outputs.at("rows").list()) {
        Members row = members(item);
        const auto by = ops::fixed_multiplier(number(row, "multiplier"));
        List twice, once;
        for (const Item& x : given.inputs.at("x").list()) {
            const auto value = static_cast<std::int32_t>(x.number());
            twice.push_back(integer(ops::requantize(value, by, ops::Rounding::Double)));
            once.push_back(integer(ops::requantize(value, by, ops::Rounding::Single)));
        }
        row["quantized_multiplier"] = integer(by.mantissa);
        row["shift"] = integer(by.shift);
        row["double_rounding"] = {std::move(twice)};
        row["single_rounding"] = {std::move(once)};
        rows.push_back({std::move(row)});
    }
    for (const Item& item : given.outputs.at("srdhm").list()) {
        Members row = members(item);
        row["r"] = integer(ops::saturating_doubling_high_mul(std::int32_t(whole(row, "a")),
                                                             std::int32_t(whole(row, "b"))));
        products.push_back({std::move(row)});
    }
    for (const Item& item : given.outputs.at("rounding_divide_by_pot").list()) {
        Members row = members(item);
        row["r"] = integer(ops::rounding_divide_by_power_of_two(std::int32_t(whole(row, "x")),
                                                                int(whole(row, "e"))));
        quotients.push_back({std::move(row)});
    }
    return {{"rows", {std::move(rows)}},
            {"srdhm", {std::move(products)}},
            {"rounding_divide_by_pot", {std::move(quotients)}}};
}

Members quant_params_act(const Case& given) {
    List rows;
    for (const Item& item : given.outputs.at("rows").list()) {
        Members row = members(item);
        const auto scale = ops::activation_scale(number(row, "min"), number(row, "max"));
        std::vector<int> q;
        std::vector<float> back;
        for (const float x : row.at("x").tensor().floats()) {
            q.push_back(ops::quantize_int8(x, scale));
            back.push_back(ops::dequantize_int8(std::int8_t(q.back()), scale));
        }
        row["scale"] = {double{scale.scale}};
        row["zero_point"] = integer(scale.zero_point);
        row["q"] = integer_tensor("int32", {q.size()}, q);
        row["dequant"] = float32_tensor({back.size()}, back);
        rows.push_back({std::move(row)});
    }
    return {{"rows", {std::move(rows)}}};
}

Members int8_add(const Case& given) {
    const auto scale = [&](std::string_view name) -> ops::Int8Scale {
        const Members& row = members(given.params.find(name)->second);
        return {float(number(row, "scale")), int(number(row, "zero_point"))};
    };
    const auto values = [&](std::string_view name) -> std::vector<std::int8_t> {
        const auto& integers = given.input(name).integers;
        return {integers.begin(), integers.end()};
    };
    const auto sums =
        ops::int8_add(values("a_q"), scale("a"), values("b_q"), scale("b"), scale("out"));
    return {{"y_q", integer_tensor("int8", {sums.size()}, sums)}};
}

std::vector<float> samples_of(const Case& given) {
    std::vector<float> samples;
    for (const std::int64_t value : given.input("samples_int16").integers)
        samples.push_back(static_cast<float>(value) / 32768);
    return samples;
}

std::string_view text(const Case& given, std::string_view name) {
    return std::get<std::string>(given.params.find(name)->second.value);
}

Item rows_of(const std::vector<float>& features, const ops::FrontEnd& front_end) {
    const auto width = static_cast<std::size_t>(front_end.dimension());
    return float32_tensor({features.size() / width, width}, features);
}

ops::FrontEnd kaldi_of(const Case& given) {
    ops::FrontEnd made =
        ops::kaldi_fbank(given.param("sample_rate"), static_cast<int>(given.param("num_mel")));
    made.mel.low = given.param("low_freq");
    made.mel.high = given.param("high_freq");
    made.preemphasis = given.param("preemphasis");
    if (!std::get<bool>(given.params.find("snip_edges")->second.value))
        made.framing = ops::Framing::Mirror;
    return made;
}

Members fbank_kaldi(const Case& given) {
    const ops::FrontEnd front_end = kaldi_of(given);
    return {{"fbank", rows_of(ops::features_of(samples_of(given), front_end), front_end)}};
}

Members mfcc_kaldi(const Case& given) {
    ops::FrontEnd front_end = kaldi_of(given);
    front_end.cepstra = static_cast<int>(given.param("num_ceps"));
    front_end.lifter = given.param("cepstral_lifter");
    return {{"mfcc", rows_of(ops::features_of(samples_of(given), front_end), front_end)}};
}

Members log_mel(const Case& given) {
    ops::FrontEnd front_end = ops::centered_log_mel(
        given.param("sample_rate"), static_cast<int>(given.param("n_fft")),
        static_cast<int>(given.param("hop")), static_cast<int>(given.param("n_mels")),
        text(given, "mel") == "htk" ? ops::MelScale::Htk : ops::MelScale::Slaney,
        text(given, "norm") == "slaney");
    front_end.mel.low = given.param("fmin");
    front_end.mel.high = given.param("fmax");
    std::vector<float> edges;
    for (const double hz : ops::mel_edges(front_end.mel)) edges.push_back(static_cast<float>(hz));
    List filters;
    for (const ops::MelFilter& filter : ops::mel_filters(front_end.mel)) {
        List weights;
        for (const float weight : filter.weights) weights.push_back({double{weight}});
        filters.push_back(
            {Members{{"first", integer(filter.first)}, {"values", {std::move(weights)}}}});
    }
    return {{"mel_points_hz", float32_tensor({edges.size()}, edges)},
            {"filters_sparse", {std::move(filters)}},
            {"logmel", rows_of(ops::features_of(samples_of(given), front_end), front_end)}};
}

}  // namespace

void add_kws_operations(Operations& operations) {
    operations.insert({{"cost_model", cost_model},
                       {"requantize_int32", requantize_int32},
                       {"quant_params_act", quant_params_act},
                       {"int8_add", int8_add},
                       {"fbank_kaldi", fbank_kaldi},
                       {"mfcc_kaldi", mfcc_kaldi},
                       {"mel_htk", log_mel},
                       {"mel_slaney", log_mel}});
}

}  // namespace millrace::golden
