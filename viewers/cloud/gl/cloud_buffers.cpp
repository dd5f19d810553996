#include "viewers/cloud/gl/cloud_buffers.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::viewers::gl {
namespace {

/// Colours are made so many at a time.
constexpr std::uint32_t kColorsAtOnce = 1 << 18;

}  // namespace

CloudBuffers::CloudBuffers(Functions& functions, std::shared_ptr<const visual::PointTree> tree)
    : functions_(functions),
      tree_(std::move(tree)),
      array_(functions, Object::Kind::VertexArray),
      buffer_(functions, Object::Kind::Buffer),
      placed_(tree_->leaves().size()),
      colored_(tree_->leaves().size()) {
    while (functions.glGetError() != GL_NO_ERROR) {
    }
    const auto plane = static_cast<GLsizeiptr>(tree_->size() * sizeof(float));
    functions.glBindVertexArray(array_.name());
    functions.glBindBuffer(GL_ARRAY_BUFFER, buffer_.name());
    functions.glBufferData(GL_ARRAY_BUFFER, std::max<GLsizeiptr>(4 * plane, 16), nullptr,
                           GL_STATIC_DRAW);
    if (functions.glGetError() != GL_NO_ERROR) {
        throw engine::Error({.code = "E-VIEW-019",
                             .what = "The graphics card has no room for the points",
                             .found = std::to_string(tree_->size()) + " points",
                             .mend = "Hide some layers, or choose the software renderer."});
    }
    for (GLuint part = 0; part < 4; ++part) {
        const auto* offset = reinterpret_cast<const void*>(plane * static_cast<GLsizeiptr>(part));
        functions.glEnableVertexAttribArray(part);
        if (part < 3)
            functions.glVertexAttribPointer(part, 1, GL_FLOAT, GL_FALSE, 0, offset);
        else
            functions.glVertexAttribPointer(part, 4, GL_UNSIGNED_BYTE, GL_TRUE, 0, offset);
    }
}

void CloudBuffers::forget_colors() { std::ranges::fill(colored_, 0); }

void CloudBuffers::bind() { functions_.glBindVertexArray(array_.name()); }

std::vector<CloudBuffers::Range> CloudBuffers::missing(std::span<const visual::LeafList::Run> runs,
                                                       std::vector<std::uint32_t>& done) const {
    std::vector<Range> ranges;
    for (const visual::LeafList::Run& run : runs) {
        const auto leaf = static_cast<std::size_t>(run.leaf - tree_->leaves().data());
        if (done[leaf] >= run.wanted) continue;
        const Range range = {run.leaf->begin + done[leaf], run.leaf->begin + run.wanted};
        done[leaf] = run.wanted;
        if (!ranges.empty() && ranges.back().end == range.begin)
            ranges.back().end = range.end;
        else
            ranges.push_back(range);
    }
    return ranges;
}

void CloudBuffers::upload(int part, const Range& range, const void* values) {
    const std::size_t first = static_cast<std::size_t>(part) * tree_->size() + range.begin;
    functions_.glBufferSubData(GL_ARRAY_BUFFER, static_cast<GLintptr>(first * 4),
                               static_cast<GLsizeiptr>(range.end - range.begin) * 4, values);
}

void CloudBuffers::fill(std::span<const visual::LeafList::Run> runs,
                        const visual::LayerColors& colors) {
    functions_.glBindBuffer(GL_ARRAY_BUFFER, buffer_.name());
    for (const Range& range : missing(runs, placed_)) {
        upload(0, range, tree_->x() + range.begin);
        upload(1, range, tree_->y() + range.begin);
        upload(2, range, tree_->z() + range.begin);
    }
    for (Range range : missing(runs, colored_)) {
        for (; range.begin < range.end; range.begin += kColorsAtOnce) {
            const Range part = {range.begin, std::min(range.end, range.begin + kColorsAtOnce)};
            places_.resize(part.end - part.begin);
            colors_.resize(places_.size());
            std::iota(places_.begin(), places_.end(), part.begin);
            colors.colors(places_, colors_);
            upload(3, part, colors_.data());
            if (part.end == range.end) break;  // the sum may not fit 32 bits
        }
    }
}

}  // namespace millrace::viewers::gl
