#include "engine/run/call_context.hpp"

#include "engine/visual/io/files.hpp"

namespace millrace::engine {

Random CallContext::random() const {
    if (!node_.plan->type->spec.random) {
        // Its results would be cached and repeated as if they did not depend on the seed.
        throw Error({.code = "E-NODE-021",
                     .what = "The node draws random numbers, but its spec does not say so",
                     .expected = ".random = true",
                     .where = node_.plan->id,
                     .mend = "Correct the node type's spec."});
    }
    return {executor_.options.seed, node_.plan->id, item_};
}

std::filesystem::path CallContext::artifacts() const {
    if (executor_.options.out.empty()) {
        throw Error({.code = "E-PATH-003",
                     .what = "The run has no folder to write to",
                     .expected = "an output folder",
                     .found = "none",
                     .where = node_.plan->id,
                     .mend = "Give one with --out DIR."});
    }
    return executor_.options.out / "artifacts";
}

std::filesystem::path CallContext::artifact(std::string_view name) const {
    const std::filesystem::path inside = std::filesystem::path(name).lexically_normal();
    if (inside.empty() || inside.is_absolute() || *inside.begin() == ".." || !inside.has_filename() || inside == ".") {
        throw Error({.code = "E-PATH-002",
                     .what = "The path is no file inside the run's artifacts folder",
                     .expected = "the name of a file inside it",
                     .found = std::string(name),
                     .where = node_.plan->id,
                     .mend = "Choose a plain name."});
    }
    const std::filesystem::path file = artifacts() / inside;
    visual::make_folders(file.parent_path());
    return file;
}

}  // namespace millrace::engine
