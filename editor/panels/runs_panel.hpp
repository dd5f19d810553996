// The history of runs: state, time, what was changed since the run before, metrics; the run under
// way on top. Reads the folders beside the window thread and tells the window what is wanted of a
// run. Window thread only.
#pragma once

#include <QWidget>
#include <vector>

#include "editor/runs/run_entry.hpp"

class QCheckBox;
class QLabel;
class QLineEdit;
class QMenu;
class QTreeWidget;
class QTreeWidgetItem;

namespace millrace::editor {

class RunsPanel : public QWidget {
    Q_OBJECT

public:
    explicit RunsPanel(QWidget* parent = nullptr);

    /// Where runs lie; those of `graph_file` and those noted with add_own() are this graph's.
    void set_place(const QStringList& folders, const QString& graph_file);
    /// A run that this window began.
    void add_own(const QString& folder);
    /// Another graph is shown: no run is its own yet, and none is its reference.
    void forget_graph();
    /// Reads the folders anew; entries() follows.
    void refresh();
    /// The figures of the run under way.
    void set_live(const QString& folder, double seconds, std::uint64_t items);
    void set_reference(const QString& folder);
    const QString& reference() const { return reference_; }

    bool is_busy() const { return reading_; }
    /// Those that are shown, as they stand in the list.
    std::vector<RunEntry> shown() const;
    QTreeWidget* list() const { return list_; }
    QLineEdit* search() const { return search_; }
    /// What can be done with the chosen runs; made anew at each call, owned by the panel.
    QMenu* menu_for(const QString& folder);
    void select(const QStringList& folders);
    QStringList selected() const;

Q_SIGNALS:
    void entries_changed();
    void open_wanted(const QString& folder);
    void resume_wanted(const QString& folder);
    void scrub_wanted(const QString& folder);
    void reference_chosen(const QString& folder);
    /// `a` is the one that counts as right.
    void compare_wanted(const QString& a, const QString& b);
    void told(const QString& text);

private:
    void show_entries();
    void filter();
    void reveal(const QString& folder);
    void remove(const QStringList& folders);
    const RunEntry* entry(const QString& folder) const;
    bool is_ours(const RunEntry& entry) const;
    QTreeWidgetItem* item_of(const QString& folder) const;

    QStringList folders_, own_;
    QString graph_file_, reference_;
    std::vector<RunEntry> entries_;
    std::vector<QString> metrics_;  ///< those that have a column
    bool reading_ = false, again_ = false;
    QLineEdit* search_;
    QCheckBox* ours_;
    QLabel* empty_;
    QTreeWidget* list_;
    QMenu* menu_ = nullptr;
};

}  // namespace millrace::editor
