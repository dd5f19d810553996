#include "viewers/view/compare_panel.hpp"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <tuple>

#include "viewers/view/compare_plot.hpp"
#include "viewers/view/compare_scan.hpp"

namespace millrace::view {
namespace {

/// A tolerance: any finite number from 0.
std::optional<double> tolerance_in(const QLineEdit* edit) {
    bool good = false;
    const double value = QLocale::c().toDouble(edit->text().trimmed(), &good);
    return good && value >= 0 && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

QLineEdit* tolerance_edit(const QString& key, const QString& name, const QString& tip) {
    auto* edit = new QLineEdit(QSettings().value(key, "0").toString());
    edit->setAccessibleName(name);
    edit->setToolTip(tip);
    edit->setMaximumWidth(90);
    edit->setAlignment(Qt::AlignRight);
    return edit;
}

}  // namespace

ComparePanel::ComparePanel(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Comparison of two wires"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 6, 8, 6);
    column->setSpacing(6);
    make_choice(column);
    make_settings(column);
    make_figures(column);
    make_actions(column);
    make_tabs(column);
    connect(&background_, &viewers::Background::failed, this, &ComparePanel::told);
    show_result();
    show_items();
    show_wires();
}

ComparePanel::~ComparePanel() {
    stop_now_.request_stop();
    if (scan_) scan_->stop.request_stop();
}

void ComparePanel::make_choice(QVBoxLayout* column) {
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(4);
    int row = 0;
    for (auto [box, name, tip] :
         {std::tuple{&a_, tr("A"), tr("The wire that is the reference")},
          std::tuple{&b_, tr("B"), tr("The wire that is compared with it")}}) {
        *box = new QComboBox;
        (*box)->setAccessibleName(name);
        (*box)->setToolTip(tip);
        (*box)->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        (*box)->setMinimumContentsLength(12);
        auto* label = new QLabel(QStringLiteral("<b>%1</b>").arg(name));
        grid->addWidget(label, row, 0);
        grid->addWidget(*box, row++, 1);
        connect(*box, &QComboBox::currentIndexChanged, this, [this] { choice_changed(); });
    }
    auto* swap = new QToolButton;
    swap->setText(QStringLiteral("⇅"));
    swap->setToolTip(tr("Exchange A and B (X)"));
    swap->setAccessibleName(tr("Exchange A and B"));
    swap->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    const auto exchange = [this] { choose(b_->currentText(), a_->currentText()); };
    connect(swap, &QToolButton::clicked, this, exchange);
    auto* action = new QAction(tr("Exchange A and B"), this);
    action->setShortcut(QKeySequence(Qt::Key_X));
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(action, &QAction::triggered, this, exchange);
    addAction(action);
    grid->addWidget(swap, 0, 2, 2, 1);
    grid->setColumnStretch(1, 1);
    column->addLayout(grid);
}

void ComparePanel::make_settings(QVBoxLayout* column) {
    absolute_ = tolerance_edit("compare/absolute", tr("Absolute tolerance"),
                               tr("Numbers agree when |a − b| ≤ atol + rtol · |a|"));
    relative_ = tolerance_edit("compare/relative", tr("Relative tolerance"),
                               tr("Numbers agree when |a − b| ≤ atol + rtol · |a|"));
    offset_ = new QSpinBox;
    offset_->setRange(-1'000'000, 1'000'000);
    offset_->setAccessibleName(tr("Offset of B's items"));
    offset_->setToolTip(
        tr("Item n of A is compared with item n + offset of B, which may be the "
           "same wire"));
    radius_ = new QDoubleSpinBox;
    radius_->setRange(0, 1000);
    radius_->setDecimals(3);
    radius_->setSingleStep(0.05);
    radius_->setSuffix(tr(" m"));
    radius_->setValue(QSettings().value("compare/radius", 0.1).toDouble());
    radius_->setAccessibleName(tr("Radius of matching"));
    radius_->setToolTip(
        tr("How far apart points may be that are matched where counts or order differ"));
    equal_nan_ = new QCheckBox(tr("NaN agrees with NaN"));
    equal_nan_->setChecked(QSettings().value("compare/equal_nan", true).toBool());
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(4);
    const auto add = [&](int row, int place, const QString& text, QWidget* widget) {
        auto* label = new QLabel(text);
        label->setBuddy(widget);
        grid->addWidget(label, row, 2 * place);
        grid->addWidget(widget, row, 2 * place + 1);
    };
    add(0, 0, tr("atol"), absolute_);
    add(0, 1, tr("rtol"), relative_);
    add(1, 0, tr("Offset"), offset_);
    add(1, 1, tr("Radius"), radius_);
    grid->addWidget(equal_nan_, 2, 0, 1, 4);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    for (QLineEdit* edit : {absolute_, relative_}) {
        edit->setMaximumWidth(QWIDGETSIZE_MAX);
        connect(edit, &QLineEdit::textChanged, this, [this] { settings_changed(); });
    }
    connect(radius_, &QDoubleSpinBox::valueChanged, this, [this] { settings_changed(); });
    connect(equal_nan_, &QCheckBox::toggled, this, [this] { settings_changed(); });
    connect(offset_, &QSpinBox::valueChanged, this, [this] { choice_changed(); });
    column->addLayout(grid);
}

void ComparePanel::make_figures(QVBoxLayout* column) {
    banner_ = new QLabel;
    banner_->setWordWrap(true);
    banner_->setTextFormat(Qt::PlainText);
    banner_->setAccessibleName(tr("Verdict"));
    column->addWidget(banner_);
    why_ = new QLabel;
    why_->setWordWrap(true);
    why_->setTextFormat(Qt::PlainText);
    why_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(why_);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(2);
    const QStringList names = {tr("max |a − b|"), tr("max relative"), tr("mean |a − b|"),
                               tr("RMSE"),        tr("SQNR"),         tr("cosine"),
                               tr("compared"),    tr("beyond"),       tr("only in A"),
                               tr("only in B")};
    for (qsizetype i = 0; i < names.size(); ++i) {
        auto* name = new QLabel(names[i]);
        name->setForegroundRole(QPalette::PlaceholderText);
        auto* value = new QLabel;
        value->setAccessibleName(names[i]);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        const int row = static_cast<int>(i) / 2, side = static_cast<int>(i) % 2 * 3;
        grid->addWidget(name, row, side);
        grid->addWidget(value, row, side + 1);
        figures_.push_back(value);
    }
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(4, 1);
    grid->setColumnMinimumWidth(2, 14);
    column->addLayout(grid);
}

void ComparePanel::make_actions(QVBoxLayout* column) {
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    const auto add = [&](const QString& text, const QString& tip, const QList<QKeySequence>& keys,
                         const std::function<void()>& work, bool button) {
        auto* action = new QAction(text, this);
        action->setShortcuts(keys);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        connect(action, &QAction::triggered, this, work);
        addAction(action);
        QPushButton* made = nullptr;
        if (button) {
            made = new QPushButton(text);
            made->setToolTip(
                tr("%1 (%2)").arg(tip, keys.front().toString(QKeySequence::NativeText)));
            made->setAutoDefault(false);
            connect(made, &QPushButton::clicked, action, &QAction::trigger);
            row->addWidget(made);
        }
        return made;
    };
    show_worst_ = add(
        tr("Show worst"), tr("Goes to the chosen element in both viewers"),
        {Qt::Key_Return, Qt::Key_Enter}, [this] { show_worst(); }, true);
    add(
        tr("Next worst"), {}, {Qt::Key_N}, [this] { step_worst(1); }, false);
    add(
        tr("Worst before"), {}, {QKeySequence("Shift+N")}, [this] { step_worst(-1); }, false);
    show_difference_ = add(
        tr("Show difference"), tr("Opens the difference as a pane"), {Qt::Key_D},
        [this] { show_difference(); }, true);
    add(
        tr("Export…"), tr("Writes what was compared as CSV or JSON"), {QKeySequence("Ctrl+E")},
        [this] {
            const QString file =
                QFileDialog::getSaveFileName(this, tr("Write the comparison"), "comparison.csv",
                                             tr("CSV (*.csv);;JSON (*.json)"));
            if (!file.isEmpty()) export_report(file);
        },
        true);
    column->addLayout(row);
}

const Wire* ComparePanel::chosen(const QComboBox* box) const {
    const auto found = std::ranges::find(wires_, box->currentText(), &Wire::name);
    return found == wires_.end() ? nullptr : &*found;
}

bool ComparePanel::are_two(const Wire* a, const Wire* b) const {
    return a && b && (a != b || offset_->value() != 0);
}

bool ComparePanel::offset_is_shown(const Wire& a, const Wire& b) const {
    return a.source != b.source || offset_->value() == 0;
}

void ComparePanel::set_wires(std::vector<Wire> wires) {
    const QString a = a_->currentText(), b = b_->currentText();
    wires_ = std::move(wires);
    bool kept = false;
    {
        const QSignalBlocker quiet_a(a_), quiet_b(b_);
        for (QComboBox* box : {a_, b_}) {
            box->clear();
            for (const Wire& wire : wires_) box->addItem(wire.name);
        }
        const int first = a_->findText(a), second = b_->findText(b);
        kept = first >= 0 && second >= 0 && (first != second || offset_->value() != 0);
        a_->setCurrentIndex(kept ? first : -1);
        b_->setCurrentIndex(kept ? second : -1);
        if (!kept) choose_usual();
    }
    if (!kept) return choice_changed();
    if (wire_reports_.empty()) show_wires();
    compare_now();
}

/// The first wire that two sources share by name, else the first two wires.
void ComparePanel::choose_usual() {
    for (std::size_t i = 0; i < wires_.size(); ++i) {
        for (std::size_t j = i + 1; j < wires_.size(); ++j) {
            if (wires_[i].source == wires_[j].source || wires_[i].output != wires_[j].output)
                continue;
            a_->setCurrentIndex(static_cast<int>(i));
            b_->setCurrentIndex(static_cast<int>(j));
            return;
        }
    }
    if (wires_.empty()) return;
    a_->setCurrentIndex(0);
    b_->setCurrentIndex(wires_.size() > 1 ? 1 : 0);
}

bool ComparePanel::choose(const QString& a, const QString& b) {
    const int first = a_->findText(a), second = b_->findText(b);
    if (first < 0 || second < 0) return false;
    {
        const QSignalBlocker quiet_a(a_), quiet_b(b_);
        a_->setCurrentIndex(first);
        b_->setCurrentIndex(second);
    }
    choice_changed();
    return true;
}

void ComparePanel::choice_changed() {
    cancel();
    items_ = {};
    const Wire *a = chosen(a_), *b = chosen(b_);
    Q_EMIT offset_wanted(b, a && b && offset_is_shown(*a, *b) ? offset_->value() : 0);
    show_items();
    show_wires();
    compare_now();
}

engine::Tolerance ComparePanel::tolerance() const {
    return {.absolute = tolerance_in(absolute_).value_or(0),
            .relative = tolerance_in(relative_).value_or(0),
            .equal_nan = equal_nan_->isChecked()};
}

void ComparePanel::set_tolerance(const engine::Tolerance& tolerance) {
    absolute_->setText(QString::number(tolerance.absolute, 'g', 12));
    relative_->setText(QString::number(tolerance.relative, 'g', 12));
    equal_nan_->setChecked(tolerance.equal_nan);
}

void ComparePanel::set_offset(int offset) { offset_->setValue(offset); }

void ComparePanel::settings_changed() {
    bool good = true;
    for (QLineEdit* edit : {absolute_, relative_}) {
        const bool number = tolerance_in(edit).has_value();
        QPalette look;
        if (!number)
            look.setColor(QPalette::Text,
                          verdict_color(visual::Verdict::Beyond,
                                        palette().color(QPalette::Window).lightness() < 128));
        edit->setPalette(look);
        good &= number;
    }
    if (!good) {
        Q_EMIT told(tr("A tolerance is a number from 0, such as 1e-5."));
        return;
    }
    QSettings settings;
    settings.setValue("compare/absolute", absolute_->text().trimmed());
    settings.setValue("compare/relative", relative_->text().trimmed());
    settings.setValue("compare/radius", radius_->value());
    settings.setValue("compare/equal_nan", equal_nan_->isChecked());
    forget_scans();
    compare_now();
}

}  // namespace millrace::view
