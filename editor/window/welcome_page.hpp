// What the editor shows before a graph is open: the gallery of ready-made graphs, recent files, and
// work that was not saved when an editor ended. Window thread only.
#pragma once

#include <QScrollArea>

#include "editor/document/journal.hpp"
#include "editor/window/gallery.hpp"

class QGridLayout;

namespace millrace::editor {

class WelcomePage : public QScrollArea {
    Q_OBJECT

public:
    explicit WelcomePage(QWidget* parent = nullptr);
    /// Reads anew what it shows.
    void refresh();

Q_SIGNALS:
    /// Opens a graph; `run` also runs it.
    void open_wanted(const QString& file, bool run);
    void template_wanted(const QString& file, bool run);
    void new_wanted();
    void browse_wanted();
    void recovery_wanted(const millrace::editor::Recovered& recovered);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrange();
    QWidget* make_card(const Template& one);
    QWidget* make_recovery(const Recovered& recovered);
    QWidget* make_recent();

    QGridLayout* grid_ = nullptr;
    std::vector<QWidget*> cards_;
    int columns_ = 0;
};

/// Files that were opened or saved, newest first; those that are gone stay until they are removed.
QStringList recent_files();
void note_recent(const QString& file);

}  // namespace millrace::editor
