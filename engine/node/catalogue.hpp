// The catalogue of node types: what each plug-in registers, kept as tables in a folder, so that
// whoever only asks what node types there are (lists, pages, validation, plans, the palette) loads
// no plug-in. One file per plug-in, named by the plug-in's path; it counts while the plug-in's
// content, the libraries of Millrace it uses and the ABI string are the same. A file that is
// damaged, or that can't be written, costs time and nothing else.
//
// Code that a table can't hold is run by loading that one plug-in when it is needed: migrations,
// and check() of parameters that have not been checked before (answers are kept, since check()
// looks at the fields alone).
#pragma once

#include <filesystem>
#include <vector>

#include "engine/node/plugin.hpp"

namespace millrace::engine {

/// Registers the node types of every plug-in of `folders`, from the tables in `store` where they
/// are up to date. Plug-ins that are new, changed or broken are loaded, as load_plugins() does. The
/// registry's types serve for everything but running, and must not outlive the program's use of
/// plug-ins. Any thread, one at a time.
std::vector<PluginReport> load_catalogue(Registry& registry,
                                         const std::vector<std::filesystem::path>& folders,
                                         const std::filesystem::path& store);

}  // namespace millrace::engine
