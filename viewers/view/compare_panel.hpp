// The numeric comparison of two wires: choice of both, verdict and figures of the item that is
// shown, its worst elements, the error of all items, and all wires of two runs. Compares beside the
// window thread, the newest request first; everything else is for the window thread.
#pragma once

#include <QWidget>
#include <memory>
#include <stop_token>

#include "viewers/cloud/background.hpp"
#include "viewers/view/compare_report.hpp"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTabWidget;
class QTreeWidget;
class QVBoxLayout;

namespace millrace::view {

class ComparePlot;

/// What two items differ by, for a pane of its own.
struct ShownDifference {
    QString title;
    Shared picture;  ///< the difference as a visual of the items' kind
    Shared a, b;     ///< what was compared; images are laid over each other instead
    QString name_a, name_b;
};

class ComparePanel : public QWidget {
    Q_OBJECT

public:
    explicit ComparePanel(QWidget* parent = nullptr);
    ~ComparePanel() override;

    /// All that is open, as it is now; the choice of A and B stays while both are, and so does what
    /// was found about their items.
    void set_wires(std::vector<Wire> wires);
    /// What was found may be about items that are other ones now.
    void forget_scans();
    /// The timeline's; each wire's last item up to it is compared.
    void set_item(quint64 item);
    /// By name; false when one is not open.
    bool choose(const QString& a, const QString& b);
    engine::Tolerance tolerance() const;
    void set_tolerance(const engine::Tolerance& tolerance);
    void set_offset(int offset);

    /// Compares all items of A and B, or of all wires that the runs of A and B share.
    void check_items();
    void check_wires();
    void cancel();
    bool checking() const { return scan_ != nullptr; }
    /// Whether nothing is being compared.
    bool settled() const { return background_.idle() && !scan_; }

    const ItemResult* result() const { return result_.get(); }
    QString verdict() const;
    const WireReport& items() const { return items_; }
    const std::vector<WireReport>& wires() const { return wire_reports_; }
    /// Names in the order of the list of wires.
    QStringList listed_wires() const;

    void show_worst();
    /// Goes to the next worst element, or back.
    void step_worst(int by);
    int worst_row() const;
    void show_difference();
    /// The format by the ending, .json or .csv; false, and the status says why, when it can't be
    /// written.
    bool export_report(const QString& file);

    QSize sizeHint() const override { return {400, 760}; }

Q_SIGNALS:
    /// To be shown in the viewers of both wires; a side may lack the element.
    void element_wanted(const millrace::view::Wire& a, const millrace::view::Wire& b,
                        std::size_t place, const std::optional<millrace::viewers::Selection>& in_a,
                        const std::optional<millrace::viewers::Selection>& in_b);
    void difference_wanted(const millrace::view::ShownDifference& difference);
    void difference_changed(const millrace::view::ShownDifference& difference);
    void item_wanted(quint64 item);
    /// B shows its items so much later than the timeline.
    void offset_wanted(const millrace::view::Wire* b, qint64 offset);
    void told(const QString& text);

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Scan;
    // compare_panel.cpp
    void make_choice(QVBoxLayout* column);
    void make_settings(QVBoxLayout* column);
    void make_figures(QVBoxLayout* column);
    void make_tabs(QVBoxLayout* column);
    void make_actions(QVBoxLayout* column);
    const Wire* chosen(const QComboBox* box) const;
    /// One wire differs from itself by the items alone.
    bool are_two(const Wire* a, const Wire* b) const;
    /// Whether the window shows B's items as they are compared: those of another run or folder can
    /// be shown later than the timeline, one wire of a source can't without the others.
    bool offset_is_shown(const Wire& a, const Wire& b) const;
    void choose_usual();
    void choice_changed();
    void settings_changed();
    // compare_show.cpp
    void show_result();
    void show_banner();
    void show_elements();
    void show_items();
    void show_wires();
    /// None where the result has no difference to be looked at.
    std::optional<ShownDifference> shown_difference() const;
    // compare_work.cpp
    void compare_now();
    void take(std::shared_ptr<ItemResult> result);
    std::vector<std::pair<const Wire*, const Wire*>> shared_wires() const;
    void begin(std::unique_ptr<Scan> scan);
    void work_on();
    void finish_scan();
    visual::CompareOptions options() const;

    std::vector<Wire> wires_;
    quint64 item_ = 0;
    bool stale_ = true;  ///< what is shown is not of the choice, as the panel was hidden
    std::shared_ptr<ItemResult> result_;
    WireReport items_;
    std::vector<WireReport> wire_reports_;

    QComboBox *a_ = nullptr, *b_ = nullptr, *order_ = nullptr;
    QSpinBox* offset_ = nullptr;
    QLineEdit *absolute_ = nullptr, *relative_ = nullptr;
    QDoubleSpinBox* radius_ = nullptr;
    QCheckBox* equal_nan_ = nullptr;
    QLabel *banner_ = nullptr, *why_ = nullptr, *items_note_ = nullptr, *wires_note_ = nullptr;
    std::vector<QLabel*> figures_;
    QTabWidget* tabs_ = nullptr;
    QTreeWidget *elements_ = nullptr, *parts_ = nullptr, *item_list_ = nullptr,
                *wire_list_ = nullptr;
    ComparePlot* plot_ = nullptr;
    QPushButton *check_items_ = nullptr, *check_wires_ = nullptr, *show_worst_ = nullptr,
                *show_difference_ = nullptr;
    QProgressBar* progress_ = nullptr;

    std::unique_ptr<Scan> scan_;
    std::stop_source stop_now_;
    viewers::Background background_;  ///< last, so that no job finds a half-destroyed panel
};

}  // namespace millrace::view
