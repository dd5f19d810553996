#include "engine/packet.hpp"

#include <fmt/format.h>

#include "engine/visual/io/safetensors.hpp"

namespace millrace::engine {
namespace {

constexpr int kDeepest = 16;
constexpr std::int64_t kMostChildren = 1 << 24;

/// Puts a packet's arrays and metadata under `prefix`; the records are kept alive in `records`.
void flatten(const Packet& packet, const std::string& prefix, int depth, std::vector<ArrayView>& arrays,
             std::map<std::string, std::string>& metadata, std::vector<Record>& records) {
    if (depth > kDeepest) {
        throw Error({.code = "E-TYPE-004",
                     .what = "Lists are nested too deeply to be stored",
                     .expected = fmt::format("at most {} levels", kDeepest),
                     .found = "more",
                     .mend = "Flatten the lists."});
    }
    Record record = packet.record();
    metadata[prefix + "millrace.type"] = packet.type().name;
    if (!record.attributes.empty()) metadata[prefix + "millrace.attributes"] = to_json(record.attributes);
    for (ArrayView array : record.arrays) {
        array.name = prefix + array.name;
        arrays.push_back(std::move(array));
    }
    if (!record.children.empty()) metadata[prefix + "millrace.children"] = std::to_string(record.children.size());
    for (std::size_t i = 0; i < record.children.size(); ++i) {
        flatten(record.children[i], fmt::format("{}{}/", prefix, i), depth + 1, arrays, metadata, records);
    }
    records.push_back(std::move(record));
}

[[noreturn]] void malformed(std::string what, std::string expected, std::string found) {
    throw Error({.code = "E-FILE-012",
                 .what = std::move(what),
                 .expected = std::move(expected),
                 .found = std::move(found),
                 .where = "stored packet",
                 .mend = "The file is damaged or was not written by Millrace."});
}

const std::string* text_of(const visual::Safetensors& file, const std::string& name) {
    const auto found = file.metadata.find(name);
    return found == file.metadata.end() ? nullptr : &found->second;
}

Packet rebuild(const visual::Safetensors& file, const std::string& prefix, int depth, const PayloadLookup& types) {
    if (depth > kDeepest) malformed("Lists are nested too deeply", fmt::format("at most {} levels", kDeepest), "more");
    const std::string* name = text_of(file, prefix + "millrace.type");
    if (!name) malformed("The packet's type is missing", "millrace.type in the metadata", "none");
    const PayloadType* type = types.find_payload(*name);
    if (!type) {
        throw Error({.code = "E-TYPE-002",
                     .what = "The payload's type is not known",
                     .expected = "a type of the engine or of a loaded plug-in",
                     .found = *name,
                     .where = "stored packet",
                     .mend = "Install the plug-in that offers it."});
    }
    Record record;
    if (const std::string* attributes = text_of(file, prefix + "millrace.attributes")) {
        record.attributes = parse_json(*attributes, "attributes of a stored packet").as_object();
    }
    for (const ArrayView& array : file.arrays) {
        if (!array.name.starts_with(prefix)) continue;
        const std::string rest = array.name.substr(prefix.size());
        if (rest.find('/') != std::string::npos) continue;  // a child's
        ArrayView own = array;
        own.name = rest;
        record.arrays.push_back(std::move(own));
    }
    if (const std::string* children = text_of(file, prefix + "millrace.children")) {
        const std::int64_t count = std::atoll(children->c_str());
        if (count < 0 || count > kMostChildren || static_cast<std::size_t>(count) > file.metadata.size()) {
            malformed("The number of list elements does not fit the file", "as many elements as are stored", *children);
        }
        for (std::int64_t i = 0; i < count; ++i) {
            record.children.push_back(rebuild(file, fmt::format("{}{}/", prefix, i), depth + 1, types));
        }
    }
    try {
        return {type, type->restore(record)};
    } catch (const std::out_of_range&) {
        malformed("The packet lacks an attribute", "all that its type writes", "fewer");
    }
}

}  // namespace

std::size_t Packet::bytes() const {
    std::size_t total = 0;
    const Record content = record();
    for (const ArrayView& array : content.arrays) total += array.bytes.size();
    for (const Packet& child : content.children) total += child.bytes();
    return total;
}

void Packet::wrong_type(const PayloadType& wanted) const {
    throw Error({.code = "E-TYPE-001",
                 .what = "The packet is of another type than the node reads",
                 .expected = wanted.name,
                 .found = type_ ? type_->name : "nothing",
                 .mend = "Connect an output of the expected type."});
}

std::string serialise(const Packet& packet) {
    std::vector<ArrayView> arrays;
    std::map<std::string, std::string> metadata;
    std::vector<Record> records;
    flatten(packet, "", 0, arrays, metadata, records);
    return visual::write_safetensors(arrays, metadata);
}

Packet deserialise(std::string_view bytes, const PayloadLookup& types) {
    const visual::Safetensors file = visual::read_safetensors(std::as_bytes(std::span(bytes.data(), bytes.size())), "stored packet");
    return rebuild(file, "", 0, types);
}

Record PayloadTraits<List>::record(const List& list) {
    return {.arrays = {}, .attributes = {{"element_type", list.element_type}}, .children = list.items};
}

List PayloadTraits<List>::restore(const Record& record) {
    List list{record.attributes.at("element_type").as_string(), record.children};
    for (const Packet& item : list.items) {
        if (item.type().name != list.element_type) malformed("A list holds an element of another type", list.element_type, item.type().name);
    }
    return list;
}

std::vector<visual::Visual> PayloadTraits<List>::visual(const List& list, const visual::Budget& budget) {
    std::vector<visual::Visual> visuals;
    for (const Packet& item : list.items) {
        if (visuals.size() >= 16) break;
        for (visual::Visual& visual : item.visual({budget.bytes / std::max<std::size_t>(1, list.items.size())})) {
            visuals.push_back(std::move(visual));
        }
    }
    return visuals;
}

Record PayloadTraits<double>::record(const double& value) { return {.arrays = {view_of("value", &value, {})}, .attributes = {}}; }

double PayloadTraits<double>::restore(const Record& record) { return copy_of<double>(record.require("value", DType::F64, 0)).at(0); }

std::vector<visual::Visual> PayloadTraits<double>::visual(const double& value, const visual::Budget&) {
    return {visual::Text{fmt::format("{}", value)}};
}

Record PayloadTraits<Value>::record(const Value& value) { return {.arrays = {}, .attributes = {{"value", value}}}; }

Value PayloadTraits<Value>::restore(const Record& record) { return record.attributes.at("value"); }

std::vector<visual::Visual> PayloadTraits<Value>::visual(const Value& value, const visual::Budget&) {
    return {visual::Text{to_json(value, JsonLayout::Pretty)}};
}

}  // namespace millrace::engine
