// The viewers that can show one visual, of which one is seen, and the choice among them. Viewers
// that were chosen before are kept, so that they show what they have gathered when they are chosen
// again. Window thread only.
#pragma once

#include <QWidget>
#include <vector>

#include "viewers/registry.hpp"

class QButtonGroup;
class QHBoxLayout;
class QVBoxLayout;

namespace millrace::viewers {

class ViewerStack : public QWidget {
    Q_OBJECT

public:
    explicit ViewerStack(const Registry& registry, QWidget* parent = nullptr);

    /// Shows the item with the viewer that was chosen, or the first that takes it; false, and
    /// the old item stays, when there is none.
    bool show_visual(const Viewer::Shared& item);
    /// The one that is seen; null before the first item.
    Viewer* viewer() const { return viewer_; }
    /// Titles of the viewers that there are for the item.
    QStringList choices() const { return offered_; }
    /// Stays chosen while items change; may be said before the first one.
    void choose(const QString& title);
    QString chosen() const { return chosen_; }
    /// Buttons of the choices, without any where there is none; for the title over the stack.
    QWidget* choice() const { return choice_; }

Q_SIGNALS:
    void viewer_made(millrace::viewers::Viewer* viewer);
    void viewer_changed(millrace::viewers::Viewer* viewer);

private:
    struct Made {
        QString title;
        Viewer* viewer;
    };
    Viewer* made(const Registry::Entry& entry);
    void put(Viewer* viewer);
    void offer();

    const Registry& registry_;
    Viewer::Shared item_;
    Viewer* viewer_ = nullptr;
    QString shown_, chosen_;
    std::vector<Made> made_;
    QStringList offered_;
    QVBoxLayout* column_;
    QWidget* choice_;
    QHBoxLayout* row_;
    QButtonGroup* buttons_;
};

}  // namespace millrace::viewers
