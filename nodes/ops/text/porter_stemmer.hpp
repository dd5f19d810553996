// Porter's stemmer (1980) with the departures of NLTK's default mode, which the usual ROUGE scorer
// relies on. Plain function, safe on any thread.
#pragma once

#include <string>
#include <string_view>

namespace millrace::ops {

/// The stem of one lower-case ASCII word; words of one or two letters stay as they are.
std::string porter_stem(std::string_view word);

}  // namespace millrace::ops
