#include "viewers/image/image_workspace.hpp"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "viewers/image/histogram_section.hpp"
#include "viewers/image/region_section.hpp"
#include "viewers/image/statistics.hpp"

namespace millrace::viewers {
namespace {

/// Narrower than this the picture has the place to itself.
constexpr int kRoomForPanel = 680;
/// Narrower than this the bar keeps what has no other place; the keys do the rest.
constexpr int kRoomForBar = 600;

QAction* action_for(const QWidget& widget, const QKeySequence& keys) {
    const auto all = widget.actions();
    const auto found = std::ranges::find_if(
        all, [&](const QAction* action) { return action->shortcut() == keys; });
    return found == all.end() ? nullptr : *found;
}

QComboBox* box_of(const QString& name, const QString& tip) {
    auto* box = new QComboBox;
    box->setAccessibleName(name);
    box->setToolTip(tip);
    // Letters are commands of the image, not searches in a list.
    box->setFocusPolicy(Qt::TabFocus);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    return box;
}

}  // namespace

ImageWorkspace::ImageWorkspace(QWidget* parent)
    : Viewer(parent), view_(new ImageView), panel_(new ImagePanel(view_)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(view_, 1);
    row->addWidget(panel_);
    panel_->setFixedWidth(panel_->sizeHint().width());
    layout->addWidget(make_bar());
    layout->addLayout(row, 1);
    setFocusProxy(view_);
    // Its keys work from the panel, too.
    addActions(view_->actions());
    connect(view_, &Viewer::status_changed, this,
            [this](const QString& text) { set_status(text); });
    connect(view_, &Viewer::hovered, this, &Viewer::hovered);
    connect(view_, &Viewer::selected, this, &Viewer::selected);
    connect(view_, &Viewer::activated, this, &Viewer::activated);
    connect(view_, &ImageView::item_changed, this, &ImageWorkspace::refresh_channels);
    connect(view_, &ImageView::tone_changed, this, &ImageWorkspace::refresh_tone);
    connect(view_, &ImageView::compare_changed, this, &ImageWorkspace::refresh_compare);
    connect(view_, &ImageView::zoom_changed, this, [this] {
        const double percent = view_->zoom() * view_->devicePixelRatioF() * 100;
        zoom_->setText(tr("%1%").arg(percent, 0, 'f', percent < 10 ? 1 : 0));
    });
    refresh_channels();
    refresh_tone();
    refresh_compare();
}

QWidget* ImageWorkspace::make_bar() {
    auto* bar = new QToolBar;
    bar->setMovable(false);
    const auto add_button = [&](const QKeySequence& keys, const QString& text) {
        auto* button = new QToolButton;
        QAction* action = action_for(*view_, keys);
        connect(button, &QToolButton::clicked, action, &QAction::trigger);
        button->setText(text);
        button->setToolTip(action->toolTip());
        button->setAutoRaise(true);
        bar->addWidget(button);
    };
    add_button(Qt::Key_F, tr("Fit"));
    add_button(Qt::Key_1, tr("100%"));
    zoom_ = new QLabel;
    zoom_->setToolTip(tr("Screen pixels per image pixel"));
    zoom_->setAccessibleName(tr("Zoom"));
    zoom_->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("25600%")) + 6);
    zoom_->setAlignment(Qt::AlignCenter);
    wide_only_ << bar->addWidget(zoom_);
    bar->addSeparator();
    channel_ = box_of(tr("Channel"), tr("What is shown: colours or one channel (C)"));
    bar->addWidget(channel_);
    map_ = box_of(tr("Colour map"), tr("Colours of a single channel (M)"));
    for (int i = 0; i < kColorMaps; ++i) map_->addItem(color_map_title(static_cast<ColorMap>(i)));
    wide_only_ << bar->addWidget(map_);
    exposure_ = new QDoubleSpinBox;
    exposure_->setRange(-16, 16);
    exposure_->setSingleStep(0.25);
    exposure_->setSuffix(tr(" EV"));
    exposure_->setAccessibleName(tr("Exposure"));
    exposure_->setToolTip(tr("Exposure in stops: each one doubles the values ([ and ])"));
    exposure_->setFocusPolicy(Qt::ClickFocus);
    wide_only_ << bar->addWidget(exposure_);
    bar->addSeparator();
    layer_menu_ = new QMenu(this);
    layer_menu_->setToolTipsVisible(true);
    auto* layers = new QToolButton;
    layers->setText(tr("Layers"));
    layers->setToolTip(tr("What lies over the image, and what could"));
    layers->setMenu(layer_menu_);
    layers->setPopupMode(QToolButton::InstantPopup);
    layers->setAutoRaise(true);
    bar->addWidget(layers);
    auto* compare = new QMenu(this);
    compare->setToolTipsVisible(true);
    for (const QKeySequence& keys :
         {QKeySequence(Qt::Key_K), QKeySequence(Qt::SHIFT | Qt::Key_K), QKeySequence(Qt::Key_W),
          QKeySequence(Qt::Key_D), QKeySequence(Qt::Key_B), QKeySequence(Qt::Key_Q)}) {
        if (keys == QKeySequence(Qt::Key_W)) compare->addSeparator();
        compare->addAction(action_for(*view_, keys));
    }
    compare_ = new QToolButton;
    compare_->setToolTip(
        tr("Keep an image as the reference (K) and look at what changed: wipe "
           "(W), difference (D), blink (B)"));
    compare_->setMenu(compare);
    compare_->setPopupMode(QToolButton::InstantPopup);
    compare_->setAutoRaise(true);
    bar->addWidget(compare_);
    auto* menu = new QMenu(this);
    menu->addActions(view_->actions());
    menu->setToolTipsVisible(true);
    auto* more = new QToolButton;
    more->setText(tr("View"));
    more->setToolTip(tr("All commands of the view and their keys"));
    more->setMenu(menu);
    more->setPopupMode(QToolButton::InstantPopup);
    more->setAutoRaise(true);
    bar->addWidget(more);
    auto* space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    show_panel_ = add_action(tr("Panel"), Qt::Key_N, [] {});
    show_panel_->setCheckable(true);
    show_panel_->setChecked(true);
    connect(show_panel_, &QAction::toggled, panel_, &QWidget::setVisible);
    bar->addAction(show_panel_);

    connect(channel_, &QComboBox::activated, view_,
            [this](int index) { view_->choose_channel(channel_->itemData(index).toInt()); });
    connect(map_, &QComboBox::activated, view_, [this](int index) {
        Tone tone = view_->tone();
        tone.map = static_cast<ColorMap>(index);
        view_->set_tone(tone);
    });
    connect(exposure_, &QDoubleSpinBox::valueChanged, view_, [this](double stops) {
        Tone tone = view_->tone();
        tone.exposure = stops;
        view_->set_tone(tone);
    });
    connect(layer_menu_, &QMenu::aboutToShow, this, &ImageWorkspace::fill_layer_menu);
    return bar;
}

