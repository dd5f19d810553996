// A payload of plain arrays, attributes and children, for tests of what looks into packets.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/packet.hpp"

namespace millrace::engine::testing {

struct Floats {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

struct Arrays {
    std::map<std::string, Floats> floats;
    std::vector<std::int64_t> integers = {};  ///< array "integers" when not empty
    Object attributes = {};
    std::vector<Packet> children = {};
};

/// One array "values" of that shape.
inline Arrays values_of(std::vector<std::int64_t> shape, std::vector<float> values) {
    return {.floats = {{"values", {std::move(shape), std::move(values)}}}};
}
inline Arrays values_of(std::vector<float> values) {
    const auto count = static_cast<std::int64_t>(values.size());
    return values_of({count}, std::move(values));
}

}  // namespace millrace::engine::testing

namespace millrace::engine {

template <>
struct PayloadTraits<testing::Arrays> {
    static constexpr std::string_view name = "arrays";
    static constexpr int version = 1;
    static Record record(const testing::Arrays& arrays) {
        Record record;
        for (const auto& [name, floats] : arrays.floats)
            record.arrays.push_back(view_of(name, floats.values.data(), floats.shape));
        if (!arrays.integers.empty()) {
            record.arrays.push_back(view_of("integers", arrays.integers.data(),
                                            {static_cast<std::int64_t>(arrays.integers.size())}));
        }
        record.attributes = arrays.attributes;
        record.children = arrays.children;
        return record;
    }
    static testing::Arrays restore(const Record& record) {
        testing::Arrays arrays{.attributes = record.attributes, .children = record.children};
        for (const ArrayView& array : record.arrays) {
            if (array.type == DType::I64)
                arrays.integers = copy_of<std::int64_t>(array);
            else
                arrays.floats[array.name] = {array.shape, copy_of<float>(array)};
        }
        return arrays;
    }
    static std::vector<visual::Visual> visual(const testing::Arrays&, const visual::Budget&) {
        return {};
    }
};

}  // namespace millrace::engine
