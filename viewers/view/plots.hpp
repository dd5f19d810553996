// All plots of the window on one wall: series of one title share a plot, whatever runs they are of;
// the plots' cursors follow each other. Owned by the window; window thread only.
#pragma once

#include <QScrollArea>
#include <map>
#include <optional>
#include <vector>

#include "viewers/plot/plot_view.hpp"
#include "viewers/view/source.hpp"

class QGridLayout;

namespace millrace::view {

class Plots : public QScrollArea {
    Q_OBJECT

public:
    explicit Plots(QWidget* parent = nullptr);

    /// The series of one stream, in place of those it had; none takes it out of all plots. `label`
    /// tells runs apart.
    void set_stream(std::size_t stream, const QString& label, const std::vector<Shared>& series);
    /// The plots that a stream has lines in.
    std::vector<viewers::Viewer*> viewers_of(std::size_t stream) const;
    /// Plots over items show where the timeline stands.
    void set_item(quint64 item);

    QSize minimumSizeHint() const override { return {200, 160}; }

Q_SIGNALS:
    void item_wanted(quint64 item);
    void told(const QString& text);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Plot {
        viewers::PlotView* view = nullptr;
        bool over_items = false;                ///< x is the item, as the newest series says
        std::map<std::size_t, QString> labels;  ///< by stream
    };
    Plot& plot_of(const QString& title);
    void follow(const viewers::PlotView* from, const std::optional<viewers::Selection>& selection);
    std::vector<viewers::PlotView*> shown() const;
    int columns_for(std::size_t count) const;
    void arrange();
    void set_wheels();

    std::map<QString, Plot> plots_;
    std::vector<QString> order_;  ///< titles as they came
    QWidget* wall_;
    QGridLayout* grid_;
    std::optional<quint64> item_;
    int columns_ = 0;
};

}  // namespace millrace::view
