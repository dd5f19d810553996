// Products with int8 tokens: one or two go through the matrix each by itself, more as panels.
#include <cstring>

#include "nodes/ops/kernels/kernel_table.hpp"
#include "nodes/ops/kernels/offsets.hpp"
#include "nodes/ops/kernels/product_parts.hpp"

namespace millrace::ops::kernels {
namespace {

constexpr std::int64_t kMostVectorTokens = 2, kMostPanelTokens = 512;
constexpr int kMostBlocksAPart = 8;

std::int32_t sum_of(const std::int8_t* token, std::int64_t columns) {
    std::int32_t sum = 0;
    for (std::int64_t i = 0; i < columns; ++i) sum += token[i];
    return sum;
}

/// One product; sums of digits become sums of codes in wrapping arithmetic, since only the latter
/// are sure to fit.
class Int8Product {
public:
    Int8Product(const PackedMatrix& matrix, const Output& output, ProductWorkspace& workspace,
                const ProductOptions& options)
        : matrix_(matrix),
          output_(output),
          workspace_(workspace),
          table_(kernels_of(options.path)),
          threads_(options.threads),
          blocks_(round_up(matrix.rows(), kBlockRows) / kBlockRows),
          padded_(matrix.groups() * kGroup) {}

    void vector(const std::int8_t* activation, std::int64_t token) const {
        const bool tables = table_.table_bytes > 0 && matrix_.kind() == WeightKind::Binary;
        const std::int64_t token_bytes = round_up(padded_, 64);
        std::uint8_t* memory =
            workspace_.take(token_bytes + (tables ? matrix_.groups() * table_.table_bytes : 0));
        auto* padded = reinterpret_cast<std::int8_t*>(memory);
        std::memcpy(padded, activation, matrix_.columns());
        std::memset(padded + matrix_.columns(), 0, token_bytes - matrix_.columns());
        if (tables) table_.make_tables(padded, matrix_.groups(), memory + token_bytes);
        const std::int32_t sum = sum_of(activation, matrix_.columns());
        // Pairs of blocks, for paths that go through two at a time.
        const std::int64_t pairs = (blocks_ + 1) / 2;
        const std::int64_t part =
            2 * std::clamp<std::int64_t>(pairs / (threads_ * 8), 1, kMostBlocksAPart / 2);
        workspace_.for_each_part(threads_, (blocks_ + part - 1) / part, [&](int, std::int64_t i) {
            alignas(64) std::int32_t sums[kMostBlocksAPart * kBlockRows];
            const std::int64_t first = i * part, count = std::min(part, blocks_ - first);
            table_.vector_blocks({.kind = matrix_.kind(),
                                  .blocks = matrix_.data() + first * matrix_.block_bytes(),
                                  .block_bytes = matrix_.block_bytes(),
                                  .block_count = count,
                                  .groups = matrix_.groups(),
                                  .token = padded,
                                  .tables = tables ? memory + token_bytes : nullptr,
                                  .out = sums});
            write(token, first, count, sum, sums);
        });
    }

