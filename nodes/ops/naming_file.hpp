// Errors of readers that know bytes and no file, completed by who knows it. Plain function, any
// thread.
#pragma once

#include <filesystem>
#include <utility>

#include "engine/problem.hpp"

namespace millrace::ops {

/// What `read` gives; an Error of it that tells no place tells the file.
template <class Read>
auto naming_file(const std::filesystem::path& file, const Read& read) {
    try {
        return read();
    } catch (const engine::Error& error) {
        if (!error.problem().where.empty()) throw;
        engine::Problem problem = error.problem();
        problem.where = file.string();
        throw engine::Error(std::move(problem));
    }
}

}  // namespace millrace::ops
