// A CSV file that grows row by row and goes on where it was after a resume (RFC 4180). Owned by one
// sink, which calls it from one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::nodes {

/// The field in quotes when it needs them.
std::string csv_field(std::string_view text);
/// The shortest text that reads back as the same number; empty for NaN, "inf" and "-inf".
std::string csv_number(double value);
/// One row with its end; fields are quoted already. A single empty field is quoted, as readers skip
/// blank lines.
std::string csv_row(const std::vector<std::string>& fields);

class CsvFile {
public:
    CsvFile() = default;
    CsvFile(const CsvFile&) = delete;
    CsvFile& operator=(const CsvFile&) = delete;
    ~CsvFile();

    /// Opens for appending and keeps others of this program from opening it until close(); empties
    /// the file first unless `keep`. Throws Error: E-FILE-003 when it can't be written, E-SINK-003
    /// when another sink has it open.
    void open(const std::filesystem::path& file, bool keep);
    /// Appends whole rows as csv_row() gives them. Throws Error E-FILE-003 when the disk is full;
    /// none of them is in the file then.
    void append(std::string_view rows);
    bool empty() const { return bytes_ == 0; }
    void close();
    /// Brings all to the disk and gives the length, for save().
    std::int64_t save() const;
    /// Cuts the file to a saved length. Throws Error E-SINK-004 when it has become shorter.
    void load(std::int64_t bytes);

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
    std::int64_t bytes_ = 0;
};

}  // namespace millrace::nodes
