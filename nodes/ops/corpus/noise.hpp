// What is heard where nobody speaks: the silence of a corpus of words. Plain functions, any thread;
// the caller owns the random numbers.
#pragma once

#include "engine/random.hpp"
#include "nodes/types/audio.hpp"

namespace millrace::ops {

/// A second of white noise at `rate` Hz, its root mean square 60 to 30 dB below full scale.
types::Audio made_noise(engine::Random& random, int rate);

/// A second from anywhere in a recording of one channel, at any level up to its own, brought to
/// `rate` Hz; zeros follow a shorter one.
types::Audio cut_noise(engine::Random& random, const types::Audio& from, int rate);

}  // namespace millrace::ops
