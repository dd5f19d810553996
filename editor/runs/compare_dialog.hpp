// Two runs side by side: parameters that differ, metrics with their difference, and the wires in
// the order of the graph with the first that differs marked. Reads both folders beside the window
// thread. Window thread only.
#pragma once

#include <QDialog>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "editor/runs/run_entry.hpp"
#include "engine/observe/run_compare.hpp"

class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;

namespace millrace::editor {

struct ComparedRuns {
    RunEntry a, b;
    std::vector<engine::Difference> graphs;  ///< of what the documents mean
    engine::RunComparison wires;
    std::optional<engine::Divergence> parts;
    QString problem;  ///< why wires could not be compared
};

/// Reads and compares two run folders; `a` counts as right. Ends early, with what it has, when
/// `go_on` says no. Never throws; any thread.
ComparedRuns compare_run_folders(const QString& a, const QString& b, engine::Tolerance tolerance,
                                 const std::function<bool()>& go_on = {});

class CompareDialog : public QDialog {
    Q_OBJECT

public:
    explicit CompareDialog(QWidget* parent = nullptr);
    ~CompareDialog() override { cancel(); }

    void reject() override;
    void compare(const QString& a, const QString& b);
    bool is_busy() const { return busy_; }
    const ComparedRuns& result() const { return result_; }
    QTreeWidget* params() const { return params_; }
    QTreeWidget* metrics() const { return metrics_; }
    QTreeWidget* wires() const { return wires_; }
    /// Selects the node where the runs part; false when they don't.
    bool go_to_divergence();

Q_SIGNALS:
    void compared();
    /// "node.port" or "node.param" of the run.
    void place_wanted(const QString& where);

private:
    void start();
    /// What is being compared ends, and nobody hears of it.
    void cancel();
    void save_case_in(const QString& folder);
    void show_result();
    void show_params();
    void show_metrics();
    void show_wires();

    QString a_, b_;
    ComparedRuns result_;
    bool busy_ = false;
    std::shared_ptr<std::atomic<bool>> stop_;  ///< of the comparison under way
    QLabel *head_, *verdict_;
    QLineEdit *absolute_, *relative_;
    QTreeWidget *params_, *metrics_, *wires_;
    QPushButton *go_, *diverge_, *save_;
};

}  // namespace millrace::editor
