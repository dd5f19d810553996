// Which widget shows which visual. The program that opens windows fills one and hands it on; there
// is no global list. Window thread only.
#pragma once

#include <QString>
#include <algorithm>
#include <functional>
#include <map>
#include <vector>

#include "viewers/viewer.hpp"

namespace millrace::viewers {

class Registry {
public:
    using Factory = std::function<Viewer*(QWidget* parent)>;

    struct Entry {
        QString title;
        Factory make;
    };

    /// Further viewers of the same visual follow the first one, which is the usual one.
    template <class Kind>
    void add(const QString& title, Factory make) {
        entries_[visual::Visual(Kind{}).index()].push_back({title, std::move(make)});
    }

    /// The viewers for this visual; empty when there are none.
    const std::vector<Entry>& viewers_of(const visual::Visual& item) const {
        static const std::vector<Entry> kNone;
        const auto found = entries_.find(item.index());
        return found == entries_.end() ? kNone : found->second;
    }

    /// Each title once, whatever the number of visuals it is for.
    std::vector<Entry> all() const {
        std::vector<Entry> list;
        for (const auto& [kind, entries] : entries_) {
            for (const Entry& entry : entries) {
                if (std::ranges::find(list, entry.title, &Entry::title) == list.end())
                    list.push_back(entry);
            }
        }
        return list;
    }

private:
    std::map<std::size_t, std::vector<Entry>> entries_;
};

/// Adds the viewers of this library.
void add_viewers(Registry& registry);

}  // namespace millrace::viewers
