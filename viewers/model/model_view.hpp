// The viewer of a model's graph: the drawing with a table of the layers beside it, a search, groups
// that fold by name, and what the parameters add up to. Layouts are made on a thread of their own.
// Window thread only.
#pragma once

#include <string>
#include <vector>

#include "viewers/cloud/background.hpp"
#include "viewers/model/fold.hpp"
#include "viewers/viewer.hpp"

class QLabel;
class QLineEdit;
class QTableView;

namespace millrace::viewers {

class GraphCanvas;
class LayerTable;

class ModelView : public Viewer {
    Q_OBJECT

public:
    explicit ModelView(QWidget* parent = nullptr);

    /// Folding stays with the next item, where its names have the same groups.
    bool show_visual(Shared item) override;
    void mark(const std::optional<Selection>& selection) override;
    void reveal(const Selection& selection) override;

    GraphCanvas* canvas() const { return canvas_; }
    QTableView* table_view() const { return list_; }
    const LayerTable& table() const { return *table_; }
    const Folding& folding() const { return folding_; }
    void fold_all();
    void unfold_all();
    /// The innermost open group of the chosen layer.
    void fold_chosen();
    /// The chosen group by one level.
    void unfold_chosen();
    /// Layers whose name or type holds the text, in any case; how many there are.
    int search(const QString& text);
    void step_found(int by);
    /// In the drawing and the table.
    void choose_layer(int layer);
    int chosen_layer() const { return chosen_; }
    QString totals() const;
    /// What is wrong with the graph; empty when nothing is.
    QString note() const;
    QString described(int node) const;
    bool settled() const override { return background_.idle(); }

    QSize sizeHint() const override { return {960, 600}; }

private:
    void make_actions();
    QWidget* make_tools();
    void lay_out_again();
    void taken_node(int node);
    void mark_found();
    void tell_totals();
    void copy() const;

    std::shared_ptr<const visual::ModelGraph> model_;
    Folding folding_;
    GraphCanvas* canvas_;
    LayerTable* table_;
    QTableView* list_;
    QLineEdit* search_;
    QLabel *found_label_, *totals_, *note_;
    std::vector<int> found_;  ///< layers
    std::size_t found_at_ = 0;
    int chosen_ = -1;
    bool choosing_ = false;  ///< while table and drawing follow each other
    Background background_;  ///< last: its jobs end before what they fill
};

}  // namespace millrace::viewers
