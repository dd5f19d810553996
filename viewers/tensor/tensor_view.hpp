// The viewer of a tensor's slice: a heat map with the values in its cells, and what is known of the
// whole. Window thread only.
#pragma once

#include "viewers/viewer.hpp"

class QLabel;

namespace millrace::viewers {

class ImageView;

class TensorView : public Viewer {
    Q_OBJECT

public:
    explicit TensorView(QWidget* parent = nullptr);

    bool show_visual(Shared item) override;
    /// Goes to the next value (row by row, round the end) that is NaN or infinite; false when all
    /// are finite.
    bool next_bad();
    /// Type, shape, index, range and counts.
    QString facts() const;
    ImageView* map() const { return map_; }

    QSize sizeHint() const override { return {480, 480}; }

private:
    Shared item_;
    ImageView* map_;
    QLabel* facts_;
    std::size_t next_ = 0;
};

}  // namespace millrace::viewers
