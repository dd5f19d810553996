// Models as files. Plain functions, any thread.
#pragma once

#include <filesystem>

#include "nodes/types/model.hpp"

namespace millrace::types {

/// A safetensors file with the tensors by their names and the spec in its metadata; what was there
/// stays until the new file is whole. Throws Error E-FILE-003 when it can't be written.
void write_model(const Model& model, const std::filesystem::path& file);

/// Throws Error: E-FILE-00x when it can't be read, E-FILE-02x when it is no safetensors file,
/// E-MODEL-001 when it holds no model of Millrace.
Model read_model(const std::filesystem::path& file);

}  // namespace millrace::types
