#include "nodes/ops/checkpoints/config_members.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "engine/value_parse.hpp"
#include "nodes/ops/checkpoints/errors.hpp"

namespace millrace::ops {

ConfigMembers::ConfigMembers(const engine::Value& config, std::string_view where)
    : config_(&config), where_(where) {
    if (config.is_object()) return;
    fail_checkpoint("E-CKPT-030", "The model's config is no object", "an object",
                    std::string(config.kind()), this->where(),
                    "Give the config.json of the checkpoint.");
}

const engine::Value* ConfigMembers::find(std::string_view key) const {
    const engine::Value* value = config_->find(key);
    return value && !value->is_null() ? value : nullptr;
}

void ConfigMembers::wrong(std::string_view key, std::string expected) const {
    const engine::Value* value = find(key);
    fail_checkpoint("E-CKPT-030",
                    value ? fmt::format("\"{}\" of the config is not as it must be", key)
                          : fmt::format("The config lacks \"{}\"", key),
                    std::move(expected),
                    value ? engine::shortened(engine::to_json(*value)) : "nothing", where(),
                    "Give the config.json that belongs to the checkpoint.");
}

std::int64_t ConfigMembers::whole(std::string_view key, std::int64_t least, std::int64_t most,
                                  std::optional<std::int64_t> otherwise) const {
    const engine::Value* value = find(key);
    if (!value && otherwise) return *otherwise;
    if (!value || !value->is_int() || value->as_int() < least || value->as_int() > most)
        wrong(key, fmt::format("a whole number from {} to {}", least, most));
    return value->as_int();
}

std::int64_t ConfigMembers::size(std::string_view key,
                                 std::optional<std::int64_t> otherwise) const {
    return whole(key, 1, kMost, otherwise);
}

double ConfigMembers::positive(std::string_view key, double otherwise) const {
    const engine::Value* value = find(key);
    if (!value) return otherwise;
    if (!value->is_number() || !(value->as_double() > 0) || !std::isfinite(value->as_double()))
        wrong(key, "a number above 0");
    return value->as_double();
}

bool ConfigMembers::flag(std::string_view key, bool otherwise) const {
    const engine::Value* value = find(key);
    if (!value) return otherwise;
    if (!value->is_bool()) wrong(key, "true or false");
    return value->as_bool();
}

std::string ConfigMembers::text(std::string_view key, std::string_view otherwise) const {
    const engine::Value* value = find(key);
    if (!value) return std::string(otherwise);
    if (!value->is_string()) wrong(key, "a text");
    return value->as_string();
}

std::int64_t ConfigMembers::token(std::string_view key, std::int64_t vocabulary,
                                  std::optional<std::int64_t> otherwise) const {
    const std::int64_t id = whole(key, 0, vocabulary - 1, otherwise);
    if (id >= vocabulary) wrong(key, fmt::format("an id below {}", vocabulary));
    return id;
}

void ConfigMembers::refuse(bool found, std::string_view feature, std::string expected,
                           std::string value) const {
    if (!found) return;
    fail_checkpoint("E-CKPT-032", fmt::format("The model has {}, which is not supported", feature),
                    std::move(expected), engine::shortened(value), where(),
                    "Give a checkpoint without it.");
}

void ConfigMembers::need_flag(std::string_view key, bool needed, std::string_view feature) const {
    refuse(flag(key, needed) != needed, feature, fmt::format("\"{}\": {}", key, needed),
           needed ? "false" : "true");
}

}  // namespace millrace::ops
