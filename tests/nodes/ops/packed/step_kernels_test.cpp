// Each path's inner loops against plain sums.
#include "nodes/ops/packed/step_kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "engine/random.hpp"
#include "nodes/ops/packed/code_rows.hpp"

namespace millrace::ops {
namespace {

class EachPath : public ::testing::TestWithParam<KernelPath> {
protected:
    const StepKernels& kernels() const { return step_kernels(GetParam()); }
};

std::vector<float> numbers(std::int64_t count, const char* name) {
    engine::Random random(3, name, 0);
    std::vector<float> all(static_cast<std::size_t>(count));
    for (float& one : all) one = static_cast<float>(random.normal());
    return all;
}

std::vector<std::int8_t> codes_below(std::int64_t count, double most, const char* name) {
    engine::Random random(5, name, 0);
    std::vector<std::int8_t> all(static_cast<std::size_t>(count));
    for (std::int8_t& one : all)
        one = static_cast<std::int8_t>(std::lround((2 * random.uniform() - 1) * most));
    return all;
}

/// Kept rows of three heads, in 2 bits or in 8, and the same codes plainly.
struct Kept {
    Kept(std::int64_t tokens, std::int64_t columns, bool is_small)
        : rows({.kind = is_small ? InputRule::Kind::ElasticSigned : InputRule::Kind::WholeSymmetric,
                .bits = is_small ? 2 : 8,
                .clip = 127},
               tokens, kHeads, columns),
          plain(codes_below(tokens * kHeads * columns, is_small ? 1 : 127, "kept")) {
        plain[0] = is_small ? 1 : 127;  // so that a code is its number
        std::vector<float> values(plain.begin(), plain.end());
        RoundedTokens scratch;
        rows.append(values, scratch);
    }
    static constexpr std::int64_t kHeads = 3;
    CodeRows rows;
    std::vector<std::int8_t> plain;
};

TEST_P(EachPath, CodesGiveTheReferencesIntegers) {
    for (const bool is_small : {true, false}) {
        for (const std::int64_t columns : {1, 3, 16, 37, 64, 100, 1024}) {
            for (const std::int64_t tokens : {1, 7, 8, 9, 33}) {
                SCOPED_TRACE(std::to_string(columns) + " columns, " + std::to_string(tokens) +
                             (is_small ? " tokens in 2 bits" : " tokens in 8"));
                const Kept kept(tokens, columns, is_small);
                const std::int64_t width = Kept::kHeads * columns, count = 2, head = 1;
                const auto queries = codes_below(count * width, 127, "queries");
                const auto weights = codes_below(count * tokens, 127, "weights");
                std::vector<double> scores(static_cast<std::size_t>(count * tokens), -1);
                std::vector<std::int32_t> sums(static_cast<std::size_t>(count * columns), -1),
                    all(static_cast<std::size_t>(columns), -1);
                kernels().code_scores(kept.rows.codes(head), queries.data() + head * columns, count,
                                      width, 0.5, scores.data());
                kernels().code_mixes(kept.rows.codes(head), weights.data(), count, sums.data(),
                                     all.data());
                const auto code = [&](std::int64_t token, std::int64_t column) {
                    return std::int32_t{kept.plain[token * width + head * columns + column]};
                };
                for (std::int64_t query = 0; query < count; ++query) {
                    for (std::int64_t token = 0; token < tokens; ++token) {
                        std::int32_t sum = 0;
                        for (std::int64_t i = 0; i < columns; ++i)
                            sum += code(token, i) * queries[query * width + head * columns + i];
                        ASSERT_EQ(scores[query * tokens + token], 0.5 * sum);
                    }
                    for (std::int64_t i = 0; i < columns; ++i) {
                        std::int32_t sum = 0, plain = 0;
                        for (std::int64_t token = 0; token < tokens; ++token) {
                            sum += code(token, i) * weights[query * tokens + token];
                            plain += code(token, i);
                        }
                        ASSERT_EQ(sums[query * columns + i], sum);
                        ASSERT_EQ(all[i], plain);
                    }
                }
                const std::vector<std::int32_t> before = sums;
                kernels().code_mixes(kept.rows.codes(head), weights.data(), count, sums.data(),
                                     nullptr);
                EXPECT_EQ(sums, before);
            }
        }
    }
}

TEST_P(EachPath, FloatRowsMayStandApart) {
    const std::int64_t rows = 5, columns = 37, stride = 111;
    const auto matrix = numbers(rows * stride, "matrix"), x = numbers(columns, "x"),
               weights = numbers(rows, "weights");
    std::vector<float> products(rows), mixed(columns);
    kernels().products(matrix.data() + 37, rows, columns, stride, x.data(), 2, nullptr,
                       products.data());
    kernels().weighted_rows(matrix.data() + 37, rows, columns, stride, weights.data(),
                            mixed.data());
    for (std::int64_t row = 0; row < rows; ++row) {
        double sum = 0;
        for (std::int64_t i = 0; i < columns; ++i) sum += matrix[row * stride + 37 + i] * x[i];
        EXPECT_NEAR(products[row], 2 * sum, 1e-4);
    }
    for (std::int64_t i = 0; i < columns; ++i) {
        double sum = 0;
        for (std::int64_t row = 0; row < rows; ++row)
            sum += weights[row] * matrix[row * stride + 37 + i];
        EXPECT_NEAR(mixed[i], sum, 1e-5);
    }
}

TEST_P(EachPath, LogSoftmaxIsThatOfFloat64) {
    for (const std::int64_t count : {1, 15, 16, 17, 4099}) {
        for (const float factor : {0.01F, 1.0F, 30.0F}) {
            auto values = numbers(count, "logits");
            for (float& value : values) value *= factor;
            const std::vector<float> logits = values;
            double most = logits[0], sum = 0;
            for (const float logit : logits) most = std::max<double>(most, logit);
            for (const float logit : logits) sum += std::exp(logit - most);
            kernels().log_softmax(values.data(), count);
            for (std::int64_t i = 0; i < count; ++i) {
                const double wanted = logits[i] - most - std::log(sum);
                ASSERT_NEAR(values[i], wanted, 3e-6 + 2e-7 * std::abs(wanted)) << count;
            }
        }
    }
}

TEST_P(EachPath, LogSoftmaxTakesWhatIsNotFinite) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    std::vector<float> values(40, 1);
    values[3] = values[37] = -kInfinity;
    kernels().log_softmax(values.data(), 40);
    EXPECT_EQ(values[3], -kInfinity);
    EXPECT_NEAR(values[0], -std::log(38.0), 1e-6);
    for (const std::int64_t at : {0, 5, 39}) {
        std::vector<float> bad(40, 1);
        bad[static_cast<std::size_t>(at)] = std::numeric_limits<float>::quiet_NaN();
        kernels().log_softmax(bad.data(), 40);
        for (const float value : bad) EXPECT_TRUE(std::isnan(value)) << at;
    }
}

TEST_P(EachPath, RangesAndCodesAreTheReferences) {
    for (const std::int64_t count : {1, 15, 16, 17, 63, 1000}) {
        auto values = numbers(count, "values");
        const ValueRange range = kernels().range(values.data(), count);
        EXPECT_EQ(range.least, std::ranges::min(values));
        EXPECT_EQ(range.most, std::ranges::max(values));
        EXPECT_TRUE(range.is_finite);
        values.front() = 0.75F;  // a tie of the steps below
        values.back() = -2.5F;
        std::vector<std::int8_t> codes(values.size(), 99);
        for (const auto& [first, low, high] :
             {std::tuple{0.0F, -1.0F, 1.0F}, {-0.5F, 0.0F, 2.0F}}) {
            kernels().step_codes(values.data(), count, first, 0.5F, low, high, codes.data());
            for (std::size_t i = 0; i < values.size(); ++i) {
                const float steps = std::clamp((values[i] - first) / 0.5F, low, high);
                ASSERT_EQ(codes[i], std::nearbyint(steps)) << values[i];
            }
        }
        for (const float bad :
             {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
              std::numeric_limits<float>::quiet_NaN()}) {
            for (const std::size_t at : {std::size_t{0}, values.size() / 2, values.size() - 1}) {
                auto some = values;
                some[at] = bad;
                EXPECT_FALSE(kernels().range(some.data(), count).is_finite) << count << ", " << at;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(StepKernels, EachPath, ::testing::ValuesIn(available_paths()),
                         [](const auto& info) {
                             std::string name = name_of(info.param);
                             std::erase(name, '-');
                             return name;
                         });

}  // namespace
}  // namespace millrace::ops
