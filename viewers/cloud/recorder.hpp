// Pictures of a scene to files beside the window thread: a screenshot of any size, and flights of
// the camera as numbered PNG frames. Owned by a widget; window thread only.
#pragma once

#include <QObject>
#include <QSize>
#include <QString>
#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "engine/visual/scene/scene.hpp"
#include "engine/visual/scene/style.hpp"
#include "engine/visual/scene/view.hpp"
#include "viewers/cloud/background.hpp"
#include "viewers/cloud/picture.hpp"

namespace millrace::viewers {

/// One turn about the target, evenly; the last frame comes before the first again.
std::vector<visual::View> spin_views(const visual::View& view, int frames);

/// Through the stops, slow at each of them, `frames` from one to the next; the last stop ends it.
/// Fewer than two stops stay where they are.
std::vector<visual::View> flight_views(std::span<const visual::View> stops, int frames);

struct Recording {
    visual::Scene scene;
    visual::Style style;
    std::vector<visual::View> views;
    QSize size = {1920, 1080};
    double scale = 1;  ///< how large points, lines and letters are
    PictureParts parts = {};
    /// One view: the file, PNG or JPEG by its ending. More: the folder of frame-0001.png …
    QString target;
};

class Recorder : public QObject {
    Q_OBJECT

public:
    explicit Recorder(QObject* parent = nullptr);
    ~Recorder() override;

    /// Begins at once; false, and failed() says why, when it can't: busy, no view, a size that the
    /// memory doesn't hold.
    bool start(Recording recording);
    void cancel();
    bool busy() const { return busy_; }

Q_SIGNALS:
    void progress(int done, int total);
    /// All files are written, or cancel() was called; the text says which.
    void finished(const QString& text);
    void failed(const QString& what);

private:
    std::shared_ptr<std::atomic<bool>> cancelled_;
    bool busy_ = false;
    Background background_;
};

}  // namespace millrace::viewers
