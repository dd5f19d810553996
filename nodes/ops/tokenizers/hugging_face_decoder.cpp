// Of hugging_face_steps.hpp: bytes as characters, and the way from pieces back to text.
#include <array>
#include <map>
#include <optional>

#include "nodes/ops/tokenizers/hugging_face_steps.hpp"
#include "nodes/ops/tokenizers/json_members.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

using engine::Value;

constexpr char32_t kFirstShifted = 0x100;
constexpr int kMostSteps = 64;

bool stays(unsigned byte) {
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

/// The character of each byte.
std::array<char32_t, 256> byte_characters() {
    std::array<char32_t, 256> characters{};
    char32_t shifted = kFirstShifted;
    for (unsigned byte = 0; byte < 256; ++byte) characters[byte] = stays(byte) ? byte : shifted++;
    return characters;
}

/// The byte of each character below U+0200; -1 for none.
std::array<int, 0x200> bytes_of_characters() {
    std::array<int, 0x200> bytes{};
    bytes.fill(-1);
    const auto characters = byte_characters();
    for (unsigned byte = 0; byte < 256; ++byte) bytes[characters[byte]] = static_cast<int>(byte);
    return bytes;
}

/// The bytes that a piece stands for; one that holds another character, as an added token may,
/// stands for itself.
std::string unmapped(const std::string& piece, const std::array<int, 0x200>& bytes) {
    std::string result;
    for (std::size_t at = 0; at < piece.size(); at += utf8_step(piece, at).length) {
        const char32_t point = first_code_point(std::string_view(piece).substr(at));
        if (point >= bytes.size() || bytes[point] < 0) return piece;
        result += static_cast<char>(bytes[point]);
    }
    return result;
}

void fuse(std::vector<std::string>& pieces) {
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    pieces.assign(1, std::move(all));
}

/// Runs of byte pieces become their text; if they are none, each byte is one replacement.
void join_bytes(std::vector<std::string>& pieces, IllFormed ill_formed) {
    std::vector<std::string> result;
    std::string bytes;
    const auto flush = [&] {
        if (bytes.empty()) return;
        const bool is_replaced = ill_formed == IllFormed::Replace && first_ill_formed(bytes);
        std::string text;
        for (std::size_t i = 0; is_replaced && i < bytes.size(); ++i) text += kReplacementCharacter;
        result.push_back(is_replaced ? text : bytes);
        bytes.clear();
    };
    for (std::string& piece : pieces) {
        if (const auto byte = spelled_byte(piece)) {
            bytes += static_cast<char>(*byte);
        } else {
            flush();
            result.push_back(std::move(piece));
        }
    }
    flush();
    pieces = std::move(result);
}

DecodeStep strip(const Value& step) {
    const std::string content = needed_text(step, "content");
    const auto start = needed_integer(step, "start"), stop = needed_integer(step, "stop");
    if (content.empty()) throw_unsupported("Strip", "a character", "none");
    return [content, start, stop](std::vector<std::string>& pieces, IllFormed) {
        for (std::string& piece : pieces) {
            std::string_view rest = piece;
            for (std::int64_t i = 0; i < start && rest.starts_with(content); ++i)
                rest.remove_prefix(content.size());
            for (std::int64_t i = 0; i < stop && rest.ends_with(content); ++i)
                rest.remove_suffix(content.size());
            piece = std::string(rest);
        }
    };
}

DecodeStep replacement(const Value& step) {
    const Value* pattern = member_of(step, "pattern");
    if (pattern == nullptr || member_of(*pattern, "String") == nullptr ||
        needed_text(*pattern, "String").empty())
        throw_unsupported("Replace", "a pattern of the kind String", "another");
    return [from = needed_text(*pattern, "String"), to = needed_text(step, "content")](
               std::vector<std::string>& pieces, IllFormed) {
        for (std::string& piece : pieces) piece = replace_all(piece, from, to);
    };
}

DecodeStep metaspace(const Value& step) {
    const std::string blank = text_of(step, "replacement", "\xE2\x96\x81");
    if (blank.empty()) throw_unsupported("Metaspace", "a replacement", "an empty one");
    const bool adds = flag_of(step, "add_prefix_space", true);
    const bool drops = text_of(step, "prepend_scheme", adds ? "always" : "never") != "never";
    return [blank, drops](std::vector<std::string>& pieces, IllFormed) {
        for (std::size_t i = 0; i < pieces.size(); ++i)
            pieces[i] = replace_all(pieces[i], blank, drops && i == 0 ? "" : " ");
    };
}

void append_decode(const Value& step, std::vector<DecodeStep>& steps, int depth) {
    const std::string& type = needed_text(step, "type");
    if (type == "Sequence") {
        const engine::Array& list = needed_list(step, "decoders");
        if (depth > 2 || list.size() > kMostSteps)
            throw_unsupported("sequence of steps", "up to 64 steps, two deep", "more");
        for (const Value& one : list) append_decode(one, steps, depth + 1);
    } else if (type == "ByteLevel") {
        steps.push_back(unmap_bytes());
    } else if (type == "ByteFallback") {
        steps.emplace_back(join_bytes);
    } else if (type == "Fuse") {
        steps.emplace_back([](std::vector<std::string>& pieces, IllFormed) { fuse(pieces); });
    } else if (type == "Strip") {
        steps.push_back(strip(step));
    } else if (type == "Replace") {
        steps.push_back(replacement(step));
    } else if (type == "Metaspace") {
        steps.push_back(metaspace(step));
    } else {
        throw_unsupported("decoder",
                          "Sequence, ByteLevel, ByteFallback, Fuse, Strip, Replace or Metaspace",
                          type);
    }
}

}  // namespace

CutStep map_bytes() {
    return [characters = byte_characters()](std::vector<TextWord>& words) {
        for (TextWord& word : words) {
            std::string mapped;
            for (const char c : word.text)
                append_short_character(mapped, characters[static_cast<unsigned char>(c)]);
            word.text = std::move(mapped);
        }
    };
}

DecodeStep unmap_bytes() {
    return [bytes = bytes_of_characters()](std::vector<std::string>& pieces, IllFormed) {
        for (std::string& piece : pieces) piece = unmapped(piece, bytes);
        fuse(pieces);
    };
}

std::vector<DecodeStep> decode_steps(const Value* value) {
    std::vector<DecodeStep> steps;
    if (value != nullptr) append_decode(*value, steps, 0);
    return steps;
}

}  // namespace millrace::ops
