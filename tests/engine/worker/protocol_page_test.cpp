// The protocol's page against the code: whoever writes another client reads nothing else.
#include "engine/visual/codec_kinds.hpp"
#include "tests/engine/worker/support.hpp"

namespace millrace::engine::testing {
namespace {

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// What stands in quotes after `before` in the sources.
std::vector<std::string> quoted_after(const std::string& text, const std::string& before) {
    std::vector<std::string> found;
    for (std::size_t at = text.find(before); at != std::string::npos;
         at = text.find(before, at + 1)) {
        const std::size_t begin = at + before.size();
        found.push_back(text.substr(begin, text.find('"', begin) - begin));
    }
    return found;
}

TEST(WorkerProtocolPage, NamesEveryMethodNoticeKindAndParameter) {
    const std::filesystem::path root = MILLRACE_SOURCE_DIR;
    const std::string page = text_of(root / "resources/help/worker-protocol.md");
    std::string sources;
    for (const auto& entry : std::filesystem::directory_iterator(root / "engine/worker")) {
        if (entry.path().extension() == ".cpp") sources += text_of(entry.path());
    }
    std::size_t methods = 0;
    for (const char* before : {"method == \"", "make_notice(\"", "make_notice(\n            \""}) {
        for (const std::string& name : quoted_after(sources, before)) {
            EXPECT_NE(page.find(name), std::string::npos) << name;
            ++methods;
        }
    }
    EXPECT_GT(methods, 20u);
    std::size_t parameters = 0;
    for (const char* before : {"params.text(\"", "params.text_if(\"", "params.flag(\"",
                               "params.integer(\"", "params.integer_if(\"", "params.number(\"",
                               "params.texts(\"", "params.object(\"", "params.find(\""}) {
        for (const std::string& name : quoted_after(sources, before)) {
            EXPECT_NE(page.find("`" + name + "`"), std::string::npos) << name;
            ++parameters;
        }
    }
    EXPECT_GT(parameters, 30u);
    for (const std::string_view kind : visual::codec::kKinds)
        EXPECT_NE(page.find("| `" + std::string(kind) + "` |"), std::string::npos) << kind;
}

}  // namespace
}  // namespace millrace::engine::testing
