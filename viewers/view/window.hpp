// The window of millrace-view: a tree of what is open, one 3D view for all clouds, boxes, paths and
// cameras, a pane for each image, plot or table, and a timeline that keeps them in step. Window
// thread only.
#pragma once

#include <QMainWindow>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "engine/visual/calibrate/correction.hpp"
#include "engine/visual/scene/style.hpp"
#include "viewers/cloud/background.hpp"
#include "viewers/image/image_view.hpp"
#include "viewers/registry.hpp"
#include "viewers/theme.hpp"
#include "viewers/view/link.hpp"
#include "viewers/view/pane_area.hpp"
#include "viewers/view/source.hpp"
#include "viewers/view/watch.hpp"

class QAction;
class QLabel;
class QMenu;
class QPushButton;
class QStackedWidget;
class QTreeWidget;
class QTreeWidgetItem;

namespace millrace::viewers {
class CloudWorkspace;
class Timeline;
class ViewerStack;
struct PointMark;
}  // namespace millrace::viewers

namespace millrace::view {

class CalibrationPanel;
class ComparePanel;
class Plots;
struct ShownDifference;
struct Wire;

/// Whether it holds boxes, in space or in pixels.
bool are_boxes(const visual::Visual& visual);

/// Pixels of the image that is there for one of the camera's: less than 1 where it was made smaller
/// to fit a budget.
double reduction_of(const visual::Raster& image);

class Window : public QMainWindow {
    Q_OBJECT

public:
    explicit Window(QWidget* parent = nullptr);
    ~Window() override;

    /// Adds files and folders; what can't be opened is told in the status bar and a message.
    void open(const QStringList& paths);
    void show_item(quint64 item);
    quint64 item() const { return item_; }
    const std::vector<quint64>& items() const { return items_; }
    void set_theme(viewers::Theme theme);

    viewers::CloudWorkspace* space() const { return space_; }
    ComparePanel* compare() const { return compare_; }
    /// The viewers of a stream that have panes of their own.
    std::vector<viewers::Viewer*> viewers_of(const QString& stream) const;
    /// Whether all that is to be shown is loaded and complete.
    bool settled() const;
    const QStringList& problems() const { return problems_; }
    PaneArea* panes() const { return area_; }
    const viewers::Registry& registry() const { return registry_; }
    /// How often something that was still being written could not be read.
    int failed_tries() const { return failed_tries_; }
    /// Reads everything that is open again, as F5 does.
    void reload();
    /// Puts docks, panes and overlays where they are at first.
    void reset_layout();
    /// What was opened before, the last first; files opened together are lines of one text.
    static QStringList recent();

