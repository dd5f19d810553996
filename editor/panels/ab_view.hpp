// Two images over each other: one or the other, or both with a divider to drag. Window thread only.
#pragma once

#include <QImage>
#include <QWidget>
#include <array>
#include <memory>

#include "engine/visual/visual.hpp"

namespace millrace::editor {

class AbView : public QWidget {
    Q_OBJECT

public:
    enum class Mode { A, B, Wipe };
    using Shared = std::shared_ptr<const visual::Visual>;

    explicit AbView(QWidget* parent = nullptr);
    /// Visuals that are no rasters leave their side empty.
    void show_pair(Shared a, const QString& name_a, Shared b, const QString& name_b);
    void set_mode(Mode mode);
    Mode mode() const { return mode_; }
    void set_divider(double share);  ///< of the width that is A's
    double divider() const { return divider_; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Side {
        Shared visual;
        QString name;
        QImage image;  ///< at the widget's size; made when it is painted
    };
    void fit(Side& side) const;

    std::array<Side, 2> sides_;
    Mode mode_ = Mode::A;
    double divider_ = 0.5;
};

}  // namespace millrace::editor
