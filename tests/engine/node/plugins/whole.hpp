// The payload of the plug-in `whole`.
#pragma once

#include <vector>

#include "engine/node.hpp"

namespace millrace::tests {

struct Mark {
    double at = 0;
};

}  // namespace millrace::tests

template <>
struct millrace::engine::PayloadTraits<millrace::tests::Mark> {
    static constexpr std::string_view name = "mark";
    static constexpr int version = 1;
    static Record record(const tests::Mark& mark) {
        return {.arrays = {view_of("at", &mark.at, {1})}, .attributes = {}, .children = {}};
    }
    static tests::Mark restore(const Record& record) {
        return {copy_of<double>(record.require("at", DType::F64, 1)).at(0)};
    }
    static std::vector<visual::Visual> visual(const tests::Mark&, const visual::Budget&) {
        return {};
    }
};