    CalibrationPanel* calibration() const { return calibration_; }
    void show_calibration(bool shown);
    /// Writes the chosen camera as it is corrected: JSON where the name ends so, otherwise the
    /// item's KITTI calibration with a new pose of the LiDAR. False when it can't; problems() says
    /// why.
    bool save_calibration(const QString& file);
    /// Points get the colours of the pixels they fall on.
    void set_painting(bool on);
    bool painting() const { return painting_; }
    /// What was picked last in any view, which stays marked while nothing is pointed at.
    const std::optional<viewers::Selection>& selected() const { return selected_; }

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

private:
    struct Open {
        std::size_t source = 0, stream = 0;
        QString name;         ///< its own in this window
        QString stream_name;  ///< the source's name of the stream
        bool visible = true;
        qint64 offset = 0;              ///< items later than the timeline's
        std::optional<quint64> wanted;  ///< the item that is shown or being loaded
        std::uint64_t turn = 0;       ///< grows with each item that comes, the same one again, too
        int tries = 0;                ///< that failed to load it, one after the other
        qint64 stamp = 0;             ///< of the file that is shown, when it was read
        std::vector<Shared> given;    ///< as it was loaded
        std::vector<Shared> shown;    ///< the same, cameras corrected
        std::vector<QString> layers;  ///< in the 3D view
        std::map<std::size_t, viewers::ViewerStack*> stacks;  ///< by place among the visuals
        std::map<std::size_t, viewers::Viewer*> panes;        ///< the one that each of them shows
        QTreeWidgetItem* row = nullptr;
    };
    void make_menus();
    void add_stream(std::size_t source, std::size_t stream);
    // window_items.cpp
    void refresh();
    void load(std::size_t index, quint64 item);
    void load_part(std::size_t number, std::size_t place, const std::vector<std::int64_t>& index);
    /// `turn`: Open::turn as it was when the item came; `already`: places whose panes have it.
    void take(std::size_t index, quint64 item, std::uint64_t turn, std::vector<Shared> visuals,
              std::set<std::size_t> already = {});
    bool make_next_view(Open& open, const std::vector<Shared>& visuals,
                        std::set<std::size_t>& shown);
    void make_space();
    void show_in_space(Open& open, std::size_t place, const Shared& visual);
    void gather_items();
    // window_panes.cpp
    void show_in_pane(Open& open, std::size_t place, const Shared& visual);
    Pane* framed(const QString& title, QWidget* content);
    void arrange();
    bool has_wide_images() const;
    // window_plots.cpp
    void show_plots(std::size_t index);
    QString run_label(const Open& open) const;
    bool belongs_in_pane(const visual::Visual& visual) const;
    void list_boxes(bool lists);
    void list_lone_boxes();
    void link_images();
    void lay_over_images();
    std::shared_ptr<const viewers::ImageOverlay> overlay_for(const std::string& camera);
    QString name_of(const Open& open) const;
    std::vector<viewers::ImageView::Offer> layers_for(const Open& own,
                                                      const std::string& frame) const;
    const visual::Camera* camera_named(const std::string& name) const;
    const Projection* projection_for(const std::string& camera);
    // window_links.cpp
    QString layer_of(const Open& open, std::size_t place) const;
    /// The item of the 3D view that dots over a camera's image are of.
    std::pair<QString, Shared> cloud_for(const visual::Camera& camera) const;
    void follow(viewers::Viewer* viewer);
    void point_at(const std::optional<viewers::Selection>& selection);
    void pick(const viewers::Selection& selection);
    void reveal(viewers::Viewer* from, const viewers::Selection& selection);
    void show_marks();
    /// A pixel becomes the point it shows, where there is one.
    viewers::Selection resolved(const viewers::Selection& selection);
    std::optional<viewers::Selection> pixel_of(const viewers::Selection& point,
                                               const visual::Camera& camera) const;
    // window_calibration.cpp
    void make_calibration(QMenu* menu);
    std::vector<Shared> with_corrections(const std::vector<Shared>& given) const;
    void correct(const std::string& camera, const visual::Correction& correction);
    void refresh_calibration();
    void offer_items();
    const Open* open_camera(const std::string& name) const;
    void ask_where_to_save();
    // window_paint.cpp
    void paint_clouds();
    void apply_paints();
    void follow_painting();
    bool can_paint() const;
    void tell_problem(const QString& text);
    void change_visibility(QTreeWidgetItem* row);
    void apply_visibility();
    const Stream* stream_of(const Open& open) const;
    // window_compare.cpp
    void add_compare_actions(QMenu* menu);
    void tell_compared_wires();
    QString unique_name(const QString& title, const QString& name) const;
    void reveal_element(const Wire& wire, std::size_t place,
                        const std::optional<viewers::Selection>& selection, const QString& side,
                        QList<viewers::PointMark>& points);
    void show_difference(const ShownDifference& difference);
    // window_layout.cpp
    void restore_layout();
    void save_layout();
    void save_panes();
    void space_made();
    void close_pane(Pane* pane);
    void add_recent_menu(QMenu* menu);
    void fill_recent_menu(QMenu* menu);
    void note_recent(const QStringList& paths);
    void add_pane_actions(QMenu* menu);
    void add_help_menu();
    void go_on(int by);
    // window_live.cpp
    QTreeWidgetItem* row_for(std::size_t source);
    void follow_source(std::size_t source);
    void watch_paths(std::size_t source);
    void look_at(std::size_t source);
    void renew(std::size_t source, std::shared_ptr<const Source> renewed);
    void load_failed(std::size_t index, quint64 item, const QString& problem);
    /// Whether any run goes on.
    bool live() const;
    void show_states();
    void offer_reload();

    /// What belongs to a source as long as the window lives.
    struct Followed {
        std::unique_ptr<Watch> watch;
        QTreeWidgetItem* row = nullptr;  ///< over its streams; null where one is called as it is
        bool read_again = false;         ///< F5: whatever is shown is read again
    };

    viewers::Registry registry_;
    std::vector<std::shared_ptr<const Source>> sources_;
    std::vector<Followed> followed_;  ///< one a source
    std::vector<std::unique_ptr<Open>> open_;
    std::vector<quint64> items_;
    quint64 item_ = 0;
    bool lists_boxes_ = false;  ///< also where boxes are seen in space or over images
    QTreeWidget* tree_;
    QDockWidget* tree_dock_;
    viewers::CloudWorkspace* space_ = nullptr;
    Plots* plots_ = nullptr;  ///< made with the first series
    ComparePanel* compare_ = nullptr;
    viewers::ViewerStack* difference_ = nullptr;  ///< of what is compared
    PaneArea* area_;
    QStackedWidget* center_;  ///< the panes, or what to do without any
    QToolBar* time_bar_;
    viewers::Timeline* timeline_;
    QLabel* empty_;
    QLabel* state_;
    QPushButton* reload_;
    int retries_ = 0, failed_tries_ = 0;  ///< loads that will be tried again, and that were
    int making_ = 0;                      ///< items that wait for their widgets
    QStringList problems_;
    std::optional<viewers::Selection> hovered_, selected_;
    CalibrationPanel* calibration_ = nullptr;
    QDockWidget* calibration_dock_ = nullptr;
    QAction* paint_action_ = nullptr;
    std::map<std::string, visual::Correction> corrections_;  ///< by camera's name
    struct Paint {
        Shared item;  ///< the cloud
        std::shared_ptr<const std::vector<std::uint32_t>> colors;
    };
    std::map<QString, Paint> paints_;  ///< by layer
    bool painting_ = false;
    visual::Coloring coloring_before_;  ///< to go back to when painting ends
    std::vector<Shared> offered_;       ///< what the panel scores: cloud, image, camera
    std::vector<quint64> offered_items_;
    std::map<std::string, std::unique_ptr<Projection>> projections_;  ///< by camera's name
    viewers::Background background_;  ///< last: its jobs use the sources
};

}  // namespace millrace::view
