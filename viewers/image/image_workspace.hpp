// The image viewer as people use it: a bar of commands, the picture, and the panel beside it, as
// one viewer. Window thread only.
#pragma once

#include <QList>

#include "viewers/image/image_panel.hpp"
#include "viewers/image/image_view.hpp"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QMenu;
class QToolButton;

namespace millrace::viewers {

class ImageWorkspace : public Viewer {
    Q_OBJECT

public:
    explicit ImageWorkspace(QWidget* parent = nullptr);

    bool show_visual(Shared item) override { return view_->show_visual(std::move(item)); }
    void mark(const std::optional<Selection>& selection) override { view_->mark(selection); }
    void reveal(const Selection& selection) override { view_->reveal(selection); }

    /// Whether picture and panel are in their final state.
    bool settled() const override;

    ImageView* view() const { return view_; }
    ImagePanel* panel() const { return panel_; }
    /// What lies over the image and what could.
    QMenu* layer_menu() const { return layer_menu_; }

    QSize sizeHint() const override { return {960, 640}; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* make_bar();
    void fill_layer_menu();
    void refresh_tone();
    void refresh_channels();
    void refresh_compare();

    ImageView* view_;
    ImagePanel* panel_;
    QComboBox *channel_, *map_;
    QToolButton* compare_;
    QDoubleSpinBox* exposure_;
    QLabel* zoom_;
    QMenu* layer_menu_;
    QAction* show_panel_ = nullptr;
    QList<QAction*> wide_only_;  ///< of the bar
};

/// The image view inside a viewer: itself, or a workspace's; null for others.
ImageView* image_view_of(Viewer* viewer);

}  // namespace millrace::viewers
