// What the tensor view does when it is asked: moves, marks, copies and exports.
#include <QCheckBox>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QSaveFile>
#include <algorithm>

#include "viewers/tensor/axis_picker.hpp"
#include "viewers/tensor/export.hpp"
#include "viewers/tensor/heat_map.hpp"
#include "viewers/tensor/tensor_panel.hpp"
#include "viewers/tensor/tensor_view.hpp"

namespace millrace::viewers {
namespace {

using Role = TensorLayout::Role;

constexpr std::int64_t kMostCopied = 1 << 22;  ///< numbers; a clipboard of more stalls others

}  // namespace

void TensorView::make_actions() {
    const auto middle = [this] { return QRectF(map_->rect()).center(); };
    add_action(tr("Fit the window"), Qt::Key_F, [this] { map_->fit(); });
    add_action(tr("A pixel a number"), Qt::Key_1, [this, middle] { map_->zoom_to(1, middle()); });
    add_action(tr("Zoom in"), Qt::Key_Plus,
               [this, middle] { map_->zoom_to(map_->zoom() * 1.5, middle()); });
    add_action(tr("Zoom out"), Qt::Key_Minus,
               [this, middle] { map_->zoom_to(map_->zoom() / 1.5, middle()); });
    add_action(tr("Next index of the marked axis"), Qt::Key_BracketRight,
               [this] { step_index(1); });
    add_action(tr("Previous index of the marked axis"), Qt::Key_BracketLeft,
               [this] { step_index(-1); });
    // Shift makes other characters of the brackets on most keyboards.
    add_action(tr("Mark the next axis"), Qt::Key_BraceRight, [this] { choose_axis(1); })
        ->setShortcuts(
            {QKeySequence(Qt::Key_BraceRight), QKeySequence(Qt::SHIFT | Qt::Key_BracketRight)});
    add_action(tr("Mark the axis before"), Qt::Key_BraceLeft, [this] { choose_axis(-1); })
        ->setShortcuts(
            {QKeySequence(Qt::Key_BraceLeft), QKeySequence(Qt::SHIFT | Qt::Key_BracketLeft)});
    const auto turned = [this](auto change) {
        TensorLayout layout = layout_;
        change(layout);
        set_layout_of_axes(layout);
    };
    add_action(tr("Transpose"), Qt::Key_T,
               [turned] { turned([](TensorLayout& layout) { layout.transpose(); }); });
    add_action(tr("Flip columns"), Qt::Key_X, [turned] {
        turned([](TensorLayout& layout) { layout.flip_columns = !layout.flip_columns; });
    });
    add_action(tr("Flip rows"), Qt::Key_Y, [turned] {
        turned([](TensorLayout& layout) { layout.flip_rows = !layout.flip_rows; });
    });
    add_action(tr("Next colour map"), Qt::Key_M, [this] {
        set_map(static_cast<TensorMap>((static_cast<int>(map_choice_) + 1) % 6));
    });
    add_action(tr("Next range of the colours"), Qt::Key_R, [this] {
        set_range(static_cast<TensorRange>((static_cast<int>(range_choice_) + 1) % 6));
    });
    add_action(tr("Logarithmic counts"), Qt::Key_L, [this] { panel_->logarithmic()->toggle(); });
    add_action(tr("Axes, colours and statistics"), Qt::Key_P, [this] {
        panel_chosen_ = true;
        panel_->setVisible(panel_->isHidden());
    });
    add_action(tr("Next NaN or infinite number"), Qt::Key_N, [this] { next_bad(true); });
    add_action(tr("Previous NaN or infinite number"), QKeySequence(Qt::SHIFT | Qt::Key_N),
               [this] { next_bad(false); });
    add_action(tr("Go to a slice or an element"), QKeySequence("Ctrl+G"), [this] { open_jump(); });
    add_action(tr("Go to the greatest number"), QKeySequence("Ctrl+Up"),
               [this] { go_to_extreme(true); });
    add_action(tr("Go to the least number"), QKeySequence("Ctrl+Down"),
               [this] { go_to_extreme(false); });
    add_action(tr("Copy the slice for a spreadsheet"), QKeySequence::Copy,
               [this] { copy(Form::Tsv); });
    add_action(tr("Copy the slice as NumPy source"), QKeySequence("Ctrl+Shift+C"),
               [this] { copy(Form::Literal); });
    add_action(tr("Export the slice as CSV"), QKeySequence("Ctrl+E"), [this] { save(Form::Csv); });
    add_action(tr("Export the slice as .npy"), QKeySequence("Ctrl+Shift+E"),
               [this] { save(Form::Npy); });
    map_->setContextMenuPolicy(Qt::ActionsContextMenu);
    for (QAction* action : actions()) map_->addAction(action);
}

void TensorView::step_index(int by) {
    if (chosen_ < 0 || chosen_ >= layout_.rank()) return;
    TensorLayout layout = layout_;
    layout.fixed[static_cast<std::size_t>(chosen_)] += by;
    set_layout_of_axes(layout);
}

void TensorView::choose_axis(int by) {
    if (!block()) return;
    const int rank = layout_.rank();
    int found = -1;
    for (int i = 1; i <= rank && found < 0; ++i) {
        const int axis = ((chosen_ + by * i) % rank + rank) % rank;
        if (layout_.roles[static_cast<std::size_t>(axis)] == Role::Fixed) found = axis;
    }
    chosen_ = found;
    panel_->axes()->show_layout(block()->full_shape, layout_, chosen_);
}

std::optional<Selection> TensorView::selection_of(const std::optional<Cell>& cell) const {
    if (!cell) return {};
    return Selection{.kind = Selection::Kind::Element,
                     .frame = {},
                     .index = visual::place_of(planes_.index(*cell), block()->full_shape),
                     .x = static_cast<double>(cell->column) + 0.5,
                     .y = static_cast<double>(cell->row) + 0.5};
}

void TensorView::tell(const Cell& cell) {
    set_status(tr("%1 = %2").arg(index_text(planes_.index(cell)),
                                 exact_text(*block(), planes_.place(cell))));
}

void TensorView::mark(const std::optional<Selection>& selection) {
    std::optional<Cell> cell;
    if (block() && selection && selection->kind == Selection::Kind::Element &&
        selection->index >= 0 && selection->index < *visual::count_of(block()->full_shape))
        cell = planes_.cell(visual::index_of(selection->index, block()->full_shape));
    map_->set_marked(cell, false);
}

void TensorView::reveal(const Selection& selection) {
    if (!block() || selection.kind != Selection::Kind::Element || selection.index < 0 ||
        selection.index >= *visual::count_of(block()->full_shape))
        return;
    go_to(visual::index_of(selection.index, block()->full_shape));
}

/// Shows the slice of the element and marks it there.
void TensorView::go_to(const Index& index) {
    TensorLayout layout = layout_;
    for (std::size_t axis = 0; axis < index.size(); ++axis)
        if (layout.roles[axis] == Role::Fixed) layout.fixed[axis] = index[axis];
    take_layout(std::move(layout));
    const auto cell = planes_.cell(index);
    map_->set_marked(cell, true);
    if (!cell) {
        set_status(tr("%1 is not loaded").arg(index_text(index)));
        wanted_ = index;
        Q_EMIT slice_wanted(index);
        return;
    }
    searched_ = planes_.place(*cell);
    tell(*cell);
}

bool TensorView::next_bad(bool forward) {
    if (!block()) return false;
    const auto found = viewers::next_bad(*block(), searched_, forward);
    if (!found) {
        set_status(block()->is_whole() ? tr("All numbers are finite")
                                       : tr("All numbers that are loaded are finite"));
        return false;
    }
    const Index index = visual::index_of(visual::full_place(*block(), *found), block()->full_shape);
    go_to(index);
    Q_EMIT selected(*selection_of(planes_.cell(index)));
    return true;
}

void TensorView::go_to_extreme(bool greatest) {
    const visual::TensorStatistics* statistics = whole();
    const std::int64_t place = !statistics ? -1
                               : greatest  ? statistics->max_at
                                           : statistics->min_at;
    if (place < 0) {
        set_status(statistics ? tr("There is no finite number") : tr("Still counting"));
        return;
    }
    const Index index = visual::index_of(place, block()->full_shape);
    go_to(index);
    if (const auto cell = planes_.cell(index)) Q_EMIT selected(*selection_of(cell));
}

bool TensorView::jump(const QString& text) {
    if (!block()) return false;
    QString error;
    const auto jump = parse_jump(text, block()->full_shape, layout_, error);
    if (!jump) {
        set_status(error);
        return false;
    }
    if (jump->element) {
        go_to(*jump->element);
        if (const auto cell = planes_.cell(*jump->element)) Q_EMIT selected(*selection_of(cell));
    } else {
        set_layout_of_axes(jump->layout);
        set_status(tr("Slice %1").arg(slice_text(layout_)));
    }
    return true;
}

void TensorView::open_jump() {
    if (!block()) return;
    jump_->setPlaceholderText(
        tr("Index of each axis of %1, “:” for a whole axis; Enter goes there, Esc leaves")
            .arg(shape_in_words(block()->full_shape)));
    QString text = slice_text(layout_);
    jump_->setText(text.mid(1, text.size() - 2));
    jump_->show();
    jump_->setFocus();
    jump_->selectAll();
}

bool TensorView::eventFilter(QObject* watched, QEvent* event) {
    if (watched != jump_ || event->type() != QEvent::KeyPress) return false;
    const int key = static_cast<QKeyEvent*>(event)->key();
    const bool go = key == Qt::Key_Return || key == Qt::Key_Enter;
    if (!go && key != Qt::Key_Escape) return false;
    if (go && !jump(jump_->text())) {
        jump_->setToolTip(status());
        return true;  // what was typed stays, to be mended
    }
    jump_->hide();
    map_->setFocus();
    return true;
}

void TensorView::copy(Form form) {
    if (planes_.cells() == 0) return;
    if (planes_.cells() > kMostCopied) {
        set_status(tr("The slice has %L1 numbers, too many for the clipboard: export it instead")
                       .arg(planes_.cells()));
        return;
    }
    background_.run(
        {}, [this, form, planes = planes_](const std::stop_token& stop) -> Background::Finish {
            const QByteArray text = form == Form::Tsv ? separated_text(planes, '\t', stop)
                                                      : numpy_literal(planes, stop);
            return [this, text, cells = planes.cells()] {
                QGuiApplication::clipboard()->setText(QString::fromLatin1(text));
                set_status(tr("%L1 numbers copied").arg(cells));
            };
        });
}

void TensorView::save(Form form) {
    if (planes_.cells() == 0) return;
    const bool npy = form == Form::Npy;
    const QString name = QFileDialog::getSaveFileName(
        this, tr("Export the slice"),
        npy ? QStringLiteral("slice.npy") : QStringLiteral("slice.csv"),
        npy ? tr("NumPy array (*.npy)") : tr("CSV (*.csv)"));
    if (name.isEmpty()) return;
    background_.run(
        {}, [this, name, npy, planes = planes_](const std::stop_token& stop) -> Background::Finish {
            const QByteArray bytes =
                npy ? npy_file(planes, stop) : separated_text(planes, ',', stop);
            QSaveFile file(name);
            const bool good = file.open(QIODevice::WriteOnly) &&
                              file.write(bytes) == bytes.size() && file.commit();
            const QString told = good
                                     ? tr("%L1 numbers written to %2").arg(planes.cells()).arg(name)
                                     : tr("%1 can't be written: %2").arg(name, file.errorString());
            return [this, told] { set_status(told); };
        });
}

}  // namespace millrace::viewers
