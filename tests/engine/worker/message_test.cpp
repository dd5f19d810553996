// Framing: whole messages, cut ones, and headers that lie.
#include "tests/engine/worker/support.hpp"

namespace millrace::engine::testing {
namespace {

using worker::Attachment;
using worker::Message;
using worker::MessageReader;

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::vector<Message> read_all(MessageReader& reader, std::string_view text, std::size_t step) {
    std::vector<Message> messages;
    for (std::size_t i = 0; i < text.size(); i += step) {
        auto part = bytes_of(text.substr(i, step));
        while (!part.empty()) {
            if (auto message = reader.take(part)) messages.push_back(*std::move(message));
        }
    }
    return messages;
}

std::string code_of(std::string_view text, worker::MessageLimits limits = {}) {
    MessageReader reader(limits);
    auto input = bytes_of(text);
    try {
        while (!input.empty()) reader.take(input);
    } catch (const Error& error) {
        EXPECT_FALSE(error.problem().expected.empty());
        EXPECT_FALSE(error.problem().found.empty());
        return error.problem().code;
    }
    return "";
}

TEST(WorkerMessage, ThereAndBackWhateverTheCuts) {
    const std::string first(1000, 'a'), second = "bc";
    const Message sent{Object{{"x", 1}}, {{bytes_of(first), {}}, {{}, {}}, {bytes_of(second), {}}}};
    const std::string text = frame_head(sent) + first + second + framed("{\"y\":2}") + framed("[]");
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, text.size()}) {
        MessageReader reader;
        const std::vector<Message> messages = read_all(reader, text, step);
        ASSERT_EQ(messages.size(), 3u) << step;
        EXPECT_EQ(messages[0].json.find("x")->as_int(), 1);
        ASSERT_EQ(messages[0].attachments.size(), 3u);
        EXPECT_TRUE(std::ranges::equal(messages[0].attachments[0].bytes, bytes_of(first)));
        EXPECT_TRUE(messages[0].attachments[1].bytes.empty());
        EXPECT_TRUE(std::ranges::equal(messages[0].attachments[2].bytes, bytes_of(second)));
        EXPECT_EQ(messages[1].json.find("y")->as_int(), 2);
        EXPECT_TRUE(messages[2].json.is_array());
        EXPECT_FALSE(reader.within());
    }
}

TEST(WorkerMessage, FieldsInAnyCaseAndUnknownOnes) {
    MessageReader reader;
    auto input = bytes_of("content-type: x; charset=utf-8\r\nCONTENT-LENGTH:2\r\n\r\n{}");
    EXPECT_TRUE(reader.take(input).has_value());
}

TEST(WorkerMessage, HeadersThatLie) {
    EXPECT_EQ(code_of("GET / HTTP/1.1\r\n\r\n"), "E-RPC-001");
    EXPECT_EQ(code_of("Content-Type: x\r\n\r\n"), "E-RPC-001");
    EXPECT_EQ(code_of("Content-Length: two\r\n\r\n"), "E-RPC-001");
    EXPECT_EQ(code_of("Content-Length: -2\r\n\r\n"), "E-RPC-001");
    EXPECT_EQ(code_of("Content-Length:\r\n\r\n"), "E-RPC-001");
    EXPECT_EQ(code_of(std::string(9000, 'x')), "E-RPC-001");
    EXPECT_EQ(code_of(std::string(9000, '\0')), "E-RPC-001");
    EXPECT_EQ(code_of("Content-Length: 99999999999\r\n\r\n"), "E-RPC-002");
    EXPECT_EQ(code_of("Content-Length: 99999999999999999999999999\r\n\r\n"), "E-RPC-002");
    EXPECT_EQ(code_of("Content-Length: 2\r\nAttachment-Lengths: 8 99999999999\r\n\r\n{}"),
              "E-RPC-002");
    // Each fits, the sum does not.
    EXPECT_EQ(
        code_of("Content-Length: 2\r\nAttachment-Lengths: 60 60\r\n\r\n{}", {.attachments = 100}),
        "E-RPC-002");
    std::string many = "Content-Length: 2\r\nAttachment-Lengths:";
    for (int i = 0; i < 100; ++i) many += " 0";
    EXPECT_EQ(code_of(many + "\r\n\r\n{}", {.count = 50}), "E-RPC-002");
}

TEST(WorkerMessage, AfterWhatIsNoJsonReadingGoesOn) {
    MessageReader reader;
    const std::string text = framed("{nonsense") + framed("{}");
    auto input = bytes_of(text);
    EXPECT_THROW(reader.take(input), Error);
    EXPECT_TRUE(reader.take(input).has_value());
    EXPECT_TRUE(input.empty());
}

TEST(WorkerMessage, AnnouncedBytesTakeNoMemoryBeforeTheyCome) {
    MessageReader reader;
    const std::string text = "Content-Length: 60000000\r\n\r\n{";
    auto input = bytes_of(text);
    EXPECT_FALSE(reader.take(input).has_value());
    EXPECT_TRUE(reader.within());
}

}  // namespace
}  // namespace millrace::engine::testing
