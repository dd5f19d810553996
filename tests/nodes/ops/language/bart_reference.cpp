#include "tests/nodes/ops/language/bart_reference.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <functional>
#include <string>

namespace millrace::testing {
namespace {

using ops::Bart, ops::BartSide, ops::NamedTensors;
using Sees = std::function<bool(std::size_t query, std::size_t key)>;

class Reference {
public:
    Reference(const Bart& bart, const NamedTensors& parameters)
        : bart_(bart), parameters_(parameters) {}

    Matrix encode(const std::vector<std::int64_t>& source, std::size_t real) const {
        Matrix x = embed(BartSide::Encoder, source);
        for (std::int64_t i = 0; i < bart_.sizes(BartSide::Encoder).layers; ++i) {
            const std::string p = Bart::prefix(BartSide::Encoder, i);
            x = residual(p + "self_attn_layer_norm", x, [&](const Matrix& in) {
                return attend(BartSide::Encoder, p + "self_attn", in, in,
                              [&](std::size_t, std::size_t key) { return key < real; });
            });
            x = feed_forward(BartSide::Encoder, p, x);
        }
        return finish(BartSide::Encoder, x);
    }

    Matrix decode(const std::vector<std::int64_t>& target, const Matrix& memory,
                  std::size_t real) const {
        Matrix x = embed(BartSide::Decoder, target);
        for (std::int64_t i = 0; i < bart_.sizes(BartSide::Decoder).layers; ++i) {
            const std::string p = Bart::prefix(BartSide::Decoder, i);
            x = residual(p + "self_attn_layer_norm", x, [&](const Matrix& in) {
                return attend(BartSide::Decoder, p + "self_attn", in, in,
                              [](std::size_t query, std::size_t key) { return key <= query; });
            });
            x = residual(p + "encoder_attn_layer_norm", x, [&](const Matrix& in) {
                return attend(BartSide::Decoder, p + "encoder_attn", in, memory,
                              [&](std::size_t, std::size_t key) { return key < real; });
            });
            x = feed_forward(BartSide::Decoder, p, x);
        }
        return finish(BartSide::Decoder, x);
    }

    Matrix matrix(const std::string& name) const {
        const at::Tensor values = parameters_.at(name).detach().to(at::kDouble).contiguous();
        const auto rows = values.dim() == 2 ? values.size(0) : 1;
        Matrix result(std::size_t(rows), std::size_t(values.numel() / rows));
        std::copy_n(values.data_ptr<double>(), values.numel(), result.values.begin());
        return result;
    }

private:
    Matrix linear(const std::string& name, const Matrix& x) const {
        const Matrix weight = matrix(name + ".weight"), bias = matrix(name + ".bias");
        Matrix y(x.rows, weight.rows);
        for (std::size_t r = 0; r < x.rows; ++r) {
            for (std::size_t o = 0; o < weight.rows; ++o) {
                y.at(r, o) = bias.at(0, o);
                for (std::size_t i = 0; i < x.columns; ++i)
                    y.at(r, o) += x.at(r, i) * weight.at(o, i);
            }
        }
        return y;
    }

    Matrix norm(const std::string& name, Matrix x) const {
        const Matrix weight = matrix(name + ".weight"), bias = matrix(name + ".bias");
        for (std::size_t r = 0; r < x.rows; ++r) {
            double mean = 0, variance = 0;
            for (std::size_t c = 0; c < x.columns; ++c) mean += x.at(r, c) / double(x.columns);
            for (std::size_t c = 0; c < x.columns; ++c)
                variance += std::pow(x.at(r, c) - mean, 2) / double(x.columns);
            for (std::size_t c = 0; c < x.columns; ++c) {
                x.at(r, c) = (x.at(r, c) - mean) / std::sqrt(variance + 1e-5) * weight.at(0, c) +
                             bias.at(0, c);
            }
        }
        return x;
    }

