// What the panel of comparisons shows of its results.
#include <QComboBox>
#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeWidget>
#include <algorithm>
#include <cmath>

#include "viewers/view/compare_panel.hpp"
#include "viewers/view/compare_plot.hpp"
#include "viewers/view/compare_scan.hpp"

namespace millrace::view {
namespace {

using visual::Verdict;

constexpr std::size_t kMostRows = 2000;

QString count_text(std::uint64_t count) {
    return QLocale().toString(static_cast<qulonglong>(count));
}

QString decibels(double value) {
    return std::isinf(value) ? figure_text(value) : QString::number(value, 'f', 1);
}

bool is_dark(const QWidget& widget) {
    return widget.palette().color(QPalette::Window).lightness() < 128;
}

/// Numbers stand on the right.
QTreeWidgetItem* row_of(const QStringList& cells, int first_number) {
    auto* row = new QTreeWidgetItem(cells);
    for (int i = first_number; i < cells.size(); ++i)
        row->setTextAlignment(i, Qt::AlignRight | Qt::AlignVCenter);
    return row;
}

void fit_columns(QTreeWidget* list, int most) {
    for (int i = 0; i < list->columnCount(); ++i) {
        list->resizeColumnToContents(i);
        list->setColumnWidth(i, std::min(list->columnWidth(i) + 6, most));
    }
}

QColor text_color(Verdict verdict, const QWidget& widget) {
    const bool dark = is_dark(widget);
    return dark ? verdict_color(verdict, dark).lighter(135) : verdict_color(verdict, dark);
}

}  // namespace

void ComparePanel::show_result() {
    show_banner();
    const ItemSummary* summary = result_ ? &result_->summary : nullptr;
    const bool figures = summary && summary->verdict != Verdict::Incomparable;
    const bool exact = figures && summary->how == How::Exact;
    const visual::ErrorFigures f = figures ? summary->figures : visual::ErrorFigures{};
    const QString about =
        figures && summary->how == How::Estimate ? QStringLiteral("≈ ") : QString();
    const QStringList texts = {about + figure_text(f.max_abs),
                               about + figure_text(f.max_rel),
                               exact ? figure_text(f.mean_abs) : QStringLiteral("–"),
                               about + figure_text(f.rmse),
                               about + tr("%1 dB").arg(decibels(f.sqnr_db)),
                               about + QString::number(f.cosine, 'f', 7),
                               count_text(f.compared),
                               about + count_text(f.beyond),
                               exact ? count_text(summary->missing) : QStringLiteral("–"),
                               exact ? count_text(summary->extra) : QStringLiteral("–")};
    for (std::size_t i = 0; i < figures_.size(); ++i)
        figures_[i]->setText(figures ? texts[static_cast<qsizetype>(i)] : QStringLiteral("–"));
    show_elements();
}

void ComparePanel::show_banner() {
    const ItemSummary* summary = result_ ? &result_->summary : nullptr;
    QString text, style;
    if (!summary) {
        text = wires_.empty() ? tr("Open runs, folders or files to compare them.")
                              : tr("Choose two wires, or one and an offset between its items.");
        style = QStringLiteral("padding: 7px 9px; border-radius: 4px; border: 1px solid %1;")
                    .arg(palette().color(QPalette::Mid).name());
    } else {
        text = verdict_text(summary->verdict);
        text[0] = text[0].toUpper();
        if (summary->how == How::Estimate) text += tr(" (estimated from sketches)");
        const std::uint64_t beyond = summary->figures.beyond;
        if (summary->verdict == Verdict::Beyond && beyond > 0)
            text += tr(": %1 of %2 differ")
                        .arg(count_text(beyond), count_text(summary->figures.compared));
        if (summary->verdict == Verdict::Equal) text += tr(", bit for bit");
        const QString items = summary->item_a == summary->item_b
                                  ? tr("item %1").arg(summary->item_a)
                                  : tr("item %1 with %2").arg(summary->item_a).arg(summary->item_b);
        text += QStringLiteral("  ·  ") + items;
        style = QStringLiteral(
                    "padding: 7px 9px; border-radius: 4px; font-weight: 600; color: "
                    "white; background: %1;")
                    .arg(verdict_color(summary->verdict, is_dark(*this)).name());
    }
    banner_->setText(text);
    banner_->setStyleSheet(style);
    why_->setText(summary ? summary->why : QString());
    why_->setVisible(summary && !summary->why.isEmpty());
}

void ComparePanel::show_elements() {
    const visual::Difference* worst = result_ ? result_->worst() : nullptr;
    const int chosen_row = worst_row();
    elements_->clear();
    parts_->clear();
    show_worst_->setEnabled(worst && !worst->worst.empty());
    show_difference_->setEnabled(worst && worst->picture);
    if (!worst) return;
    for (const visual::Element& element : worst->worst) {
        auto* row = row_of({words_of(element), value_of(element, true), value_of(element, false),
                            figure_text(element.apart)},
                           1);
        if (element.beyond) row->setForeground(3, text_color(Verdict::Beyond, *this));
        for (int i = 0; i < 3; ++i) row->setToolTip(i, row->text(i));
        elements_->addTopLevelItem(row);
    }
    fit_columns(elements_, 170);
    if (elements_->topLevelItemCount() > 0)
        elements_->setCurrentItem(
            elements_->topLevelItem(std::clamp(chosen_row, 0, elements_->topLevelItemCount() - 1)));
    auto parts = worst->parts;
    if (parts.empty()) parts.emplace_back("all", worst->all);
    for (const auto& [name, figures] : parts) {
        auto* row = row_of(
            {QString::fromStdString(name), count_text(figures.beyond), figure_text(figures.max_abs),
             figure_text(figures.rmse), decibels(figures.sqnr_db)},
            1);
        if (figures.beyond > 0) row->setForeground(1, text_color(Verdict::Beyond, *this));
        parts_->addTopLevelItem(row);
    }
    fit_columns(parts_, 170);
}

void ComparePanel::show_items() {
    plot_->set_items(&items_.items);
    item_list_->clear();
    if (items_.items.empty()) {
        items_note_->clear();
        return;
    }
    std::vector<const ItemSummary*> wrong;
    for (const ItemSummary& item : items_.items)
        if (item.verdict == Verdict::Beyond || item.verdict == Verdict::Incomparable)
            wrong.push_back(&item);
    items_note_->setText(tr("%1 items: %2 equal, %3 within tolerance, %4 beyond, %5 not comparable")
                             .arg(count_text(items_.items.size()),
                                  count_text(items_.count(Verdict::Equal)),
                                  count_text(items_.count(Verdict::Within)),
                                  count_text(items_.count(Verdict::Beyond)),
                                  count_text(items_.count(Verdict::Incomparable))));
    for (std::size_t i = 0; i < std::min(wrong.size(), kMostRows); ++i) {
        const ItemSummary& item = *wrong[i];
        auto* row = row_of({QString::number(item.item_a), verdict_text(item.verdict),
                            figure_text(item.figures.max_abs), decibels(item.figures.sqnr_db)},
                           2);
        row->setForeground(1, text_color(item.verdict, *this));
        row->setData(0, Qt::UserRole, static_cast<qulonglong>(item.item_a));
        row->setToolTip(1, item.why.isEmpty() ? item.where : item.why);
        item_list_->addTopLevelItem(row);
    }
    fit_columns(item_list_, 170);
}

void ComparePanel::show_wires() {
    wire_list_->clear();
    const std::size_t shared = shared_wires().size();
    check_wires_->setEnabled(shared > 0);
    if (shared == 0)
        wires_note_->setText(tr("Choose A and B of two runs that recorded the same outputs."));
    else if (wire_reports_.empty())
        wires_note_->setText(tr("%n wire(s) stand in both.", nullptr, static_cast<int>(shared)));
    std::vector<std::size_t> order(wire_reports_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (order_->currentIndex() == 1)
        std::ranges::stable_sort(order, [this](std::size_t one, std::size_t other) {
            const ItemSummary *a = wire_reports_[one].worst(), *b = wire_reports_[other].worst();
            return a && (!b || a->worse_than(*b));
        });
    QString first;
    for (const WireReport& report : wire_reports_) {
        const ItemSummary* worst = report.worst();
        if (first.isEmpty() && worst && worst->verdict != Verdict::Equal &&
            worst->verdict != Verdict::Within)
            first = report.a;
    }
    if (!wire_reports_.empty())
        wires_note_->setText(first.isEmpty() ? tr("No wire differs.")
                                             : tr("The first wire that differs: %1").arg(first));
    for (const std::size_t place : order) {
        const WireReport& report = wire_reports_[place];
        const ItemSummary* worst = report.worst();
        const std::uint64_t wrong =
            report.count(Verdict::Beyond) + report.count(Verdict::Incomparable);
        const bool estimated = std::ranges::any_of(
            report.items, [](const ItemSummary& item) { return item.how == How::Estimate; });
        const QString about =
            worst && worst->how == How::Estimate ? QStringLiteral("≈ ") : QString();
        auto* row = row_of(
            {report.a, worst ? verdict_text(worst->verdict) : QStringLiteral("…"),
             wrong == 0 ? count_text(report.items.size())
                        : tr("%1 of %2").arg(count_text(wrong), count_text(report.items.size())),
             worst ? about + figure_text(worst->figures.max_abs) : QString(),
             worst ? about + decibels(worst->figures.sqnr_db) : QString(),
             worst ? (estimated ? how_text(How::Estimate) : how_text(How::Exact)) : QString()},
            2);
        row->setTextAlignment(5, Qt::AlignLeft | Qt::AlignVCenter);
        row->setData(0, Qt::UserRole, static_cast<qulonglong>(place));
        if (worst) {
            row->setForeground(1, text_color(worst->verdict, *this));
            row->setToolTip(1, worst->why.isEmpty() ? worst->where : worst->why);
        }
        row->setToolTip(0, tr("%1 against %2").arg(report.a, report.b));
        wire_list_->addTopLevelItem(row);
    }
    if (!order.empty()) fit_columns(wire_list_, 170);
}

QStringList ComparePanel::listed_wires() const {
    QStringList names;
    for (int i = 0; i < wire_list_->topLevelItemCount(); ++i)
        names << wire_list_->topLevelItem(i)->text(0);
    return names;
}

QString ComparePanel::verdict() const { return banner_->text(); }

int ComparePanel::worst_row() const {
    return elements_->currentItem() ? elements_->indexOfTopLevelItem(elements_->currentItem()) : 0;
}

void ComparePanel::show_worst() {
    const visual::Difference* worst = result_ ? result_->worst() : nullptr;
    const auto row = static_cast<std::size_t>(worst_row());
    const Wire *a = chosen(a_), *b = chosen(b_);
    if (!worst || row >= worst->worst.size() || !a || !b) return;
    const visual::Element& element = worst->worst[row];
    const std::size_t place = result_->worst_place;
    Q_EMIT element_wanted(
        *a, *b, place, selection_of(element, true, *result_->a[place]),
        offset_is_shown(*a, *b) ? selection_of(element, false, *result_->b[place]) : std::nullopt);
    Q_EMIT told(tr("%1: A %2, B %3")
                    .arg(words_of(element), value_of(element, true), value_of(element, false)));
}

void ComparePanel::step_worst(int by) {
    const int count = elements_->topLevelItemCount();
    if (count == 0) return;
    tabs_->setCurrentIndex(0);
    elements_->setCurrentItem(elements_->topLevelItem((worst_row() + by + count) % count));
    show_worst();
}

std::optional<ShownDifference> ComparePanel::shown_difference() const {
    const visual::Difference* worst = result_ ? result_->worst() : nullptr;
    if (!worst || !worst->picture) return std::nullopt;
    const std::size_t place = result_->worst_place;
    const QString a = a_->currentText(), b = b_->currentText();
    return ShownDifference{
        tr("%1 − %2").arg(a, b), worst->picture, result_->a[place], result_->b[place], a, b};
}

void ComparePanel::show_difference() {
    if (const auto difference = shown_difference()) Q_EMIT difference_wanted(*difference);
}

void ComparePanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange || figures_.empty() || !wire_list_) return;
    // Colours of the rows are of the theme.
    show_result();
    show_items();
    show_wires();
}

}  // namespace millrace::view
