// Text in an older character set as UTF-8, by the C library's iconv. A reader is owned by one
// parse and used by one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace millrace::ops {

class CharsetReader {
public:
    /// `charset` as a catalogue's header names it, empty for UTF-8; only well-known ones are
    /// opened, for the name is untrusted and iconv loads code by it. Throws Error E-TEXT-025.
    CharsetReader(std::string_view charset, const std::string& name);

    /// Bytes that are not of the character set leave the text as it is.
    std::string utf8(std::string_view text) const;

private:
    struct Close {
        void operator()(void* descriptor) const;
    };
    std::unique_ptr<void, Close> descriptor_;  // none: UTF-8 already
};

}  // namespace millrace::ops
