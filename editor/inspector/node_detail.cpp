#include "editor/inspector/node_detail.hpp"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>
#include <set>

#include "editor/canvas/status_of_run.hpp"
#include "editor/inspector/problem_fix.hpp"
#include "editor/inspector/section.hpp"
#include "editor/panels/sketch_view.hpp"

namespace millrace::editor {
namespace {

constexpr double kPerSecond = 2;
constexpr int kMostProblems = 20;

QLabel* wrapped(const QString& text) {
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

void empty(QLayout* layout) {
    while (QLayoutItem* item = layout->takeAt(0)) {
        if (item->widget()) item->widget()->deleteLater();
        if (item->layout()) {
            empty(item->layout());
        }
        delete item;
    }
}

}  // namespace

NodeDetail::NodeDetail(Document* document, QWidget* parent)
    : QWidget(parent), document_(document), catalogue_(std::make_shared<const Catalogue>()) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    problem_section_ = new Section("problem", tr("Problems"), true);
    figures_section_ = new Section("figures", tr("Figures"), true);
    ports_section_ = new Section("ports", tr("Inputs and outputs"), true);
    log_section_ = new Section("log", tr("Log"), false);
    reference_section_ = new Section("reference", tr("Reference"), false);
    for (Section* section :
         {problem_section_, figures_section_, ports_section_, log_section_, reference_section_})
        column->addWidget(section);
    figures_ = wrapped({});
    figures_->setObjectName("node_figures");
    figures_section_->column()->addWidget(figures_);
    log_ = new QPlainTextEdit;
    log_->setReadOnly(true);
    log_->setObjectName("node_log");
    log_->setMinimumHeight(120);
    log_->setAccessibleName(tr("Lines of this node"));
    log_section_->column()->addWidget(log_);
    reference_ = wrapped({});
    reference_section_->column()->addWidget(reference_);
    auto* page = new QPushButton(tr("Open the reference page"));
    page->setObjectName("reference_page");
    connect(page, &QPushButton::clicked, this, [this] {
        const engine::Graph* graph = this->graph();
        if (!graph) return;
        const auto node = graph->nodes.find(id_);
        if (node != graph->nodes.end())
            Q_EMIT help_wanted(QString::fromStdString(node->second.type));
    });
    reference_section_->column()->addWidget(page);
    connect(ports_section_, &Section::toggled, this, [this] { watch_ports(); });
    connect(log_section_, &Section::toggled, this, [this] { refresh_run(); });
}

NodeDetail::~NodeDetail() = default;

void NodeDetail::set_run(RunMonitor* monitor, Session* session) {
    monitor_ = monitor;
    session_ = session;
    connect(monitor, &RunMonitor::changed, this, [this] { refresh_run(); });
    connect(session, &Session::packet, this, &NodeDetail::take);
}

std::string NodeDetail::prefix() const {
    const auto prefixes = run_prefixes(document_->graph(), path_);
    return prefixes.empty() ? std::string() : prefixes.front();
}

void NodeDetail::show_node(const GraphPath& path, const std::string& id,
                           std::shared_ptr<const Catalogue> catalogue) {
    path_ = path;
    id_ = id;
    catalogue_ = std::move(catalogue);
    setVisible(!id.empty());
    rebuild_ports();
    rebuild_problems();
    refresh_run();
    const engine::Graph* graph = this->graph();
    const auto node = graph ? graph->nodes.find(id_) : decltype(graph->nodes.end())();
    const bool there = graph && node != graph->nodes.end();
    const engine::NodeType* type = there ? catalogue_->find(node->second.type) : nullptr;
    reference_section_->setVisible(type != nullptr);
    if (!type) return;
    QStringList lines{
        tr("%1, version %2").arg(QString::fromStdString(type->spec.id)).arg(type->spec.version)};
    if (!type->spec.source.empty()) lines << QString::fromStdString(type->spec.source);
    if (!type->spec.worst_time.empty())
        lines
            << tr("Can't be stopped within: %1").arg(QString::fromStdString(type->spec.worst_time));
    reference_->setText(lines.join('\n'));
}

void NodeDetail::set_problems(const std::vector<engine::Problem>& problems) {
    problems_ = problems;
    rebuild_problems();
}

void NodeDetail::rebuild_problems() {
    empty(problem_section_->column());
    int shown = 0;
    std::set<std::string> told;  // an item that fails as the one before says nothing new
    const std::string before = prefix();
    const engine::Graph* graph = this->graph();
    for (const engine::Problem& problem : problems_) {
        if (id_.empty() || !graph || !concerns(problem, before, id_)) continue;
        if (shown >= kMostProblems ||
            !told.insert(problem.code + problem.what + problem.found).second)
            continue;
        ++shown;
        const bool is_error = problem.severity == engine::Severity::Error;
        QString text = (is_error ? QStringLiteral("✕ ") : QStringLiteral("⚠ ")) +
                       QString::fromStdString(problem.what);
        if (!problem.found.empty())
            text += '\n' + tr("found: %1").arg(QString::fromStdString(problem.found));
        if (!problem.expected.empty())
            text += '\n' + tr("expected: %1").arg(QString::fromStdString(problem.expected));
        if (!problem.mend.empty()) text += '\n' + QString::fromStdString(problem.mend);
        auto* label = wrapped(text);
        problem_section_->column()->addWidget(label);
        const auto fix = fix_of(problem, *graph, id_, *catalogue_);
        if (!fix) continue;
        auto* button = new QPushButton(fix->label);
        button->setObjectName("fix");
        button->setAccessibleDescription(QString::fromStdString(problem.what));
        connect(button, &QPushButton::clicked, this, [this, fix = *fix] {
            if (fix.connect)
                Q_EMIT connection_wanted(*fix.connect);
            else
                document_->edit_at(path_, fix.label, fix.change);
        });
        problem_section_->column()->addWidget(button);
    }
    problem_section_->setVisible(shown > 0);
    problem_section_->set_title(tr("Problems (%1)").arg(shown));
}

void NodeDetail::rebuild_ports() {
    const engine::Graph* graph = this->graph();
    const bool there = !id_.empty() && graph && graph->nodes.contains(id_);
    NodeFace face;
    std::string made_of;
    if (there) {
        face = face_of(document_->graph(), path_, *graph, id_, *catalogue_);
        for (const std::string& part : path_) made_of += part + '/';
        made_of += id_;
        for (const PortFace& port : face.inputs) made_of += '\n' + port.name + ' ' + port.type;
        for (const PortFace& port : face.outputs) made_of += "\n>" + port.name + ' ' + port.type;
        for (const engine::Wire& wire : graph->wires)
            if (wire.to.node == id_) made_of += '\n' + to_text(wire.from) + ' ' + wire.to.port;
    }
    // A parameter that is dragged changes none of it, and what passed last stays to be seen.
    if (there && made_of == shown_ports_) return;
    shown_ports_ = made_of;
    if (session_)
        for (const Port& port : ports_) session_->unsubscribe(port.subscription);
    ports_.clear();
    empty(ports_section_->column());
    if (!there) return;
    for (const PortFace& input : face.inputs) {
        std::optional<engine::Endpoint> from;
        for (const engine::Wire& wire : graph->wires)
            if (wire.to == engine::Endpoint{id_, input.name}) from = wire.from;
        QString name = tr("→ %1").arg(QString::fromStdString(input.name));
        if (from)
            name += tr(" from %1").arg(QString::fromStdString(to_text(*from)));
        else
            name += input.optional ? tr(" (optional, not connected)") : tr(" (not connected)");
        add_port(ports_section_, name, input.type, input.doc, from);
    }
    for (const PortFace& output : face.outputs)
        add_port(ports_section_, tr("%1 →").arg(QString::fromStdString(output.name)), output.type,
                 output.doc, engine::Endpoint{id_, output.name});
    if (face.inputs.empty() && face.outputs.empty())
        ports_section_->column()->addWidget(wrapped(tr("This node has none.")));
    watch_ports();
}

void NodeDetail::add_port(Section* section, const QString& name, const std::string& type,
                          const QString& doc, const std::optional<engine::Endpoint>& output) {
    auto* line = new QWidget;
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 2, 0, 0);
    auto* title = wrapped(name);
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    title->setToolTip(doc);
    row->addWidget(title, 1);
    if (output) {
        auto* look = new QPushButton(tr("View"));
        look->setToolTip(tr("Send it to a viewer slot"));
        look->setAccessibleName(tr("View %1").arg(QString::fromStdString(to_text(*output))));
        connect(look, &QPushButton::clicked, this,
                [this, output = *output] { Q_EMIT look_wanted(output); });
        row->addWidget(look);
    }
    section->column()->addWidget(line);
    Port port;
    port.text = wrapped(type.empty() ? tr("any type") : QString::fromStdString(type));
    port.text->setToolTip(doc);
    port.text->setForegroundRole(QPalette::PlaceholderText);
    section->column()->addWidget(port.text);
    port.bars = new SketchBars;
    port.bars->hide();
    section->column()->addWidget(port.bars);
    if (!output) return;
    port.output = *output;
    ports_.push_back(std::move(port));
}

