#include "nodes/types/boxes.hpp"

#include <memory>

namespace millrace::engine {
namespace {

using types::Boxes2d;
using types::Boxes3d;

/// One row of numbers a box, in storage of its own that the view keeps alive.
ArrayView rows_of(std::vector<double> numbers, std::int64_t columns) {
    const auto kept = std::make_shared<const std::vector<double>>(std::move(numbers));
    ArrayView view = view_of("boxes", kept->data(),
                             {static_cast<std::int64_t>(kept->size()) / columns, columns});
    view.owner = kept;
    return view;
}

template <class Boxes>
Object attributes_of(const Boxes& boxes) {
    Array labels;
    for (const auto& box : boxes.boxes) labels.push_back(box.label);
    return {{"frame", boxes.frame}, {"labels", std::move(labels)}};
}

/// As many of the first boxes as fit.
template <class Shown>
Shown shown(const Shown& boxes, const visual::Budget& budget) {
    Shown some{.frame = boxes.frame, .boxes = {}, .full_count = boxes.boxes.size()};
    std::size_t bytes = 0;
    for (const auto& box : boxes.boxes) {
        bytes += sizeof box + box.label.size();
        if (bytes > budget.bytes) break;
        some.boxes.push_back(box);
    }
    return some;
}

std::vector<double> checked_rows(const Record& record, std::int64_t columns) {
    const ArrayView& rows = record.require("boxes", DType::F64, 2);
    const std::size_t labels = record.attributes.at("labels").as_array().size();
    if (rows.shape[1] != columns || static_cast<std::size_t>(rows.shape[0]) != labels) {
        throw Error({.code = "E-FILE-011",
                     .what = "The stored boxes are malformed",
                     .expected = "one row and one label a box",
                     .found = "another shape"});
    }
    return copy_of<double>(rows);
}

}  // namespace

Record PayloadTraits<Boxes3d>::record(const Boxes3d& boxes) {
    std::vector<double> rows;
    for (const types::Box3d& box : boxes.boxes) {
        rows.insert(rows.end(), box.center.begin(), box.center.end());
        rows.insert(rows.end(), box.size.begin(), box.size.end());
        rows.insert(rows.end(), {box.yaw, box.score});
    }
    const auto tracks = std::make_shared<std::vector<std::int64_t>>();
    for (const types::Box3d& box : boxes.boxes) tracks->push_back(box.track);
    ArrayView view = view_of("tracks", tracks->data(), {static_cast<std::int64_t>(tracks->size())});
    view.owner = tracks;
    return {.arrays = {rows_of(std::move(rows), 8), std::move(view)},
            .attributes = attributes_of(boxes)};
}

Boxes3d PayloadTraits<Boxes3d>::restore(const Record& record) {
    const std::vector<double> rows = checked_rows(record, 8);
    const auto tracks = copy_of<std::int64_t>(record.require("tracks", DType::I64, 1));
    Boxes3d boxes;
    boxes.frame = record.attributes.at("frame").as_string();
    const Array& labels = record.attributes.at("labels").as_array();
    if (tracks.size() != labels.size()) {
        throw Error({.code = "E-FILE-011",
                     .what = "The stored boxes are malformed",
                     .expected = "one track a box",
                     .found = std::to_string(tracks.size())});
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const double* row = rows.data() + i * 8;
        boxes.boxes.push_back({.center = {row[0], row[1], row[2]},
                               .size = {row[3], row[4], row[5]},
                               .yaw = row[6],
                               .label = labels[i].as_string(),
                               .score = row[7],
                               .track = tracks[i]});
    }
    return boxes;
}

std::vector<visual::Visual> PayloadTraits<Boxes3d>::visual(const Boxes3d& boxes,
                                                           const visual::Budget& budget) {
    return {shown<visual::Boxes3d>(boxes, budget)};
}

Record PayloadTraits<Boxes2d>::record(const Boxes2d& boxes) {
    std::vector<double> rows;
    for (const types::Box2d& box : boxes.boxes) {
        rows.insert(rows.end(), box.xyxy.begin(), box.xyxy.end());
        rows.push_back(box.score);
    }
    return {.arrays = {rows_of(std::move(rows), 5)}, .attributes = attributes_of(boxes)};
}

Boxes2d PayloadTraits<Boxes2d>::restore(const Record& record) {
    const std::vector<double> rows = checked_rows(record, 5);
    Boxes2d boxes;
    boxes.frame = record.attributes.at("frame").as_string();
    const Array& labels = record.attributes.at("labels").as_array();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const double* row = rows.data() + i * 5;
        boxes.boxes.push_back({{row[0], row[1], row[2], row[3]}, labels[i].as_string(), row[4]});
    }
    return boxes;
}

std::vector<visual::Visual> PayloadTraits<Boxes2d>::visual(const Boxes2d& boxes,
                                                           const visual::Budget& budget) {
    return {shown<visual::Boxes2d>(boxes, budget)};
}

}  // namespace millrace::engine
