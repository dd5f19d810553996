// Compiled gettext catalogues (.mo). Untrusted: every offset and length is checked before it is
// followed, and the strings together are no longer than the file. Plain functions, any thread.
// Source: the GNU gettext manual, "The Format of GNU MO Files".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::ops {

struct CatalogueMessage {
    std::string context;                    ///< empty without
    std::string id, plural;                 ///< the untranslated forms; `plural` empty without
    std::vector<std::string> translations;  ///< by the plural forms of the language
};

struct Catalogue {
    std::string language;                    ///< as the header says: "ro", "pt_BR", or empty
    std::vector<CatalogueMessage> messages;  ///< in UTF-8, without the header, in the file's order
};

/// `name` stands for the file in messages. Throws Error E-TEXT-024 (damaged, or no catalogue) and
/// E-TEXT-025 (in a character set that is not known here: UTF-8, ASCII, ISO-8859-1, -2, -15, -16,
/// Windows-1250 and -1252).
Catalogue parse_catalogue(std::string_view bytes, const std::string& name);

}  // namespace millrace::ops
