// Views that a user keeps under a name: camera, looks and crop box, as JSON, so that they can lie
// in a document or in a file of their own. Plain values and functions; any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/value.hpp"
#include "engine/visual/scene/style.hpp"
#include "engine/visual/scene/view.hpp"

namespace millrace::viewers {

struct SavedView {
    std::string name;
    visual::View view;
    visual::Style style;
    bool operator==(const SavedView&) const = default;
};

/// A list of objects; infinite sizes of a crop box are null.
engine::Value to_value(const std::vector<SavedView>& views);

/// Reads it back; what is missing, of another kind or out of bounds takes its default, so that
/// views of a later version can be read. What isn't a list has no views.
std::vector<SavedView> saved_views_from(const engine::Value& value);

/// Throw engine::Error, as files do; E-JSON-… where the text is none.
void save_views(const std::vector<SavedView>& views, const std::filesystem::path& file);
std::vector<SavedView> load_views(const std::filesystem::path& file);

}  // namespace millrace::viewers