void ImageWorkspace::fill_layer_menu() {
    layer_menu_->clear();
    for (const QKeySequence& keys : {QKeySequence(Qt::Key_P), QKeySequence(Qt::SHIFT | Qt::Key_P)})
        layer_menu_->addAction(action_for(*view_, keys));
    layer_menu_->addSection(tr("Lay over this image"));
    const auto is_on = [this](const QString& name) {
        return std::ranges::find(view_->layers(), name, &RasterLayer::name) !=
               view_->layers().end();
    };
    std::vector<QString> listed;
    for (const ImageView::Offer& offer : view_->offers()) {
        QAction* action = layer_menu_->addAction(tr("Lay over %1").arg(offer.name));
        action->setCheckable(true);
        action->setChecked(is_on(offer.name));
        listed.push_back(offer.name);
        connect(action, &QAction::triggered, view_, [view = view_, offer](bool on) {
            if (!on)
                view->remove_layer(offer.name);
            else
                view->set_layer(offer.name, offer.raster, kind_of(*offer.raster));
        });
    }
    for (const RasterLayer& layer : view_->layers()) {
        if (std::ranges::find(listed, layer.name) != listed.end()) continue;
        listed.push_back(layer.name);
        QAction* action = layer_menu_->addAction(layer.name);
        action->setCheckable(true);
        action->setChecked(true);
        connect(action, &QAction::triggered, view_,
                [view = view_, name = layer.name] { view->remove_layer(name); });
    }
    if (!listed.empty()) return;
    QAction* none = layer_menu_->addAction(tr("No image of one channel in this frame is open"));
    none->setEnabled(false);
}

void ImageWorkspace::refresh_channels() {
    const auto image = view_->image();
    const int count = image ? image->channels : 0;
    const int listed = channel_->property("channels").toInt();
    channel_->setEnabled(count > 1);
    if (count != listed || channel_->count() == 0) {
        channel_->clear();
        channel_->setProperty("channels", count);
        if (count >= 3)
            channel_->addItem(count == 3   ? tr("RGB")
                              : count == 4 ? tr("RGBA")
                                           : tr("Channels 0, 1, 2"),
                              -1);
        for (int i = 0; i < count; ++i)
            channel_->addItem(count == 1                 ? tr("1 channel")
                              : count <= 4 && count >= 3 ? channel_name(i, count)
                                                         : tr("Channel %1").arg(i),
                              i);
    }
    refresh_tone();
}

void ImageWorkspace::refresh_tone() {
    const Tone& tone = view_->tone();
    const QSignalBlocker quiet(exposure_);
    channel_->setCurrentIndex(channel_->findData(tone.channel));
    map_->setCurrentIndex(static_cast<int>(tone.map));
    const auto image = view_->image();
    map_->setEnabled(image && (tone.channel >= 0 || image->channels < 3));
    exposure_->setValue(tone.exposure);
}

void ImageWorkspace::refresh_compare() {
    const CompareMode mode = view_->compare_mode();
    compare_->setText(mode == CompareMode::Off ? tr("Compare")
                                               : tr("Compare: %1").arg(compare_title(mode)));
}

bool ImageWorkspace::settled() const {
    return view_->settled() && panel_->histogram()->settled() && panel_->region()->settled();
}

void ImageWorkspace::resizeEvent(QResizeEvent* event) {
    panel_->setVisible(show_panel_->isChecked() && width() >= kRoomForPanel);
    for (QAction* action : wide_only_) action->setVisible(width() >= kRoomForBar);
    Viewer::resizeEvent(event);
}

ImageView* image_view_of(Viewer* viewer) {
    if (auto* workspace = qobject_cast<ImageWorkspace*>(viewer)) return workspace->view();
    return qobject_cast<ImageView*>(viewer);
}

}  // namespace millrace::viewers
