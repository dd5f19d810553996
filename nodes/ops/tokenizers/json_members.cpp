#include "nodes/ops/tokenizers/json_members.hpp"

#include <fmt/format.h>

#include "nodes/ops/tokenizers/vocabulary.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void refuse(std::string_view name, const char* expected, std::string_view found) {
    throw_token_error("E-TOKEN-006", "A tokenizer's JSON has not the expected form",
                      fmt::format("{} for \"{}\"", expected, name), std::string(found), "",
                      "Check that the file is a tokenizer.json, and whole.");
}

const engine::Value& needed(const engine::Value& object, std::string_view name,
                            const char* expected) {
    const engine::Value* member = member_of(object, name);
    if (member == nullptr) refuse(name, expected, "nothing");
    return *member;
}

}  // namespace

const engine::Value* member_of(const engine::Value& object, std::string_view name) {
    const engine::Value* member = object.find(name);
    return member != nullptr && !member->is_null() ? member : nullptr;
}

bool flag_of(const engine::Value& object, std::string_view name, bool otherwise) {
    const engine::Value* member = member_of(object, name);
    if (member == nullptr) return otherwise;
    if (!member->is_bool()) refuse(name, "true or false", member->kind());
    return member->as_bool();
}

std::string text_of(const engine::Value& object, std::string_view name,
                    std::string_view otherwise) {
    return member_of(object, name) != nullptr ? needed_text(object, name) : std::string(otherwise);
}

const std::string& needed_text(const engine::Value& object, std::string_view name) {
    const engine::Value& member = needed(object, name, "text");
    if (!member.is_string()) refuse(name, "text", member.kind());
    return member.as_string();
}

std::int64_t needed_integer(const engine::Value& object, std::string_view name) {
    const engine::Value& member = needed(object, name, "an integer");
    if (!member.is_int()) refuse(name, "an integer", member.kind());
    return member.as_int();
}

const engine::Array& needed_list(const engine::Value& object, std::string_view name) {
    const engine::Value& member = needed(object, name, "a list");
    if (!member.is_array()) refuse(name, "a list", member.kind());
    return member.as_array();
}

const engine::Object& needed_object(const engine::Value& object, std::string_view name) {
    const engine::Value& member = needed(object, name, "an object");
    if (!member.is_object()) refuse(name, "an object", member.kind());
    return member.as_object();
}

void throw_unsupported(std::string_view what, std::string_view known, std::string_view found) {
    throw_token_error("E-TOKEN-008", fmt::format("A tokenizer's {} is not supported", what),
                      std::string(known), std::string(found), "",
                      "Use a tokenizer whose parts are of these kinds.");
}

}  // namespace millrace::ops
