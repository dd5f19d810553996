// From a member of a node's struct to a parameter and back: bool, int, double, text, path, an enum with named values, a
// list of numbers, or a curve. Included through registry.hpp only.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/node/curve.hpp"
#include "engine/node/instance.hpp"

namespace millrace::engine {

namespace adapt {

/// The limits of an integer type, as far as JSON integers reach.
template <class I>
constexpr FieldType integer_field(ParamKind kind, bool integers = false) {
    using Limits = std::numeric_limits<I>;
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    return {kind, integers, static_cast<std::int64_t>(Limits::lowest()),
            std::cmp_greater(Limits::max(), kMost) ? kMost : static_cast<std::int64_t>(Limits::max())};
}

template <class V>
constexpr FieldType field_type() {
    if constexpr (std::is_same_v<V, bool>) return {ParamKind::Bool};
    else if constexpr (std::is_enum_v<V>) return integer_field<std::underlying_type_t<V>>(ParamKind::Choice);
    else if constexpr (std::is_integral_v<V>) return integer_field<V>(ParamKind::Int);
    else if constexpr (std::is_same_v<V, double>) return {ParamKind::Double};
    else if constexpr (std::is_same_v<V, std::string>) return {ParamKind::Text};
    else if constexpr (std::is_same_v<V, Path>) return {ParamKind::Path};
    else if constexpr (std::is_same_v<V, std::vector<int>>) return integer_field<int>(ParamKind::Numbers, true);
    else if constexpr (std::is_same_v<V, Curve>) return {ParamKind::Curve};
    else {
        static_assert(std::is_same_v<V, std::vector<double>>,
                      "a parameter is bool, int, double, std::string, an enum, Path, Curve or a list of numbers");
        return {ParamKind::Numbers};
    }
}

template <class V>
Value from_member(const V& member) {
    if constexpr (std::is_enum_v<V> || (std::is_integral_v<V> && !std::is_same_v<V, bool>))
        return static_cast<std::int64_t>(member);
    else if constexpr (std::is_same_v<V, Path>) return member.text;
    else if constexpr (field_type<V>().kind == ParamKind::Numbers) return Array(member.begin(), member.end());
    else if constexpr (std::is_same_v<V, Curve>) return to_value(member);
    else return member;
}

/// From a value that FieldType::accept() gave.
template <class V>
V to_member(const Value& value) {
    if constexpr (std::is_same_v<V, bool>) return value.as_bool();
    else if constexpr (std::is_enum_v<V> || std::is_integral_v<V>) return static_cast<V>(value.as_int());
    else if constexpr (std::is_same_v<V, double>) return value.as_double();
    else if constexpr (field_type<V>().kind == ParamKind::Numbers) {
        V list;
        for (const Value& item : value.as_array())
            list.push_back(to_member<typename V::value_type>(item));
        return list;
    } else if constexpr (std::is_same_v<V, Curve>) return curve_from(value);
    else return V{value.as_string()};
}

}  // namespace adapt

template <class N, class V>
Field::Field(V N::*member)
    : type_(adapt::field_type<V>()),
      get_([member](const void* node) { return adapt::from_member(static_cast<const N*>(node)->*member); }),
      set_([member](void* node, const Value& value) {
          static_cast<N*>(node)->*member = adapt::to_member<V>(value);
      }) {}

}  // namespace millrace::engine
