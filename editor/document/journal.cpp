#include "editor/document/journal.hpp"

#include <signal.h>
#include <unistd.h>

#include <QCryptographicHash>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QSettings>
#include <QStandardPaths>
#include <QUuid>
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/value.hpp"

namespace millrace::editor {
namespace {

constexpr int kDelayMs = 1000;  ///< from a change to the journal, unless the settings say more
constexpr const char* kEnding = ".journal";

QString folder_or(const QString& folder, const char* name) {
    return folder.isEmpty()
               ? QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + '/' + name
               : folder;
}

int delay_ms() {
    const int seconds = QSettings().value("editor/autosave_seconds", 0).toInt();
    return seconds > 0 ? 1000 * std::min(seconds, 60) : kDelayMs;
}

/// Whether a process of that number lives; one of somebody else's does, too.
bool lives(qint64 process) {
    return process > 0 && (kill(static_cast<pid_t>(process), 0) == 0 || errno == EPERM);
}

std::string text_of(const engine::Value& value, std::string_view name) {
    const engine::Value* found = value.find(name);
    return found && found->is_string() ? found->as_string() : std::string();
}

/// Head line of a journal: JSON that says whose it is; the document follows.
QByteArray head_of(const Document& document) {
    return QByteArray::fromStdString(
               engine::to_json(engine::Object{{"process", static_cast<std::int64_t>(getpid())},
                                              {"file", document.file().toStdString()},
                                              {"title", document.title().toStdString()}})) +
           '\n';
}

}  // namespace

/// One thread that writes the newest state it was given.
class Journal::Writer {
public:
    struct Job {
        QString path;
        QByteArray head;
        engine::Graph graph;
    };

    explicit Writer(Journal* journal) : journal_(journal) {}
    ~Writer() {
        {
            const std::scoped_lock lock(mutex_);
            ending_ = true;
        }
        ready_.notify_all();
        if (thread_.joinable()) thread_.join();
    }
    void write(Job job) {
        {
            const std::scoped_lock lock(mutex_);
            waiting_ = std::move(job);
            if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
        }
        ready_.notify_all();
    }
    void drop() {
        std::unique_lock lock(mutex_);
        waiting_.reset();
        ready_.wait(lock, [this] { return !busy_; });
    }
    void flush() {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [this] { return !busy_ && !waiting_; });
    }

private:
    void work() {
        std::unique_lock lock(mutex_);
        while (true) {
            ready_.wait(lock, [this] { return ending_ || waiting_; });
            if (!waiting_) return;
            const Job job = *std::move(waiting_);
            waiting_.reset();
            busy_ = true;
            lock.unlock();
            const QString problem = put(job);
            if (!problem.isEmpty())
                QMetaObject::invokeMethod(
                    journal_, [journal = journal_, problem] { Q_EMIT journal->failed(problem); },
                    Qt::QueuedConnection);
            lock.lock();
            busy_ = false;
            ready_.notify_all();
        }
    }
    static QString put(const Job& job) {
        QDir().mkpath(QFileInfo(job.path).path());
        QSaveFile out(job.path);
        if (!out.open(QIODevice::WriteOnly)) return out.errorString();
        out.write(job.head);
        out.write(QByteArray::fromStdString(engine::write_graph(job.graph)));
        return out.commit() ? QString() : out.errorString();
    }

    Journal* journal_;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::optional<Job> waiting_;
    bool busy_ = false, ending_ = false;
    std::thread thread_;
};

Journal::Journal(Document* document, QString folder, QObject* parent)
    : QObject(parent),
      document_(document),
      folder_(folder_or(folder, "journal")),
      path_(folder_ + '/' + QUuid::createUuid().toString(QUuid::WithoutBraces) + kEnding),
      writer_(std::make_unique<Writer>(this)) {
    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, &Journal::write);
    connect(document, &Document::changed, this, &Journal::schedule);
    connect(document, &Document::started, this, &Journal::drop);
    connect(document, &Document::file_changed, this, [this] {
        if (!document_->is_modified()) drop();
    });
}

