#include "engine/cli/csv.hpp"

namespace millrace::cli {

std::vector<std::vector<std::string>> csv_rows(std::string_view text) {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> fields(1);
    bool quoted = false, any = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') {
            fields.back() += c;
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
            any = true;
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
            any = true;
        } else if ((c == '\n' || c == '\r') && !quoted) {
            if (any) rows.push_back(std::move(fields));
            fields.assign(1, "");
            any = false;
        } else {
            fields.back() += c;
            any = true;
        }
    }
    if (any) rows.push_back(std::move(fields));
    return rows;
}

}  // namespace millrace::cli
