#include <algorithm>
#include <deque>

#include "engine/node.hpp"
#include "engine/node/control/control.hpp"

namespace millrace::engine::control {
namespace {

std::string type_name(const std::vector<Packet>& items) { return items.empty() ? "" : items.front().type().name; }

State saved(const std::vector<Packet>& items) {
    State state;
    state.packets["items"] = items;
    return state;
}

std::vector<Packet> loaded(const State& state) {
    const auto found = state.packets.find("items");
    if (found == state.packets.end()) return {};
    if (!std::ranges::all_of(found->second, &Packet::operator bool)) {
        throw Error({.code = "E-CKPT-003",
                     .what = "The checkpoint holds a list with an item that is none",
                     .mend = "Run again without --resume, or into another folder."});
    }
    return found->second;
}

struct Batch {
    int size = 8;
    bool drop_last = false;

    static NodeSpec spec() {
        return {.id = "control.batch",
                .title = "Batch",
                .group = "Control",
                .doc = "Gathers items into lists of so many. The last list, at the end of the stream, may be shorter. Items that "
                       "gave none or were skipped are not counted.",
                .inputs = {{.name = "item", .doc = "any payload", .type = "T"}},
                .outputs = {{"items", "list of `size` items", "list<T>"}},
                .params = {{.name = "size", .field = &Batch::size, .range = {1, 1 << 20}, .doc = "Items per list"},
                           {.name = "drop_last", .field = &Batch::drop_last, .doc = "Leave out a last list that is not full"}},
                .rate = Rate::New,
                .gathers = "size"};
    }

    std::optional<List> operator()(const Packet& item) {
        items_.push_back(item);
        if (items_.size() < static_cast<std::size_t>(size)) return {};
        return take();
    }
    std::optional<List> finish() {
        if (items_.empty() || drop_last) return {};
        return take();
    }
    State save() const { return saved(items_); }
    void load(const State& state) { items_ = loaded(state); }

    List take() {
        List list{type_name(items_), std::move(items_)};
        items_.clear();
        return list;
    }
    std::vector<Packet> items_;
};

struct Window {
    int size = 2;
    int stride = 1;

    static NodeSpec spec() {
        return {.id = "control.window",
                .title = "Window",
                .group = "Control",
                .doc = "Gives overlapping lists of the last `size` items, a new one every `stride` items. Begins when `size` items "
                       "are there; a rest at the end gives no list.",
                .inputs = {{.name = "item", .doc = "any payload", .type = "T"}},
                .outputs = {{"items", "list of `size` items, oldest first", "list<T>"}},
                .params = {{.name = "size", .field = &Window::size, .range = {1, 1 << 20}, .doc = "Items per list"},
                           {.name = "stride", .field = &Window::stride, .range = {1, 1 << 20}, .doc = "Items from list to list"}},
                .rate = Rate::New,
                .gathers = "size"};
    }

    std::optional<List> operator()(const Packet& item) {
        if (skip_ > 0) {
            --skip_;
            return {};
        }
        items_.push_back(item);
        if (items_.size() < static_cast<std::size_t>(size)) return {};
        List list{type_name(items_), items_};
        const auto gone = std::min(items_.size(), static_cast<std::size_t>(stride));
        items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(gone));
        skip_ = std::max(0, stride - size);
        return list;
    }
    State save() const {
        State state = saved(items_);
        state.values["skip"] = skip_;
        return state;
    }
    void load(const State& state) {
        items_ = loaded(state);
        skip_ = static_cast<int>(state.values.at("skip").as_int());
    }

    std::vector<Packet> items_;
    int skip_ = 0;  ///< items to let pass when the stride is longer than the list
};

struct Split {
    static NodeSpec spec() {
        return {.id = "control.split",
                .title = "Split",
                .group = "Control",
                .doc = "Gives the elements of a list one by one, numbered anew. Close it with control.collect to get back "
                       "lists at the rate of the input.",
                .inputs = {{.name = "items", .doc = "a list", .type = "list<T>"}},
                .outputs = {{"item", "its elements in order", "T"}},
                .aliases = {"control.unbatch"},
                .light = true,
                .rate = Rate::New};
    }

    Generator<Packet> operator()(const Packet& items) const {
        return Generator<Packet>([list = items.share<List>(), next = std::size_t{0}]() mutable -> std::optional<Packet> {
            if (next == list->items.size()) return {};
            return list->items[next++];
        });
    }
};

struct Collect {
    static NodeSpec spec() {
        return {.id = "control.collect",
                .title = "Collect",
                .group = "Control",
                .doc = "Closes a split: one list for each list that was split, of the values that came of its elements. "
                       "Elements that gave none or were skipped are left out.",
                .inputs = {{.name = "item", .doc = "what came of an element", .type = "T"}},
                .outputs = {{"items", "the list, in the order of the elements", "list<T>"}},
                .rate = Rate::Parent,
                .example = R"("nodes": {
    "numbers": {"type": "control.counter", "version": 1},
    "batch": {"type": "control.batch", "version": 1, "params": {"size": 4}},
    "split": {"type": "control.split", "version": 1},
    "limit": {"type": "control.rate_limit", "version": 1},
    "collect": {"type": "control.collect", "version": 1}},
"wires": [
    {"from": "numbers.value", "to": "batch.item"},
    {"from": "batch.items", "to": "split.items"},
    {"from": "split.item", "to": "limit.item"},
    {"from": "limit.item", "to": "collect.item"}])"};
    }

    std::optional<List> operator()(const Packet& item) {
        items_.push_back(item);
        return {};
    }
    /// Called at the end of each group.
    List finish() {
        List list{type_name(items_), std::move(items_)};
        items_.clear();
        return list;
    }
    State save() const { return saved(items_); }
    void load(const State& state) { items_ = loaded(state); }

    std::vector<Packet> items_;
};

struct Element {
    int index = 0;

    static NodeSpec spec() {
        return {.id = "control.element",
                .title = "Element",
                .group = "Control",
                .doc = "Gives one element of each list.",
                .inputs = {{.name = "items", .doc = "a list", .type = "list<T>"}},
                .outputs = {{"item", "the element; none when the list is too short", "T"}},
                .params = {{.name = "index",
                            .field = &Element::index,
                            .range = {-(1 << 20), 1 << 20},
                            .doc = "0 is the first, -1 the last",
                            .change = Change::Hot}},
                .light = true};
    }

    Packet operator()(const Packet& items) const {
        const auto& list = items.as<List>().items;
        const auto count = static_cast<std::ptrdiff_t>(list.size());
        const std::ptrdiff_t place = index < 0 ? count + index : index;
        return place >= 0 && place < count ? list[static_cast<std::size_t>(place)] : Packet();
    }
};

}  // namespace

void register_groups(Registry& registry) {
    registry.add<Batch>();
    registry.add<Window>();
    registry.add<Split>();
    registry.add<Collect>();
    registry.add<Element>();
}

}  // namespace millrace::engine::control
