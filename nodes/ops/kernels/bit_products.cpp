// Products of binary and ternary weights with low-bit tokens.
#include "nodes/ops/kernels/bit_blocks.hpp"
#include "nodes/ops/kernels/column_lists.hpp"
#include "nodes/ops/kernels/product_parts.hpp"

namespace millrace::ops::kernels {
namespace {

/// Tokens that are multiplied with a part of a block while it is in the second-level cache, and the
/// tiles of that part.
constexpr std::int64_t kTokensAPart = 8, kTilesAPart = 4;
constexpr std::int64_t kLineBytes = 64;

class BitProduct {
public:
    BitProduct(const PackedMatrix& matrix, const ListShape& shape, const Output& output,
               ProductWorkspace& workspace, const ProductOptions& options)
        : matrix_(matrix),
          shape_(shape),
          output_(output),
          workspace_(workspace),
          table_(kernels_of(options.path)),
          threads_(options.threads),
          block_rows_(bit_rows(matrix.kind())),
          blocks_(round_up(matrix.rows(), block_rows_) / block_rows_) {}

    void run(const LowBitTokens& tokens) {
        if (tokens.tokens == 1) return one_token(tokens);
        const std::int64_t most =
            std::clamp<std::int64_t>(kPanelBytesAThread * threads_ / shape_.token_bytes(), 1,
                                     std::max<std::int64_t>(tokens.tokens, 1));
        memory_ = workspace_.take(most * shape_.token_bytes());
        for (std::int64_t first = 0; first < tokens.tokens; first += most) {
            const std::int64_t count = std::min(most, tokens.tokens - first);
            workspace_.for_each_part(threads_, count, [&](int, std::int64_t i) {
                lists(i).put(table_, tokens, first + i);
            });
            const std::int64_t parts = (count + kTokensAPart - 1) / kTokensAPart;
            workspace_.for_each_part(threads_, blocks_ * parts, [&](int, std::int64_t i) {
                const std::int64_t from = i % parts * kTokensAPart;
                some_tokens(first, from, std::min(from + kTokensAPart, count), i / parts);
            });
        }
    }

private:
    ColumnLists lists(std::int64_t slot) const {
        return {shape_, memory_ + slot * shape_.token_bytes()};
    }

    /// Each thread makes the lists for itself: to write where another core has just read takes
    /// longer.
    void one_token(const LowBitTokens& tokens) {
        const std::int64_t bytes = kLineBytes + shape_.token_bytes();
        std::uint8_t* const memory = workspace_.take(threads_ * bytes);
        for (int thread = 0; thread < threads_; ++thread) memory[thread * bytes] = 0;
        workspace_.for_each_part(threads_, blocks_, [&](int thread, std::int64_t block) {
            std::uint8_t* const own = memory + thread * bytes;
            ColumnLists made(shape_, own + kLineBytes);
            if (*own == 0) made.put(table_, tokens, 0);
            *own = 1;
            alignas(64) std::uint8_t counts[kCountBytes] = {};
            count(made, 0, shape_.tiles(), block, true, counts);
            write(made, 0, block, counts);
        });
    }

    void some_tokens(std::int64_t first, std::int64_t from, std::int64_t to,
                     std::int64_t block) const {
        alignas(64) std::uint8_t counts[kTokensAPart][kCountBytes] = {};
        for (std::int64_t tile = 0; tile < shape_.tiles(); tile += kTilesAPart) {
            const std::int64_t end = std::min(tile + kTilesAPart, shape_.tiles());
            for (std::int64_t t = from; t < to; ++t) {
                count(lists(t), tile, end, block, false, counts[t - from]);
            }
        }
        for (std::int64_t t = from; t < to; ++t) {
            write(lists(t), first + t, block, counts[t - from]);
        }
    }

    int bytes_of(std::int64_t block) const {
        return column_bytes(matrix_.kind(), matrix_.rows(), block * block_rows_);
    }

    void count(const ColumnLists& made, std::int64_t tile, std::int64_t end, std::int64_t block,
               bool fetch, std::uint8_t* counts) const {
        table_.count_bits({.block = matrix_.data() + block * matrix_.block_bytes(),
                           .column_bytes = bytes_of(block),
                           .runs = made.runs(tile),
                           .run_count = (end - tile) * shape_.runs,
                           .fetch = fetch,
                           .counts = counts});
    }

    void write(const ColumnLists& made, std::int64_t token, std::int64_t block,
               const std::uint8_t* counts) const {
        alignas(64) std::int32_t sums[kLanes];
        table_.read_counts(counts, bytes_of(block), sums);
        const std::int64_t first = block * block_rows_;
        const int rows =
            static_cast<int>(std::min<std::int64_t>(block_rows_, matrix_.rows() - first));
        const bool binary = matrix_.kind() == WeightKind::Binary;
        const std::int32_t* row_sums = matrix_.row_sums().data() + first;
        const auto factor = static_cast<std::uint32_t>(made.row_sums());
        const std::uint32_t constant = made.constant();
        for (int i = 0; i < rows; ++i) {
            // A binary row's bits count twice, a ternary one has two lanes.
            const std::uint32_t counted = static_cast<std::uint32_t>(sums[i]) +
                                          static_cast<std::uint32_t>(sums[binary ? i : i + 256]);
            sums[i] = static_cast<std::int32_t>(counted + constant +
                                                factor * static_cast<std::uint32_t>(row_sums[i]));
        }
        output_.write(matrix_, token, first, rows, sums);
    }

    const PackedMatrix& matrix_;
    ListShape shape_;
    const Output& output_;
    ProductWorkspace& workspace_;
    const KernelTable& table_;
    int threads_, block_rows_;
    std::int64_t blocks_;
    std::uint8_t* memory_ = nullptr;
};

}  // namespace

void low_bit_products(const PackedMatrix& matrix, const LowBitTokens& activations,
                      const Output& output, ProductWorkspace& workspace,
                      const ProductOptions& options) {
    const ListShape shape = list_shape(matrix.columns(), activations.levels);
    BitProduct(matrix, shape, output, workspace, options).run(activations);
}

}  // namespace millrace::ops::kernels
