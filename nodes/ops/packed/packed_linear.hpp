// One linear of a packed model: its input is rounded to few bits by a rule, its weight is codes, or
// float rows where the model keeps it so. Immutable, any number of threads; each has a scratch of
// its own, whose memory grows to what the largest call needs, after which no call takes any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nodes/ops/kernels/products.hpp"
#include "nodes/types/packed_model.hpp"

namespace millrace::ops {

/// How the input of a linear is rounded.
struct InputRule {
    enum class Kind {
        Off,
        Symmetric,        ///< LLM-QAT's, each token with a scale, 3 to 8 bits
        Asymmetric,       ///< the same between its least and greatest value
        WholeSymmetric,   ///< that of TBT, one scale over all tokens, clamped to `clip`
        WholeAsymmetric,  ///< the same between the least and the greatest value
        ElasticSigned,    ///< steps of `alpha` -1, 0, 1; at 1 bit by sign, 0 for 0
        ElasticUnsigned,  ///< above the least value 0, 1, 2; at 1 bit above 0 0, 1
    };
    Kind kind = Kind::Off;
    int bits = 8;
    float clip = 2.5F, alpha = 1;

    bool is_elastic() const { return kind == Kind::ElasticSigned || kind == Kind::ElasticUnsigned; }
};

/// Codes of some tokens: value = code * scale + offset.
struct RoundedTokens {
    std::vector<std::int8_t> codes;      ///< [tokens, columns]
    std::vector<float> scales, offsets;  ///< [tokens]
    bool has_offset = false, has_zero = false;

    /// Rounds `values` [tokens, columns]. Throws Error E-PACK-013 for NaN or infinity.
    void round(std::span<const float> values, std::int64_t columns, const InputRule& rule);
    /// The same of probabilities, by a rule of the whole or an elastic one. In float64: of two keys
    /// with the same score both probabilities are a half, which a min-max over other heads' pairs
    /// of sum 1 puts between two codes; the rule's 1e-8, which decides, is lost in float32.
    void round(std::span<const double> values, std::int64_t columns, const InputRule& rule);

private:
    void resize(std::size_t values, std::int64_t columns, const InputRule& rule);
    template <class Number>
    void round_whole(std::span<const Number> values, const InputRule& rule);
};

struct LinearScratch {
    ProductWorkspace workspace;
    RoundedTokens rounded;
    std::vector<float> values;
    std::vector<std::uint8_t> first, second;  ///< bit planes
    int threads = 1;
};

class PackedLinear {
public:
    /// The weight of that name, packed or float, with a float bias unless that name is empty. The
    /// rule must be one that the weight has a product with. Throws Error E-PACK-031 for a tensor
    /// that is missing or of other sizes than [rows, columns]; others as matrix_of().
    PackedLinear(const types::PackedModel& model, const std::string& weight,
                 const std::string& bias, std::int64_t rows, std::int64_t columns,
                 const InputRule& rule);

    std::int64_t rows() const { return rows_; }
    std::int64_t columns() const { return columns_; }

    /// `x` [tokens, columns] gives `out` [tokens, rows]. Throws Error E-PACK-013 for NaN or
    /// infinity in an input to round.
    void operator()(std::span<const float> x, std::span<float> out, LinearScratch& scratch) const;

private:
    void low_bit(std::span<float> out, LinearScratch& scratch) const;

    std::int64_t rows_, columns_;
    InputRule rule_;
    std::optional<PackedMatrix> matrix_;
    std::shared_ptr<const float> floats_;  ///< [rows, columns] where the weight isn't packed
    std::vector<float> bias_;
};

/// A float tensor of that name and shape, copied out. Throws Error E-PACK-031.
std::vector<float> floats_of(const types::PackedModel& model, const std::string& name,
                             const std::vector<std::int64_t>& shape);

}  // namespace millrace::ops
