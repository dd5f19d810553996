// millrace-editor [GRAPH]: builds, runs and inspects pipelines on a canvas.
#include <QApplication>
#include <QCommandLineParser>
#include <QScreen>
#include <QSettings>
#include <QTimer>
#include <QWindow>
#include <cstdio>

#include "editor/canvas/canvas_view.hpp"
#include "editor/comfort/app_icon.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/panels/wire_panel.hpp"
#include "editor/window/window.hpp"
#include "engine/version.hpp"
#include "viewers/common/process.hpp"
#include "viewers/common/translations.hpp"

int main(int count, char** words) {
    millrace::viewers::free_memory_steadily();
    QApplication::setOrganizationName("Millrace");
    QApplication::setApplicationName("millrace-editor");
    QApplication::setApplicationVersion(QString::fromUtf8(millrace::engine::version().data()));
    // Before the application is made, which reads it; who set it by hand knows better.
    if (const int percent = QSettings().value("editor/scale", 0).toInt();
        percent >= 50 && percent <= 400 && !qEnvironmentVariableIsSet("QT_SCALE_FACTOR"))
        qputenv("QT_SCALE_FACTOR", QByteArray::number(percent / 100.0));
    QApplication application(count, words);
    millrace::viewers::install_translations(application,
                                            QSettings().value("editor/language").toString());
    QGuiApplication::setDesktopFileName("org.millrace.Editor");
    QApplication::setWindowIcon(millrace::editor::app_icon());
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QApplication::translate("main", "Builds, runs and inspects pipelines on a canvas."));
    parser.addPositionalArgument("graph", QApplication::translate("main", "What to open."),
                                 "[GRAPH]");
    const QCommandLineOption size("size", QApplication::translate("main", "Size of the window."),
                                  "WxH");
    const QCommandLineOption time(
        "time", QApplication::translate("main", "Tell when the window was painted, and end."));
    parser.addOptions({size, time});
    parser.addHelpOption();
    parser.addVersionOption();
    parser.process(application);

    millrace::editor::EditorWindow window;
    window.resize(window.size().boundedTo(window.screen()->availableSize()));
    if (const QStringList sides = parser.value(size).split('x'); sides.size() == 2)
        window.resize(sides[0].toInt(), sides[1].toInt());
    window.show();
    if (!parser.positionalArguments().isEmpty()) window.open(parser.positionalArguments().front());
    QTimer wait;
    QObject::connect(&wait, &QTimer::timeout, &window, [&] {
        // It is painted while it is exposed, before this comes round.
        if (!window.windowHandle() || !window.windowHandle()->isExposed()) return;
        wait.stop();
        std::fprintf(stderr, "window painted after %.0f ms\n",
                     millrace::viewers::milliseconds_of_life());
        QApplication::exit(0);
    });
    if (parser.isSet(time)) wait.start(5);
    return QApplication::exec();
}
