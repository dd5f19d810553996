// Curves to be looked at: learning curves, detection trade-offs.
#pragma once

#include <string>
#include <vector>

#include "engine/packet.hpp"

namespace millrace::types {

struct Curves {
    std::string title, x_label, y_label;
    struct Line {
        std::string name;
        std::vector<double> x, y;  ///< of one length
    };
    std::vector<Line> lines;
};

}  // namespace millrace::types

template <>
struct millrace::engine::PayloadTraits<millrace::types::Curves> {
    static constexpr std::string_view name = "curves";
    static constexpr int version = 1;
    static Record record(const types::Curves& curves);
    static types::Curves restore(const Record& record);
    static std::vector<visual::Visual> visual(const types::Curves& curves,
                                              const visual::Budget& budget);
};
