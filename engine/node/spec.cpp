#include "engine/node/spec.hpp"

#include <algorithm>

namespace millrace::engine {
namespace {

template <class T>
const T* by_name(const std::vector<T>& items, std::string_view name) {
    const auto found = std::ranges::find(items, name, &T::name);
    return found == items.end() ? nullptr : &*found;
}

}  // namespace

const InputSpec* NodeSpec::input(std::string_view name) const { return by_name(inputs, name); }
const OutputSpec* NodeSpec::output(std::string_view name) const { return by_name(outputs, name); }

const ParamSpec* NodeSpec::param(std::string_view name) const {
    if (const ParamSpec* exact = by_name(params, name)) return exact;
    for (const ParamSpec& param : params) {
        if (std::ranges::find(param.aliases, name) != param.aliases.end()) return &param;
    }
    return nullptr;
}

}  // namespace millrace::engine
