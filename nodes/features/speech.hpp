// What the feature nodes of speech share.
#pragma once

#include "nodes/ops/audio/features.hpp"
#include "nodes/types/audio.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {

/// [frames, dimension] float32. Throws Error E-AUDIO-005 for more than one channel.
types::Tensor features_of(const types::Audio& audio, const ops::FrontEnd& front_end);

}  // namespace millrace::nodes
