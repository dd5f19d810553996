// What the program remembers from one time to the next, beside the window's own geometry: how panes
// lay, and what was opened. Settings are untrusted: what makes no sense is as if it were not there.
// Window thread only.
#pragma once

#include <QByteArray>
#include <QStringList>

namespace millrace::view {

class PaneArea;

/// How these panes lay when they were last arranged by hand, or some more than these; empty when
/// they never were.
QByteArray remembered_panes(const PaneArea& area);
void remember_panes(const PaneArea& area);
/// Forgets how these panes lay.
void forget_panes(const PaneArea& area);

/// The last first, at most ten; files opened together are lines of one text.
QStringList recent_files();
void set_recent_files(const QStringList& list);

}  // namespace millrace::view
