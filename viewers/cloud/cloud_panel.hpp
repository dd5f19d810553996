// What stands beside the cloud viewer's picture: layers, colours, looks, crop box, kept views, and
// the card of what was picked or selected. Window thread only.
#pragma once

#include <QScrollArea>
#include <QTimer>

class QTreeWidget;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace millrace::viewers {

class CloudView;
class ColorSection;
class CropSection;
class LookSection;
class ViewsSection;
struct Card;

class CloudPanel : public QScrollArea {
    Q_OBJECT

public:
    /// The view must live as long.
    explicit CloudPanel(CloudView* view, QWidget* parent = nullptr);

    ColorSection* colors() const { return colors_; }
    LookSection* looks() const { return looks_; }
    CropSection* crop() const { return crop_; }
    ViewsSection* views() const { return views_; }
    /// One row a layer, with a check mark for its visibility.
    QTreeWidget* layer_tree() const { return layers_; }
    /// Name and value of what was picked, or of the selection.
    QTreeWidget* card_table() const { return card_; }

    QSize sizeHint() const override { return {310, 640}; }

private:
    QWidget* make_layers();
    QWidget* make_card();
    void refresh_layers();
    void show_card();

    CloudView* view_;
    ColorSection* colors_;
    LookSection* looks_;
    CropSection* crop_;
    ViewsSection* views_;
    QTreeWidget *layers_, *card_;
    QLabel* card_title_;
    QTimer layers_timer_;
};

}  // namespace millrace::viewers
