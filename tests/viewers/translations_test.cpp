// Languages: every text of the window has its words in each, with the same places for numbers; and
// nobody reads "item(s)".
#include "viewers/common/translations.hpp"

#include <QBuffer>
#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTest>
#include <QXmlStreamReader>
#include <map>

#include <gtest/gtest.h>

#include "tests/viewers/window_support.hpp"

namespace millrace::tests {
namespace {

using viewers::Translations;

struct Found {
    QString text, file;
};

/// The literals in a row that begin at `at`, joined, without their quotes and escapes; null when
/// there is something else.
QString literal_at(const QString& source, qsizetype& at) {
    static const QRegularExpression one(R"x(\G\s*"((?:[^"\\]|\\.)*)")x");
    QString text;
    for (;;) {
        const auto match = one.match(source, at);
        if (!match.hasMatch()) return text;
        QString part = match.captured(1);
        part.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
        text += part;
        at = match.capturedEnd();
    }
}

/// What is given to tr() and translate() in the sources of some folders.
QList<Found> texts_in(const QStringList& folders) {
    static const QRegularExpression call(R"((?<![\w])(?:tr|translated|translate)\()");
    QList<Found> found;
    for (const QString& folder : folders) {
        QDirIterator files(QStringLiteral(MILLRACE_SOURCE_DIR "/") + folder, {"*.cpp", "*.hpp"},
                           QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            EXPECT_TRUE(file.open(QIODevice::ReadOnly));
            const QString source = QString::fromUtf8(file.readAll());
            auto calls = call.globalMatch(source);
            while (calls.hasNext()) {
                const auto match = calls.next();
                qsizetype at = match.capturedEnd();
                QString text = literal_at(source, at);
                // translate("Context", "text")
                if (match.captured().startsWith("translate(") && at < source.size() &&
                    source[at] == ',')
                    text = literal_at(source, ++at);
                if (!text.isEmpty()) found << Found{text, file.fileName()};
            }
        }
    }
    return found;
}

QString places_in(const QString& text) {
    static const QRegularExpression place(R"(%(?:L?\d|n))");
    QStringList places;
    for (auto match = place.globalMatch(text); match.hasNext();) places << match.next().captured();
    places.sort();
    places.removeDuplicates();
    return places.join(' ');
}

QString file_of(const QString& language) {
    return QStringLiteral(MILLRACE_SOURCE_DIR "/resources/translations/millrace_%1.ts")
        .arg(language);
}

class Language : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        QFile file(file_of(GetParam()));
        ASSERT_TRUE(file.open(QIODevice::ReadOnly)) << file.fileName().toStdString();
        ASSERT_TRUE(words.read(file)) << words.fault().toStdString();
        EXPECT_EQ(words.language(), GetParam());
    }
    Translations words;
};

TEST_P(Language, HasEveryTextOfTheWindow) {
    const auto texts = texts_in({"viewers/view", "viewers/common"});
    ASSERT_GT(texts.size(), 80);
    for (const Found& each : texts) {
        const QString made = words.translate("no context", each.text.toUtf8().constData());
        EXPECT_FALSE(made.isEmpty())
            << each.file.toStdString() << ": \"" << each.text.toStdString() << "\"";
    }
}

TEST_P(Language, KeepsThePlacesForNumbersAndTheMnemonics) {
    QFile file(file_of(GetParam()));
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    QXmlStreamReader xml(&file);
    QString source;
    int messages = 0;
    bool plural = false;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) continue;
        if (xml.name() == u"message") plural = xml.attributes().value("numerus") == u"yes";
        if (xml.name() == u"source") source = xml.readElementText(), ++messages;
        if (xml.name() == u"translation") {
            EXPECT_TRUE(xml.attributes().value("type").isEmpty()) << source.toStdString();
        }
        if (xml.name() != u"numerusform" && (xml.name() != u"translation" || plural)) continue;
        const QString text = xml.readElementText();
        EXPECT_EQ(places_in(text).toStdString(), places_in(source).toStdString())
            << source.toStdString();
        EXPECT_EQ(text.contains('&'), source.contains('&')) << text.toStdString();
        EXPECT_EQ(text.endsWith(QChar(0x2026)), source.endsWith(QChar(0x2026)))
            << text.toStdString();
        EXPECT_FALSE(text.contains("(s)")) << text.toStdString();
    }
    EXPECT_FALSE(xml.hasError()) << xml.errorString().toStdString();
    EXPECT_GT(messages, 80);
}

TEST_P(Language, IsInTheProgram) {
    EXPECT_TRUE(viewers::translated_languages().contains(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(All, Language, testing::Values("de", "zh_CN"));

TEST(Words, EnglishPluralsAreResolved) {
    const Translations none;
    const auto text = [&](const char* source, int n) {
        return none.translate("any", source, nullptr, n).toStdString();
    };
    EXPECT_EQ(text("%n item(s)", 1), "%n item");
    EXPECT_EQ(text("%n item(s)", 0), "%n items");
    EXPECT_EQ(text("%n box(es), %n entr(y|ies)", 2), "%n boxes, %n entries");
    EXPECT_EQ(text("%n box(es), %n entr(y|ies)", 1), "%n box, %n entry");
    EXPECT_EQ(text("%n row(s) (of all) written", 2), "%n rows (of all) written");
    EXPECT_TRUE(none.translate("any", "item(s)").isNull()) << "no number, no plural";
    EXPECT_TRUE(none.translate("any", "%n of all", nullptr, 2).isNull()) << "nothing to resolve";
    // Wherever a text with a number is shown, its plural resolves.
    for (const Found& each : texts_in({"viewers"})) {
        if (!each.text.contains("%n")) continue;
        for (const int n : {0, 1, 2}) {
            const QString made = none.translate("", each.text.toUtf8().constData(), nullptr, n);
            EXPECT_FALSE(made.contains("(s)") || made.contains("(es)"))
                << each.file.toStdString() << made.toStdString();
        }
    }
}

TEST(Words, NumbersChooseTheirForm) {
    EXPECT_EQ(Translations::plural_form("de", 1), 0);
    EXPECT_EQ(Translations::plural_form("de", 0), 1);
    EXPECT_EQ(Translations::plural_form("zh_CN", 1), 0);
    EXPECT_EQ(Translations::plural_form("zh_CN", 7), 0);
    EXPECT_EQ(Translations::plural_form("fr", 0), 0);
}

TEST(Words, DamagedFilesGiveNothingAndKeepWhatWasRead) {
    Translations words;
    const auto read = [&](const QByteArray& bytes) {
        QBuffer buffer;
        buffer.setData(bytes);
        buffer.open(QIODevice::ReadOnly);
        return words.read(buffer);
    };
    const QByteArray good =
        "<TS language=\"de\"><context><name>A</name><message><source>Play</source>"
        "<translation>Abspielen</translation></message><message><source>Stop</source>"
        "<translation type=\"unfinished\">Halt</translation></message></context></TS>";
    ASSERT_TRUE(read(good));
    EXPECT_EQ(words.translate("A", "Play"), "Abspielen");
    EXPECT_EQ(words.translate("B", "Play"), "Abspielen") << "of another context";
    EXPECT_TRUE(words.translate("A", "Stop").isNull()) << "unfinished";
    EXPECT_TRUE(words.translate("A", "").isNull());
    EXPECT_TRUE(words.translate("A", nullptr).isNull());
    for (const QByteArray& bad :
         {QByteArray(), QByteArray("<html/>"), good.left(100), QByteArray(100, '\xff'),
          QByteArray("<TS language=\"x\"><message>")}) {
        EXPECT_FALSE(read(bad)) << bad.toStdString();
        EXPECT_FALSE(words.fault().isEmpty());
        EXPECT_EQ(words.translate("A", "Play"), "Abspielen");
    }
    // A billion laughs: entities that unfold without end.
    QByteArray laughs = "<!DOCTYPE TS [<!ENTITY a \"ha\">";
    for (char c = 'b'; c < 'z'; ++c) {
        laughs += QByteArray("<!ENTITY ") + c + " \"";
        for (int i = 0; i < 10; ++i) laughs += QByteArray("&") + static_cast<char>(c - 1) + ";";
        laughs += "\">";
    }
    EXPECT_FALSE(read(laughs + "]><TS><message><source>&y;</source></message></TS>"));
}

class Spoken : public WindowTest {};

TEST_F(Spoken, TheWindowSpeaksGerman) {
    // Of this test alone: taken away again with its parent.
    QObject owner;
    Translations words(&owner);
    QFile file(file_of("de"));
    ASSERT_TRUE(file.open(QIODevice::ReadOnly) && words.read(file));
    QCoreApplication::installTranslator(&words);
    write_image("scans/a.png");
    write_image("scans/b.png");
    const auto window = window_of({"scans"});
    const QString tip = row(*window, "scans/*.png")->toolTip(0);
    QStringList texts;
    for (const QAction* action : window->findChildren<QAction*>()) texts << action->text();
    QCoreApplication::removeTranslator(&words);
    EXPECT_TRUE(texts.contains("Abspielen")) << texts.join("\n").toStdString();
    EXPECT_FALSE(texts.contains("Play"));
    EXPECT_TRUE(tip.endsWith("scans/*.png, 2 Einträge")) << tip.toStdString();
}

}  // namespace
}  // namespace millrace::tests
