#include <cmath>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/ops/language/llama.hpp"
#include "nodes/types/curves.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

constexpr std::int64_t kFullBits = 16, kScaleBytes = 4, kByte = 8;
/// One unit for all models, so that the curves of several can lie over each other.
constexpr double kMebibyte = 1 << 20;

/// Of one token: its keys and values in every layer, and a scale for each of both where they are
/// codes.
std::int64_t bytes_per_token(const ops::LlamaSizes& sizes, std::int64_t bits) {
    const std::int64_t codes = (sizes.key_value_width() * bits + kByte - 1) / kByte;
    return 2 * sizes.layers * (codes + (bits < kFullBits ? kScaleBytes : 0));
}

struct CacheMemory {
    int tokens = 0, batch = 1;
    std::vector<double> bits = {16, 8, 4};

    static engine::NodeSpec spec() {
        using S = CacheMemory;
        return {
            .id = "language.cache_memory",
            .title = "Memory of the cache",
            .group = "Language",
            .doc =
                "How much memory keys and values of a decoder take as a text grows, at several "
                "widths. Worked out from the model's spec alone: 16 bits are float16; fewer are "
                "packed codes and one float32 scale for a token's keys, and one for its values, in "
                "each layer.",
            .inputs = {{"model", "a decoder of the LLaMA architecture; its tensors are not read"}},
            .outputs = {{"curves", "MiB over tokens, one line for each width"},
                        {"report", "bits, bytes per token, bytes of all tokens"}},
            .params = {{.name = "tokens",
                        .field = &S::tokens,
                        .range = {0, 1 << 22},
                        .doc = "Up to so many in each text; 0: the model's context"},
                       {.name = "batch",
                        .field = &S::batch,
                        .range = {1, 1 << 12},
                        .doc = "Texts at a time"},
                       {.name = "bits",
                        .field = &S::bits,
                        .range = {1, 16},
                        .doc = "Of a key's or value's channel, whole numbers"}},
            .tags = {"language model", "decoder"},
            .source = "Liu et al. 2023, LLM-QAT, arXiv 2305.17888, section 3.3",
        };
    }

    std::vector<engine::Problem> check() const {
        for (const double width : bits) {
            if (width == std::floor(width)) continue;
            return {{.what = "A number of bits is not whole",
                     .expected = "1 to 16",
                     .found = fmt::format("{}", width),
                     .where = "bits",
                     .mend = "Take it out."}};
        }
        return {};
    }

    std::tuple<types::Curves, types::Table> operator()(const types::Model& model) const {
        constexpr int kPoints = 16;
        const ops::LlamaSizes sizes = ops::Llama(model.spec).sizes();
        const std::int64_t most = tokens > 0 ? tokens : sizes.context;
        std::vector<std::int64_t> widths, each, all;
        for (const double width : bits) {
            widths.push_back(static_cast<std::int64_t>(width));
            each.push_back(bytes_per_token(sizes, widths.back()));
            all.push_back(each.back() * most * batch);
        }
        types::Curves curves{.title = "Keys and values",
                             .x_label = "tokens",
                             .y_label = batch == 1 ? "MiB" : fmt::format("MiB, {} texts", batch),
                             .lines = {}};
        for (std::size_t i = 0; i < widths.size(); ++i) {
            types::Curves::Line line{.name = fmt::format("{} bits", widths[i]), .x = {}, .y = {}};
            for (int point = 0; point <= kPoints; ++point) {
                line.x.push_back(static_cast<double>(most) * point / kPoints);
                line.y.push_back(line.x.back() * static_cast<double>(each[i] * batch) / kMebibyte);
            }
            curves.lines.push_back(std::move(line));
        }
        return {std::move(curves), types::Table{{{"bits", std::move(widths)},
                                                 {"bytes per token", std::move(each)},
                                                 {"bytes", std::move(all)}}}};
    }
};

}  // namespace

void register_cache_memory(engine::Registry& registry) { registry.add<CacheMemory>(); }

}  // namespace millrace::nodes
