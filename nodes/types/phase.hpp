// The phases of a training stream, as numbers on a wire: control.switch parts them.
#pragma once

namespace millrace::types {

inline constexpr double kTrain = 0, kValidation = 1, kTest = 2;

/// The label of an item that only keeps the processes that train together in step.
inline constexpr const char* kPadding = "_padding_";

}  // namespace millrace::types
