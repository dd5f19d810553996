// The base of every viewer: a widget that shows one kind of visual as items arrive. A new item
// replaces the last one and keeps the view (zoom, range, choice of channel). Owned by its Qt
// parent; window thread only.
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QString>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>

#include "engine/visual/visual.hpp"

namespace millrace::viewers {

/// What the pointer rests on or has picked, so that viewers of one item can follow each other.
struct Selection {
    enum class Kind { Pixel, Point, Box, Element, Row };
    Kind kind = Kind::Pixel;
    QString frame;        ///< of the visual that was pointed at; may be empty
    qint64 index = -1;    ///< of the point, box or row, or of the tensor's element, row-major
    double x = 0, y = 0;  ///< pixels, (0, 0) is the image's top-left corner; a plot's values
    QString layer = {};   ///< which of several visuals of that frame; empty: any
    bool operator==(const Selection&) const = default;
};

class Viewer : public QWidget {
    Q_OBJECT

public:
    using Shared = std::shared_ptr<const visual::Visual>;

    explicit Viewer(QWidget* parent = nullptr) : QWidget(parent) {}

    /// Shows `item`; false, and the old item stays, when this viewer is made for another kind or
    /// the item contradicts itself (status() then says why).
    virtual bool show_visual(Shared item) = 0;

    /// Marks what another viewer points at; nothing removes the mark.
    virtual void mark(const std::optional<Selection>& selection) { Q_UNUSED(selection); }

    /// Brings what is selected into sight, large enough to be seen, and marks it.
    virtual void reveal(const Selection& selection) { mark(selection); }

    /// Whether the picture holds all that was given; false while work for it goes on.
    virtual bool settled() const { return true; }

    /// The text for what lies under the pointer.
    const QString& status() const { return status_; }

    /// The widget as it stands, in device pixels.
    QImage screenshot() { return grab().toImage(); }

Q_SIGNALS:
    void status_changed(const QString& text);
    void hovered(const std::optional<millrace::viewers::Selection>& selection);
    void selected(const millrace::viewers::Selection& selection);
    /// Asks the other viewers to reveal it: a double click.
    void activated(const millrace::viewers::Selection& selection);

protected:
    void set_status(const QString& text);

    /// An action of this widget; its tooltip names the shortcut.
    QAction* add_action(const QString& text, const QKeySequence& shortcut,
                        const std::function<void()>& work);

private:
    QString status_;
};

}  // namespace millrace::viewers
