// The table a node type gives of itself. Forms, command-line help, --set, validation, saved files and
// reference pages all read it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/problem.hpp"
#include "engine/value.hpp"

namespace millrace::engine {

/// A file or folder parameter. Saved as written; the run resolves it (relative to the document, or from a
/// named root as in "${data}/scan") before start() is called.
struct Path {
    std::string text = {};
    friend bool operator==(const Path&, const Path&) = default;
};

enum class Sync {
    Stream,   ///< one packet per item; all stream inputs of a node are of one rate
    Latch,    ///< holds a value; which one an item sees is bound to item numbers
    Feedback  ///< answer to the previous item; closes a cycle
};

enum class Change {
    Hot,   ///< takes effect at the next item
    Warm,  ///< restarts the node
    Cold   ///< restarts the run
};

enum class Rate {
    Same,   ///< one answer per item
    New,    ///< a batcher or splitter: outputs are numbered anew
    Parent  ///< closes what a splitter opened: one answer per item of the rate around it
};

enum class Join {
    Aligned,   ///< stream inputs are of one rate and matched by item
    Zip,       ///< stream inputs may be of any rates; values are matched by order; ends with the shortest
    Alternate  ///< stream inputs may be of any rates; taken in turn, one per call, until all have ended
};

enum class Resource {
    None,
    Compute,  ///< library threads: takes as many cores as the run allows one call
    Gpu,
    Disk,     ///< reads or writes files: a thread of its own
    Wait      ///< sleeps or waits for another process: a thread of its own, and no core
};

/// What a text parameter names inside the run's artifacts folder for the node to write. The plan refuses a name that
/// climbs out, two nodes that write to one file, and warns of two that fill one folder alike.
enum class Writes { Nothing, File, Folder };

/// The words by which pages, plans and tables call them: "stream", "hot", "new", "zip", "disk", "file".
std::string_view to_text(Sync sync);
std::string_view to_text(Change change);
std::string_view to_text(Rate rate);
std::string_view to_text(Join join);
std::string_view to_text(Resource resource);
std::string_view to_text(Writes writes);

struct InputSpec {
    std::string name;
    std::string doc;
    Sync sync = Sync::Stream;
    bool optional = false;
    Value first = {};         ///< feedback of a number or value: what item 0 sees; null: the input is absent then
    /// Payload name with version; filled from the call operator. For an engine::Packet argument write a
    /// variable ("T", bound per node from its wires) or "list<T>"; empty means any type.
    std::string type = {};
};

struct OutputSpec {
    std::string name;
    std::string doc;
    std::string type = {};  ///< as in InputSpec
};

enum class ParamKind { Bool, Int, Double, Text, Choice, Path, Numbers, Curve };

/// "boolean", "integer", "number", "text", "choice", "path", "numbers" or "curve".
std::string_view to_text(ParamKind kind);

/// What a field takes, whatever node it belongs to.
struct FieldType {
    ParamKind kind = ParamKind::Bool;
    bool integers = false;  ///< Numbers: each element is an integer
    /// Of an integer, an enumeration's index, or each element of a list of integers.
    std::int64_t low = std::numeric_limits<std::int64_t>::min();
    std::int64_t high = std::numeric_limits<std::int64_t>::max();

    /// The value in the form the field is set with: 3.0 becomes 3 for an integer and 3 becomes 3.0 for a number. Throws
    /// Error (E-PARAM-002) when it has the wrong kind or its C++ type can't hold it.
    Value accept(const Value& value) const;

    friend bool operator==(const FieldType&, const FieldType&) = default;
};

/// Type-erased pointer to a data member. Converts between the member and its JSON form.
class Field {
public:
    using Get = std::function<Value(const void*)>;
    using Set = std::function<void(void*, const Value&)>;

    Field() = default;
    template <class N, class V>
    Field(V N::*member);  // defined in adapt.hpp
    /// For a table without its struct: `set` is given accepted values alone.
    Field(FieldType type, Get get, Set set)
        : type_(type), get_(std::move(get)), set_(std::move(set)) {}

    ParamKind kind() const { return type_.kind; }
    const FieldType& type() const { return type_; }
    /// The member's JSON form; enumerations give their index.
    Value get(const void* node) const { return get_(node); }
    /// Throws Error (E-PARAM-002) when the value has the wrong kind.
    void set(void* node, const Value& value) const { set_(node, type_.accept(value)); }
    explicit operator bool() const { return get_ != nullptr; }

private:
    FieldType type_;
    Get get_;
    Set set_;
};

struct Range {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
};

struct ParamSpec {
    std::string name;
    Field field;
    std::string unit = {};
    Range range = {};                       ///< inclusive; of each element for a list of numbers, of what a curve gives
    std::vector<std::string> choices = {};  ///< names of the enumerators in order, or the texts allowed
    std::string doc = {};
    Change change = Change::Cold;
    std::vector<std::string> aliases = {};
    bool required_path = false;             ///< Path: must be set, and exist before the run (validate checks)
    bool existing_path = false;             ///< Path: may be left empty, and must exist when it is not
    bool advanced = false;
    Writes writes = Writes::Nothing;
};

/// Turns the parameters of a node saved at `from` into those of version from + 1.
struct Migration {
    int from = 0;
    std::function<void(Object& params)> apply;
};

struct NodeSpec {
    std::string id;     ///< "family.name", for ever
    std::string title;
    std::string group;
    std::string doc;    ///< first sentence: what it does; then what a user must know
    std::vector<InputSpec> inputs = {};
    std::vector<OutputSpec> outputs = {};
    std::vector<ParamSpec> params = {};
    int version = 1;
    std::vector<std::string> aliases = {};
    std::vector<Migration> migrations = {};
    std::vector<std::string> tags = {};
    /// Same inputs and parameters give the same outputs, nothing else happens. Unset: true for a const call
    /// operator that has inputs and outputs.
    std::optional<bool> pure = {};
    bool light = false;   ///< takes some microseconds at most: may run inline in its producer's task
    bool random = false;  ///< draws from RunContext::random()
    Resource resource = Resource::None;
    Rate rate = Rate::Same;
    Join join = Join::Aligned;
    /// Name of the integer parameter that tells how many items are gathered before the first output
    /// (Rate::New); "*" when outputs come only at the end of the stream.
    std::string gathers = {};
    std::string source = {};  ///< paper and section, for published methods
    std::string worst_time = {};  ///< for long library calls that can't be stopped: the measured worst time
    /// For the reference page: a small graph as JSON, its sections "nodes" and "wires" (and "subgraphs"). Empty where
    /// sources wired to the ports of the same name and type show enough.
    std::string example = {};

    const InputSpec* input(std::string_view name) const;
    const OutputSpec* output(std::string_view name) const;
    const ParamSpec* param(std::string_view name) const;  ///< aliases included
};

}  // namespace millrace::engine
