// Where the panes lie: splitters within splitters, arranged by a rule until somebody moves a pane
// or a border, after that by hand. Panes can be maximised, closed, dragged by their titles and
// moved by keys. Owned by the window; window thread only.
#pragma once

#include <QByteArray>
#include <QPointer>
#include <QSplitter>
#include <QWidget>
#include <vector>

#include "viewers/view/pane.hpp"

class QJsonObject;
class QJsonValue;
class QRubberBand;

namespace millrace::view {

class PaneArea : public QWidget {
    Q_OBJECT

public:
    /// Where a pane goes beside another, or in its stead.
    enum class Side { Left, Right, Top, Bottom, Swap };

    explicit PaneArea(QWidget* parent = nullptr);

    /// The main pane lies first and large.
    void add(Pane* pane, bool main = false);
    /// Takes it out and deletes it with what it shows.
    void remove(Pane* pane);
    const std::vector<Pane*>& panes() const { return panes_; }
    bool has_main() const { return has_main_; }
    /// The panes as they are seen, from the left and top.
    std::vector<Pane*> shown() const;
    /// Those that F6 goes round: what is seen, or what could be instead of the maximised pane.
    std::vector<Pane*> order() const;
    /// The pane of a viewer, whatever lies between them; null when it is in none.
    Pane* pane_of(const QWidget* widget) const;

    /// The main pane large, the others in one or two columns beside it, or `below` it; without a
    /// main pane all are of one size. Ends what was arranged by hand.
    void arrange(bool below);
    bool by_hand() const { return by_hand_; }
    void move_pane(Pane* pane, Pane* target, Side side);
    /// Changes places with the neighbour on that side, or becomes an outermost row or column.
    void move_pane(Pane* pane, Side side);
    /// What dragging a pane to a place of the area does; false where it stays.
    bool drop(Pane* pane, QPoint place);

    void set_open(Pane* pane, bool open);
    Pane* maximised() const { return maximised_; }
    void toggle_maximised(Pane* pane);

    /// The pane that has the keys, or had them last; null without panes.
    Pane* current() const;
    void focus(Pane* pane);
    /// On to the next pane (1) or back (-1), round and round.
    void focus_next(int by);

    /// As JSON, by the panes' titles.
    QByteArray arrangement() const;
    /// Puts the panes back; those that are not named follow at the end. False, and nothing moves,
    /// when it is no arrangement or names none of them. Untrusted.
    bool restore(const QByteArray& arrangement);

Q_SIGNALS:
    void moved_by_hand();
    void close_wanted(millrace::view::Pane* pane);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QSplitter* make_splitter(Qt::Orientation across);
    void set_root(QSplitter* root);
    QWidget* build(const QJsonObject& node, int depth, std::vector<Pane*>& left);
    QJsonObject described(const QWidget* part) const;
    void tidy();
    bool refresh(QSplitter* splitter);
    void refresh_all() { refresh(root_); }
    void note_move();
    Pane* neighbour(const Pane* pane, Side side) const;
    std::pair<Pane*, Side> drop_place(QPoint place) const;
    void drag(Pane* pane);
    void focus_changed(const QWidget* now);

    QSplitter* root_;
    std::vector<Pane*> panes_;
    bool has_main_ = false, by_hand_ = false;
    QPointer<Pane> maximised_, current_, dragged_;
    QRubberBand* zone_;
};

}  // namespace millrace::view
