// The timeline under the viewers: which item of a recorded or live run is shown. Plays, steps,
// loops and scrubs; runs no timer while it does not play. Window thread only.
#pragma once

#include <QTimer>
#include <QWidget>
#include <optional>
#include <vector>

class QLabel;
class QDoubleSpinBox;

#include "viewers/common/signs.hpp"

namespace millrace::viewers {

/// The bar itself: marks of the items, the place of the one shown.
class TimelineBar : public QWidget {
    Q_OBJECT

public:
    explicit TimelineBar(QWidget* parent = nullptr);
    void set(const std::vector<quint64>* items, std::size_t place);
    QSize sizeHint() const override { return {400, 30}; }
    QSize minimumSizeHint() const override { return {120, 30}; }

Q_SIGNALS:
    void scrubbed(std::size_t place);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    QRectF track() const;
    double x_of(std::size_t place) const;
    void scrub(double x);

    const std::vector<quint64>* items_ = nullptr;
    std::size_t place_ = 0;
};

class Timeline : public QWidget {
    Q_OBJECT

public:
    using Sign = PlayerSign;

    explicit Timeline(QWidget* parent = nullptr);

    /// Rising numbers, gaps allowed; the item that is shown stays, or the one before it.
    void set_items(std::vector<quint64> items);
    const std::vector<quint64>& items() const { return items_; }
    std::optional<quint64> item() const;
    /// Shows an item, or the last one before it.
    void set_item(quint64 item);

    bool playing() const { return timer_.isActive(); }
    void set_playing(bool playing);
    void step(int by);
    void first();
    void last();
    bool loops() const { return loop_; }
    void set_loops(bool loops);
    /// Whether the newest item is shown as items are added.
    bool live() const { return live_; }
    void set_live(bool live);
    double rate() const;
    /// Items a second, 0.1 to 100.
    void set_rate(double rate);

Q_SIGNALS:
    void item_changed(quint64 item);

protected:
    void changeEvent(QEvent* event) override;

private:
    void go(std::size_t place);
    void advance();
    void show_place();
    QAction* add(const QString& text, const QKeySequence& keys, std::optional<Sign> sign);
    void draw_icons();

    std::vector<quint64> items_;
    std::size_t place_ = 0;
    bool loop_ = true, live_ = false;
    QTimer timer_;
    TimelineBar* bar_;
    QLabel* label_;
    QDoubleSpinBox* rate_;
    std::vector<std::pair<QAction*, Sign>> signs_;
    QAction* play_ = nullptr;
    QAction* loop_action_ = nullptr;
    QAction* live_action_ = nullptr;
};

}  // namespace millrace::viewers
