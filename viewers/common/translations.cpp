#include "viewers/common/translations.hpp"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QLibraryInfo>
#include <QXmlStreamReader>

/// Outside of any namespace, as the resource compiler's function is.
static void load_resources() { Q_INIT_RESOURCE(translations); }

namespace millrace::viewers {
namespace {

constexpr qint64 kMostBytes = qint64{16} << 20;
const QString kFolder = QStringLiteral(":/translations");
const QString kStart = QStringLiteral("millrace_");

QString key_of(const QString& context, const QString& source) {
    return context + QChar(0x1f) + source;
}

/// English plurals of the sources: "item(s)", "box(es)", "entr(y|ies)".
QString english_plural(const QString& source, int n) {
    QString text = source;
    for (qsizetype open = text.indexOf(QLatin1Char('(')); open >= 0;
         open = text.indexOf(QLatin1Char('('), open + 1)) {
        const qsizetype close = text.indexOf(QLatin1Char(')'), open);
        if (close < 0) break;
        const QString inner = text.mid(open + 1, close - open - 1);
        const bool glued = open > 0 && text[open - 1].isLetter();
        QString put;
        if (glued && (inner == QLatin1String("s") || inner == QLatin1String("es")))
            put = n == 1 ? QString() : inner;
        else if (glued && inner.count(QLatin1Char('|')) == 1)
            put = inner.section(QLatin1Char('|'), n == 1 ? 0 : 1, n == 1 ? 0 : 1);
        else
            continue;
        text.replace(open, close - open + 1, put);
    }
    return text;
}

/// The file for a locale: of the language and country, else of the language.
QString file_for(const QLocale& locale) {
    const QString name = locale.name();
    for (const QString& wanted : {name, name.section(QLatin1Char('_'), 0, 0)}) {
        const QString file = kFolder + QLatin1Char('/') + kStart + wanted + QStringLiteral(".ts");
        if (QFile::exists(file)) return file;
    }
    // Chinese without a country we know is still read by those who read simplified characters.
    if (locale.language() == QLocale::Chinese && locale.script() != QLocale::TraditionalHanScript)
        return kFolder + QLatin1Char('/') + kStart + QStringLiteral("zh_CN.ts");
    return {};
}

}  // namespace

bool Translations::read(QIODevice& device) {
    fault_.clear();
    if (device.size() > kMostBytes) {
        fault_ = QStringLiteral("more than 16 MB");
        return false;
    }
    QXmlStreamReader xml(&device);
    QHash<QString, Entry> entries, anywhere;
    QString language, context;
    if (!xml.readNextStartElement() || xml.name() != QLatin1String("TS")) {
        fault_ = xml.hasError() ? xml.errorString() : QStringLiteral("no TS element");
        return false;
    }
    language = xml.attributes().value(QLatin1String("language")).toString();
    while (!xml.atEnd()) {
        xml.readNext();
        if (!xml.isStartElement()) continue;
        if (xml.name() == QLatin1String("context"))
            context.clear();
        else if (xml.name() == QLatin1String("name"))
            context = xml.readElementText();
        else if (xml.name() == QLatin1String("message"))
            read_message(xml, context, entries, anywhere);
    }
    if (xml.hasError()) {
        fault_ = QStringLiteral("line %1: %2").arg(xml.lineNumber()).arg(xml.errorString());
        return false;
    }
    language_ = language;
    entries_ = std::move(entries);
    anywhere_ = std::move(anywhere);
    return true;
}

bool Translations::read_message(QXmlStreamReader& xml, const QString& context,
                                QHash<QString, Entry>& entries, QHash<QString, Entry>& anywhere) {
    Entry entry{.context = context, .source = {}, .forms = {}};
    bool finished = true;
    while (xml.readNextStartElement()) {
        if (xml.name() == QLatin1String("source")) {
            entry.source = xml.readElementText();
        } else if (xml.name() == QLatin1String("translation")) {
            const auto type = xml.attributes().value(QLatin1String("type"));
            finished = type.isEmpty();
            QString text;
            // Either the text itself or one numerusform a plural form.
            while (!xml.atEnd()) {
                xml.readNext();
                if (xml.isEndElement()) break;
                if (xml.isCharacters()) text += xml.text();
                // Reads on to the end of that element.
                if (xml.isStartElement()) entry.forms << xml.readElementText();
            }
            if (entry.forms.isEmpty() && !text.isEmpty()) entry.forms << text;
        } else {
            xml.skipCurrentElement();
        }
    }
    if (!finished || entry.source.isEmpty() || entry.forms.isEmpty()) return false;
    anywhere.insert(entry.source, entry);
    entries.insert(key_of(context, entry.source), entry);
    return true;
}

int Translations::plural_form(const QString& language, int n) {
    const QString code = language.section(QLatin1Char('_'), 0, 0);
    if (code == QLatin1String("zh") || code == QLatin1String("ja") || code == QLatin1String("ko"))
        return 0;
    if (code == QLatin1String("fr")) return n > 1 ? 1 : 0;
    return n == 1 ? 0 : 1;
}

QString Translations::translate(const char* context, const char* source, const char*, int n) const {
    if (!source || *source == '\0') return {};
    const QString text = QString::fromUtf8(source);
    auto found = entries_.constFind(key_of(QString::fromUtf8(context), text));
    if (found == entries_.constEnd()) {
        found = anywhere_.constFind(text);
        if (found == anywhere_.constEnd()) {
            // Null lets other translators have a try.
            const QString made = n < 0 ? text : english_plural(text, n);
            return made == text ? QString() : made;
        }
    }
    const QStringList& forms = found->forms;
    const int form = n < 0 ? 0 : plural_form(language_, n);
    return forms[std::min<qsizetype>(form, forms.size() - 1)];
}

QStringList translated_languages() {
    load_resources();
    QStringList languages;
    for (const QString& file : QDir(kFolder).entryList({kStart + QStringLiteral("*.ts")}))
        languages << file.mid(kStart.size()).chopped(3);
    return languages;
}

QString install_translations(QCoreApplication& application, const QString& language) {
    load_resources();
    const QLocale locale = language.isEmpty() ? QLocale::system() : QLocale(language);
    auto* words = new Translations(&application);
    QString used = QStringLiteral("en");
    if (QFile file(file_for(locale)); !file.fileName().isEmpty() && file.open(QIODevice::ReadOnly))
        if (words->read(file)) used = words->language();
    // Numbers look as the words do: a German window with English numbers would be misread.
    const bool wanted = locale.language() == QLocale(used).language();
    QLocale::setDefault(wanted ? locale : QLocale(QStringLiteral("en_US")));
    // Qt's own words: buttons of dialogs and menus of text fields.
    auto* buttons = new QTranslator(&application);
    if (buttons->load(QLocale(), QStringLiteral("qtbase"), QStringLiteral("_"),
                      QLibraryInfo::path(QLibraryInfo::TranslationsPath)))
        QCoreApplication::installTranslator(buttons);
    QCoreApplication::installTranslator(words);
    return used;
}

}  // namespace millrace::viewers
