// What keeps work when something dies: while a document has changes that its file lacks, they lie
// in a journal beside the user's settings, never over the file itself, until they are saved or
// given up. A journal whose editor is gone is offered when the next one starts. Written on a thread
// of its own, newest state wins. Window thread only.
#pragma once

#include <QDateTime>
#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "editor/document/document.hpp"

namespace millrace::editor {

/// Work that was not saved when its editor ended.
struct Recovered {
    QString journal;  ///< the file it lies in
    QString file;     ///< of the document; empty when it was never saved
    QString title;
    QDateTime changed;
};

class Journal : public QObject {
    Q_OBJECT

public:
    /// `folder` is made when it is needed; the default lies beside the user's settings.
    explicit Journal(Document* document, QString folder = {}, QObject* parent = nullptr);
    ~Journal() override;

    /// Writes at once, and waits until it is on disk.
    void flush();
    /// The changes are saved or given up: the journal goes.
    void drop();
    const QString& path() const { return path_; }

    /// Journals in the folder whose editors are gone, newest first.
    static std::vector<Recovered> left_over(QString folder = {});
    /// The graph of a journal; throws engine::Error when it can't be read.
    static engine::Graph read(const Recovered& recovered);
    static void discard(const Recovered& recovered);

Q_SIGNALS:
    /// The journal can't be written, as on a full disk.
    void failed(const QString& why);

private:
    class Writer;
    void schedule();
    void write();

    Document* document_;
    QString folder_, path_;
    QTimer timer_;
    std::unique_ptr<Writer> writer_;
};

/// Earlier states of files, kept when they are saved over: the last ten of each.
class Versions {
public:
    static constexpr int kKept = 10;
    explicit Versions(QString folder = {});
    /// Keeps what the file holds now; a state that equals the newest one kept is not kept twice.
    void keep(const QString& file) const;
    /// Newest first.
    std::vector<QString> of(const QString& file) const;

private:
    QString folder_of(const QString& file) const;
    QString folder_;
};

}  // namespace millrace::editor
