// Corpora of texts: the first byte picks the reader; what is read is UTF-8 of allowed lengths, and
// each pair once.
#include <filesystem>
#include <set>

#include "nodes/ops/text_corpus/catalogue.hpp"
#include "nodes/ops/text_corpus/readers.hpp"
#include "tests/fuzz/files.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

namespace engine = millrace::engine;
namespace fuzz = millrace::fuzz;
namespace ops = millrace::ops;

constexpr ops::TextRules kRules = {.max_characters = 200, .least = 0};

void require_text(const std::string& text) {
    engine::parse_json(engine::to_json(text), "text");
    fuzz::require(text.size() <= 4 * kRules.max_characters, "texts keep to their length");
}

ops::TextPairs read(std::uint8_t kind, const std::filesystem::path& file) {
    switch (kind % 6) {
        case 0:
            return ops::read_catalogues(file, kRules);
        case 1:
            return ops::read_summaries(file, {}, kRules);
        case 2:
            return ops::read_packages(file, kRules);
        case 3:
            return ops::read_plain(file, ops::Documents::Paragraphs, kRules);
        case 4:
            return ops::read_plain(file, ops::Documents::Lines, kRules);
        default:
            return ops::read_parallel(file, file, kRules);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Folder folder;
    if (size == 0) return 0;
    const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
    if (data[0] % 6 == 0) {
        fuzz::succeeds([&] {
            const ops::Catalogue catalogue = ops::parse_catalogue(bytes, "input");
            for (const ops::CatalogueMessage& message : catalogue.messages)
                fuzz::require(!message.translations.empty(), "a message has a translation");
        });
    }
    fuzz::succeeds([&] {
        const ops::TextPairs found = read(data[0], folder.put("texts", bytes));
        std::set<std::string_view> sources;
        for (const ops::TextPair& pair : found.pairs) {
            require_text(pair.source);
            require_text(pair.target);
            fuzz::require(!pair.source.empty(), "a source has text");
            fuzz::require(sources.insert(pair.source).second, "a source comes once");
        }
    });
    return 0;
}
