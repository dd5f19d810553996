// Tensors against each other, whole or as blocks of one place.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "engine/visual/difference_tally.hpp"

namespace millrace::visual {
namespace {

std::string shape_text(const std::vector<std::int64_t>& shape) {
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

bool is_wide(const TensorBlock& block) {
    return std::holds_alternative<std::vector<std::int64_t>>(block.values) ||
           std::holds_alternative<std::vector<std::uint64_t>>(block.values);
}

/// Numbers [start, start + count) as doubles.
void read_numbers(const TensorBlock& block, std::size_t start, std::size_t count, double* numbers) {
    std::visit(
        [&](const auto& values) {
            for (std::size_t i = 0; i < count; ++i)
                numbers[i] = static_cast<double>(values[start + i]);
        },
        block.values);
}

}  // namespace

void compare_kind(const TensorBlock& a, const TensorBlock& b, Tally& tally) {
    for (const TensorBlock* block : {&a, &b}) {
        const std::string contradiction = contradiction_of(*block);
        if (contradiction.empty()) continue;
        return tally.refuse({.code = "E-VISUAL-013",
                             .what = "A tensor contradicts itself",
                             .expected = "as many numbers as its shape says",
                             .found = contradiction,
                             .mend = "Record or load it again."});
    }
    if (a.full_shape != b.full_shape) {
        return tally.refuse({.code = "E-VISUAL-011",
                             .what = "The tensors are of different shapes",
                             .expected = shape_text(a.full_shape),
                             .found = shape_text(b.full_shape),
                             .mend = "Compare tensors of one shape."});
    }
    if (a.start != b.start || a.shape != b.shape) {
        return tally.refuse({.code = "E-VISUAL-011",
                             .what = "The blocks lie at different places of their tensors",
                             .expected = shape_text(a.start),
                             .found = shape_text(b.start),
                             .mend = "Show the same part of both."});
    }
    if (a.dtype != b.dtype) {
        tally.identical = false;
        tally.remark(fmt::format("{} against {}: compared as numbers", a.dtype, b.dtype));
    } else if (is_wide(a) && a.values != b.values) {
        tally.identical = false;
        tally.remark("integers beyond 2^53 were compared as the nearest doubles");
    }
    if (!a.is_whole()) tally.remark("the part that is shown was compared, not the whole");
    const std::size_t size = a.size();
    const std::int64_t columns = a.shape.empty() ? 1 : std::max<std::int64_t>(a.shape.back(), 1);
    const std::int64_t rows =
        a.shape.size() < 2 ? 1 : std::max<std::int64_t>(a.shape[a.shape.size() - 2], 1);
    TensorBlock picture{.name = a.name,
                        .dtype = "F64",
                        .full_shape = a.full_shape,
                        .start = a.start,
                        .shape = a.shape};
    std::vector<double> apart, left(Tally::kRun), right(Tally::kRun);
    if (tally.options.picture) apart.reserve(size);
    for (std::size_t start = 0; start < size && !tally.stopped(); start += Tally::kRun) {
        const std::size_t run = std::min(Tally::kRun, size - start);
        read_numbers(a, start, run, left.data());
        read_numbers(b, start, run, right.data());
        tally.run({left.data(), run}, {right.data(), run}, [&](std::size_t i) {
            const auto place = static_cast<std::int64_t>(start + i);
            const std::int64_t flat = full_place(a, place);
            return Place{.kind = Place::Kind::Element,
                         .a = flat,
                         .b = flat,
                         .row = place / columns % rows,
                         .column = place % columns};
        });
        if (!tally.options.picture) continue;
        for (std::size_t i = 0; i < run; ++i)
            apart.push_back(left[i] == right[i] ? 0 : left[i] - right[i]);
    }
    tally.result.matched = size;
    if (!tally.options.picture || apart.size() != size) return;
    picture.values = std::move(apart);
    tally.result.picture = std::make_shared<const Visual>(std::move(picture));
}

}  // namespace millrace::visual
