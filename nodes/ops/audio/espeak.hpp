// Words spoken by the program espeak-ng: a process for each utterance, since its library does not
// give the same samples twice within one process. Plain functions, any thread.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "nodes/types/audio.hpp"

namespace millrace::ops {

struct Utterance {
    std::string text;
    std::string voice = "en-us";  ///< a language or voice, and perhaps a variant: "en-gb+f3"
    int speed = 175;              ///< words a minute, 80 to 450
    int pitch = 50;               ///< 0 to 99
};

/// Throws Error: E-AUDIO-020 when espeak-ng is not installed, E-AUDIO-021 for a voice that it does
/// not have. It takes a variant that it does not have for none, hence this.
void check_voices(std::span<const std::string> voices);

/// One channel at espeak-ng's own rate, 22050 Hz. `stop` is asked while it speaks; once it says
/// yes, the result is empty. Throws Error: E-AUDIO-020, E-AUDIO-021, E-AUDIO-022 when it fails or
/// does not end within 30 s.
types::Audio speak(const Utterance& utterance, const std::function<bool()>& stop);

/// Without what lies before the first and after the last sample that is louder than `share` of the
/// loudest; silence becomes nothing. One channel.
types::Audio trimmed(const types::Audio& audio, float share);

}  // namespace millrace::ops
