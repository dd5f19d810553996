// Which of many spellings a text begins with, in time that depends only on their lengths. For the
// sources of this folder. Immutable: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::ops {

class PrefixTrie {
public:
    using Entry = std::pair<std::string_view, std::int32_t>;

    struct Match {
        std::size_t length = 0;
        std::int32_t value = 0;
    };

    /// A walk along a text, a byte at a time.
    struct Place {
        std::uint32_t node = 0;
    };

    PrefixTrie() = default;
    /// Of two equal spellings the first counts; empty ones are left out. Values are at least 0.
    explicit PrefixTrie(std::vector<Entry> entries);

    bool is_empty() const { return nodes_.empty(); }

    /// One byte on; false where no spelling goes on so.
    bool advance(Place& place, char next) const;
    /// The value of the spelling that ends here.
    std::optional<std::int32_t> value(Place place) const;

    std::optional<Match> longest(std::string_view text) const;

private:
    struct Node {
        std::uint32_t first_child = 0;
        std::uint16_t child_count = 0;
        unsigned char label = 0;
        std::int32_t value = -1;
    };

    std::vector<Node> nodes_;  ///< the root first, children of one node in a row, by label
};

}  // namespace millrace::ops
