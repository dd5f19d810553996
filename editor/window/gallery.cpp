#include "editor/window/gallery.hpp"

#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
#include <QFileInfo>
#include <algorithm>

#include "engine/graph/graph.hpp"

namespace millrace::editor {
namespace {

QString text_of(const engine::Object& object, std::string_view name) {
    const auto found = object.find(name);
    return found != object.end() && found->second.is_string()
               ? QString::fromStdString(found->second.as_string())
               : QString();
}

}  // namespace

QString graphs_folder() {
    const QDir program(QCoreApplication::applicationDirPath());
    // Installed beside it, or three folders above a build's programs.
    for (const char* place : {"../share/millrace/graphs", "../../../graphs"}) {
        const QString folder = QDir::cleanPath(program.absoluteFilePath(place));
        if (QFileInfo(folder).isDir()) return folder;
    }
    return {};
}

std::vector<Template> templates_in(const QString& folder) {
    std::vector<Template> found;
    if (folder.isEmpty()) return found;
    QDirIterator files(folder, {"*.json"}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QFileInfo file(files.next());
        const engine::ReadGraph read = engine::load_graph(file.filePath().toStdString());
        if (engine::any_errors(read.problems)) continue;
        const engine::Object& meta = read.graph.meta;
        Template one{.file = file.filePath(),
                     .title = text_of(meta, "title"),
                     .about = text_of(meta, "about")};
        if (one.title.isEmpty()) one.title = file.completeBaseName();
        // The first sentence is what fits under a picture.
        if (const auto stop = one.about.indexOf(". "); stop > 0) one.about.truncate(stop + 1);
        if (const QString picture = text_of(meta, "picture"); !picture.isEmpty()) {
            // A graph from elsewhere must not make the page read any file it names.
            const QFileInfo inside(file.dir().filePath(QFileInfo(picture).fileName()));
            if (inside.isFile()) one.picture = inside.filePath();
        }
        const auto seconds = meta.find("seconds");
        if (seconds != meta.end() && seconds->second.is_int())
            one.seconds =
                static_cast<int>(std::clamp<std::int64_t>(seconds->second.as_int(), 0, 1'000'000));
        found.push_back(std::move(one));
    }
    std::ranges::sort(found, {}, &Template::title);
    return found;
}

}  // namespace millrace::editor