/// Nobody is asked for what nobody sees.
void NodeDetail::watch_ports() {
    if (!session_) return;
    for (Port& port : ports_) {
        session_->unsubscribe(port.subscription);
        port.subscription = 0;
        if (!ports_section_->is_open()) continue;
        const auto name = run_output(document_->graph(), path_, port.output);
        if (name)
            port.subscription = session_->subscribe(QString::fromStdString(to_text(*name)), false,
                                                    true, kPerSecond);
    }
}

void NodeDetail::take(const SeenPacket& packet) {
    for (Port& port : ports_) {
        if (port.subscription == 0 || port.subscription != packet.subscription) continue;
        if (packet.problem) {
            port.text->setText(QString::fromStdString(packet.problem->what));
            continue;
        }
        QString text = tr("%1 · item %2 · %3")
                           .arg(packet.type)
                           .arg(packet.item)
                           .arg(QLocale().formattedDataSize(static_cast<qint64>(packet.bytes)));
        if (packet.sketch.is_object()) {
            text += '\n' + sketch_shape(packet.sketch);
            if (const QString numbers = sketch_numbers(packet.sketch); !numbers.isEmpty())
                text += '\n' + numbers;
        }
        port.text->setText(text);
        port.bars->show_sketch(packet.sketch);
    }
}

