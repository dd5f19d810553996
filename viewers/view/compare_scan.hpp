// Private to the panel of comparisons: what a check of many items is at.
#pragma once

#include <stop_token>
#include <vector>

#include "viewers/view/compare_panel.hpp"

namespace millrace::view {

struct ComparePanel::Scan {
    struct Step {
        std::size_t pair = 0;
        quint64 item_a = 0, item_b = 0;
    };
    bool wires = false;  ///< all wires of two runs, else all items of A and B
    using Pairs = std::vector<std::pair<Wire, Wire>>;
    std::shared_ptr<Pairs> pairs = std::make_shared<Pairs>();  ///< jobs read them, too
    std::vector<Step> steps = {};
    std::size_t done = 0;
    std::stop_source stop = {};
};

}  // namespace millrace::view