Journal::~Journal() = default;

void Journal::schedule() {
    // Not started anew by each change, or steady work would never be written.
    if (!timer_.isActive()) timer_.start(delay_ms());
}

void Journal::write() {
    if (!document_->is_modified()) return;
    writer_->write({path_, head_of(*document_), document_->graph()});
}

void Journal::flush() {
    timer_.stop();
    write();
    writer_->flush();
}

void Journal::drop() {
    timer_.stop();
    writer_->drop();
    QFile::remove(path_);
}

std::vector<Recovered> Journal::left_over(QString folder) {
    std::vector<Recovered> found;
    const QDir place(folder_or(folder, "journal"));
    for (const QFileInfo& info :
         place.entryInfoList({QString("*") + kEnding}, QDir::Files, QDir::Time)) {
        QFile in(info.filePath());
        if (!in.open(QIODevice::ReadOnly)) continue;
        try {
            const engine::Value head =
                engine::parse_json(in.readLine(1 << 20).toStdString(), "journal");
            const engine::Value* process = head.find("process");
            if (process && process->is_int() && lives(process->as_int())) continue;
            found.push_back({info.filePath(), QString::fromStdString(text_of(head, "file")),
                             QString::fromStdString(text_of(head, "title")), info.lastModified()});
        } catch (const engine::Error&) {
            continue;  // no journal of ours; it is left alone
        }
    }
    return found;
}

engine::Graph Journal::read(const Recovered& recovered) {
    QFile in(recovered.journal);
    if (!in.open(QIODevice::ReadOnly))
        throw engine::Error({.code = "E-FILE-001",
                             .what = "The journal can't be read",
                             .found = in.errorString().toStdString(),
                             .where = recovered.journal.toStdString()});
    in.readLine(1 << 20);
    engine::ReadGraph read =
        engine::read_graph(in.readAll().toStdString(), recovered.journal.toStdString());
    for (const engine::Problem& problem : read.problems)
        if (problem.severity == engine::Severity::Error) throw engine::Error(problem);
    return std::move(read.graph);
}

void Journal::discard(const Recovered& recovered) { QFile::remove(recovered.journal); }

Versions::Versions(QString folder) : folder_(folder_or(folder, "versions")) {}

QString Versions::folder_of(const QString& file) const {
    const QByteArray name = QFileInfo(file).absoluteFilePath().toUtf8();
    return folder_ + '/' +
           QCryptographicHash::hash(name, QCryptographicHash::Sha1).toHex().left(16);
}

std::vector<QString> Versions::of(const QString& file) const {
    std::vector<QString> kept;
    const QDir place(folder_of(file));
    // Names are times, so that their order is that of the versions.
    for (const QFileInfo& info :
         place.entryInfoList({"*.json"}, QDir::Files, QDir::Name | QDir::Reversed))
        kept.push_back(info.filePath());
    return kept;
}

void Versions::keep(const QString& file) const {
    QFile now(file);
    if (!now.open(QIODevice::ReadOnly)) return;  // the first save
    const QByteArray bytes = now.readAll();
    const std::vector<QString> kept = of(file);
    if (!kept.empty()) {
        QFile newest(kept.front());
        if (newest.open(QIODevice::ReadOnly) && newest.readAll() == bytes) return;
    }
    const QString folder = folder_of(file);
    QDir().mkpath(folder);
    QSaveFile out(folder + '/' + QDateTime::currentDateTimeUtc().toString("yyyyMMdd-HHmmss-zzz") +
                  ".json");
    if (!out.open(QIODevice::WriteOnly)) return;
    out.write(bytes);
    if (!out.commit()) return;
    for (std::size_t i = kKept - 1; i < kept.size(); ++i) QFile::remove(kept[i]);
}

}  // namespace millrace::editor
