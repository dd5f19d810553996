// millrace-editor [GRAPH]: builds, runs and inspects pipelines on a canvas.
#include <QApplication>
#include <QCommandLineParser>
#include <QTimer>
#include <cstdio>

#include "editor/canvas/canvas_view.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/panels/wire_panel.hpp"
#include "editor/window/window.hpp"
#include "engine/version.hpp"

int main(int count, char** words) {
    QApplication::setOrganizationName("Millrace");
    QApplication::setApplicationName("millrace-editor");
    QApplication::setApplicationVersion(QString::fromUtf8(millrace::engine::version().data()));
    QApplication application(count, words);
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QApplication::translate("main", "Builds, runs and inspects pipelines on a canvas."));
    parser.addPositionalArgument("graph", QApplication::translate("main", "What to open."),
                                 "[GRAPH]");
    const QCommandLineOption size("size", QApplication::translate("main", "Size of the window."),
                                  "WxH");
    parser.addOption(size);
    parser.addHelpOption();
    parser.addVersionOption();
    parser.process(application);

    millrace::editor::EditorWindow window;
    if (const QStringList sides = parser.value(size).split('x'); sides.size() == 2)
        window.resize(sides[0].toInt(), sides[1].toInt());
    window.show();
    if (!parser.positionalArguments().isEmpty()) window.open(parser.positionalArguments().front());
    return QApplication::exec();
}
