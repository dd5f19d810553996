// How well typed letters fit a text, for the command palette. A function on values.
#pragma once

#include <QString>

namespace millrace::editor {

/// All letters of `typed`, blanks left out, must stand in `text` in their order; case does not
/// count. 0 when they don't; else more for letters that begin words and for those that follow one
/// another, and a little less for longer texts. An empty `typed` fits everything.
int fuzzy_score(const QString& typed, const QString& text);

}  // namespace millrace::editor
