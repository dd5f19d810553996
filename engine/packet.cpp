#include "engine/packet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

#include "engine/value_parse.hpp"
#include "engine/visual/io/safetensors.hpp"

namespace millrace::engine {
namespace {

constexpr int kDeepest = 16;

[[noreturn]] void malformed(std::string what, std::string expected, std::string found) {
    throw Error({.code = "E-FILE-012",
                 .what = std::move(what),
                 .expected = std::move(expected),
                 .found = std::move(found),
                 .where = "stored packet",
                 .mend = "The file is damaged or was not written by Millrace."});
}

/// Names of arrays may hold any character, but "/" separates a list's elements and one name is the
/// format's own.
std::string escaped(std::string_view name) {
    if (name == "__metadata__") return "%5F_metadata__";
    std::string text;
    for (const char c : name) {
        if (c == '/')
            text += "%2F";
        else if (c == '%')
            text += "%25";
        else
            text += c;
    }
    return text;
}

std::string unescaped(std::string_view text) {
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned code = 0;
        if (text[i] == '%' && i + 2 < text.size() &&
            std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr ==
                text.data() + i + 3) {
            name += static_cast<char>(code);
            i += 2;
        } else {
            name += text[i];
        }
    }
    return name;
}

bool is_json_text(const std::string& text) {
    if (std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
        return true;
    try {
        parse_json(to_json(text), "text");
        return true;
    } catch (const Error&) {
        return false;
    }
}

/// JSON has no infinities, NaN or texts that are not UTF-8: they become objects of one member with
/// "$". An object that looks so by itself gets a second "$".
Value encoded(const Value& value) {
    if (value.is_double() && !std::isfinite(value.as_double())) {
        const double number = value.as_double();
        return Object{{"$number", std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf"}};
    }
    if (value.is_string() && !is_json_text(value.as_string())) {
        std::string digits;
        for (const char c : value.as_string())
            digits += fmt::format("%{:02x}", static_cast<unsigned char>(c));
        return Object{{"$bytes", std::move(digits)}};
    }
    if (value.is_array()) {
        Array items;
        for (const Value& item : value.as_array()) items.push_back(encoded(item));
        return items;
    }
    if (!value.is_object()) return value;
    Object members;
    const bool alike =
        value.as_object().size() == 1 && value.as_object().begin()->first.starts_with('$');
    for (const auto& [name, member] : value.as_object())
        members[alike ? "$" + name : name] = encoded(member);
    return members;
}

Value decoded(const Value& value) {
    if (value.is_array()) {
        Array items;
        for (const Value& item : value.as_array()) items.push_back(decoded(item));
        return items;
    }
    if (!value.is_object()) return value;
    const Object& object = value.as_object();
    if (object.size() != 1 || !object.begin()->first.starts_with('$')) {
        Object members;
        for (const auto& [name, member] : object) members[name] = decoded(member);
        return members;
    }
    const auto& [name, member] = *object.begin();
    if (name.starts_with("$$")) return Object{{name.substr(1), decoded(member)}};
    if (name == "$bytes") return unescaped(member.as_string());
    if (name == "$number") {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        if (member.as_string() == "nan") return std::numeric_limits<double>::quiet_NaN();
        if (member.as_string() == "inf") return infinity;
        if (member.as_string() == "-inf") return -infinity;
    }
    malformed("An attribute has a form that is not known", "$number or $bytes",
              to_json(value).substr(0, 80));
}

/// Puts a packet's arrays and metadata under `prefix`; the records are kept alive in `records`.
void flatten(const Packet& packet, const std::string& prefix, int depth,
             std::vector<ArrayView>& arrays, std::map<std::string, std::string>& metadata,
             std::vector<Record>& records) {
    if (depth > kDeepest) {
        throw Error({.code = "E-TYPE-004",
                     .what = "Lists are nested too deeply to be stored",
                     .expected = fmt::format("at most {} levels", kDeepest),
                     .found = "more",
                     .mend = "Flatten the lists."});
    }
    metadata[prefix + "millrace.type"] = packet ? packet.type().name : "";
    if (!packet) return;
    Record record = packet.record();
    if (!record.attributes.empty())
        metadata[prefix + "millrace.attributes"] = to_json(encoded(record.attributes));
    for (ArrayView array : record.arrays) {
        array.name = prefix + escaped(array.name);
        arrays.push_back(std::move(array));
    }
    if (!record.children.empty())
        metadata[prefix + "millrace.children"] = std::to_string(record.children.size());
    for (std::size_t i = 0; i < record.children.size(); ++i) {
        flatten(record.children[i], fmt::format("{}{}/", prefix, i), depth + 1, arrays, metadata,
                records);
    }
    records.push_back(std::move(record));
}

/// Builds the packets of a file, whose arrays it sorts by prefix first, so that long lists take no
/// square of their length.
class Rebuilder {
public:
    Rebuilder(visual::Safetensors file, const PayloadLookup& types)
        : metadata_(std::move(file.metadata)), types_(types) {
        for (ArrayView& array : file.arrays) {
            const std::size_t slash = array.name.rfind('/') + 1;  // 0 without one
            const std::string prefix = array.name.substr(0, slash);
            array.name = unescaped(std::string_view(array.name).substr(slash));
            arrays_[prefix].push_back(std::move(array));
        }
    }

    Packet packet(const std::string& prefix, int depth) {
        if (depth > kDeepest)
            malformed("Lists are nested too deeply", fmt::format("at most {} levels", kDeepest),
                      "more");
        const std::string* name = text_of(prefix + "millrace.type");
        if (!name)
            malformed("The packet's type is missing", "millrace.type in the metadata", "none");
        if (name->empty() && depth > 0) return {};
        const PayloadType* type = types_.find_payload(*name);
        if (!type) {
            throw Error({.code = "E-TYPE-002",
                         .what = "The payload's type is not known",
                         .expected = "a type of the engine or of a loaded plug-in",
                         .found = shortened(*name),
                         .where = "stored packet",
                         .mend = "Install the plug-in that offers it."});
        }
        Record record;
        if (const std::string* attributes = text_of(prefix + "millrace.attributes")) {
            const Value value = decoded(parse_json(*attributes, "attributes of a stored packet"));
            record.attributes = value.as_object();
        }
        if (const auto found = arrays_.find(prefix); found != arrays_.end())
            record.arrays = std::move(found->second);
        const std::size_t count = child_count(prefix);
        for (std::size_t i = 0; i < count; ++i) {
            record.children.push_back(packet(fmt::format("{}{}/", prefix, i), depth + 1));
        }
        try {
            return {type, type->restore(record)};
        } catch (const Error&) {
            throw;
        } catch (const std::out_of_range&) {
            malformed("The packet lacks an attribute", "all that its type writes", "fewer");
        } catch (const std::exception& error) {
            malformed("The packet does not fit its type", *name, error.what());
        }
    }

private:
    const std::string* text_of(const std::string& name) const {
        const auto found = metadata_.find(name);
        return found == metadata_.end() ? nullptr : &found->second;
    }

    std::size_t child_count(const std::string& prefix) const {
        const std::string* text = text_of(prefix + "millrace.children");
        if (!text) return 0;
        std::size_t count = 0;
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), count);
        if (error != std::errc() || end != text->data() + text->size() ||
            count > metadata_.size()) {
            malformed("The number of list elements does not fit the file",
                      "as many elements as are stored", *text);
        }
        return count;
    }

    std::map<std::string, std::string> metadata_;
    std::map<std::string, std::vector<ArrayView>> arrays_;
    const PayloadLookup& types_;
};

}  // namespace

std::size_t Packet::bytes() const {
    std::size_t total = 0;
    const Record content = record();
    for (const ArrayView& array : content.arrays) total += array.bytes.size();
    for (const Packet& child : content.children) total += child ? child.bytes() : 0;
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
    if (!packet) {
        throw Error({.code = "E-TYPE-006",
                     .what = "There is no packet to store",
                     .expected = "a packet",
                     .found = "nothing",
                     .mend = "Store only items that gave a packet."});
    }
    std::vector<ArrayView> arrays;
    std::map<std::string, std::string> metadata;
    std::vector<Record> records;
    flatten(packet, "", 0, arrays, metadata, records);
    return visual::write_safetensors(arrays, metadata);
}

Packet deserialise(std::string_view bytes, const PayloadLookup& types) {
    const auto view = std::as_bytes(std::span(bytes.data(), bytes.size()));
    return Rebuilder(visual::read_safetensors(view, "stored packet"), types).packet("", 0);
}

Record PayloadTraits<List>::record(const List& list) {
    return {
        .arrays = {}, .attributes = {{"element_type", list.element_type}}, .children = list.items};
}

List PayloadTraits<List>::restore(const Record& record) {
    List list{record.attributes.at("element_type").as_string(), record.children};
    for (const Packet& item : list.items) {
        if (item && item.type().name != list.element_type) {
            malformed("A list holds an element of another type", shortened(list.element_type),
                      item.type().name);
        }
    }
    return list;
}

std::vector<visual::Visual> PayloadTraits<List>::visual(const List& list,
                                                        const visual::Budget& budget) {
    std::vector<visual::Visual> visuals;
    for (const Packet& item : list.items) {
        if (!item) continue;
        if (visuals.size() >= 16) break;
        for (visual::Visual& visual :
             item.visual({budget.bytes / std::clamp<std::size_t>(list.items.size(), 1, 16)})) {
            visuals.push_back(std::move(visual));
        }
    }
    return visuals;
}

Record PayloadTraits<double>::record(const double& value) {
    return {.arrays = {view_of("value", &value, {})}, .attributes = {}};
}

double PayloadTraits<double>::restore(const Record& record) {
    return copy_of<double>(record.require("value", DType::F64, 0)).at(0);
}

std::vector<visual::Visual> PayloadTraits<double>::visual(const double& value,
                                                          const visual::Budget&) {
    return {visual::Text{fmt::format("{}", value)}};
}

Record PayloadTraits<Value>::record(const Value& value) {
    return {.arrays = {}, .attributes = {{"value", value}}};
}

Value PayloadTraits<Value>::restore(const Record& record) { return record.attributes.at("value"); }

std::vector<visual::Visual> PayloadTraits<Value>::visual(const Value& value,
                                                         const visual::Budget& budget) {
    return {visual::Text{to_json(value, JsonLayout::Pretty).substr(0, budget.bytes)}};
}

}  // namespace millrace::engine
