// The table under a plot: which line is which, its values at the cursor, and figures of what is
// seen. Boxes hide lines; Enter or a double click shows one alone. Owned by the plot's view; window
// thread only.
#pragma once

#include <QTreeWidget>

#include "viewers/plot/look.hpp"
#include "viewers/plot/scene.hpp"

namespace millrace::viewers {

class PlotTable : public QTreeWidget {
    Q_OBJECT

public:
    enum Column { Name, Value, Smoothed, Difference, Least, Most, Mean, Last, Count };

    explicit PlotTable(QWidget* parent = nullptr);

    /// Rows anew, when lines, runs or their looks changed.
    void set_lines(const PlotScene& scene);
    /// Texts only. Values at `readout`, differences from `first` to `end`, all values of x.
    void set_readout(const PlotScene& scene, std::optional<double> readout,
                     std::optional<double> first, std::optional<double> end);
    void set_statistics(const PlotScene& scene);
    QString text_of(std::size_t line, Column column) const;

    /// As high as so many rows at most need.
    int height_of(int most) const;

Q_SIGNALS:
    void visibility_wanted(std::size_t line, bool visible);
    void solo_wanted(std::size_t line);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void draw_icons();
    void choose_columns();
    std::size_t line_of(const QTreeWidgetItem* row) const;

    std::vector<QTreeWidgetItem*> rows_;
    std::vector<PlotLine> lines_;  ///< as the rows show them
    bool smooths_ = false, differs_ = false;
};

}  // namespace millrace::viewers
