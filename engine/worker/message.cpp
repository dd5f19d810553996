#include "engine/worker/message.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "engine/value_parse.hpp"

namespace millrace::engine::worker {
namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

[[noreturn]] void bad_header(std::string what, std::string expected, std::string found) {
    throw Error(
        {.code = "E-RPC-001",
         .what = std::move(what),
         .expected = std::move(expected),
         .found = std::move(found),
         .mend =
             "See the page on the worker's protocol; nothing else may be written to this stream."});
}

[[noreturn]] void too_long(const char* what, std::size_t limit, std::string found) {
    throw Error({.code = "E-RPC-002",
                 .what = fmt::format("The message announces {}", what),
                 .expected = fmt::format("at most {}", limit),
                 .found = std::move(found),
                 .mend = "Send less in one message."});
}

std::size_t number_from(std::string_view text, const char* what, std::size_t limit) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) too_long(what, limit, shortened(text));
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        bad_header("A length in the header is no number", "digits",
                   text.empty() ? "nothing" : shortened(text));
    if (number > limit) too_long(what, limit, shortened(text));
    return number;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool same_name(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string frame_head(const Message& message) {
    const std::string json = to_json(message.json);
    std::string head = fmt::format("Content-Length: {}\r\n", json.size());
    if (!message.attachments.empty()) {
        head += "Attachment-Lengths:";
        for (const Attachment& attachment : message.attachments)
            head += fmt::format(" {}", attachment.bytes.size());
        head += "\r\n";
    }
    return head + "\r\n" + json;
}

std::optional<Message> MessageReader::take(std::span<const std::byte>& input) {
    while (!input.empty()) {
        if (state_ == State::Header) {
            header_ += static_cast<char>(input.front());
            input = input.subspan(1);
            if (header_.size() > limits_.header)
                bad_header("The header does not end",
                           fmt::format("an empty line within {} bytes", limits_.header),
                           shortened(header_));
            if (!header_.ends_with(kEnd)) continue;
            read_header();
        } else {
            const auto part = input.first(std::min(input.size(), part_size_ - part_.size()));
            part_.insert(part_.end(), part.begin(), part.end());
            input = input.subspan(part.size());
        }
        if (auto message = next()) return message;
    }
    return {};
}

void MessageReader::read_header() {
    std::optional<std::size_t> length;
    std::string_view rest(header_);
    rest.remove_suffix(2);
    while (!rest.empty()) {
        const std::size_t end = rest.find("\r\n");
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(rest.size(), end + 2));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos)
            bad_header("A line of the header has no name", "Content-Length: N", shortened(line));
        const std::string_view value = trimmed(line.substr(colon + 1));
        if (same_name(line.substr(0, colon), "Content-Length")) {
            length = number_from(value, "too many bytes of JSON", limits_.json);
        } else if (same_name(line.substr(0, colon), "Attachment-Lengths")) {
            std::size_t sum = 0;
            for (std::string_view list = value; !list.empty();) {
                const std::string_view word = list.substr(0, list.find(' '));
                lengths_.push_back(
                    number_from(word, "too many attached bytes", limits_.attachments - sum));
                sum += lengths_.back();
                if (lengths_.size() > limits_.count)
                    too_long("too many attachments", limits_.count, "more");
                list = trimmed(list.substr(word.size()));
            }
        }
        // Other fields are passed over, so that later versions may add some.
    }
    if (!length) bad_header("The header lacks the length", "Content-Length: N", shortened(header_));
    header_.clear();
    state_ = State::Json;
    part_size_ = *length;
}

/// Takes what is whole, and begins the parts that follow, as far as they are empty.
std::optional<Message> MessageReader::next() {
    while (part_.size() == part_size_) {
        auto bytes = std::make_shared<std::vector<std::byte>>(std::move(part_));
        part_ = {};
        if (state_ == State::Json) {
            json_.assign(reinterpret_cast<const char*>(bytes->data()), bytes->size());
            state_ = State::Attachments;
        } else {
            attachments_.push_back({{bytes->data(), bytes->size()}, bytes});
        }
        if (attachments_.size() == lengths_.size()) return finish();
        part_size_ = lengths_[attachments_.size()];
    }
    return {};
}

std::optional<Message> MessageReader::finish() {
    state_ = State::Header;
    part_size_ = 0;
    lengths_.clear();
    std::vector<Attachment> attachments = std::move(attachments_);
    attachments_.clear();
    try {
        return Message{parse_json(json_, "message", {.max_bytes = limits_.json}),
                       std::move(attachments)};
    } catch (const Error& error) {
        Problem problem = error.problem();
        problem.cause = problem.code + ": " + problem.what;
        problem.code = "E-RPC-003";
        problem.what = "The message is no JSON";
        throw Error(std::move(problem));
    }
}

}  // namespace millrace::engine::worker