QString NodeDetail::figures() const { return figures_->text(); }

void NodeDetail::refresh_run() {
    if (!monitor_ || id_.empty()) return;
    const auto names = run_nodes(*monitor_, run_prefixes(document_->graph(), path_), id_);
    if (names.empty()) {
        figures_->setText(tr("Not run yet."));
        log_->setPlainText({});
        return;
    }
    const QLocale locale;
    const auto number = [&](std::uint64_t count) {
        return locale.toString(static_cast<qulonglong>(count));
    };
    RunNode sum;
    for (const std::string& name : names) {
        const RunNode& one = *monitor_->node(name);
        sum.items = std::max(sum.items, one.items);
        sum.expected = std::max(sum.expected, one.expected);
        sum.executed += one.executed;
        sum.cached += one.cached;
        sum.none += one.none;
        sum.skipped = std::max(sum.skipped, one.skipped);
        sum.errors += one.errors;
        sum.retries += one.retries;
        sum.busy_seconds += one.busy_seconds;
        sum.blocked_seconds += one.blocked_seconds;
        if (!one.cache_note.empty()) sum.cache_note = one.cache_note;
    }
    QStringList lines{
        sum.expected > 0 ? tr("Items: %1 of %2").arg(number(sum.items), number(sum.expected))
                         : tr("Items: %1").arg(number(sum.items)),
        tr("Calls: %1 · from the cache: %2").arg(number(sum.executed), number(sum.cached)),
        tr("Failed: %1 · skipped: %2").arg(number(sum.errors), number(sum.skipped))};
    if (sum.none > 0) lines << tr("Without a result: %1").arg(number(sum.none));
    if (sum.retries > 0) lines << tr("Retries: %1").arg(number(sum.retries));
    lines << tr("Busy: %1 · waiting for room: %2")
                 .arg(short_time(sum.busy_seconds), short_time(sum.blocked_seconds));
    if (sum.seconds_per_call() >= 0)
        lines << tr("Mean of a call: %1").arg(short_time(sum.seconds_per_call()));
    if (!sum.cache_note.empty())
        lines << tr("Cache: %1").arg(QString::fromStdString(sum.cache_note));
    if (const engine::Graph* graph = this->graph())
        if (const QString why = skip_note(*monitor_, *graph, id_, prefix()); !why.isEmpty())
            lines << why;
    figures_->setText(lines.join('\n'));
    if (!log_section_->is_open()) return;
    QStringList written;
    for (const std::string& name : names) {
        for (const QString& line : monitor_->log(name))
            written << (names.size() == 1 ? line : QString::fromStdString(name) + ": " + line);
    }
    const QString text = written.isEmpty() ? tr("It has written nothing.") : written.join('\n');
    if (text == log_->toPlainText()) return;
    const bool at_end = log_->verticalScrollBar()->value() == log_->verticalScrollBar()->maximum();
    log_->setPlainText(text);
    if (at_end) log_->verticalScrollBar()->setValue(log_->verticalScrollBar()->maximum());
}

}  // namespace millrace::editor
