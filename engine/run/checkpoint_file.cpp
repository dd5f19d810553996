// The bytes of a checkpoint: magic, hash of the rest, length and text of the top, number of
// packets, each with its length.
#include <cstring>

#include "engine/hash.hpp"
#include "engine/problem.hpp"
#include "engine/run/checkpoint.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::engine {
namespace {

std::uint64_t take_length(std::string_view& rest) {
    std::uint64_t length = 0;
    if (rest.size() < sizeof length) malformed_checkpoint("The checkpoint is cut short");
    __builtin_memcpy(&length, rest.data(), sizeof length);
    rest.remove_prefix(sizeof length);
    if (length > rest.size()) malformed_checkpoint("The checkpoint is cut short");
    return length;
}

}  // namespace

void malformed_checkpoint(std::string what) {
    throw Error({.code = "E-CKPT-003",
                 .what = std::move(what),
                 .mend = "Run again without --resume, or into another folder."});
}

std::unique_ptr<CheckpointContents> read_checkpoint(const std::filesystem::path& file) {
    auto contents = std::make_unique<CheckpointContents>();
    const std::vector<std::byte> raw = visual::read_file_bytes(file);
    contents->bytes.assign(reinterpret_cast<const char*>(raw.data()), raw.size());
    std::string_view rest = contents->bytes;
    if (rest.size() < kCheckpointMagic.size() + 32 || !rest.starts_with(kCheckpointMagic))
        return nullptr;
    const std::string_view hash = rest.substr(kCheckpointMagic.size(), 32);
    rest.remove_prefix(kCheckpointMagic.size() + 32);
    if (to_hex(hash_text(rest)) != hash) return nullptr;
    const std::uint64_t json = take_length(rest);
    contents->top = parse_json(rest.substr(0, json), file.string(),
                               {.max_bytes = std::size_t{1} << 40, .max_depth = 10'000});
    rest.remove_prefix(json);
    std::uint64_t count = 0;
    if (rest.size() < sizeof count) return nullptr;
    __builtin_memcpy(&count, rest.data(), sizeof count);
    rest.remove_prefix(sizeof count);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t length = take_length(rest);
        contents->packets.push_back(rest.substr(0, length));
        rest.remove_prefix(length);
    }
    return contents;
}

}  // namespace millrace::engine
