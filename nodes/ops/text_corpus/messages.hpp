// Which messages of programs are sentences that one can learn to translate. Plain functions, any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nodes/ops/text_corpus/text_pairs.hpp"

namespace millrace::ops {

/// Format for placeholders (%s, %(name)s, {0}, ${NAME}, \n as two letters), Markup for tags and
/// entities, Layout for several lines, tabs or columns of blanks; nothing for a plain message.
std::optional<SkipReason> unfit_message(std::string_view text);

/// Takes out the underscore that marks a menu's key where each side has one, at the beginning of a
/// word of the source; else leaves both as they are.
void drop_mnemonics(std::string& source, std::string& target);

/// The letters s and t with a cedilla, which older Romanian texts have, become those with a comma
/// below, which the language has.
std::string comma_below(std::string_view text);

}  // namespace millrace::ops
