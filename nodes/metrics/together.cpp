#include "nodes/metrics/together.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "nodes/ops/training/process_group.hpp"

namespace millrace::nodes {
namespace {

using engine::Array;
using engine::Object;
using engine::Value;

[[noreturn]] void fail(std::string_view name, std::string expected, std::string found) {
    throw engine::Error({.code = "E-DIST-009",
                         .what = "The processes' parts of a metric don't fit each other",
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .where = std::string(name),
                         .mend = "Run the same graph with the same parameters in each process."});
}

double number_of(const Value& value) {
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.as_double();
}

bool is_number(const Value& value) { return value.is_number() || value.is_null(); }

Value added(const Value& a, const Value& b) {
    if (a.is_int() && b.is_int()) return a.as_int() + b.as_int();
    return number_of(a) + number_of(b);
}

/// The shorter one, as of a process that has seen nothing, counts as 0 where it ends.
Array added(const Array& a, const Array& b) {
    Array sum = a.size() < b.size() ? b : a;
    const Array& other = a.size() < b.size() ? a : b;
    for (std::size_t i = 0; i < other.size(); ++i) sum[i] = added(sum[i], other[i]);
    return sum;
}

Array dealt(const std::vector<const Value*>& lists) {
    std::size_t most = 0;
    for (const Value* list : lists) most = std::max(most, list->as_array().size());
    Array all;
    for (std::size_t i = 0; i < most; ++i) {
        for (const Value* list : lists) {
            if (i < list->as_array().size()) all.push_back(list->as_array()[i]);
        }
    }
    return all;
}

Value agreed(std::string_view name, const std::vector<const Value*>& values) {
    std::int64_t agreed = 0;
    for (const Value* value : values) {
        const std::int64_t own = value->as_int();
        if (own != 0 && agreed != 0 && own != agreed)
            fail(name, std::to_string(agreed), std::to_string(own));
        if (own != 0) agreed = own;
    }
    return agreed;
}

/// Of one member.
Value member_sum(std::string_view name, const std::vector<const Value*>& values) {
    const auto all = [&](auto&& is) {
        return std::ranges::all_of(values, [&](const Value* value) { return is(*value); });
    };
    Value sum = *values.front();
    if (all(is_number)) {
        for (std::size_t i = 1; i < values.size(); ++i) sum = added(sum, *values[i]);
    } else if (all([](const Value& value) { return value.is_bool(); })) {
        sum = std::ranges::any_of(values, [](const Value* value) { return value->as_bool(); });
    } else if (all([](const Value& value) { return value.is_string(); })) {
        for (const Value* value : values) {
            if (sum.as_string().empty()) sum = *value;
        }
    } else if (all([](const Value& value) { return value.is_object(); })) {
        std::vector<Object> parts;
        for (const Value* value : values) parts.push_back(value->as_object());
        sum = nodes::sum_of(parts);
    } else if (all([](const Value& value) { return value.is_array(); })) {
        const bool counts = all(
            [](const Value& value) { return std::ranges::all_of(value.as_array(), is_number); });
        if (!counts) return dealt(values);
        for (std::size_t i = 1; i < values.size(); ++i)
            sum = added(sum.as_array(), values[i]->as_array());
    } else {
        fail(name, std::string(values.front()->kind()) + " in each", "several kinds");
    }
    return sum;
}

}  // namespace

engine::ParamSpec peer_timeout_param(engine::Field field) {
    return {.name = "peer_timeout",
            .field = std::move(field),
            .unit = "s",
            .range = {1, 86400},
            .doc =
                "Where several processes share the items: how long one that is done waits for "
                "another before it gives up. Each then reports the figures of all",
            .advanced = true};
}

Object sum_of(const std::vector<Object>& parts, const std::vector<std::string_view>& alike) {
    std::map<std::string, std::vector<const Value*>, std::less<>> members;
    for (const Object& part : parts) {
        for (const auto& [name, value] : part) members[name].push_back(&value);
    }
    Object sum;
    for (const auto& [name, values] : members) {
        const bool is_alike = std::ranges::find(alike, name) != alike.end();
        sum[name] = is_alike ? agreed(name, values) : member_sum(name, values);
    }
    return sum;
}

struct Together::Processes {
    std::atomic<const engine::RunContext*> context = nullptr;
    std::unique_ptr<ops::ProcessGroup> group;

    /// A call's use of the group, whose waits end when the run is stopped.
    class Use {
    public:
        Use(Processes& processes, const engine::RunContext& context) : processes_(processes) {
            processes_.context = &context;
        }
        ~Use() { processes_.context = nullptr; }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;

    private:
        Processes& processes_;
    };
};

void Together::join(engine::RunContext& context, double timeout_seconds) {
    const std::optional<ops::Ranks> ranks =
        ops::ranks_from_environment([](const char* name) { return std::getenv(name); });
    if (!ranks) return;
    processes_ = std::make_shared<Processes>();
    const Processes::Use use(*processes_, context);
    processes_->group = std::make_unique<ops::ProcessGroup>(
        *ranks, timeout_seconds,
        [all = processes_.get()] {
            const engine::RunContext* now = all->context;
            return now && now->stop_requested();
        },
        std::string(context.node_id()));
}

Object Together::sum(engine::RunContext& context, Object own,
                     const std::vector<std::string_view>& alike) {
    if (!processes_) return own;
    const Processes::Use use(*processes_, context);
    std::vector<Object> parts;
    for (const std::string& text : processes_->group->gather(engine::to_json(own)))
        parts.push_back(engine::parse_json(text, "another process's part").as_object());
    return sum_of(parts, alike);
}

}  // namespace millrace::nodes
