#include "viewers/cloud/recorder.hpp"

#include <QBuffer>
#include <QDir>
#include <QFileInfo>
#include <QImageWriter>
#include <fstream>
#include <numbers>
#include <utility>

#include "engine/problem.hpp"
#include "engine/visual/io/files.hpp"

namespace millrace::viewers {
namespace {

/// What a picture takes while it is made: its points twice, depths and colours twice.
constexpr double kBytesPerPixel = 8 + 8 + 4 + 4 + 4 + 4;

/// 0 when it can't be told.
double free_bytes() {
    std::ifstream file("/proc/meminfo");
    std::string word;
    while (file >> word) {
        double kilobytes = 0;
        if (word == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
    }
    return 0;
}

void write_picture(const QImage& image, const QString& file) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QImageWriter writer(&buffer, QFileInfo(file).suffix().toLower().toLatin1());
    if (!writer.write(image)) {
        throw engine::Error({.code = "E-VIEW-021",
                             .what = "The picture can't be written in this format: " +
                                     writer.errorString().toStdString(),
                             .where = file.toStdString(),
                             .mend = "Give the file the ending .png or .jpg."});
    }
    visual::write_file_atomically(file.toStdString(),
                                  {bytes.constData(), static_cast<std::size_t>(bytes.size())},
                                  visual::Durability::Process);
}

}  // namespace

std::vector<visual::View> spin_views(const visual::View& view, int frames) {
    std::vector<visual::View> views;
    for (int i = 0; i < frames; ++i) {
        views.push_back(view);
        views.back().orbit(2 * std::numbers::pi * i / frames, 0);
    }
    return views;
}

std::vector<visual::View> flight_views(std::span<const visual::View> stops, int frames) {
    std::vector<visual::View> views;
    for (std::size_t leg = 0; leg + 1 < stops.size(); ++leg) {
        for (int i = 0; i < frames; ++i) {
            const double share = static_cast<double>(i) / frames;
            views.push_back(stops[leg].towards(stops[leg + 1], share * share * (3 - 2 * share)));
        }
    }
    if (!stops.empty()) views.push_back(stops.back());
    return views;
}

Recorder::Recorder(QObject* parent) : QObject(parent) {
    connect(&background_, &Background::failed, this, [this](const QString& what) {
        busy_ = false;
        Q_EMIT failed(what);
    });
}

Recorder::~Recorder() { cancel(); }

void Recorder::cancel() {
    if (cancelled_) *cancelled_ = true;
}

bool Recorder::start(Recording recording) {
    const auto refuse = [this](const QString& why) {
        Q_EMIT failed(why);
        return false;
    };
    if (busy_) return refuse(tr("Another recording is under way."));
    if (recording.views.empty()) return refuse(tr("There is no view to record."));
    const double needed =
        kBytesPerPixel * recording.size.width() * static_cast<double>(recording.size.height());
    const double available = free_bytes();
    if (available > 0 && needed > available) {
        return refuse(tr("A picture of %1 × %2 needs %3 GB of memory, %4 GB are free. Choose a "
                         "smaller size.")
                          .arg(recording.size.width())
                          .arg(recording.size.height())
                          .arg(needed / 1e9, 0, 'f', 1)
                          .arg(available / 1e9, 0, 'f', 1));
    }
    busy_ = true;
    cancelled_ = std::make_shared<std::atomic<bool>>(false);
    background_.run(
        {},
        [this, recording = std::move(recording),
         cancelled = cancelled_](const std::stop_token& stop) -> Background::Finish {
            const int total = static_cast<int>(recording.views.size());
            if (total > 1) visual::make_folders(recording.target.toStdString());
            int done = 0;
            for (const visual::View& view : recording.views) {
                if (stop.stop_requested() || *cancelled) break;
                const QImage image =
                    render_picture(recording.scene, view, recording.style, recording.size,
                                   recording.scale, recording.parts);
                const QString file =
                    total == 1 ? recording.target
                               : QDir(recording.target)
                                     .filePath(QStringLiteral("frame-%1.png")
                                                   .arg(done + 1, 4, 10, QLatin1Char('0')));
                write_picture(image, file);
                ++done;
                QMetaObject::invokeMethod(
                    this, [this, done, total] { Q_EMIT progress(done, total); },
                    Qt::QueuedConnection);
            }
            return [this, done, total, target = recording.target] {
                busy_ = false;
                Q_EMIT finished(
                    done < total
                        ? tr("Stopped after %1 of %2 frames: %3").arg(done).arg(total).arg(target)
                        : tr("Written: %1").arg(target));
            };
        });
    return true;
}

}  // namespace millrace::viewers
