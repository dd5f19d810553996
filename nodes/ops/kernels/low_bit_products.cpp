// Products with bit planes. A plane's product is the sum of the weights of the columns where it has
// a bit, so a token becomes lists of columns, and of a plane that is mostly set the list holds the
// rest, which is taken off the row's sum. At most half of a plane's columns are looked at.
#include <bit>
#include <cstring>

#include "nodes/ops/kernels/kernel_table.hpp"
#include "nodes/ops/kernels/product_parts.hpp"

namespace millrace::ops::kernels {
namespace {

constexpr std::int64_t kListPadding = 64, kTokensAPart = 8;

/// A plane of a token: factor * (sum of the listed columns' weights).
struct Plane {
    std::int64_t listed;
    std::int32_t factor;
};
struct Token {
    Plane planes[2];
    std::int32_t row_sum_factor;
};

/// What each level means: factors of the planes and of the row's sum.
struct Meaning {
    int planes;
    std::int32_t factors[2], row_sum;
};
Meaning meaning_of(LowBit levels) {
    switch (levels) {
        case LowBit::Ternary:
            return {2, {1, -1}, 0};
        case LowBit::ZeroOneTwo:
            return {2, {1, 2}, 0};
        case LowBit::ZeroOne:
            return {1, {1, 0}, 0};
        case LowBit::Binary:
            break;
    }
    return {1, {2, 0}, -1};
}

/// 64 columns from 64 * index, those beyond the end 0.
std::uint64_t word_at(const std::uint8_t* bits, std::int64_t columns, std::int64_t index) {
    std::uint64_t word = 0;
    const std::int64_t left = columns - index * 64;
    std::memcpy(&word, bits + index * 8, left >= 64 ? 8 : (left + 7) / 8);
    return left >= 64 ? word : word & ((std::uint64_t{1} << left) - 1);
}

class LowBitProduct {
public:
    LowBitProduct(const PackedMatrix& matrix, const LowBitTokens& tokens, const Output& output,
                  ProductWorkspace& workspace, const ProductOptions& options)
        : matrix_(matrix),
          tokens_(tokens),
          output_(output),
          workspace_(workspace),
          table_(kernels_of(options.path)),
          threads_(options.threads),
          meaning_(meaning_of(tokens.levels)),
          blocks_(round_up(matrix.rows(), kBitBlockRows) / kBitBlockRows),
          room_(round_up(matrix.columns() / 2 + 1, kListPadding)) {
        const std::int64_t list_bytes = room_ * 4 * meaning_.planes,
                           token_bytes = list_bytes + sizeof(Token);
        most_ = std::clamp<std::int64_t>(kPanelBytesAThread * threads_ / token_bytes, 1,
                                         std::max<std::int64_t>(tokens.tokens, 1));
        std::uint8_t* memory = workspace.take(most_ * token_bytes);
        lists_ = reinterpret_cast<std::uint32_t*>(memory);
        listed_ = reinterpret_cast<Token*>(memory + most_ * list_bytes);
    }

    void run() const {
        for (std::int64_t first = 0; first < tokens_.tokens; first += most_) {
            const std::int64_t count = std::min(most_, tokens_.tokens - first);
            workspace_.for_each_part(threads_, count,
                                     [&](int, std::int64_t i) { list_token(first + i, i); });
            // All tokens of a part of the panel with a block while it is in the cache.
            const std::int64_t parts = (count + kTokensAPart - 1) / kTokensAPart;
            workspace_.for_each_part(threads_, blocks_ * parts, [&](int, std::int64_t i) {
                const std::int64_t from = i % parts * kTokensAPart;
                const std::int64_t to = std::min(from + kTokensAPart, count);
                for (std::int64_t t = from; t < to; ++t) multiply(first + t, t, i / parts);
            });
        }
    }

private:
    std::uint32_t* list(std::int64_t slot, int plane) const {
        return lists_ + (slot * meaning_.planes + plane) * room_;
    }

    void list_token(std::int64_t token, std::int64_t slot) const {
        Token& listed = listed_[slot];
        listed.row_sum_factor = meaning_.row_sum;
        for (int p = 0; p < meaning_.planes; ++p) {
            const std::uint8_t* bits =
                (p == 0 ? tokens_.first : tokens_.second).data() + token * tokens_.row_bytes;
            const std::int64_t columns = tokens_.columns, words = (columns + 63) / 64;
            std::int64_t set = 0;
            for (std::int64_t i = 0; i < words; ++i)
                set += std::popcount(word_at(bits, columns, i));
            const bool rest = 2 * set > columns;
            std::uint32_t* to = list(slot, p);
            for (std::int64_t i = 0; i < words; ++i) {
                std::uint64_t word = word_at(bits, columns, i);
                if (rest) {
                    const std::int64_t left = columns - i * 64;
                    word =
                        ~word & (left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1);
                }
                for (; word; word &= word - 1) {
                    *to++ = static_cast<std::uint32_t>(i * 64 + std::countr_zero(word));
                }
            }
            const std::int64_t count = to - list(slot, p);
            // The column of zeros fills up.
            std::fill(to, list(slot, p) + round_up(count, kListPadding),
                      static_cast<std::uint32_t>(columns));
            const std::int32_t factor = meaning_.factors[p];
            listed.planes[p] = {count, rest ? -factor : factor};
            if (rest) listed.row_sum_factor += factor;
        }
    }

    void multiply(std::int64_t token, std::int64_t slot, std::int64_t block) const {
        alignas(64) std::int32_t sums[kBitBlockRows], part[kBitBlockRows];
        const std::int64_t first = block * kBitBlockRows;
        const int rows =
            static_cast<int>(std::min<std::int64_t>(kBitBlockRows, matrix_.rows() - first));
        const Token& listed = listed_[slot];
        const std::int32_t* row_sums = matrix_.row_sums().data() + first;
        for (int i = 0; i < rows; ++i) sums[i] = listed.row_sum_factor * row_sums[i];
        const bool binary = matrix_.kind() == WeightKind::Binary;
        for (int p = 0; p < meaning_.planes; ++p) {
            const auto [count, factor] = listed.planes[p];
            for (std::int64_t from = 0; from < count; from += kMostListed) {
                const int chunk =
                    static_cast<int>(std::min<std::int64_t>(kMostListed, count - from));
                table_.bit_block({.block = matrix_.data() + block * matrix_.block_bytes(),
                                  .column_bytes = binary ? 32 : 64,
                                  .list = list(slot, p) + from,
                                  .listed = chunk,
                                  .sums = part});
                // A binary code is twice the digit less 1, a ternary one the digit less 1.
                const std::int32_t twice = binary ? 2 : 1;
                for (int i = 0; i < rows; ++i) sums[i] += factor * (twice * part[i] - chunk);
            }
        }
        output_.write(matrix_, token, first, rows, sums);
    }

    const PackedMatrix& matrix_;
    const LowBitTokens& tokens_;
    const Output& output_;
    ProductWorkspace& workspace_;
    const KernelTable& table_;
    int threads_;
    Meaning meaning_;
    std::int64_t blocks_, room_, most_ = 1;
    std::uint32_t* lists_;
    Token* listed_;
};

}  // namespace

void low_bit_products(const PackedMatrix& matrix, const LowBitTokens& activations,
                      const Output& output, ProductWorkspace& workspace,
                      const ProductOptions& options) {
    LowBitProduct(matrix, activations, output, workspace, options).run();
}

}  // namespace millrace::ops::kernels
