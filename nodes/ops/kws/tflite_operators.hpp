// The operators of the TensorFlow Lite schema that are supported, their names and options, and the
// errors of models. For tflite_*.cpp; plain functions, any thread.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "nodes/ops/kws/flatbuffer.hpp"
#include "nodes/ops/kws/tflite_file.hpp"

namespace millrace::ops {

/// Error E-TFL-003.
[[noreturn]] void throw_tflite_limit(const std::string& expected, const std::string& found);

/// Error E-TFL-004.
[[noreturn]] void throw_tflite_unsupported(const std::string& expected, const std::string& found);

/// Error E-TFL-006.
[[noreturn]] void throw_tflite_contradiction(const std::string& expected, const std::string& found);

/// Nothing for an operator that is not supported.
std::optional<TfliteKind> tflite_kind(int code);

/// For an operator that is not supported; `entry` is its OperatorCode table.
std::string tflite_operator_name(int code, const FlatTable& entry);

/// Throws Error E-TFL-005.
[[noreturn]] void throw_tflite_operators(std::span<const std::string> unsupported);

/// Options by the operator's kind. Throws Error E-TFL-002, 004 and 006.
TfliteOptions read_tflite_options(TfliteKind kind, const FlatTable& table);

}  // namespace millrace::ops
