// Members of a tokenizer's JSON, whose kinds are checked. For the sources of this folder.
#pragma once

#include <string>
#include <string_view>

#include "engine/value.hpp"

namespace millrace::ops {

/// The member; nullptr where it is absent or null.
const engine::Value* member_of(const engine::Value& object, std::string_view name);

/// All throw Error E-TOKEN-006 where the member is of another kind; `needed_…` where it is absent.
bool flag_of(const engine::Value& object, std::string_view name, bool otherwise);
std::string text_of(const engine::Value& object, std::string_view name, std::string_view otherwise);
const std::string& needed_text(const engine::Value& object, std::string_view name);
std::int64_t needed_integer(const engine::Value& object, std::string_view name);
const engine::Array& needed_list(const engine::Value& object, std::string_view name);
const engine::Object& needed_object(const engine::Value& object, std::string_view name);

/// E-TOKEN-008: a component of the file that isn't built.
[[noreturn]] void throw_unsupported(std::string_view what, std::string_view known,
                                    std::string_view found);

}  // namespace millrace::ops
