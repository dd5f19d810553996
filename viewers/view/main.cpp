// millrace-view FILE…: looks into clouds, images, tensors and recorded runs.
#include <QApplication>
#include <QCommandLineParser>
#include <QScreen>
#include <QTimer>
#include <cstdio>

#include "engine/version.hpp"
#include "viewers/common/process.hpp"
#include "viewers/common/translations.hpp"
#include "viewers/view/window.hpp"

namespace {

/// Asked for before the parser is made, whose own words it changes.
QString language_in(const QStringList& words) {
    const QString option = QStringLiteral("--language");
    for (qsizetype i = 1; i < words.size(); ++i) {
        if (words[i] == QLatin1String("--")) break;
        if (words[i] == option) return words.value(i + 1);
        if (words[i].startsWith(option + QLatin1Char('='))) return words[i].mid(option.size() + 1);
    }
    return {};
}

}  // namespace

int main(int count, char** words) {
    millrace::viewers::free_memory_steadily();
    QApplication::setOrganizationName("Millrace");
    QApplication::setApplicationName("millrace-view");
    QApplication::setApplicationVersion(QString::fromUtf8(millrace::engine::version().data()));
    QApplication application(count, words);
    millrace::viewers::install_translations(application, language_in(QApplication::arguments()));
    QCommandLineParser parser;
    parser.setApplicationDescription(QApplication::translate(
        "main",
        "Looks into point clouds (.bin .pcd .ply .xyz .las), images, safetensors, run folders "
        "and KITTI folders. Several files of one folder become a sequence."));
    parser.addPositionalArgument("files", QApplication::translate("main", "What to open."),
                                 "FILE…");
    const QCommandLineOption picture(
        "picture",
        QApplication::translate("main",
                                "Write a picture of the window once all is shown, and end."),
        "PNG");
    const QCommandLineOption size("size", QApplication::translate("main", "Size of the window."),
                                  "WxH");
    const QCommandLineOption theme(
        "theme", QApplication::translate("main", "dark, light or high-contrast."), "NAME");
    const QCommandLineOption item("item",
                                  QApplication::translate("main", "The item to begin with."), "N");
    const QCommandLineOption time(
        "time",
        QApplication::translate("main", "Tell how long the first whole picture took, and end."));
    const QCommandLineOption language(
        "language",
        QApplication::translate("main", "Language of the window: en, %1; the system's without it.")
            .arg(millrace::viewers::translated_languages().join(QStringLiteral(", "))),
        "NAME");
    parser.addOptions({picture, size, theme, item, language, time});
    parser.addHelpOption();
    parser.addVersionOption();
    parser.process(application);

    millrace::view::Window window;
    window.resize(window.size().boundedTo(window.screen()->availableSize()));
    if (parser.isSet(theme)) window.set_theme(millrace::viewers::theme_named(parser.value(theme)));
    if (const QStringList sides = parser.value(size).split('x'); sides.size() == 2)
        window.resize(sides[0].toInt(), sides[1].toInt());
    window.open(parser.positionalArguments());
    if (parser.isSet(item)) window.show_item(parser.value(item).toULongLong());
    window.show();
    QTimer wait;
    int quiet_rounds = 0;
    QObject::connect(&wait, &QTimer::timeout, &window, [&] {
        // Panels follow the scene an event or two later, and belong to the picture.
        constexpr int kQuietRounds = 4;
        quiet_rounds = window.settled() ? quiet_rounds + 1 : 0;
        if (quiet_rounds < (parser.isSet(picture) ? kQuietRounds : 1)) return;
        wait.stop();
        if (parser.isSet(time))
            std::fprintf(stderr, "first whole picture after %.0f ms\n",
                         millrace::viewers::milliseconds_of_life());
        const bool good = !parser.isSet(picture) || window.grab().save(parser.value(picture));
        for (const QString& problem : window.problems())
            std::fprintf(stderr, "%s\n", qUtf8Printable(problem));
        QApplication::exit(good && window.problems().isEmpty() ? 0 : 1);
    });
    if (parser.isSet(picture) || parser.isSet(time)) wait.start(5);
    return QApplication::exec();
}
