// The pages of the help: files of resources/help, the descriptions of the shipped graphs, and
// pages made from the catalogue of node types and the window's commands. A page's name is its path
// without ending: "first-steps", "graphs/fusion", "nodes/points.crop", "shortcuts". Window thread
// only.
#pragma once

#include <QString>
#include <functional>
#include <memory>
#include <vector>

#include "editor/catalogue/catalogue.hpp"

namespace millrace::editor {

/// The folder `help` of the installation, or `resources/help` of the sources that this program was
/// built from; empty when there is none.
QString help_folder();

/// A node type's reference in Markdown.
QString node_page(const engine::NodeType& type, const Catalogue& catalogue);

class HelpPages {
public:
    struct Page {
        QString name, title, group;
    };

    HelpPages(QString folder, QString graphs);

    void set_catalogue(std::shared_ptr<const Catalogue> catalogue);
    /// Makes the page "shortcuts" whenever it is looked at.
    void set_shortcuts(std::function<QString()> markdown) { shortcuts_ = std::move(markdown); }

    /// In the order of the contents; pages of a group follow one another.
    std::vector<Page> contents() const;
    /// Markdown; of a page that does not exist a text that says so, and `found` is false.
    QString text(const QString& name, bool* found = nullptr) const;
    /// The file that a picture or a link to a file in a page means; empty when it may not be shown.
    QString file_linked(const QString& from, const QString& link) const;
    /// The page that a link of another page leads to; empty when it leads elsewhere.
    QString linked(const QString& from, const QString& link) const;
    /// Names of the pages in which all words stand, best first: in the title, then anywhere.
    std::vector<QString> search(const QString& words) const;

private:
    bool may_show(const QString& file) const;
    QString file_of(const QString& name) const;

    QString folder_, graphs_;
    std::shared_ptr<const Catalogue> catalogue_;
    std::function<QString()> shortcuts_;
};

}  // namespace millrace::editor
