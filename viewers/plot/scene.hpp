// What a plot shows, without a window: the lines of one or several runs, how they look, and the
// ranges of the axes. Owned by its view; window thread only.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "viewers/plot/curve.hpp"

namespace millrace::viewers {

struct PlotLine {
    QString run, name;
    std::shared_ptr<Curve> curve;
    int color = 0, dash = 0;  ///< places in the palette and among the dash patterns
    bool visible = true;
};

class PlotScene {
public:
    /// Why a series can't be shown; empty when it can.
    static QString problem_with(const visual::Series& series);

    using Curves = std::vector<std::shared_ptr<Curve>>;
    /// One a line of a series that set_run() would take, else none. Any thread: putting a million
    /// samples in order takes longer than a window may stand still.
    static Curves curves_of(const Viewer::Shared& item, const std::stop_token& stop = {});

    /// A run's place among the others, before its series is there.
    void reserve(const QString& run);

    /// Adds the lines of a run's series, or replaces them; which lines are hidden stays. False when
    /// `item` is no series or contradicts itself. `curves` are made from it when there are none.
    bool set_run(const QString& run, Viewer::Shared item, Curves curves = {});
    void remove_run(const QString& run);
    QStringList runs() const;

    const std::vector<PlotLine>& lines() const { return lines_; }
    void set_visible(std::size_t line, bool visible);
    /// Shows this line alone; all again when it is alone already.
    void solo(std::size_t line);
    /// What a line is called where runs are not told otherwise.
    QString label_of(const PlotLine& line) const;

    QString title() const { return title_; }
    QString x_label() const { return x_label_; }
    QString y_label() const { return y_label_; }

    const PlotScale& x() const { return x_; }
    const PlotScale& y() const { return y_; }
    void set_x(const PlotScale& range);
    /// Ends following the visible lines.
    void set_y(const PlotScale& range);
    void set_log_x(bool on);
    void set_log_y(bool on);
    double smoothing() const { return smoothing_; }
    /// 0 (none) to 0.999.
    void set_smoothing(double weight);
    bool follows_y() const { return follows_y_; }
    void set_follows_y(bool on);
    /// Everything in sight; new samples then stay in sight too.
    void fit();

    /// Sample nearest in x, of a line that is shown and has samples.
    struct Place {
        std::size_t line = 0, sample = 0;
    };
    std::optional<Place> nearest(double axis) const;
    /// Next sample in x after or before `axis`, of any line that is shown.
    std::optional<double> stepped(double axis, int by) const;

    /// What is not seen and why, for a corner of the plot.
    QStringList notes() const;
    /// Grows with every change of what is drawn.
    std::uint64_t revision() const { return revision_; }

private:
    struct Run {
        QString name;
        Viewer::Shared item;
    };
    void take_labels();
    void give_styles();
    void prepare();
    void fit_x();
    void fit_y();

    std::vector<Run> runs_;
    std::vector<PlotLine> lines_;
    QString title_, x_label_, y_label_;
    PlotScale x_, y_;
    double smoothing_ = 0;
    bool follows_x_ = true, follows_y_ = true;
    std::uint64_t revision_ = 0;
};

}  // namespace millrace::viewers
