// The help: contents and search at the left, the page at the right, back and forward as in a
// browser. A window of its own, so that it can stand beside the canvas. Window thread only.
#pragma once

#include <QMainWindow>
#include <QTextBrowser>
#include <QTimer>

#include "editor/help/help_pages.hpp"

class QLineEdit;
class QTreeWidget;

namespace millrace::editor {

/// Shows a page's Markdown with its pictures, at most as wide as there is room.
class HelpBrowser : public QTextBrowser {
    Q_OBJECT

public:
    explicit HelpBrowser(HelpPages* pages, QWidget* parent = nullptr);
    QVariant loadResource(int type, const QUrl& name) override;
    void show_page(const QString& name);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    HelpPages* pages_;
    QString page_;
    QTimer again_;  ///< the width has changed
};

class HelpWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit HelpWindow(HelpPages pages, QWidget* parent = nullptr);

    HelpPages& pages() { return pages_; }
    /// Reads the contents anew, as when there is another catalogue.
    void refresh();
    void open(const QString& name);
    const QString& page() const { return page_; }
    HelpBrowser* browser() const { return browser_; }

Q_SIGNALS:
    /// A link to a graph was clicked.
    void graph_wanted(const QString& file);

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void show_now();
    void follow(const QUrl& link);
    void fill();
    void mark_words();

    HelpPages pages_;
    HelpBrowser* browser_;
    QTreeWidget* tree_;
    QLineEdit* search_;
    QAction *back_, *forward_;
    QString page_;
    QStringList history_;
    qsizetype at_ = -1;
};

}  // namespace millrace::editor
