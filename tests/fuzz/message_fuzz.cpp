// The worker's framing: any cut of the same bytes gives the same messages, and what is whole is
// written so that it reads back the same.
#include <algorithm>

#include "engine/worker/message.hpp"
#include "engine/worker/protocol.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

namespace engine = millrace::engine;
namespace fuzz = millrace::fuzz;
namespace worker = millrace::engine::worker;

struct Read {
    std::vector<std::string> messages;  ///< as they would be written
    std::string end;                    ///< code of the problem that ended the reading
};

std::string written(const worker::Message& message) {
    std::string text = frame_head(message);
    for (const worker::Attachment& attachment : message.attachments)
        text.append(reinterpret_cast<const char*>(attachment.bytes.data()),
                    attachment.bytes.size());
    return text;
}

Read read_all(std::span<const std::byte> bytes, std::size_t step) {
    Read result;
    worker::MessageReader reader(
        {.header = 512, .json = 1 << 16, .attachments = 1 << 16, .count = 8});
    while (!bytes.empty() && result.end.empty()) {
        auto part = bytes.first(std::min(step, bytes.size()));
        bytes = bytes.subspan(part.size());
        while (!part.empty() && result.end.empty()) {
            try {
                if (const auto message = reader.take(part)) {
                    result.messages.push_back(written(*message));
                    try {
                        worker::request_from(message->json);
                    } catch (const worker::RpcError& error) {
                        fuzz::require_helpful(error.problem());
                    }
                }
            } catch (const engine::Error& error) {
                fuzz::require_helpful(error.problem());
                if (error.problem().code == "E-RPC-003")
                    result.messages.push_back("no JSON");
                else
                    result.end = error.problem().code;
            }
        }
    }
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::bytes_of(data, size);
    const Read whole = read_all(bytes, size);
    const Read pieces = read_all(bytes, 3);
    fuzz::require(whole.messages == pieces.messages && whole.end == pieces.end,
                  "cuts change nothing");
    for (const std::string& text : whole.messages) {
        if (text == "no JSON") continue;
        const Read again = read_all(std::as_bytes(std::span(text)), text.size());
        fuzz::require(again.messages == std::vector<std::string>{text}, "a message stays the same");
    }
    return 0;
}
