#include "nodes/types/packed_model.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "engine/value_parse.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::types {
namespace {

class PackedModelsAlone : public engine::PayloadLookup {
public:
    const engine::PayloadType* find_payload(std::string_view name) const override {
        const engine::PayloadType& type = engine::payload_type<PackedModel>();
        return type.name == name ? &type : nullptr;
    }
};

std::int64_t units(std::int64_t count, std::int64_t multiple) {
    return (count + multiple - 1) / multiple;
}

}  // namespace

std::int64_t PackedWeight::rows() const { return codes.size(0); }

std::size_t PackedWeight::bytes() const { return codes.nbytes() + scale.nbytes(); }

std::size_t PackedModel::bytes() const {
    std::size_t bytes = 0;
    for (const auto& [name, weight] : packed) bytes += weight.bytes();
    for (const auto& [name, tensor] : floats) bytes += tensor.nbytes();
    return bytes;
}

bool share_tensors(const PackedModel& a, const PackedModel& b) {
    const auto is_packed_same = [](const auto& one, const auto& other) {
        const PackedWeight &x = one.second, &y = other.second;
        return one.first == other.first && x.layout == y.layout && x.columns == y.columns &&
               x.codes.is_same(y.codes) && x.scale.is_same(y.scale);
    };
    const auto is_float_same = [](const auto& one, const auto& other) {
        return one.first == other.first && one.second.is_same(other.second);
    };
    return std::ranges::equal(a.packed, b.packed, is_packed_same) &&
           std::ranges::equal(a.floats, b.floats, is_float_same) && a.spec == b.spec;
}

std::int64_t packed_row_bytes(std::string_view layout, std::int64_t columns) {
    if (layout == "ternary-2") return units(columns, 4);
    if (layout == "ternary-base3") return units(columns, 5);
    if (layout == "binary") return units(columns, 64) * 8;
    if (layout == "nibble") return units(columns, 32) * 16;
    return layout == "int8" ? columns : 0;
}

void write_packed_model(const PackedModel& model, const std::filesystem::path& file) {
    visual::write_file_atomically(file,
                                  engine::serialise(engine::Packet::make<PackedModel>(model)));
}

PackedModel read_packed_model(const std::filesystem::path& file) {
    const std::vector<std::byte> bytes = visual::read_file_bytes(file);
    try {
        const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return engine::deserialise(view, PackedModelsAlone()).as<PackedModel>();
    } catch (const engine::Error& error) {
        engine::Problem problem = error.problem();
        problem.where = file.string();
        if (problem.code != "E-FILE-012" && problem.code != "E-TYPE-002")
            throw engine::Error(std::move(problem));
        throw engine::Error({.code = "E-MODEL-002",
                             .what = "The file holds no packed model",
                             .expected = "a safetensors file with packed matrices in its metadata",
                             .found = problem.what + ": " + problem.found,
                             .where = std::move(problem.where),
                             .mend = "Give a file that language.pack wrote."});
    }
}

}  // namespace millrace::types

namespace millrace::engine {
namespace {

using types::PackedModel;
using types::PackedWeight;

const std::string kCodes = ".codes", kScale = ".scale";
constexpr std::int64_t kMostColumns = std::int64_t{1} << 31;
constexpr std::size_t kRowBytes = 200;  // of a shown row, without its name

[[noreturn]] void malformed(std::string what, std::string expected, std::string found) {
    throw Error({.code = "E-FILE-011",
                 .what = std::move(what),
                 .expected = std::move(expected),
                 .found = std::move(found),
                 .mend = "The file is damaged or of another version: pack the model again."});
}

PackedWeight weight_of(const Record& record, const std::string& name, const Value& entry) {
    PackedWeight weight{.layout = entry.as_object().at("layout").as_string(),
                        .columns = entry.as_object().at("columns").as_int()};
    const ArrayView& codes = record.require(name + kCodes, DType::U8, 2);
    const ArrayView& scale = record.require(name + kScale, DType::F32, 1);
    const bool sound = weight.columns > 0 && weight.columns <= kMostColumns && codes.shape[0] > 0;
    const std::int64_t wanted = sound ? types::packed_row_bytes(weight.layout, weight.columns) : 0;
    if (wanted == 0 || codes.shape[1] != wanted || scale.shape[0] != codes.shape[0]) {
        malformed("The stored sizes of \"" + shortened(name) + "\" do not fit together",
                  fmt::format("rows of {} bytes for {} columns of \"{}\", a scale each", wanted,
                              weight.columns, shortened(weight.layout)),
                  fmt::format("{} rows of {} bytes, {} scales", codes.shape[0], codes.shape[1],
                              scale.shape[0]));
    }
    weight.codes = types::tensor_of(codes);
    weight.scale = types::tensor_of(scale);
    return weight;
}

}  // namespace

Record PayloadTraits<PackedModel>::record(const PackedModel& model) {
    Record record;
    Object packed;
    for (const auto& [name, tensor] : model.floats)
        record.arrays.push_back(types::array_of(name, tensor));
    for (const auto& [name, weight] : model.packed) {
        record.arrays.push_back(types::array_of(name + kCodes, weight.codes));
        record.arrays.push_back(types::array_of(name + kScale, weight.scale));
        packed[name] = Object{{"layout", weight.layout}, {"columns", weight.columns}};
    }
    record.attributes = {{"spec", model.spec}, {"packed", std::move(packed)}};
    return record;
}

PackedModel PayloadTraits<PackedModel>::restore(const Record& record) {
    PackedModel model;
    model.spec = record.attributes.at("spec");
    for (const auto& [name, entry] : record.attributes.at("packed").as_object())
        model.packed.emplace(name, weight_of(record, name, entry));
    for (const ArrayView& array : record.arrays) {
        const std::string& name = array.name;
        const auto is_part = [&](const std::string& ending) {
            return name.ends_with(ending) &&
                   model.packed.contains(name.substr(0, name.size() - ending.size()));
        };
        if (is_part(kCodes) || is_part(kScale)) continue;
        record.require(name, DType::F32, array.shape.size());
        model.floats.emplace(name, types::tensor_of(array));
    }
    return model;
}

std::vector<visual::Visual> PayloadTraits<PackedModel>::visual(const PackedModel& model,
                                                               const visual::Budget& budget) {
    std::size_t room = budget.bytes;
    visual::Table table{.columns = {"tensor", "layout", "weights", "bytes", "bits a weight"},
                        .rows = {}};
    const auto show = [&](const std::string& name, const std::string& layout, double weights,
                          std::size_t bytes) {
        if (room < name.size() + kRowBytes) return;
        room -= name.size() + kRowBytes;
        table.rows.push_back({name, layout, fmt::format("{:.0f}", weights), std::to_string(bytes),
                              fmt::format("{:.3g}", 8.0 * static_cast<double>(bytes) / weights)});
    };
    for (const auto& [name, weight] : model.packed)
        show(name, weight.layout, static_cast<double>(weight.rows() * weight.columns),
             weight.bytes());
    for (const auto& [name, tensor] : model.floats)
        show(name, "float32", static_cast<double>(tensor.numel()), tensor.nbytes());
    table.full_rows = model.packed.size() + model.floats.size();
    return {std::move(table)};
}

}  // namespace millrace::engine
