#include "engine/node/table.hpp"

#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace millrace::engine {
namespace {

Array texts(const std::vector<std::string>& words) { return {words.begin(), words.end()}; }

/// Infinity is what a range has where it has no end.
Value end_of(double number) { return std::isfinite(number) ? Value(number) : Value(); }

Value table_of(const ParamSpec& param, const Value& standard) {
    const FieldType& type = param.field.type();
    return Object{{"name", param.name},
                  {"kind", to_text(type.kind)},
                  {"integers", type.integers},
                  {"least", type.low},
                  {"most", type.high},
                  {"default", standard},
                  {"unit", param.unit},
                  {"low", end_of(param.range.low)},
                  {"high", end_of(param.range.high)},
                  {"choices", texts(param.choices)},
                  {"doc", param.doc},
                  {"change", to_text(param.change)},
                  {"aliases", texts(param.aliases)},
                  {"required_path", param.required_path},
                  {"existing_path", param.existing_path},
                  {"advanced", param.advanced},
                  {"writes", to_text(param.writes)}};
}

const Value& member(const Value& value, std::string_view name) {
    if (const Value* found = value.find(name)) return *found;
    throw Error({.code = "E-VALUE-002",
                 .what = fmt::format("The table of a node type has no \"{}\"", name),
                 .expected = std::string(name),
                 .found = "nothing"});
}

std::string text(const Value& value, std::string_view name) {
    return member(value, name).as_string();
}
bool flag(const Value& value, std::string_view name) { return member(value, name).as_bool(); }

double end_from(const Value& value, double open) {
    return value.is_null() ? open : value.as_double();
}

std::vector<std::string> texts(const Value& value, std::string_view name) {
    std::vector<std::string> words;
    for (const Value& word : member(value, name).as_array()) words.push_back(word.as_string());
    return words;
}

/// The enumerator whose word it is.
template <class E>
E named(const Value& value, std::string_view name) {
    const std::string word = text(value, name);
    for (int index = 0; !to_text(static_cast<E>(index)).empty(); ++index) {
        if (to_text(static_cast<E>(index)) == word) return static_cast<E>(index);
    }
    throw Error({.code = "E-VALUE-002",
                 .what = fmt::format("The table of a node type has an unknown \"{}\"", name),
                 .expected = "a known word",
                 .found = word});
}

/// What all instances of a type made from a table share.
struct Shared {
    std::string id;
    Array defaults;
    TableCode code;
    bool has_check = false;
};

class TableInstance final : public NodeInstance {
public:
    explicit TableInstance(std::shared_ptr<const Shared> shared)
        : shared_(std::move(shared)), fields_(shared_->defaults) {}

    void* object() override { return &fields_; }
    std::vector<Problem> check() const override {
        return shared_->has_check ? shared_->code.check(shared_->id, fields_)
                                  : std::vector<Problem>();
    }
    void start(RunContext&) override { no_code(); }
    void call(std::span<const Packet>, Results&, RunContext&) override { no_code(); }
    void finish(Results&, RunContext&) override { no_code(); }
    State save() const override { no_code(); }
    void load(const State&, RunContext&) override { no_code(); }
    std::optional<std::uint64_t> count() const override { return {}; }
    std::vector<Path> files(std::uint64_t) const override { no_code(); }
    std::uint64_t place(std::uint64_t) const override { no_code(); }
    std::unique_ptr<NodeInstance> clone() const override {
        return std::make_unique<TableInstance>(*this);
    }

private:
    [[noreturn]] void no_code() const {
        throw Error({.code = "E-INTERNAL-003",
                     .what = "A node that is known from its table alone was to run",
                     .expected = "a plug-in that is loaded",
                     .found = shared_->id,
                     .mend = "Please report this defect."});
    }

