// The viewer of tensors of any rank: a heat map of the slice that the axis pickers choose, a tile
// for each index of one axis, and what is known of slice and whole. Window thread only; passes over
// many numbers run in the background.
#pragma once

#include "viewers/cloud/background.hpp"
#include "viewers/tensor/analysis.hpp"
#include "viewers/tensor/tensor_tone.hpp"
#include "viewers/viewer.hpp"

class QLabel;
class QLineEdit;

namespace millrace::viewers {

class HeatMap;
class TensorLegend;
class TensorPanel;

class TensorView : public Viewer {
    Q_OBJECT

public:
    explicit TensorView(QWidget* parent = nullptr);

    /// Layout, colours and zoom stay when the next tensor has as many axes.
    bool show_visual(Shared item) override;
    /// An element of the tensor, if it is part of the picture.
    void mark(const std::optional<Selection>& selection) override;
    /// Shows the slice that holds the element.
    void reveal(const Selection& selection) override;

    const TensorLayout& layout_of_axes() const { return layout_; }
    void set_layout_of_axes(TensorLayout layout);
    void set_map(TensorMap map);
    void set_range(TensorRange range);
    void set_ends(double low, double high);

    /// Goes to the next element (row-major, round the end) that is NaN or infinite, in whichever
    /// slice; false when all are finite.
    bool next_bad(bool forward = true);
    /// Goes to the least or greatest number, of the whole tensor where that is known.
    void go_to_extreme(bool greatest);
    /// "3,14,:,:" or "3,14,0,7"; false, with status(), when it leads nowhere.
    bool jump(const QString& text);
    /// Steps the fixed index of the chosen axis.
    void step_index(int by);
    /// Chooses the next fixed axis, or the one before.
    void choose_axis(int by);
    int chosen_axis() const { return chosen_; }

    /// Type, shape, slice and what is missing of it.
    QString facts() const;
    HeatMap* map() const { return map_; }
    TensorPanel* panel() const { return panel_; }
    QLineEdit* jump_line() const { return jump_; }
    /// Whether nothing is still counted or drawn finer.
    bool settled() const override;

    QSize sizeHint() const override { return {860, 560}; }

Q_SIGNALS:
    /// A slice that the block doesn't hold is asked for: its fixed indices, 0 along the others.
    void slice_wanted(const std::vector<std::int64_t>& index);

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Form { Tsv, Literal, Csv, Npy };
    const visual::TensorBlock* block() const { return planes_.block(); }
    void make_actions();
    void take_layout(TensorLayout layout);
    void ask_for_missing();
    void show_slice();
    void count_slice();
    void count_block();
    void show_tone();
    void show_facts();
    void show_missing();
    void show_loaded();
    std::pair<double, double> range_of_slice() const;
    std::pair<double, double> range_of_colors() const;
    const visual::TensorStatistics* whole() const;
    void go_to(const Index& index);
    void tell(const Cell& cell);
    std::optional<Selection> selection_of(const std::optional<Cell>& cell) const;
    void copy(Form form);
    void save(Form form);
    void open_jump();

    TensorPlanes planes_;
    TensorLayout layout_;
    int chosen_ = -1;
    TensorMap map_choice_ = TensorMap::Automatic;
    TensorRange range_choice_ = TensorRange::Slice;
    std::pair<double, double> ends_ = {0, 1};   ///< chosen by hand
    std::pair<double, double> quick_ = {0, 0};  ///< until the slice is counted
    std::optional<TensorFacts> slice_facts_, block_facts_;
    quint64 block_version_ = 0, slice_version_ = 0;
    std::optional<Index> wanted_;  ///< to be gone to once it is loaded
    std::int64_t searched_ = -1;   ///< of the block, where the search for NaN stands
    bool panel_chosen_ = false;    ///< shown or hidden by the user
    QLabel *facts_, *missing_;
    QWidget* missing_ground_;
    QLineEdit* jump_;
    HeatMap* map_;
    TensorLegend* legend_;
    TensorPanel* panel_;
    Background background_;  ///< last: its jobs share the planes
};

}  // namespace millrace::viewers
