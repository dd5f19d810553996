// A CSV file that grows row by row and goes on where it was after a resume (RFC 4180).
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/node/context.hpp"

namespace millrace::nodes {

/// The field in quotes when it needs them.
std::string csv_field(std::string_view text);
/// The shortest text that reads back as the same number; empty for NaN.
std::string csv_number(double value);

class CsvFile {
public:
    /// Opens for appending; empties the file first unless `keep`. Throws Error E-FILE-003.
    void open(const std::filesystem::path& file, bool keep);
    /// Fields are quoted already. Throws Error E-FILE-003 when the disk is full.
    void row(const std::vector<std::string>& fields);
    bool empty() const { return bytes_ == 0; }
    void close();
    /// Flushes to the disk and gives the length, for save().
    std::int64_t save() const;
    /// Cuts the file to a saved length.
    void load(std::int64_t bytes);

private:
    [[noreturn]] void failed() const;
    struct Closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::filesystem::path path_;
    std::unique_ptr<std::FILE, Closer> file_;
    std::int64_t bytes_ = 0;
};

}  // namespace millrace::nodes
