// Checked access to a config's members, for the sources of this folder. Borrows the config; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/value.hpp"

namespace millrace::ops {

/// null counts as absent. All members throw Error E-CKPT-030 for another kind or range.
class ConfigMembers {
public:
    ConfigMembers(const engine::Value& config, std::string_view where);

    /// Or nullptr.
    const engine::Value* find(std::string_view key) const;

    static constexpr std::int64_t kMost = std::int64_t{1} << 31;
    /// At least 1 and at most kMost; without `otherwise` it must be there.
    std::int64_t size(std::string_view key, std::optional<std::int64_t> otherwise = {}) const;
    /// A number above 0.
    double positive(std::string_view key, double otherwise) const;
    bool flag(std::string_view key, bool otherwise) const;
    std::string text(std::string_view key, std::string_view otherwise) const;
    /// The id of a token of `vocabulary`.
    std::int64_t token(std::string_view key, std::int64_t vocabulary,
                       std::optional<std::int64_t> otherwise = {}) const;

    /// Throws Error E-CKPT-032, which names the feature, where `found` holds.
    void refuse(bool found, std::string_view feature, std::string expected,
                std::string value) const;
    /// refuse() for a member that is not as it is where the feature is absent.
    void need_flag(std::string_view key, bool needed, std::string_view feature) const;

    [[noreturn]] void wrong(std::string_view key, std::string expected) const;
    std::string where() const { return std::string(where_); }

private:
    std::int64_t whole(std::string_view key, std::int64_t least, std::int64_t most,
                       std::optional<std::int64_t> otherwise) const;

    const engine::Value* config_;
    std::string_view where_;
};

}  // namespace millrace::ops