    std::shared_ptr<const Shared> shared_;
    Array fields_;
};

Field field_from(const Value& table, std::size_t index) {
    const FieldType type{.kind = named<ParamKind>(table, "kind"),
                         .integers = flag(table, "integers"),
                         .low = member(table, "least").as_int(),
                         .high = member(table, "most").as_int()};
    return {
        type, [index](const void* node) { return (*static_cast<const Array*>(node))[index]; },
        [index](void* node, const Value& value) { (*static_cast<Array*>(node))[index] = value; }};
}

ParamSpec param_from(const Value& table, std::size_t index) {
    constexpr double kOpen = std::numeric_limits<double>::infinity();
    return {
        .name = text(table, "name"),
        .field = field_from(table, index),
        .unit = text(table, "unit"),
        .range = {end_from(member(table, "low"), -kOpen), end_from(member(table, "high"), kOpen)},
        .choices = texts(table, "choices"),
        .doc = text(table, "doc"),
        .change = named<Change>(table, "change"),
        .aliases = texts(table, "aliases"),
        .required_path = flag(table, "required_path"),
        .existing_path = flag(table, "existing_path"),
        .advanced = flag(table, "advanced"),
        .writes = named<Writes>(table, "writes")};
}

void read_ports(const Value& table, NodeSpec& spec) {
    for (const Value& input : member(table, "inputs").as_array()) {
        spec.inputs.push_back({.name = text(input, "name"),
                               .doc = text(input, "doc"),
                               .sync = named<Sync>(input, "sync"),
                               .optional = flag(input, "optional"),
                               .first = member(input, "first"),
                               .type = text(input, "type")});
    }
    for (const Value& output : member(table, "outputs").as_array()) {
        spec.outputs.push_back({.name = text(output, "name"),
                                .doc = text(output, "doc"),
                                .type = text(output, "type")});
    }
}

/// The derived flags by name, for both directions.
struct Flag {
    const char* name;
    bool NodeType::*member;
};
constexpr Flag kFlags[] = {
    {"parallel", &NodeType::parallel},     {"source", &NodeType::source},
    {"is_pure", &NodeType::pure},          {"has_check", &NodeType::has_check},
    {"has_finish", &NodeType::has_finish}, {"finish_gives", &NodeType::finish_gives},
    {"has_save", &NodeType::has_save},     {"has_files", &NodeType::has_files},
    {"has_count", &NodeType::has_count},   {"generator", &NodeType::generator},
    {"copyable", &NodeType::copyable}};

}  // namespace

Value table_of(const NodeType& type) {
    const NodeSpec& spec = type.spec;
    Array inputs;
    for (const InputSpec& input : spec.inputs) {
        inputs.push_back(Object{{"name", input.name},
                                {"doc", input.doc},
                                {"sync", to_text(input.sync)},
                                {"optional", input.optional},
                                {"first", input.first},
                                {"type", input.type}});
    }
    Array outputs;
    for (const OutputSpec& output : spec.outputs)
        outputs.push_back(
            Object{{"name", output.name}, {"doc", output.doc}, {"type", output.type}});
    Array params;
    const auto node = type.make();
    for (const ParamSpec& param : spec.params)
        params.push_back(table_of(param, param.field.get(node->object())));
    Array migrations;
    for (const Migration& migration : spec.migrations) migrations.emplace_back(migration.from);
    Object table{{"id", spec.id},
                 {"title", spec.title},
                 {"group", spec.group},
                 {"doc", spec.doc},
                 {"inputs", std::move(inputs)},
                 {"outputs", std::move(outputs)},
                 {"params", std::move(params)},
                 {"version", spec.version},
                 {"aliases", texts(spec.aliases)},
                 {"migrations", std::move(migrations)},
                 {"tags", texts(spec.tags)},
                 {"pure", spec.pure ? Value(*spec.pure) : Value()},
                 {"light", spec.light},
                 {"random", spec.random},
                 {"resource", to_text(spec.resource)},
                 {"rate", to_text(spec.rate)},
                 {"join", to_text(spec.join)},
                 {"gathers", spec.gathers},
                 {"from", spec.source},
                 {"worst_time", spec.worst_time},
                 {"example", spec.example}};
    for (const Flag& flag : kFlags) table[flag.name] = type.*flag.member;
    return table;
}

NodeType type_from(const Value& table, const TableCode& code) {
    NodeType type;
    NodeSpec& spec = type.spec;
    spec.id = text(table, "id");
    spec.title = text(table, "title");
    spec.group = text(table, "group");
    spec.doc = text(table, "doc");
    spec.version = static_cast<int>(member(table, "version").as_int());
    spec.aliases = texts(table, "aliases");
    spec.tags = texts(table, "tags");
    if (const Value& pure = member(table, "pure"); !pure.is_null()) spec.pure = pure.as_bool();
    spec.light = flag(table, "light");
    spec.random = flag(table, "random");
    spec.resource = named<Resource>(table, "resource");
    spec.rate = named<Rate>(table, "rate");
    spec.join = named<Join>(table, "join");
    spec.gathers = text(table, "gathers");
    spec.source = text(table, "from");
    spec.worst_time = text(table, "worst_time");
    spec.example = text(table, "example");
    read_ports(table, spec);
    for (const Flag& one : kFlags) type.*one.member = flag(table, one.name);

    const auto shared = std::make_shared<Shared>();
    shared->id = spec.id;
    shared->code = code;
    shared->has_check = type.has_check;
    for (const Value& param : member(table, "params").as_array()) {
        spec.params.push_back(param_from(param, spec.params.size()));
        shared->defaults.push_back(
            spec.params.back().field.type().accept(member(param, "default")));
    }
    for (const Value& from : member(table, "migrations").as_array()) {
        const int version = static_cast<int>(from.as_int());
        spec.migrations.push_back({version, [migrate = code.migrate, id = spec.id, version](
                                                Object& params) { migrate(id, version, params); }});
    }
    type.make = [shared] { return std::make_unique<TableInstance>(shared); };
    return type;
}

}  // namespace millrace::engine
