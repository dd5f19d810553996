#include "nodes/ops/tokenizers/prefix_trie.hpp"

#include <algorithm>
#include <deque>

namespace millrace::ops {

PrefixTrie::PrefixTrie(std::vector<Entry> entries) {
    std::erase_if(entries, [](const Entry& entry) { return entry.first.empty(); });
    if (entries.empty()) return;
    std::ranges::stable_sort(entries, {}, &Entry::first);
    struct Range {
        std::size_t begin, end, depth;
        std::uint32_t node;
    };
    nodes_.emplace_back();
    std::deque<Range> open = {{0, entries.size(), 0, 0}};
    for (; !open.empty(); open.pop_front()) {
        const Range range = open.front();
        std::size_t at = range.begin;
        for (; at < range.end && entries[at].first.size() == range.depth; ++at) {
            std::int32_t& value = nodes_[range.node].value;
            if (value < 0) value = entries[at].second;
        }
        nodes_[range.node].first_child = static_cast<std::uint32_t>(nodes_.size());
        while (at < range.end) {
            const char label = entries[at].first[range.depth];
            std::size_t end = at + 1;
            while (end < range.end && entries[end].first[range.depth] == label) ++end;
            open.push_back({at, end, range.depth + 1, static_cast<std::uint32_t>(nodes_.size())});
            nodes_.push_back({.label = static_cast<unsigned char>(label)});
            ++nodes_[range.node].child_count;
            at = end;
        }
    }
}

bool PrefixTrie::advance(Place& place, char next) const {
    if (nodes_.empty()) return false;
    const Node& node = nodes_[place.node];
    const auto first = nodes_.begin() + node.first_child, last = first + node.child_count;
    const auto label = static_cast<unsigned char>(next);
    const auto child =
        std::lower_bound(first, last, label,
                         [](const Node& one, unsigned char wanted) { return one.label < wanted; });
    if (child == last || child->label != label) return false;
    place.node = static_cast<std::uint32_t>(child - nodes_.begin());
    return true;
}

std::optional<std::int32_t> PrefixTrie::value(Place place) const {
    if (nodes_.empty() || nodes_[place.node].value < 0) return {};
    return nodes_[place.node].value;
}

std::optional<PrefixTrie::Match> PrefixTrie::longest(std::string_view text) const {
    std::optional<Match> found;
    Place place;
    for (std::size_t i = 0; i < text.size() && advance(place, text[i]); ++i) {
        if (const auto here = value(place)) found = {i + 1, *here};
    }
    return found;
}

}  // namespace millrace::ops
