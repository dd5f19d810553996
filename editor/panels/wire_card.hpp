// The card of a wire that the pointer rests on: what it carries and how it runs. Shown beside the
// pointer, never takes the focus. Window thread only.
#pragma once

#include <QFrame>

#include "editor/session/session.hpp"

class QLabel;

namespace millrace::editor {

class SketchBars;

class WireCard : public QFrame {
    Q_OBJECT

public:
    explicit WireCard(QWidget* parent = nullptr);

    /// Begins with what is known before any packet: ends, type, and what the ports' pages say.
    void begin(const QString& title, const QString& type, const QString& doc);
    /// Queue, rate and drops; empty takes the line away.
    void show_flow(const QString& text);
    /// A line on why there is nothing to see; empty takes it away.
    void show_hint(const QString& text);
    void show_packet(const SeenPacket& packet);
    /// Beside a point of the screen, within it.
    void place_at(QPoint global);
    /// All that stands on the card, a line each: for tests and screen readers.
    QString text() const;

private:
    QLabel *title_, *type_, *doc_, *flow_, *item_, *numbers_, *hint_;
    SketchBars* bars_;
};

}  // namespace millrace::editor
