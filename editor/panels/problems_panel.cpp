#include "editor/panels/problems_panel.hpp"

#include <QHeaderView>
#include <QStyle>
#include <algorithm>

namespace millrace::editor {
namespace {

constexpr int kBeat_ms = 100;
constexpr std::size_t kMostOfARun = 1000;

}  // namespace

ProblemsPanel::ProblemsPanel(QWidget* parent) : QTreeWidget(parent) {
    setColumnCount(3);
    setHeaderLabels({tr("Problem"), tr("Where"), tr("Code")});
    setRootIsDecorated(true);
    setAlternatingRowColors(true);
    setAccessibleName(tr("Problems"));
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    header()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    soon_.setSingleShot(true);
    soon_.setInterval(kBeat_ms);
    connect(&soon_, &QTimer::timeout, this, [this] {
        std::vector<engine::Problem> all = graph_;
        all.insert(all.end(), run_.begin(), run_.end());
        Q_EMIT problems_changed(all);
    });
    connect(this, &QTreeWidget::itemActivated, this, [this](QTreeWidgetItem* item) {
        while (item->parent()) item = item->parent();
        Q_EMIT place_wanted(item->text(1));
    });
    connect(this, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem* item) {
        while (item->parent()) item = item->parent();
        Q_EMIT place_wanted(item->text(1));
    });
}

void ProblemsPanel::set_graph_problems(const std::vector<engine::Problem>& problems) {
    graph_ = problems;
    rebuild();
}

void ProblemsPanel::add_run_problem(const engine::Problem& problem) {
    if (run_.size() >= kMostOfARun) return;
    run_.push_back(problem);
    add(problem);
    tell();
}

void ProblemsPanel::clear_run_problems() {
    run_.clear();
    rebuild();
}

void ProblemsPanel::set_worker_problem(const std::optional<engine::Problem>& problem) {
    const auto gone = std::erase_if(
        run_, [](const engine::Problem& one) { return one.code.starts_with("E-WORKER-"); });
    if (problem) run_.push_back(*problem);
    if (gone > 0 || problem) rebuild();
}

void ProblemsPanel::tell() {
    Q_EMIT count_changed(error_count());
    if (!soon_.isActive()) soon_.start();
}

int ProblemsPanel::error_count() const {
    const auto is_error = [](const engine::Problem& problem) {
        return problem.severity == engine::Severity::Error;
    };
    return static_cast<int>(std::ranges::count_if(graph_, is_error) +
                            std::ranges::count_if(run_, is_error));
}

void ProblemsPanel::rebuild() {
    clear();
    for (const engine::Problem& problem : graph_) add(problem);
    for (const engine::Problem& problem : run_) add(problem);
    tell();
}

void ProblemsPanel::add(const engine::Problem& problem) {
    auto* item = new QTreeWidgetItem(
        this, {QString::fromStdString(problem.what), QString::fromStdString(problem.where),
               QString::fromStdString(problem.code)});
    item->setIcon(0, style()->standardIcon(problem.severity == engine::Severity::Error
                                               ? QStyle::SP_MessageBoxCritical
                                               : QStyle::SP_MessageBoxWarning));
    item->setToolTip(0, QString::fromStdString(to_text(problem)));
    const auto detail = [&](const QString& name, const std::string& text) {
        if (!text.empty())
            (new QTreeWidgetItem(item, {tr("%1: %2").arg(name, QString::fromStdString(text))}))
                ->setFirstColumnSpanned(true);
    };
    detail(tr("expected"), problem.expected);
    detail(tr("found"), problem.found);
    detail(tr("likely cause"), problem.cause);
    detail(tr("what to do"), problem.mend);
}

}  // namespace millrace::editor
