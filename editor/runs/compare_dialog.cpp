#include "editor/runs/compare_dialog.hpp"

#include <QDialogButtonBox>
#include <QDoubleValidator>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <cmath>
#include <set>

#include "editor/runs/background.hpp"
#include "editor/runs/run_case.hpp"
#include "editor/runs/wire_errors.hpp"
#include "engine/observe/node_order.hpp"

namespace millrace::editor {
namespace {

constexpr int kPlace = Qt::UserRole;

QString shown(const engine::Value& value) {
    return QString::fromStdString(value.is_string() ? value.as_string() : to_json(value)).left(120);
}

QString number(double value, char form = 'g', int digits = 5) {
    if (std::isinf(value)) return value > 0 ? "∞" : "−∞";
    return std::isnan(value) ? QStringLiteral("NaN") : QLocale().toString(value, form, digits);
}

/// A titled list in a column of its own.
QTreeWidget* add_part(QSplitter* split, const QString& title, const QStringList& heads) {
    auto* part = new QWidget;
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* label = new QLabel(title);
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    column->addWidget(label);
    auto* list = new QTreeWidget;
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setAlternatingRowColors(true);
    list->setHeaderLabels(heads);
    list->setAccessibleName(title);
    column->addWidget(list, 1);
    split->addWidget(part);
    return list;
}

void say_nothing(QTreeWidget* list, const QString& text) {
    auto* item = new QTreeWidgetItem(list, {text});
    item->setFlags(Qt::NoItemFlags);
    item->setFirstColumnSpanned(true);
}

void fit(QTreeWidget* list) {
    for (int column = 0; column < list->columnCount(); ++column) {
        list->resizeColumnToContents(column);
        list->setColumnWidth(column, std::min(list->columnWidth(column) + 12, 320));
    }
}

}  // namespace

ComparedRuns compare_run_folders(const QString& a, const QString& b, engine::Tolerance tolerance,
                                 const std::function<bool()>& go_on) {
    ComparedRuns result;
    result.a = read_entry(a.toStdString());
    result.b = read_entry(b.toStdString());
    try {
        const engine::Graph before = graph_of_run(a), after = graph_of_run(b);
        result.graphs = engine::diff(before, after);
        const auto recorded_a = engine::read_recorded(a.toStdString());
        const auto recorded_b = engine::read_recorded(b.toStdString());
        result.wires = engine::compare_runs(engine::nodes_in_order(b.toStdString()), recorded_a,
                                            recorded_b, tolerance, go_on);
        result.parts = engine::first_divergence(engine::expand(after).graph, result.wires);
        if (result.wires.wires.empty())
            result.problem = CompareDialog::tr("The runs recorded no output in common.");
    } catch (const engine::Error& error) {
        result.problem = QString::fromStdString(to_text(error.problem()));
    }
    return result;
}

CompareDialog::CompareDialog(QWidget* parent)
    : QDialog(parent),
      head_(new QLabel(this)),
      verdict_(new QLabel),
      absolute_(new QLineEdit("0")),
      relative_(new QLineEdit("0")),
      go_(new QPushButton(tr("&Go to it"))),
      diverge_(new QPushButton(tr("&Find where it diverges"))),
      save_(new QPushButton(tr("&Save its inputs as a case…"))) {
    setObjectName("compare-runs");
    setWindowTitle(tr("Compare two runs"));
    resize(900, 720);
    auto* column = new QVBoxLayout(this);
    head_->setObjectName("compare-head");
    head_->setWordWrap(true);
    head_->setTextFormat(Qt::PlainText);
    column->addWidget(head_);
    auto* row = new QHBoxLayout;
    for (const auto& [field, text] : {std::pair{absolute_, tr("Absolute tolerance")},
                                      std::pair{relative_, tr("Relative tolerance")}}) {
        auto* label = new QLabel(text);
        label->setBuddy(field);
        auto* numbers = new QDoubleValidator(0, 1e300, 12, field);
        numbers->setLocale(QLocale::c());
        field->setValidator(numbers);
        field->setMaximumWidth(110);
        row->addWidget(label);
        row->addWidget(field);
        connect(field, &QLineEdit::editingFinished, this, [this] { start(); });
    }
    absolute_->setToolTip(tr("Numbers a and b agree when |a − b| ≤ absolute + relative · |a|"));
    relative_->setToolTip(absolute_->toolTip());
    row->addStretch(1);
    column->addLayout(row);
    auto* split = new QSplitter(Qt::Vertical);
    params_ = add_part(split, tr("What differs in the graph"), {tr("Where"), tr("A"), tr("B")});
    metrics_ = add_part(split, tr("Metrics"), {tr("Metric"), tr("A"), tr("B"), tr("B − A")});
    wires_ = add_part(split, tr("Wires, in the order of the graph"),
                      {tr("Wire"), tr("Verdict"), tr("How"), tr("SQNR dB"), tr("Largest |a − b|"),
                       tr("Items"), tr("Worst")});
    split->setStretchFactor(0, 2);
    split->setStretchFactor(1, 2);
    split->setStretchFactor(2, 4);
    column->addWidget(split, 1);
    verdict_->setWordWrap(true);
    verdict_->setTextFormat(Qt::PlainText);
    column->addWidget(verdict_);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    for (QPushButton* button : {go_, diverge_, save_}) {
        button->setAutoDefault(false);
        buttons->addButton(button, QDialogButtonBox::ActionRole);
    }
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    const auto go = [this] {
        for (QTreeWidget* list : {wires_, params_})
            if (const auto items = list->selectedItems(); !items.isEmpty())
                return Q_EMIT place_wanted(items.front()->data(0, kPlace).toString());
    };
    connect(go_, &QPushButton::clicked, this, go);
    for (QTreeWidget* list : {wires_, params_}) {
        QTreeWidget* other = list == wires_ ? params_ : wires_;
        connect(list, &QTreeWidget::itemActivated, this, go);
        connect(list, &QTreeWidget::itemSelectionChanged, this, [this, list, other] {
            if (!list->selectedItems().isEmpty()) other->clearSelection();
            go_->setEnabled(!wires_->selectedItems().isEmpty() ||
                            !params_->selectedItems().isEmpty());
        });
    }
    connect(diverge_, &QPushButton::clicked, this, [this] { go_to_divergence(); });
    connect(save_, &QPushButton::clicked, this, [this] {
        const QString into = QFileDialog::getExistingDirectory(this, tr("Folder for the case"));
        if (into.isEmpty()) return;
        const QString node = QString::fromStdString(result_.parts->node).replace('/', '-');
        save_case_in(into + "/case-" + node);
    });
}

void CompareDialog::compare(const QString& a, const QString& b) {
    a_ = a;
    b_ = b;
    start();
}

void CompareDialog::start() {
    if (a_.isEmpty() || b_.isEmpty()) return;
    cancel();
    busy_ = true;
    stop_ = std::make_shared<std::atomic<bool>>(false);
    verdict_->setText(tr("Comparing…"));
    for (QPushButton* button : {go_, diverge_, save_}) button->setEnabled(false);
    const engine::Tolerance tolerance{.absolute = absolute_->text().toDouble(),
                                      .relative = relative_->text().toDouble()};
    in_background(
        this,
        [a = a_, b = b_, tolerance, stop = stop_] {
            return compare_run_folders(a, b, tolerance, [stop] { return !*stop; });
        },
        [this, stop = stop_](ComparedRuns result) {
            if (*stop) return;
            busy_ = false;
            result_ = std::move(result);
            show_result();
            Q_EMIT compared();
        });
}

void CompareDialog::cancel() {
    if (stop_) *stop_ = true;
    busy_ = false;
}

void CompareDialog::reject() {
    cancel();
    QDialog::reject();
}

void CompareDialog::show_result() {
    const auto line = [](const RunEntry& run) {
        return tr("%1 · %2 · %3")
            .arg(run.name(), state_text(run.state),
                 QLocale().toString(run.started.toLocalTime(), "yyyy-MM-dd HH:mm:ss"));
    };
    head_->setText(tr("A (reference): %1\nB: %2").arg(line(result_.a), line(result_.b)));
    show_params();
    show_metrics();
    show_wires();
    diverge_->setEnabled(result_.parts.has_value());
    save_->setEnabled(result_.parts.has_value());
    if (!result_.problem.isEmpty())
        verdict_->setText(result_.problem);
    else if (!result_.parts)
        verdict_->setText(tr("All wires that both recorded agree."));
    else
        verdict_->setText(
            tr("The runs part at %1: what enters it agrees%2, its output %3 differs.")
                .arg(QString::fromStdString(result_.parts->node),
                     result_.parts->unknown.empty() ? QString() : tr(" as far as it was recorded"),
                     QString::fromStdString(result_.parts->output)));
    // The head has two lines only now.
    layout()->activate();
}

void CompareDialog::show_params() {
    params_->clear();
    for (const engine::Difference& one : result_.graphs) {
        const bool added = one.kind == engine::DiffKind::Added;
        const bool removed = one.kind == engine::DiffKind::Removed;
        const QString where = QString::fromStdString(one.where);
        auto* item = new QTreeWidgetItem(
            params_, {where, added ? tr("default, or not there") : shown(one.before),
                      removed ? tr("default, or not there") : shown(one.after)});
        item->setData(0, kPlace, where.startsWith("nodes.") ? where.section('.', 1) : where);
    }
    if (result_.graphs.empty()) say_nothing(params_, tr("The graphs mean the same."));
    fit(params_);
}

void CompareDialog::show_metrics() {
    metrics_->clear();
    std::set<QString> names;
    for (const RunEntry* run : {&result_.a, &result_.b})
        for (const auto& [name, value] : run->metrics) names.insert(name);
    const auto add = [this](const QString& name, std::optional<double> a, std::optional<double> b) {
        const auto text = [](std::optional<double> value) { return value ? number(*value) : "–"; };
        auto* item = new QTreeWidgetItem(
            metrics_, {name, text(a), text(b),
                       a && b ? (*b > *a ? "+" : "") + number(*b - *a) : QString("–")});
        for (int column = 1; column < 4; ++column)
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    };
    add(tr("time, s"), result_.a.seconds, result_.b.seconds);
    add(tr("items"), static_cast<double>(result_.a.items), static_cast<double>(result_.b.items));
    const auto value_of = [](const RunEntry& run, const QString& name) -> std::optional<double> {
        const auto found = run.metrics.find(name);
        return found == run.metrics.end() ? std::nullopt : std::optional(found->second);
    };
    for (const QString& name : names)
        add(name, value_of(result_.a, name), value_of(result_.b, name));
    fit(metrics_);
}

void CompareDialog::show_wires() {
    wires_->clear();
    bool first = true;
    for (const engine::WireComparison& wire : result_.wires.wires) {
        const bool measured = wire.worst && wire.worst->measured;
        const engine::Comparison none;
        const engine::Comparison& worst = wire.worst ? *wire.worst : none;
        const bool same = wire.equal() && wire.exact == wire.items && worst.max_abs == 0;
        QString verdict = same           ? tr("equal")
                          : wire.equal() ? tr("within tolerance")
                                         : tr("%n item(s) differ", nullptr,
                                              static_cast<int>(wire.differing + wire.unmatched));
        QString place;
        if (!worst.why.empty())
            place = QString::fromStdString(worst.why);
        else if (!worst.worst_array.empty())
            place = tr("item %1: %2 against %3")
                        .arg(wire.worst_item)
                        .arg(number(worst.worst_a), number(worst.worst_b));
        if (wire.unmatched > 0)
            place += tr(" %n item(s) on one side only", nullptr, static_cast<int>(wire.unmatched));
        const QString name = QString::fromStdString(wire.name);
        auto* item = new QTreeWidgetItem(wires_, {name, verdict, QString::fromStdString(wire.how()),
                                                  measured ? number(worst.sqnr_db, 'f', 1) : "–",
                                                  measured ? number(worst.max_abs, 'g', 4) : "–",
                                                  QString::number(wire.items), place.trimmed()});
        item->setData(0, kPlace, name);
        item->setForeground(1, error_color(same ? 0 : wire.equal() ? 0.5 : 1));
        for (const int at : {3, 4, 5})
            item->setTextAlignment(at, Qt::AlignRight | Qt::AlignVCenter);
        if (wire.equal() || !std::exchange(first, false)) continue;
        item->setText(1, tr("%1 – first").arg(verdict));
        for (int at = 0; at < wires_->columnCount(); ++at) {
            QFont bold = item->font(at);
            bold.setBold(true);
            item->setFont(at, bold);
        }
        wires_->setCurrentItem(item);
    }
    for (const std::string& name : result_.wires.only_one) {
        auto* item = new QTreeWidgetItem(
            wires_, {QString::fromStdString(name), tr("recorded by one run only")});
        item->setData(0, kPlace, QString::fromStdString(name));
    }
    if (wires_->topLevelItemCount() == 0) say_nothing(wires_, tr("Nothing was compared."));
    fit(wires_);
}

bool CompareDialog::go_to_divergence() {
    if (!result_.parts) return false;
    Q_EMIT place_wanted(QString::fromStdString(result_.parts->node));
    return true;
}

void CompareDialog::save_case_in(const QString& folder) {
    if (!result_.parts) return;
    save_->setEnabled(false);
    verdict_->setText(tr("Writing the case…"));
    in_background(
        this,
        [run = b_, reference = a_, parts = *result_.parts, folder] {
            try {
                const SavedCase saved = save_case(run, reference, parts, folder);
                return tr("The case is in %1: %n packet(s) beside its graph. From the recording: "
                          "%2. Computed anew: %3.",
                          nullptr, saved.packets)
                    .arg(saved.folder,
                         saved.recorded.isEmpty() ? tr("none") : saved.recorded.join(", "),
                         saved.computed.isEmpty() ? tr("none") : saved.computed.join(", "));
            } catch (const engine::Error& error) {
                return QString::fromStdString(to_text(error.problem()));
            }
        },
        [this](const QString& text) {
            verdict_->setText(text);
            save_->setEnabled(result_.parts.has_value());
        });
}

}  // namespace millrace::editor
