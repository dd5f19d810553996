// A pull generator: the result of a call that gives many packets in bounded memory.
#pragma once

#include <functional>
#include <optional>
#include <utility>

namespace millrace::engine {

/// Asked for one result at a time, whenever the wires have room; std::nullopt ends it. T may be a std::tuple for
/// several outputs. The function owns all it needs: the arguments of the call are gone by then.
template <class T>
class Generator {
public:
    using value_type = T;
    explicit Generator(std::function<std::optional<T>()> next) : next_(std::move(next)) {}
    std::optional<T> next() { return next_(); }

private:
    std::function<std::optional<T>()> next_;
};

}  // namespace millrace::engine
