// Paints the canvas's wires by how far a run is from a reference run, and tells the figures of a
// scrubbed item in their tooltips. Reads both folders beside the window thread and follows the
// document, the graph that is shown and the item. Owned by the window; window thread only.
#pragma once

#include <QObject>
#include <QTimer>
#include <QWidget>
#include <memory>

#include "editor/runs/wire_errors.hpp"

namespace millrace::editor {

class CanvasScene;
class CanvasView;

/// The scale, in the upper left corner of the canvas.
class ErrorLegend : public QWidget {
    Q_OBJECT

public:
    explicit ErrorLegend(QWidget* canvas);
    void show_scale(const ErrorScale& scale, const QString& note);
    QSize sizeHint() const override { return {300, 92}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    ErrorScale scale_;
    QString note_;
};

class NumericWires : public QObject {
    Q_OBJECT

public:
    using Recording = std::map<std::string, engine::Recorded>;

    NumericWires(CanvasView* view, QObject* parent = nullptr);

    ErrorBy by() const { return by_; }
    void set_by(ErrorBy by);
    /// Run folders; empty: none.
    void set_reference(const QString& folder);
    void set_run(const QString& folder);
    /// Another branch of the same run is the reference instead: the nodes at which both begin, as
    /// the run names them. False when no output of the one stands for one of the other.
    bool set_branches(const std::string& reference, const std::string& branch);
    void clear_branches();
    const QString& reference() const { return reference_.folder; }
    const QString& run() const { return run_.folder; }
    /// One item alone; without, the worst of all.
    void set_item(std::optional<std::uint64_t> item);
    /// Reads the folders anew: a run goes on or has ended.
    void reload();
    bool is_busy() const { return run_.loading || reference_.loading; }
    ErrorLegend* legend() const { return legend_; }
    /// By output of the run.
    const std::map<std::string, WireError>& errors() const { return errors_; }

Q_SIGNALS:
    void painted();

private:
    struct Side {
        QString folder, problem;
        std::shared_ptr<const Recording> recorded;
        bool loading = false;
        int wanted = 0;  ///< counts what was asked for, so that what comes late is passed over
    };
    void load(Side& side);
    void refresh();
    void repaint();
    QString legend_note() const;

    CanvasView* view_;
    CanvasScene* scene_;
    ErrorLegend* legend_;
    QTimer soon_;
    ErrorBy by_ = ErrorBy::Off;
    Side reference_, run_;
    std::optional<std::uint64_t> item_;
    std::pair<std::string, std::string> branches_;  ///< reference and branch; empty: none
    std::map<std::string, WireError> errors_;
    bool painted_ = false;
};

}  // namespace millrace::editor