    template <class Inside>
    Matrix residual(const std::string& name, const Matrix& x, const Inside& inside) const {
        const bool is_pre = bart_.norm() == ops::BartNorm::Pre;
        Matrix sum = inside(is_pre ? norm(name, x) : x);
        for (std::size_t i = 0; i < sum.values.size(); ++i) sum.values[i] += x.values[i];
        return is_pre ? sum : norm(name, sum);
    }

    Matrix attend(BartSide side, const std::string& name, const Matrix& x, const Matrix& memory,
                  const Sees& sees) const {
        const Matrix q = linear(name + ".q_proj", x), k = linear(name + ".k_proj", memory),
                     v = linear(name + ".v_proj", memory);
        Matrix mixed(x.rows, x.columns);
        const auto heads = std::size_t(bart_.sizes(side).heads), width = x.columns / heads;
        for (std::size_t head = 0; head < heads; ++head) {
            for (std::size_t query = 0; query < x.rows; ++query) {
                std::vector<double> weights(memory.rows);
                double sum = 0;
                for (std::size_t key = 0; key < memory.rows; ++key) {
                    if (!sees(query, key)) continue;
                    double score = 0;
                    for (std::size_t c = head * width; c < (head + 1) * width; ++c)
                        score += q.at(query, c) * k.at(key, c) / std::sqrt(double(width));
                    weights[key] = std::exp(score);
                    sum += weights[key];
                }
                for (std::size_t key = 0; key < memory.rows; ++key) {
                    for (std::size_t c = head * width; c < (head + 1) * width; ++c)
                        mixed.at(query, c) += weights[key] / sum * v.at(key, c);
                }
            }
        }
        return linear(name + ".out_proj", mixed);
    }

    Matrix feed_forward(BartSide side, const std::string& prefix, const Matrix& x) const {
        return residual(prefix + "final_layer_norm", x, [&](const Matrix& in) {
            Matrix wide = linear(prefix + "fc1", in);
            const bool is_gelu =
                bart_.layer_options(side, 0).activation == ops::BartActivation::Gelu;
            for (double& value : wide.values) {
                value = is_gelu ? value * 0.5 * std::erfc(-value / std::sqrt(2.0))
                                : std::max(value, 0.0);
            }
            return linear(prefix + "fc2", wide);
        });
    }

    Matrix embed(BartSide side, const std::vector<std::int64_t>& tokens) const {
        const Matrix table = matrix("model.shared.weight"),
                     positions = matrix(Bart::prefix(side) + "embed_positions.weight");
        const double scale = bart_.scales_embedding() ? std::sqrt(double(table.columns)) : 1;
        Matrix x(tokens.size(), table.columns);
        for (std::size_t r = 0; r < x.rows; ++r) {
            for (std::size_t c = 0; c < x.columns; ++c)
                x.at(r, c) = table.at(std::size_t(tokens[r]), c) * scale + positions.at(r + 2, c);
        }
        return norm(Bart::prefix(side) + "layernorm_embedding", x);
    }

    Matrix finish(BartSide side, const Matrix& x) const {
        return bart_.norm() == ops::BartNorm::Pre ? norm(Bart::prefix(side) + "layer_norm", x) : x;
    }

    const Bart& bart_;
    const NamedTensors& parameters_;
};

}  // namespace

Matrix reference_logits(const Bart& bart, const NamedTensors& parameters,
                        const NamedTensors& buffers, const std::vector<std::int64_t>& source,
                        std::size_t real, const std::vector<std::int64_t>& target) {
    const Reference reference(bart, parameters);
    const Matrix state = reference.decode(target, reference.encode(source, real), real);
    const Matrix table = reference.matrix("model.shared.weight");
    Matrix logits(state.rows, table.rows);
    const at::Tensor bias = buffers.at("final_logits_bias").to(at::kDouble);
    for (std::size_t r = 0; r < state.rows; ++r) {
        for (std::size_t v = 0; v < table.rows; ++v) {
            logits.at(r, v) = bias.data_ptr<double>()[v];
            for (std::size_t c = 0; c < state.columns; ++c)
                logits.at(r, v) += state.at(r, c) * table.at(v, c);
        }
    }
    return logits;
}

}  // namespace millrace::testing
