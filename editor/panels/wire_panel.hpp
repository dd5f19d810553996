// The viewer of wires: the outputs that are looked at, each in a tab with the viewer that fits what
// comes. The first nine have slots, which keys choose; the two that were chosen last are A and B.
// Window thread only.
#pragma once

#include <QTabWidget>
#include <functional>
#include <map>

#include "editor/session/session.hpp"
#include "viewers/registry.hpp"

class QLabel;

namespace millrace::editor {

class AbView;

class WirePanel : public QTabWidget {
    Q_OBJECT

public:
    WirePanel(Session* session, const viewers::Registry* registry, QWidget* parent = nullptr);

    /// Tells how many items a node of the run has given, for what is looked at after they passed.
    void set_passed(std::function<std::uint64_t(const std::string&)> passed) {
        passed_ = std::move(passed);
    }
    /// Looks at an output, from now on and over runs; one that is looked at already comes to the
    /// front.
    void look_at(const engine::Endpoint& output);
    void leave(const engine::Endpoint& output);
    void leave_all();
    /// Looks at an output in the slot that was chosen while it was empty, else in the first free
    /// one, else in place of the one in front. Gives the slot.
    int send_to_slot(const engine::Endpoint& output);
    /// Brings slot 1 to 9 to the front; false when it is empty, and the next output that is sent
    /// goes there.
    bool choose_slot(int slot);
    /// The output of a slot; none when it is empty.
    std::optional<engine::Endpoint> in_slot(int slot) const;
    static constexpr int kSlots = 9;
    /// The two slots chosen last over each other: `wipe` with a divider, else A or B in turn. False
    /// when there are no two images.
    bool compare(bool wipe);
    /// Null until compare().
    AbView* comparison() const { return ab_; }
    std::vector<engine::Endpoint> outputs() const;
    /// Shows an item of a recorded run where its output is looked at.
    void show_recorded(const engine::Endpoint& output, const SeenPacket& packet);
    /// The viewer of an output's first visual; null before anything came.
    viewers::Viewer* viewer_of(const engine::Endpoint& output) const;

Q_SIGNALS:
    void outputs_changed();
    void status(const QString& text);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString empty_text(const engine::Endpoint& output) const;
    std::function<std::uint64_t(const std::string&)> passed_;

    struct Looked {
        engine::Endpoint output;
        int slot = 0;  ///< 0: none, as there are more than slots
        int subscription = 0;
        QWidget* page = nullptr;
        QLabel* caption = nullptr;
        std::vector<viewers::Viewer*> viewers;  ///< one a visual of the packet
        std::vector<std::size_t> kinds;
        std::shared_ptr<const visual::Visual> image;  ///< the newest raster
    };
    void take(const SeenPacket& packet);
    void show(Looked& looked, const SeenPacket& packet);
    Looked* looked_at(const QWidget* page) const;
    Looked* looked_in(int slot) const;
    int free_slot() const;
    void note_front();
    void refresh_comparison();
    void end_comparison();

    Session* session_;
    const viewers::Registry* registry_;
    std::vector<std::unique_ptr<Looked>> looked_;
    int wanted_slot_ = 0;      ///< chosen while it was empty
    std::vector<int> recent_;  ///< slots, the one in front last
    AbView* ab_ = nullptr;
};

}  // namespace millrace::editor
