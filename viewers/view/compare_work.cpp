// The jobs of the panel of comparisons: the item that is shown, and checks of many.
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QProgressBar>
#include <QPushButton>
#include <QSaveFile>
#include <QSpinBox>
#include <algorithm>

#include "viewers/view/compare_panel.hpp"
#include "viewers/view/compare_plot.hpp"
#include "viewers/view/compare_scan.hpp"

namespace millrace::view {
namespace {

constexpr qint64 kBatch = 60;  ///< milliseconds of a check between two looks at the list

}  // namespace

visual::CompareOptions ComparePanel::options() const {
    return {.worst = 100, .radius = radius_->value(), .picture = true, .stop = {}};
}

void ComparePanel::set_item(quint64 item) {
    item_ = item;
    plot_->set_current(item);
    compare_now();
}

void ComparePanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_) compare_now();
}

void ComparePanel::compare_now() {
    stop_now_.request_stop();
    stop_now_ = {};
    stale_ = true;
    if (!isVisible()) return;
    stale_ = false;
    const Wire *a = chosen(a_), *b = chosen(b_);
    if (!are_two(a, b)) {
        background_.drop(QStringLiteral("now"));
        take(nullptr);
        return;
    }
    const auto after = std::ranges::upper_bound(a->items, item_);
    const quint64 item = after == a->items.begin() ? item_ : *(after - 1);
    // A file of one item is compared with every item of the other wire.
    quint64 other = item + static_cast<quint64>(offset_->value());
    if (b->items.size() == 1 && offset_->value() == 0) other = b->items.front();
    visual::CompareOptions chosen_options = options();
    chosen_options.stop = stop_now_.get_token();
    background_.run(
        QStringLiteral("now"),
        [this, a = *a, b = *b, item, other, tolerance = tolerance(),
         options = chosen_options](const std::stop_token&) -> viewers::Background::Finish {
            auto result = std::make_shared<ItemResult>(
                compare_items(a, item, b, other, tolerance, options, Shortcut::None));
            return [this, result, stop = options.stop] {
                if (!stop.stop_requested()) take(result);
            };
        });
}

void ComparePanel::take(std::shared_ptr<ItemResult> result) {
    result_ = std::move(result);
    show_result();
    if (const auto difference = shown_difference()) Q_EMIT difference_changed(*difference);
}

std::vector<std::pair<const Wire*, const Wire*>> ComparePanel::shared_wires() const {
    std::vector<std::pair<const Wire*, const Wire*>> pairs;
    const Wire *a = chosen(a_), *b = chosen(b_);
    if (!a || !b || a->source == b->source) return pairs;
    const auto find = [this](const auto& source, const QString& output) {
        const auto found = std::ranges::find_if(wires_, [&](const Wire& wire) {
            return wire.source == source && wire.output == output;
        });
        return found == wires_.end() ? nullptr : &*found;
    };
    for (const QString& output : a->source->outputs()) {
        const Wire *first = find(a->source, output), *second = find(b->source, output);
        if (first && second) pairs.emplace_back(first, second);
    }
    return pairs;
}

void ComparePanel::check_items() {
    const Wire *a = chosen(a_), *b = chosen(b_);
    if (!are_two(a, b)) return;
    auto scan = std::make_unique<Scan>();
    scan->pairs->emplace_back(*a, *b);
    for (const auto& [item, other] : paired_items(*a, *b, offset_->value()))
        scan->steps.push_back({0, item, other});
    items_ = {a->name, b->name, {}};
    begin(std::move(scan));
}

void ComparePanel::check_wires() {
    auto scan = std::make_unique<Scan>();
    scan->wires = true;
    wire_reports_.clear();
    for (const auto& [a, b] : shared_wires()) {
        for (const auto& [item, other] : paired_items(*a, *b, offset_->value()))
            scan->steps.push_back({scan->pairs->size(), item, other});
        scan->pairs->emplace_back(*a, *b);
        wire_reports_.push_back({a->name, b->name, {}});
    }
    begin(std::move(scan));
}

