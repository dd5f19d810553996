// The part of the cloud viewer's panel that keeps views under a name, and makes pictures: a
// screenshot of any size, a turn about the target, a flight through the kept views. Window thread
// only.
#pragma once

#include <QWidget>
#include <vector>

#include "viewers/cloud/recorder.hpp"
#include "viewers/cloud/saved_views.hpp"

class QLabel;
class QListWidget;
class QPushButton;
class QSpinBox;

namespace millrace::viewers {

class CloudView;

class ViewsSection : public QWidget {
    Q_OBJECT

public:
    /// The view must live as long.
    explicit ViewsSection(CloudView* view, QWidget* parent = nullptr);

    /// For a document that keeps them.
    const std::vector<SavedView>& views() const { return views_; }
    void set_views(std::vector<SavedView> views);
    /// Keeps the view as it stands under a name like "View 3".
    void keep_view();
    /// Shows a kept view; nothing for a number that there isn't.
    void show_view(int index);
    void remove_view(int index);

    /// The picture at the size of the numbers; problems are told by the view's status.
    bool take_screenshot(const QString& file);
    bool record_spin(const QString& folder);
    bool record_flight(const QString& folder);
    /// Pixels, 1 to 16384 a side.
    void set_picture_size(QSize size);
    void set_frames(int frames);
    Recorder& recorder() { return recorder_; }

Q_SIGNALS:
    void views_changed();

private:
    void fill_list();
    bool record(std::vector<visual::View> views, const QString& target);
    void ask_and(bool (ViewsSection::*work)(const QString&), bool folder);
    void load_or_save(bool save);
    QWidget* make_list_buttons();
    QWidget* make_recording();

    CloudView* view_;
    std::vector<SavedView> views_;
    QListWidget* list_;
    QSpinBox *width_, *height_, *frames_;
    QLabel* progress_;
    QPushButton* cancel_;
    Recorder recorder_;
};

}  // namespace millrace::viewers
