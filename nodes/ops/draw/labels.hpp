// Tags beside the things in a picture. Gathered first and written at the end, so that they lie on
// top, the nearest thing's tag keeps its place and none covers another. Owned by whoever draws one
// picture, one thread.
#pragma once

#include <string>
#include <vector>

#include "nodes/ops/draw/pen.hpp"

namespace millrace::ops {

/// A part of a picture, pixels.
struct Area {
    double left = 0, top = 0, right = 0, bottom = 0;
};

struct Label {
    std::string words;
    Rgb color = {};
    double letter = 10;          ///< height of its capitals, pixels
    double rank = 0;             ///< lower ones are written first: the distance
    std::vector<Pixel> corners;  ///< where its lower left corner may be, best first
};

class Labels {
public:
    void add(Label label) { labels_.push_back(std::move(label)); }
    /// Keeps labels away from a part of the picture.
    void keep_free(const Area& area) { taken_.push_back(area); }
    /// Writes all labels: at the first of its corners where it covers no other, moved into the
    /// picture where it would stick out; one without such a place is left out.
    void draw(Pen& pen);

private:
    bool is_free(const Area& area) const;

    std::vector<Label> labels_;
    std::vector<Area> taken_;
};

/// The words for a box: its label, its score where that is below 1, and a distance in metres.
std::string box_words(const std::string& label, double score, double distance);

}  // namespace millrace::ops
