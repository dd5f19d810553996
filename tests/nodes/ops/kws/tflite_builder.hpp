// Builds small .tflite files by hand: tables, lists and their offsets, each child behind its
// parent, for tests of what reads them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace millrace::testing {

/// Appends something to the file and gives its position.
using Emit = std::function<std::size_t(std::string& file)>;

template <class T>
void store(std::string& file, std::size_t at, T value) {
    if (file.size() < at + sizeof(T)) file.resize(at + sizeof(T));
    std::memcpy(file.data() + at, &value, sizeof(T));
}

struct FlatField {
    std::size_t index;
    std::variant<std::int8_t, std::int32_t, float, Emit> value;
};

inline Emit flat_table(std::vector<FlatField> fields) {
    return [fields = std::move(fields)](std::string& file) {
        std::size_t slots = 0;
        for (const FlatField& field : fields) slots = std::max(slots, field.index + 1);
        const std::size_t slot_table = (file.size() + 3) / 4 * 4;
        const std::size_t table = (slot_table + 4 + 2 * slots + 3) / 4 * 4;
        const std::size_t size = 4 + 4 * fields.size();
        store<std::uint16_t>(file, slot_table, std::uint16_t(4 + 2 * slots));
        store<std::uint16_t>(file, slot_table + 2, std::uint16_t(size));
        file.resize(table + size);
        store<std::int32_t>(file, table, std::int32_t(table - slot_table));
        std::size_t at = 4;
        for (const FlatField& field : fields) {
            store<std::uint16_t>(file, slot_table + 4 + 2 * field.index, std::uint16_t(at));
            std::visit(
                [&](const auto& value) {
                    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>) {
                        store(file, table + at, value);
                    } else {
                        const std::size_t child = value(file);
                        store<std::uint32_t>(file, table + at, std::uint32_t(child - table - at));
                    }
                },
                field.value);
            at += 4;
        }
        return table;
    };
}

template <class T>
Emit flat_list(std::vector<T> values) {
    return [values = std::move(values)](std::string& file) {
        const std::size_t at = (file.size() + 3) / 4 * 4;
        store<std::uint32_t>(file, at, std::uint32_t(values.size()));
        for (std::size_t i = 0; i < values.size(); ++i)
            store<T>(file, at + 4 + i * sizeof(T), values[i]);
        return at;
    };
}

inline Emit flat_tables(std::vector<Emit> tables) {
    return [tables = std::move(tables)](std::string& file) {
        const std::size_t at = (file.size() + 3) / 4 * 4;
        file.resize(at + 4 + 4 * tables.size());
        store<std::uint32_t>(file, at, std::uint32_t(tables.size()));
        for (std::size_t i = 0; i < tables.size(); ++i) {
            const std::size_t slot = at + 4 + 4 * i, child = tables[i](file);
            store<std::uint32_t>(file, slot, std::uint32_t(child - slot));
        }
        return at;
    };
}

template <class T>
std::string raw(std::vector<T> values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Type codes of the schema.
enum : std::int8_t { kFloat = 0, kInt32 = 2, kInt16 = 7, kInt8 = 9 };

struct FlatTensor {
    std::vector<std::int32_t> shape;
    std::int8_t type = kInt8;
    std::vector<float> scales = {1};
    std::vector<std::int64_t> zero_points = {0};
    std::string data = {};
    bool is_variable = false;
    std::int32_t axis = 0;
    std::string name = "tensor";
};

struct FlatOperator {
    std::int32_t code;
    std::vector<std::int32_t> inputs, outputs;
    std::vector<FlatField> options = {};
    std::string custom = {};
};

struct FlatModel {
    std::vector<FlatTensor> tensors;
    std::vector<FlatOperator> operators;
    std::vector<std::int32_t> inputs = {0}, outputs = {1};
    std::int32_t version = 3;
    std::size_t graphs = 1;

    std::string file() const {
        const auto letters = [](const std::string& text) {
            return flat_list(std::vector<char>(text.begin(), text.end()));
        };
        std::vector<Emit> buffers = {flat_table({})}, flat, codes, operations;
        for (const FlatTensor& tensor : tensors) {
            const auto buffer = std::int32_t(tensor.data.empty() ? 0 : buffers.size());
            if (buffer != 0) buffers.push_back(flat_table({{0, letters(tensor.data)}}));
            flat.push_back(flat_table({{0, flat_list(tensor.shape)},
                                       {1, tensor.type},
                                       {2, buffer},
                                       {3, letters(tensor.name)},
                                       {4, flat_table({{2, flat_list(tensor.scales)},
                                                       {3, flat_list(tensor.zero_points)},
                                                       {6, tensor.axis}})},
                                       {5, std::int8_t(tensor.is_variable)}}));
        }
        for (const FlatOperator& op : operators) {
            operations.push_back(flat_table({{0, std::int32_t(codes.size())},
                                             {1, flat_list(op.inputs)},
                                             {2, flat_list(op.outputs)},
                                             {4, flat_table(op.options)}}));
            codes.push_back(flat_table(
                {{0, std::int8_t(std::min(op.code, 127))}, {1, letters(op.custom)}, {3, op.code}}));
        }
        const Emit graph = flat_table({{3, flat_tables(operations)},
                                       {1, flat_list(inputs)},
                                       {2, flat_list(outputs)},
                                       {0, flat_tables(flat)}});
        std::string bytes(4, '\0');
        bytes += "TFL3";
        const std::size_t root =
            flat_table({{0, version},
                        {1, flat_tables(codes)},
                        {4, flat_tables(buffers)},
                        {2, flat_tables(std::vector<Emit>(graphs, graph))}})(bytes);
        store<std::uint32_t>(bytes, 0, std::uint32_t(root));
        return bytes;
    }
};

inline std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

}  // namespace millrace::testing
