// The bar over the canvas that finds in the graph: Enter and F3 go on, Shift+F3 back, Esc closes.
// What is found is selected and brought into view, in whatever nested graph it is. Window thread
// only.
#pragma once

#include <QFrame>

#include "editor/comfort/graph_search.hpp"

class QLabel;
class QLineEdit;

namespace millrace::editor {

class CanvasView;

class FindBar : public QFrame {
    Q_OBJECT

public:
    explicit FindBar(CanvasView* view);

    void open();
    void close_bar();
    /// Goes to the next hit, or the one before with -1; opens the bar when nothing is searched.
    void go(int step);
    QLineEdit* field() const { return field_; }
    /// "2 of 7", and where it is.
    QString told() const;
    const std::vector<GraphHit>& hits() const { return hits_; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void search();
    void show_hit();
    void show_count();

    CanvasView* view_;
    QLineEdit* field_;
    QLabel *count_, *where_;
    std::vector<GraphHit> hits_;
    int at_ = -1;  ///< the hit that is shown; -1 before the first
};

}  // namespace millrace::editor
