// The viewer of series: lines of one or several runs over items or time, with smoothing,
// logarithmic axes, cursors that read values, and figures of what is seen. Window thread only.
#pragma once

#include <map>

#include "viewers/cloud/background.hpp"
#include "viewers/plot/canvas.hpp"
#include "viewers/plot/table.hpp"
#include "viewers/viewer.hpp"

class QLabel;
class QSlider;
class QToolBar;

namespace millrace::viewers {

class PlotView : public Viewer {
    Q_OBJECT

public:
    explicit PlotView(QWidget* parent = nullptr);

    bool show_visual(Shared item) override;
    /// A series of a run beside those of others; one that is there already is replaced.
    bool set_series(const QString& run, Shared item);
    void remove_series(const QString& run);

    /// A row is a sample of the first line that is shown, by its place in the series.
    void mark(const std::optional<Selection>& selection) override;
    void reveal(const Selection& selection) override;
    /// A line at the item that others show, by its x.
    void set_shown_x(std::optional<double> x);

    const PlotScene& scene() const { return scene_; }
    PlotCanvas* canvas() const { return canvas_; }
    PlotTable* table() const { return table_; }

    void set_log_x(bool on);
    void set_log_y(bool on);
    void set_smoothing(double weight);
    void set_follows_y(bool on);
    void set_x_range(double low, double high);
    void set_y_range(double low, double high);
    void set_line_visible(std::size_t line, bool visible);
    void solo(std::size_t line);
    void fit();

    /// All lines joined by x, RFC 4180.
    QByteArray csv() const;
    /// What is seen, cells parted by tabs.
    QString copied() const;
    /// Device pixels.
    QImage picture(QSize pixels, double ratio = 1) const;
    /// Whether no series is being put in order, and no text made or written.
    bool settled() const override { return background_.idle(); }
    void write_csv(const QString& file);
    void write_picture(const QString& file, QSize size, bool light);

    QSize sizeHint() const override { return {720, 480}; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void give_table_height();
    void make_tools();
    void make_keys();
    QAction* key(const QString& text, const QKeySequence& keys, const std::function<void()>& work);
    void changed();
    void show_readout();
    void copy();
    std::optional<double> x_of(const Selection& selection) const;
    Selection selection_of(const PlotScene::Place& place) const;

    PlotScene scene_;
    PlotCanvas* canvas_;
    PlotTable* table_;
    QToolBar* tools_;
    QSlider* slider_;
    QLabel* weight_;
    QAction *log_x_ = nullptr, *log_y_ = nullptr, *follow_ = nullptr, *rectangle_ = nullptr;
    /// By run: how often a series was asked for, and which of these is the newest that is shown.
    std::map<QString, std::uint64_t> turns_, shown_turns_;
    Background background_;  ///< last: its jobs end before the rest goes
};

}  // namespace millrace::viewers
