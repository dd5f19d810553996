// The program's words in other languages: reads Qt's .ts files as they are, so that no tool has to
// turn them into another form. Plural forms of English need no file: "%n item(s)" becomes "1 item"
// or "2 items". Installed once by the program, before its first window; window thread only.
#pragma once

#include <QHash>
#include <QLocale>
#include <QStringList>
#include <QTranslator>

class QCoreApplication;
class QIODevice;
class QXmlStreamReader;

namespace millrace::viewers {

class Translations : public QTranslator {
    Q_OBJECT

public:
    explicit Translations(QObject* parent = nullptr) : QTranslator(parent) {}

    /// Reads a .ts file; false, with fault() telling why, when it is none, and what was read before
    /// stays. Untrusted: a wrong file gives no translations, nothing else.
    bool read(QIODevice& device);
    const QString& fault() const { return fault_; }
    /// "de", "zh_CN"; of the file.
    const QString& language() const { return language_; }

    /// The text of the context, or of any other: a text means the same wherever it stands. Without
    /// one the source itself, with the plural's "(s)" resolved; null when nothing changes.
    QString translate(const char* context, const char* source, const char* comment = nullptr,
                      int n = -1) const override;
    bool isEmpty() const override { return false; }

    /// Which form of a plural a number takes, counted from 0 in the order of .ts files.
    static int plural_form(const QString& language, int n);

private:
    struct Entry {
        QString context, source;
        QStringList forms;
    };
    bool read_message(QXmlStreamReader& xml, const QString& context, QHash<QString, Entry>& entries,
                      QHash<QString, Entry>& anywhere);

    QString language_, fault_;
    QHash<QString, Entry> entries_;   ///< by context and source
    QHash<QString, Entry> anywhere_;  ///< by source
};

/// The languages there are files for: "de", "zh_CN".
QStringList translated_languages();

/// Installs the words of `language` ("de", "zh_CN", "en"; the system's when empty) and its way to
/// write numbers. Returns what is in use: "en" when there is no file for it.
QString install_translations(QCoreApplication& application, const QString& language = {});

}  // namespace millrace::viewers
