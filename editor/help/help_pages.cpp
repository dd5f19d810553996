#include "editor/help/help_pages.hpp"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QUrl>
#include <algorithm>

namespace millrace::editor {
namespace {

constexpr qint64 kMostBytes = qint64{4} << 20;

QString translated(const char* text) { return QCoreApplication::translate("HelpPages", text); }

QString read(const QString& file) {
    QFile in(file);
    return in.open(QIODevice::ReadOnly) ? QString::fromUtf8(in.read(kMostBytes)) : QString();
}

/// What stands after the first "# ".
QString title_in(const QString& markdown, const QString& otherwise) {
    for (const QStringView line : QStringView(markdown).split('\n'))
        if (line.startsWith(u"# ")) return line.mid(2).trimmed().toString();
    return otherwise;
}

/// Where a relative link leads, as if help and graphs were one folder, however they are installed.
QString joined(const QString& from, const QString& path) {
    const QString base = from.startsWith(u"graphs/") ? from : from.section('/', 0, -2);
    QString name = QDir::cleanPath(base.isEmpty() ? path : base + '/' + path);
    while (name.startsWith(u"../")) name.remove(0, 3);
    return name;
}

struct Known {
    const char *name, *title;
};

/// The order in which they are read best; titles are shown in the contents.
constexpr Known kGuide[] = {
    {"first-steps", QT_TRANSLATE_NOOP("HelpPages", "First steps")},
    {"canvas", QT_TRANSLATE_NOOP("HelpPages", "The canvas")},
    {"inspector", QT_TRANSLATE_NOOP("HelpPages", "The inspector")},
    {"running", QT_TRANSLATE_NOOP("HelpPages", "Running")},
    {"viewers", QT_TRANSLATE_NOOP("HelpPages", "Viewers")},
    {"runs-and-comparing", QT_TRANSLATE_NOOP("HelpPages", "Runs and comparing")},
    {"multiple-choice", QT_TRANSLATE_NOOP("HelpPages", "Multiple-choice tests")},
    {"remote-workers", QT_TRANSLATE_NOOP("HelpPages", "Other machines")},
    {"shortcuts", QT_TRANSLATE_NOOP("HelpPages", "Keyboard shortcuts")},
    {"worker-protocol", QT_TRANSLATE_NOOP("HelpPages", "The worker's protocol")}};

}  // namespace

QString help_folder() {
    const QDir program(QCoreApplication::applicationDirPath());
    // Installed beside it, or three folders above a build's programs, as the graphs are.
    for (const char* place :
         {"../share/millrace/help", "../../../resources/help", "../../../../resources/help"}) {
        const QString folder = QDir::cleanPath(program.absoluteFilePath(place));
        if (QFileInfo(folder).isDir()) return folder;
    }
    return {};
}

HelpPages::HelpPages(QString folder, QString graphs)
    : folder_(std::move(folder)),
      graphs_(std::move(graphs)),
      catalogue_(std::make_shared<const Catalogue>()) {}

void HelpPages::set_catalogue(std::shared_ptr<const Catalogue> catalogue) {
    catalogue_ = std::move(catalogue);
}

std::vector<HelpPages::Page> HelpPages::contents() const {
    std::vector<Page> pages;
    for (const auto& [name, title] : kGuide)
        if (QString::fromLatin1(name) == u"shortcuts" ? static_cast<bool>(shortcuts_)
                                                      : QFile::exists(file_of(name)))
            pages.push_back({name, translated(title), translated("Guide")});
    if (!graphs_.isEmpty())
        for (const QFileInfo& one :
             QDir(graphs_).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name)) {
            const QString readme = one.filePath() + "/README.md";
            if (!QFile::exists(readme)) continue;
            pages.push_back({"graphs/" + one.fileName(), title_in(read(readme), one.fileName()),
                             translated("Ready-made graphs")});
        }
    std::vector<const engine::NodeType*> types = catalogue_->types();
    std::ranges::stable_sort(types, [](const auto* a, const auto* b) {
        return std::tie(a->spec.group, a->spec.title) < std::tie(b->spec.group, b->spec.title);
    });
    for (const engine::NodeType* type : types)
        pages.push_back({"nodes/" + QString::fromStdString(type->spec.id),
                         QString::fromStdString(type->spec.title),
                         translated("Nodes: %1").arg(QString::fromStdString(type->spec.group))});
    return pages;
}

QString HelpPages::file_of(const QString& name) const {
    if (name.contains(u"..")) return {};
    return name.startsWith(u"graphs/") ? graphs_ + name.mid(6) + "/README.md"
                                       : folder_ + '/' + name + ".md";
}

QString HelpPages::text(const QString& name, bool* found) const {
    if (found) *found = true;
    if (name == u"shortcuts" && shortcuts_) return shortcuts_();
    if (name.startsWith(u"nodes/"))
        if (const engine::NodeType* type = catalogue_->find(name.mid(6).toStdString()))
            return node_page(*type, *catalogue_);
    if (const QString markdown = read(file_of(name)); !markdown.isEmpty()) return markdown;
    if (found) *found = false;
    return translated(
               "# No such page\n\nThere is no help page “%1”. Node types have pages when "
               "a plug-in offers them.")
        .arg(name);
}

QString HelpPages::file_linked(const QString& from, const QString& link) const {
    const QString name = joined(from, link);
    const QString file = name.startsWith(u"graphs/") ? graphs_ + name.mid(6) : folder_ + '/' + name;
    return may_show(file) ? file : QString();
}

QString HelpPages::linked(const QString& from, const QString& link) const {
    const QUrl url(link);
    if (!url.isRelative() || url.path().isEmpty()) return {};
    QString path = url.path();
    if (path.endsWith(u".md")) path.chop(3);
    QString name = joined(from, path);
    if (name.endsWith(u"/README")) name.chop(7);
    bool found = false;
    text(name, &found);
    return found ? name : QString();
}

std::vector<QString> HelpPages::search(const QString& words) const {
    const QStringList list = words.split(' ', Qt::SkipEmptyParts);
    const auto all_in = [&](const QString& where) {
        return std::ranges::all_of(
            list, [&](const QString& word) { return where.contains(word, Qt::CaseInsensitive); });
    };
    std::vector<QString> titles, texts;
    for (const Page& page : contents()) {
        if (all_in(page.title + ' ' + page.name))
            titles.push_back(page.name);
        else if (all_in(page.title + ' ' + text(page.name)))
            texts.push_back(page.name);
    }
    titles.insert(titles.end(), texts.begin(), texts.end());
    return titles;
}

bool HelpPages::may_show(const QString& file) const {
    const QString path = QFileInfo(file).canonicalFilePath();
    for (const QString& folder : {folder_, graphs_}) {
        const QString inside = QFileInfo(folder).canonicalFilePath();
        if (!inside.isEmpty() && path.startsWith(inside + '/')) return true;
    }
    return false;
}

}  // namespace millrace::editor
