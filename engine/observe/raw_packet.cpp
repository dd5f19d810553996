#include "engine/observe/raw_packet.hpp"

#include <algorithm>

#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"

namespace millrace::engine {
namespace {

namespace fs = std::filesystem;

/// A packet of no type that is known here; it keeps what its views look into.
struct RawFile {
    PayloadType type;
    std::vector<std::byte> bytes;
    Record record;
};

Value attribute_from(const std::string& name, const std::string& text) {
    if (!name.ends_with("millrace.attributes")) return text;
    // Parsed, so that numbers among the attributes are compared as numbers.
    return parse_json(text, name);
}

}  // namespace

Packet raw_packet(const fs::path& file) {
    return raw_packet(visual::read_file_bytes(file), file.string());
}

Packet raw_packet(std::vector<std::byte> bytes, const std::string& name) {
    auto raw = std::make_shared<RawFile>();
    raw->bytes = std::move(bytes);
    visual::Safetensors content = visual::read_safetensors(raw->bytes, name);
    std::ranges::sort(content.arrays, {}, &ArrayView::name);
    raw->record.arrays = std::move(content.arrays);
    for (const auto& [key, text] : content.metadata)
        raw->record.attributes[key] = attribute_from(key, text);
    raw->type.name = "file";
    raw->type.size = 0;
    raw->type.record = [](const void* data) { return static_cast<const RawFile*>(data)->record; };
    raw->type.restore = nullptr;
    raw->type.visual = nullptr;
    const PayloadType* type = &raw->type;
    return {type, std::shared_ptr<const void>(std::move(raw))};
}

}  // namespace millrace::engine
