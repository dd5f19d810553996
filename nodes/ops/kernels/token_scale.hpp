// LLM-QAT's symmetric rule for one token, 8 bits; for the sources of this folder.
#pragma once

namespace millrace::ops::kernels {
namespace {

constexpr float kScaleEpsilon = 1e-6F;

/// What values are multiplied with before they are rounded, `most` being their greatest size.
inline float scale_for(float most) { return 127.0F / (most + 1e-6F); }

}  // namespace
}  // namespace millrace::ops::kernels
