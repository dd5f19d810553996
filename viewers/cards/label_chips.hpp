// Labels with their colours and counts as chips that wrap; a click takes a label away or brings it
// back. Arrow keys walk, Space toggles. Window thread only.
#pragma once

#include <QWidget>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace millrace::viewers {

class LabelChips : public QWidget {
    Q_OBJECT

public:
    explicit LabelChips(QWidget* parent = nullptr);

    void set_counts(std::vector<std::pair<std::string, std::size_t>> counts);
    const std::set<std::string>& hidden() const { return hidden_; }
    void toggle(const std::string& label);
    void show_all();
    /// This one alone.
    void show_only(const std::string& label);
    /// Where a label's chip is; empty when there is none.
    QRect place_of(const std::string& label) const;

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override { return {260, heightForWidth(260)}; }

Q_SIGNALS:
    void hidden_changed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    std::vector<QRect> places(int width) const;
    QString text_of(std::size_t chip) const;
    int chip_at(QPoint place) const;

    std::vector<std::pair<std::string, std::size_t>> counts_;  ///< that have chips
    std::set<std::string> labels_;                             ///< all
    std::set<std::string> hidden_;
    int current_ = 0;
};

}  // namespace millrace::viewers
