// The part of the image panel that lists what lies over the image, with check marks, and shapes the
// look of the chosen layer. Owned by its panel; the view must live as long. Window thread only.
#pragma once

#include <QTimer>
#include <QWidget>
#include <functional>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSlider;
class QToolButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace millrace::viewers {

class ImageView;
struct RasterLayer;

class LayerSection : public QWidget {
    Q_OBJECT

public:
    explicit LayerSection(ImageView* view, QWidget* parent = nullptr);

    /// Points, boxes and the rasters over the image, one row each.
    QTreeWidget* tree() const { return tree_; }
    QSlider* opacity() const { return opacity_; }

private:
    QWidget* make_look();
    void refresh();
    void refresh_look();
    /// Null when points, boxes or nothing are chosen.
    const RasterLayer* chosen() const;
    void change(const std::function<void(RasterLayer&)>& work);
    void change_visibility(QTreeWidgetItem* row);
    void change_opacity(double opacity);

    ImageView* view_;
    QTreeWidget* tree_;
    QLabel* empty_;
    QWidget *look_, *raster_look_, *heat_look_;
    QSlider* opacity_;
    QLabel* percent_;
    QComboBox *kind_, *map_;
    QCheckBox *smooth_, *fade_;
    QDoubleSpinBox *low_, *high_;
    QToolButton *range_, *remove_;
    QTimer timer_;  ///< several changes in a row are one
};

}  // namespace millrace::viewers
