// The problems of the graph and of the run, as a list; choosing one goes to its node. Window thread
// only.
#pragma once

#include <QTimer>
#include <QTreeWidget>
#include <optional>
#include <vector>

#include "engine/problem.hpp"

namespace millrace::editor {

class ProblemsPanel : public QTreeWidget {
    Q_OBJECT

public:
    explicit ProblemsPanel(QWidget* parent = nullptr);

    /// Those of the graph as it stands, in place of the ones before.
    void set_graph_problems(const std::vector<engine::Problem>& problems);
    const std::vector<engine::Problem>& graph_problems() const { return graph_; }
    /// One more of the run.
    void add_run_problem(const engine::Problem& problem);
    void clear_run_problems();
    /// Why there is no worker, in place of what was said of one before; none: there is one.
    void set_worker_problem(const std::optional<engine::Problem>& problem);
    int error_count() const;

Q_SIGNALS:
    /// A problem's place: a node, "node.port", "node.param" or a file.
    void place_wanted(const QString& where);
    void count_changed(int errors);
    /// All that are listed now; at most some times a second, however many come.
    void problems_changed(const std::vector<millrace::engine::Problem>& problems);

private:
    void rebuild();
    void add(const engine::Problem& problem);
    void tell();

    std::vector<engine::Problem> graph_, run_;
    QTimer soon_;
};

}  // namespace millrace::editor
