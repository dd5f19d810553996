// Adapter from the cases of the `vl` file of tokenizers to nodes/ops/tokenizers.
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/value.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "tests/golden/tree.hpp"

namespace millrace::golden {
namespace {

const std::string& text(const Members& members, std::string_view name) {
    return std::get<std::string>(members.find(name)->second.value);
}

std::string bytes_of(const Item& list) {
    std::string bytes;
    for (const Item& byte : list.list()) bytes += static_cast<char>(byte.number());
    return bytes;
}

template <class T>
Item list(const std::vector<T>& values) {
    List items;
    for (const T& value : values) items.emplace_back().value = value;
    return {std::move(items)};
}

Item id_list(const std::vector<ops::TokenId>& ids) {
    return list(std::vector<std::int64_t>(ids.begin(), ids.end()));
}

Item byte_list(std::string_view bytes) {
    std::vector<std::int64_t> values;
    for (const char byte : bytes) values.push_back(static_cast<unsigned char>(byte));
    return list(values);
}

/// Byte as GPT-2's files spell it.
std::string spelled(unsigned byte) {
    const auto stays = [](unsigned value) {
        return (value >= 33 && value <= 126) || (value >= 161 && value <= 172) || value >= 174;
    };
    unsigned point = byte;
    if (!stays(byte)) {
        point = 0x100;
        for (unsigned before = 0; before < byte; ++before) point += stays(before) ? 0 : 1;
    }
    if (point < 0x80) return {static_cast<char>(point)};
    return {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 0x3F))};
}

/// The two files that the case's bytes and merges amount to.
std::unique_ptr<const ops::Tokenizer> byte_level(const Case& given) {
    engine::Object vocabulary;
    std::string merges;
    std::int64_t next = 0;
    for (const Item& byte : given.inputs.at("byte_of_id").list())
        vocabulary[spelled(static_cast<unsigned>(byte.number()))] = next++;
    for (const Item& merge : given.inputs.at("merges").list()) {
        const auto &left = std::get<std::string>(merge.list().at(0).value),
                   &right = std::get<std::string>(merge.list().at(1).value);
        vocabulary[left + right] = next++;
        merges += left + " " + right + "\n";
    }
    return ops::parse_gpt2(engine::to_json(vocabulary), merges, given.name);
}

Members byte_bpe(const Case& given) {
    const auto tokenizer = byte_level(given);
    List rows, decoded;
    for (const Item& item : given.inputs.at("strings").list()) {
        const auto& string = std::get<std::string>(item.value);
        rows.push_back({Members{{"pieces", list(ops::split_gpt2(string))},
                                {"ids", id_list(tokenizer->encode(string))}}});
    }
    for (const Item& item : given.inputs.at("decode").list()) {
        std::vector<ops::TokenId> ids;
        for (const Item& id : item.list()) ids.push_back(static_cast<ops::TokenId>(id.number()));
        const auto bytes = tokenizer->decode(ids, {.ill_formed = ops::IllFormed::Keep});
        decoded.push_back(
            {Members{{"bytes", byte_list(bytes)}, {"text", {tokenizer->decode(ids)}}}});
    }
    return {{"rows", {std::move(rows)}}, {"decoded", {std::move(decoded)}}};
}

/// `file` is a path from the folder that holds data/ and golden/.
std::filesystem::path shared_file(const std::string& file) {
    if (const char* folder = std::getenv("MILLRACE_SHARED"); folder && *folder)
        return std::filesystem::path(folder) / file;
    return std::filesystem::path(MILLRACE_SOURCE_DIR).parent_path() / "shared" / file;
}

Members llama2c(const Case& given) {
    const auto tokenizer = ops::load_tokenizer(shared_file(text(given.params, "file")));
    const auto marker = [&](std::string_view name) {
        return std::get<bool>(given.params.find(name)->second.value) ? ops::Marker::With
                                                                     : ops::Marker::Without;
    };
    const ops::EncodeOptions options{
        .begin = marker("bos"), .end = marker("eos"), .ill_formed = ops::IllFormed::Keep};
    List rows;
    for (const Item& item : given.inputs.at("strings").list()) {
        const auto& string = std::get<Members>(item.value);
        const auto bytes = string.find("bytes");
        const std::string given_text =
            bytes == string.end() ? text(string, "text") : bytes_of(bytes->second);
        const auto ids = tokenizer->encode(given_text, options);
        const auto back = tokenizer->decode(ids, {.ill_formed = ops::IllFormed::Keep});
        Members row{{"ids", id_list(ids)}};
        if (back != given_text) row["decoded_bytes"] = byte_list(back);
        rows.push_back({std::move(row)});
    }
    return {{"rows", {std::move(rows)}}};
}

Members tokenizers(const Case& given) {
    return text(given.params, "kind") == "llama2c" ? llama2c(given) : byte_bpe(given);
}

}  // namespace

void add_tokenizer_operations(Operations& operations) { operations["tokenizers"] = tokenizers; }

}  // namespace millrace::golden