    void panels(const std::int8_t* activations, std::int64_t tokens) const {
        const std::int64_t side = table_.token_block;
        const std::int64_t room = std::clamp<std::int64_t>(
            kPanelBytesAThread * threads_ / (padded_ + 4), side, kMostPanelTokens);
        const std::int64_t panels = (tokens + room - 1) / room;
        const std::int64_t most = round_up((tokens + panels - 1) / panels, side);
        const std::int64_t panel_bytes = round_up(most * padded_, 64),
                           sum_bytes = round_up(most * 4, 64),
                           thread_bytes = 2 * kTileBytes + most * kBlockRows * 4;
        std::uint8_t* memory = workspace_.take(panel_bytes + sum_bytes + threads_ * thread_bytes);
        auto* panel = reinterpret_cast<std::int8_t*>(memory);
        auto* token_sums = reinterpret_cast<std::int32_t*>(memory + panel_bytes);
        std::uint8_t* scratch = memory + panel_bytes + sum_bytes;
        for (std::int64_t first = 0; first < tokens; first += most) {
            const std::int64_t count = std::min(most, tokens - first);
            const std::int8_t* codes = activations + first * matrix_.columns();
            workspace_.for_each_part(threads_, (count + side - 1) / side, [&](int, std::int64_t i) {
                fill_panel(codes, count, i * side, panel, token_sums);
            });
            workspace_.for_each_part(threads_, blocks_, [&](int thread, std::int64_t block) {
                std::uint8_t* tile = scratch + thread * thread_bytes;
                auto* sums = reinterpret_cast<std::int32_t*>(tile + 2 * kTileBytes);
                table_.matrix_block({.kind = matrix_.kind(),
                                     .block = matrix_.data() + block * matrix_.block_bytes(),
                                     .groups = matrix_.groups(),
                                     .panel = panel,
                                     .tokens = count,
                                     .tile = tile,
                                     .sums = sums});
                for (std::int64_t t = 0; t < count; ++t) {
                    write(first + t, block, 1, token_sums[t], sums + t * kBlockRows);
                }
            });
        }
    }

private:
    /// [groups][side][4] of `side` tokens from `first`, missing ones zero.
    void fill_panel(const std::int8_t* codes, std::int64_t count, std::int64_t first,
                    std::int8_t* panel, std::int32_t* token_sums) const {
        const std::int64_t side = table_.token_block, columns = matrix_.columns();
        std::int8_t* to = panel + first * padded_;
        for (std::int64_t t = 0; t < side; ++t) {
            std::int8_t* lane = to + t * kGroup;
            const bool exists = first + t < count;
            const std::int8_t* token = codes + (first + t) * columns;
            if (exists) token_sums[first + t] = sum_of(token, columns);
            const std::int64_t whole = exists ? columns / kGroup : 0;
            for (std::int64_t g = 0; g < whole; ++g) {
                std::memcpy(lane + g * side * kGroup, token + g * kGroup, kGroup);
            }
            for (std::int64_t g = whole; g < matrix_.groups(); ++g) {
                const std::int64_t left = exists ? columns - g * kGroup : 0;
                std::memset(lane + g * side * kGroup, 0, kGroup);
                if (left > 0) std::memcpy(lane + g * side * kGroup, token + g * kGroup, left);
            }
        }
    }

    void write(std::int64_t token, std::int64_t first_block, std::int64_t count,
               std::int32_t token_sum, std::int32_t* sums) const {
        const std::int64_t first = first_block * kBlockRows;
        const std::int64_t rows = std::min(count * kBlockRows, matrix_.rows() - first);
        const std::uint32_t excess = static_cast<std::uint32_t>(token_sum) *
                                     static_cast<std::uint32_t>(offset_of(matrix_.kind()));
        for (std::int64_t i = 0; i < rows; ++i) {
            sums[i] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[i]) - excess);
        }
        output_.write(matrix_, token, first, static_cast<int>(rows), sums);
    }

    const PackedMatrix& matrix_;
    const Output& output_;
    ProductWorkspace& workspace_;
    const KernelTable& table_;
    int threads_;
    std::int64_t blocks_, padded_;
};

}  // namespace

void int8_products(const PackedMatrix& matrix, std::span<const std::int8_t> activations,
                   const Output& output, ProductWorkspace& workspace,
                   const ProductOptions& options) {
    const Int8Product product(matrix, output, workspace, options);
    const std::int64_t tokens = static_cast<std::int64_t>(activations.size()) / matrix.columns();
    if (tokens > kMostVectorTokens) return product.panels(activations.data(), tokens);
    for (std::int64_t token = 0; token < tokens; ++token) {
        product.vector(activations.data() + token * matrix.columns(), token);
    }
}

}  // namespace millrace::ops::kernels
