#include "nodes/ops/text_corpus/catalogue.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "engine/problem.hpp"
#include "nodes/ops/text_corpus/charset.hpp"
#include "nodes/ops/text_corpus/text_file.hpp"

namespace millrace::ops {
namespace {

constexpr std::uint32_t kMagic = 0x950412DE;
constexpr std::uint64_t kHeaderBytes = 28, kEntryBytes = 8;

enum class ByteOrder { Little, Big };

class MoFile {
public:
    MoFile(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {
        if (bytes.size() < kHeaderBytes) fail("fewer bytes than a header has");
        if (word(0) != kMagic) order_ = ByteOrder::Big;
        if (word(0) != kMagic) fail("another mark at its start");
        if (word(4) >> 16 > 1) fail(fmt::format("format version {}", word(4) >> 16));
        count_ = word(8);
        ids_ = table(word(12));
        translations_ = table(word(16));
    }

    std::uint64_t count() const { return count_; }
    std::string_view id(std::uint64_t index) { return string_at(ids_ + index * kEntryBytes); }
    std::string_view translation(std::uint64_t index) {
        return string_at(translations_ + index * kEntryBytes);
    }

private:
    [[noreturn]] void fail(const std::string& found) const {
        throw engine::Error({.code = "E-TEXT-024",
                             .what = "The file is no whole message catalogue",
                             .expected = "a compiled gettext catalogue (.mo)",
                             .found = found,
                             .where = name_,
                             .mend = "Install the package that it belongs to anew, or name another "
                                     "file."});
    }

    /// `at` + 4 lies within the file.
    std::uint32_t word(std::uint64_t at) const {
        std::uint32_t value = 0;
        for (std::uint64_t byte = 0; byte < 4; ++byte) {
            const std::uint64_t place = order_ == ByteOrder::Little ? 3 - byte : byte;
            value = value << 8 | static_cast<unsigned char>(bytes_[at + place]);
        }
        return value;
    }

    std::uint64_t table(std::uint64_t at) const {
        // 32-bit numbers: no sum or product overflows 64 bits.
        if (at + count_ * kEntryBytes > bytes_.size())
            fail(fmt::format("a table of {} strings at {}, beyond its end", count_, at));
        return at;
    }

    std::string_view string_at(std::uint64_t entry) {
        const std::uint64_t length = word(entry), at = word(entry + 4);
        if (at + length >= bytes_.size() || bytes_[at + length] != '\0')
            fail(fmt::format("a string of {} bytes at {}, beyond its end or without one", length,
                             at));
        taken_ += length;
        // Strings that lie upon one another could ask for far more memory than the file has.
        if (taken_ > bytes_.size()) fail("strings that overlap");
        return bytes_.substr(at, length);
    }

    std::string_view bytes_;
    const std::string& name_;
    ByteOrder order_ = ByteOrder::Little;
    std::uint64_t count_ = 0, ids_ = 0, translations_ = 0, taken_ = 0;
};

/// The value of a line "Field: value"; empty without.
std::string_view header_field(std::string_view header, std::string_view field) {
    for (std::string_view line : lines_of(header)) {
        if (!line.starts_with(field)) continue;
        line.remove_prefix(field.size());
        if (line.starts_with(':')) return trimmed_text(line.substr(1));
    }
    return {};
}

std::string_view charset_of(std::string_view header) {
    const std::string_view type = header_field(header, "Content-Type");
    constexpr std::string_view kKey = "charset=";
    const std::size_t at = type.find(kKey);
    if (at == std::string_view::npos) return {};
    const std::string_view charset = type.substr(at + kKey.size());
    return charset.substr(0, charset.find_first_of("; \t"));
}

/// What stands before the first NUL; `rest` is then what stands behind it, or nothing.
std::string_view next_part(std::optional<std::string_view>& rest) {
    const std::size_t end = rest->find('\0');
    const std::string_view part = rest->substr(0, end);
    if (end == std::string_view::npos)
        rest.reset();
    else
        rest->remove_prefix(end + 1);
    return part;
}

CatalogueMessage message_of(std::string_view id, std::string_view translation,
                            const CharsetReader& charset) {
    CatalogueMessage message;
    if (const std::size_t end = id.find('\x04'); end != std::string_view::npos) {
        message.context = charset.utf8(id.substr(0, end));
        id.remove_prefix(end + 1);
    }
    std::optional<std::string_view> rest = id;
    message.id = charset.utf8(next_part(rest));
    if (rest) message.plural = charset.utf8(next_part(rest));
    rest = translation;
    while (rest) message.translations.push_back(charset.utf8(next_part(rest)));
    return message;
}

}  // namespace

Catalogue parse_catalogue(std::string_view bytes, const std::string& name) {
    MoFile file(bytes, name);
    std::string_view header;
    std::vector<std::pair<std::string_view, std::string_view>> strings;
    for (std::uint64_t index = 0; index < file.count(); ++index) {
        const std::string_view id = file.id(index), translation = file.translation(index);
        if (id.empty())
            header = translation;
        else
            strings.emplace_back(id, translation);
    }
    const CharsetReader charset(charset_of(header), name);
    Catalogue catalogue;
    catalogue.language = charset.utf8(header_field(header, "Language"));
    catalogue.messages.reserve(strings.size());
    for (const auto& [id, translation] : strings)
        catalogue.messages.push_back(message_of(id, translation, charset));
    return catalogue;
}

}  // namespace millrace::ops
