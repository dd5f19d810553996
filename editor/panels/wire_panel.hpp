// The viewer of a wire: the outputs that are looked at, each with the viewer that fits what comes.
// Window thread only.
#pragma once

#include <QTabWidget>
#include <map>

#include "editor/session/session.hpp"
#include "viewers/registry.hpp"

class QLabel;
class QStackedWidget;

namespace millrace::editor {

class WirePanel : public QTabWidget {
    Q_OBJECT

public:
    WirePanel(Session* session, const viewers::Registry* registry, QWidget* parent = nullptr);

    /// Looks at an output, from now on and over runs; one that is looked at already comes to the
    /// front.
    void look_at(const engine::Endpoint& output);
    void leave(const engine::Endpoint& output);
    std::vector<engine::Endpoint> outputs() const;
    /// The viewer of an output's first visual; null before anything came.
    viewers::Viewer* viewer_of(const engine::Endpoint& output) const;

Q_SIGNALS:
    void outputs_changed();
    void status(const QString& text);

private:
    struct Looked {
        engine::Endpoint output;
        int subscription = 0;
        QWidget* page = nullptr;
        QLabel* caption = nullptr;
        std::vector<viewers::Viewer*> viewers;  ///< one a visual of the packet
        std::vector<std::size_t> kinds;
    };
    void take(const SeenPacket& packet);
    void show(Looked& looked, const SeenPacket& packet);

    Session* session_;
    const viewers::Registry* registry_;
    std::vector<std::unique_ptr<Looked>> looked_;
};

}  // namespace millrace::editor
