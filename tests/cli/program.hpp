// Runs the built program as a user would, and keeps what it said.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/value.hpp"

namespace millrace::tests {

struct Outcome {
    static constexpr int kHung = -2;  ///< ended by the test after a minute

    int code = -1;  ///< exit code; 128 + n when a signal ended it
    std::string out, err;
    std::uint64_t peak_bytes = 0;  ///< most memory that was resident

    /// stdout as one JSON object; a failed expectation when it is none.
    engine::Value json() const;
    /// Codes of the errors on stderr in their order, "E-FILE-030".
    std::vector<std::string> errors() const;
};

/// What the program finds round it.
struct Around {
    bool without_stdin = false;
    bool without_stdout = false;
    std::string stdout_to = {};    ///< a file or device in place of what Outcome::out keeps
    bool reader_gone = false;      ///< stdout is a pipe that nobody reads
    std::string full_disk = {};    ///< folder in the program's own that becomes a disk of 256 KB
    std::uint64_t bytes_free = 0;  ///< address space it may take; 0: all
};

/// A folder of its own with a content store, gone at the end.
class Program {
public:
    Program();
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Runs `millrace words...` in the folder, to its end.
    Outcome run(const std::vector<std::string>& words, const Around& around = {}) const;
    /// The same, and sends `signal` once `file` holds at least `bytes`; again when `twice`.
    Outcome run_and_signal(const std::vector<std::string>& words, int signal,
                           const std::string& file, std::size_t bytes, bool twice = false) const;

    void write(const std::string& name, const std::string& text) const;
    std::string read(const std::string& name) const;
    engine::Value read_json(const std::string& name) const;
    bool exists(const std::string& name) const { return std::filesystem::exists(folder / name); }

    /// Whether Around::full_disk can be had: root, or user namespaces.
    static bool can_mount();

    std::filesystem::path folder;

private:
    int start(const std::vector<std::string>& words, const Around& around = {}) const;
    Outcome finish(int process) const;
};

/// source (numbers.txt) -> square -> check -> lines, with the promoted parameter "input".
extern const char* const kNumbers;
/// counter -> rate limit -> lines; 200 items at 100 a second.
extern const char* const kSlow;

}  // namespace millrace::tests
