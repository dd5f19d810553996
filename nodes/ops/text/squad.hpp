// Answers in the form in which SQuAD's scorer compares them (Rajpurkar et al., EMNLP 2016). Plain
// function, safe on any thread.
#pragma once

#include <string>
#include <string_view>

namespace millrace::ops {

/// In lower case, without ASCII punctuation and the words "a", "an" and "the", words parted by
/// single blanks. Throws Error E-TEXT-001 for text that is not UTF-8.
std::string squad_form(std::string_view text);

}  // namespace millrace::ops
