// The cloud viewer as people use it: a bar of tools, the picture, and the panel beside it, as one
// viewer. Window thread only.
#pragma once

#include "viewers/cloud/cloud_panel.hpp"
#include "viewers/cloud/cloud_view.hpp"

namespace millrace::viewers {

class CloudWorkspace : public Viewer {
    Q_OBJECT

public:
    explicit CloudWorkspace(QWidget* parent = nullptr);

    bool show_visual(Shared item) override { return view_->show_visual(std::move(item)); }
    void mark(const std::optional<Selection>& selection) override { view_->mark(selection); }
    void reveal(const Selection& selection) override { view_->reveal(selection); }

    bool settled() const override { return view_->settled(); }

    CloudView* view() const { return view_; }
    CloudPanel* panel() const { return panel_; }
    /// Shows the panel or not; its state outlives a window too narrow for it.
    QAction* panel_action() const { return show_panel_; }

    QSize sizeHint() const override { return {1280, 760}; }

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* make_bar();
    void draw_icons();

    CloudView* view_;
    CloudPanel* panel_;
    QAction* show_panel_ = nullptr;
};

}  // namespace millrace::viewers