void ComparePanel::begin(std::unique_ptr<Scan> scan) {
    cancel();
    if (scan->steps.empty()) return;
    scan_ = std::move(scan);
    progress_->setRange(0, static_cast<int>(std::min<std::size_t>(scan_->steps.size(), 1U << 30)));
    progress_->setValue(0);
    progress_->setFormat(tr("item %v of %m"));
    progress_->show();
    for (QPushButton* button : {check_items_, check_wires_}) button->setText(tr("Cancel"));
    work_on();
}

/// Compares until it is time to show what was found, then goes on; so requests for the item that is
/// shown get their turn between.
void ComparePanel::work_on() {
    const std::size_t first = scan_->done;
    visual::CompareOptions lean = options();
    lean.worst = 1;
    lean.picture = false;
    lean.stop = scan_->stop.get_token();
    // The scan may be dropped meanwhile; what the job reads is its own or shared.
    const auto steps = std::make_shared<std::vector<Scan::Step>>(
        scan_->steps.begin() + static_cast<std::ptrdiff_t>(first),
        scan_->steps.begin() +
            static_cast<std::ptrdiff_t>(std::min(first + 1000, scan_->steps.size())));
    background_.run(QStringLiteral("scan"),
                    [this, pairs = scan_->pairs, steps, tolerance = tolerance(),
                     lean](const std::stop_token&) -> viewers::Background::Finish {
                        QElapsedTimer clock;
                        clock.start();
                        auto found = std::make_shared<std::vector<ItemSummary>>();
                        for (const Scan::Step& step : *steps) {
                            const auto& [a, b] = (*pairs)[step.pair];
                            found->push_back(compare_items(a, step.item_a, b, step.item_b,
                                                           tolerance, lean, Shortcut::Hashes)
                                                 .summary);
                            if (lean.stop.stop_requested() || clock.elapsed() > kBatch) break;
                        }
                        return [this, found, steps, stop = lean.stop] {
                            if (stop.stop_requested() || !scan_) return;
                            for (std::size_t i = 0; i < found->size(); ++i) {
                                WireReport& report =
                                    scan_->wires ? wire_reports_[(*steps)[i].pair] : items_;
                                report.items.push_back(std::move((*found)[i]));
                            }
                            scan_->done += found->size();
                            progress_->setValue(static_cast<int>(scan_->done));
                            if (scan_->done == scan_->steps.size())
                                finish_scan();
                            else
                                work_on();
                        };
                    });
    if (first > 0) scan_->wires ? show_wires() : show_items();
}

void ComparePanel::finish_scan() {
    const bool wires = scan_->wires;
    cancel();
    wires ? show_wires() : show_items();
}

void ComparePanel::cancel() {
    if (!scan_) return;
    scan_->stop.request_stop();
    background_.drop(QStringLiteral("scan"));
    scan_.reset();
    progress_->hide();
    check_items_->setText(tr("Check all items"));
    check_wires_->setText(tr("Check all wires of both runs"));
}

void ComparePanel::forget_scans() {
    cancel();
    items_ = {};
    wire_reports_.clear();
    show_items();
    show_wires();
}

bool ComparePanel::export_report(const QString& file) {
    std::vector<WireReport> reports;
    if (!items_.items.empty()) reports.push_back(items_);
    reports.insert(reports.end(), wire_reports_.begin(), wire_reports_.end());
    if (reports.empty() && result_)
        reports.push_back({a_->currentText(), b_->currentText(), {result_->summary}});
    QSaveFile written(file);
    const QByteArray bytes = file.endsWith(QStringLiteral(".json"), Qt::CaseInsensitive)
                                 ? report_json(reports, tolerance())
                                 : report_csv(reports);
    const bool good =
        written.open(QIODevice::WriteOnly) && written.write(bytes) >= 0 && written.commit();
    Q_EMIT told(good ? tr("Written: %1").arg(file)
                     : tr("%1 can't be written: %2").arg(file, written.errorString()));
    return good;
}

}  // namespace millrace::view
