// A WAV file in memory, for tests of what reads it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::testing {

/// 16-bit PCM, [frames, channels] row-major.
inline std::string wav(int rate, int channels, const std::vector<std::int16_t>& samples) {
    const auto put = [](std::string& out, std::uint64_t number, int bytes) {
        for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i) & 0xFF);
    };
    std::string data;
    for (const std::int16_t sample : samples) put(data, static_cast<std::uint16_t>(sample), 2);
    std::string bytes = "RIFF";
    put(bytes, 36 + data.size(), 4);
    bytes += "WAVEfmt ";
    put(bytes, 16, 4);
    put(bytes, 1, 2);
    put(bytes, static_cast<std::uint64_t>(channels), 2);
    put(bytes, static_cast<std::uint64_t>(rate), 4);
    put(bytes, static_cast<std::uint64_t>(rate) * static_cast<std::uint64_t>(channels) * 2, 4);
    put(bytes, static_cast<std::uint64_t>(channels) * 2, 2);
    put(bytes, 16, 2);
    bytes += "data";
    put(bytes, data.size(), 4);
    return bytes + data;
}

}  // namespace millrace::testing
