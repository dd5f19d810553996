// Recordings from files (WAV, FLAC, Ogg, AIFF) by libsndfile, and their sample rate changed by
// soxr. Files are untrusted. Plain functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "nodes/types/audio.hpp"

namespace millrace::ops {

/// Most samples taken of one file, all channels together: a gigabyte as float32.
inline constexpr std::size_t kMostSamples = std::size_t{1} << 28;

/// Whether a file name ends like a recording that read_audio() takes, in any case: .wav .flac .ogg
/// .aiff .aif
bool is_audio_name(std::string_view name);

/// All channels at the rate of the file. Throws Error: E-FILE-001 (no such file), E-AUDIO-010 (no
/// recording of a known format), E-AUDIO-011 (more than kMostSamples), E-AUDIO-012 (ends before
/// what its header says).
types::Audio read_audio(const std::filesystem::path& file);

/// The recording that these bytes are; `where` names their origin in errors. Throws Error as
/// read_audio() does, less E-FILE-001.
types::Audio decode_audio(std::span<const std::byte> bytes, const std::string& where);

/// The recording that `bytes` bytes of the file are, from `offset` on: one of an archive. Throws
/// Error as read_audio() does; E-AUDIO-012, too, when the file ends before them.
types::Audio read_audio_part(const std::filesystem::path& file, std::uint64_t offset,
                             std::uint64_t bytes);

/// What a file says of itself. Throws Error E-FILE-001 and E-AUDIO-010, and E-AUDIO-014 for one
/// that does not say how long it is or in which no place can be found.
struct AudioExtent {
    std::uint64_t frames = 0;
    int sample_rate = 0, channels = 0;
};
AudioExtent audio_extent(const std::filesystem::path& file);

/// `count` frames from `first` on, fewer at the end: of a recording too long to be held. Throws
/// Error as audio_extent() does, and E-AUDIO-012.
types::Audio read_audio_span(const std::filesystem::path& file, std::uint64_t first,
                             std::uint64_t count);

/// One channel, the mean of all.
types::Audio mono(const types::Audio& audio);

/// The same recording at another rate, band-limited to the lower of both (soxr's very high
/// quality, linear phase); ceil(frames * rate / sample_rate) frames give or take one. Throws Error
/// E-AUDIO-013 for a rate outside 1 to 10000000 Hz.
types::Audio resampled(const types::Audio& audio, int rate);

}  // namespace millrace::ops
