#include "editor/inspector/param_row.hpp"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QDrag>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QMouseEvent>
#include <QRegularExpression>
#include <QSlider>
#include <QSpinBox>
#include <QToolButton>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <limits>

#include "editor/comfort/remote_paths.hpp"
#include "editor/inspector/curve_field.hpp"
#include "engine/problem.hpp"

namespace millrace::editor {
namespace {

constexpr int kSliderSteps = 1000;

/// A field that does not change while the form is scrolled over it.
template <class Box>
class Calm : public Box {
public:
    using Box::Box;

protected:
    void wheelEvent(QWheelEvent* event) override {
        if (this->hasFocus())
            Box::wheelEvent(event);
        else
            event->ignore();
    }
};

int digits_of(double low, double high, double value) {
    const double span = std::isfinite(high - low) && high > low ? high - low : std::abs(value);
    if (!(span > 0)) return 3;
    return std::clamp(3 - static_cast<int>(std::floor(std::log10(span))), 0, 9);
}

}  // namespace

QString spoken(const std::string& name) {
    QString text = QString::fromStdString(name).replace('_', ' ');
    if (!text.isEmpty()) text[0] = text[0].toUpper();
    return text;
}

ParamRow::ParamRow(const engine::ParamSpec& spec, engine::Value standard, QWidget* parent)
    : QWidget(parent), spec_(spec), standard_(std::move(standard)), value_(standard_) {
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 1, 0, 1);
    name_ = new QLabel(spoken(spec.name));
    name_->setFixedWidth(124);
    name_->setWordWrap(true);
    QString tip = QString::fromStdString(spec.doc);
    if (std::isfinite(spec.range.low) || std::isfinite(spec.range.high)) {
        const auto end = [](double number) {
            return std::isfinite(number) ? QString::number(number) : QStringLiteral("…");
        };
        tip +=
            tr("\nRange: %1 to %2 %3")
                .arg(end(spec.range.low), end(spec.range.high), QString::fromStdString(spec.unit));
    }
    tip += tr("\nParameter: %1").arg(QString::fromStdString(spec.name));
    if (spec.change == engine::Change::Hot) tip += tr("\nTakes effect while the graph runs.");
    setToolTip(tip.trimmed());
    name_->setContextMenuPolicy(Qt::CustomContextMenu);
    name_->installEventFilter(this);
    connect(name_, &QLabel::customContextMenuRequested, this, [this](QPoint place) {
        QMenu menu;
        menu.addAction(outside_.isEmpty() ? tr("Show outside") : tr("No longer show outside"), this,
                       &ParamRow::outside_wanted);
        menu.addAction(tr("Back to the default"), reset_, &QToolButton::click)
            ->setEnabled(!is_default());
        menu.exec(name_->mapToGlobal(place));
    });
    line->addWidget(name_);
    field_ = make_field();
    field_->setAccessibleName(spoken(spec.name));
    field_->setAccessibleDescription(QString::fromStdString(spec.doc));
    line->addWidget(field_, 1);
    reset_ = new QToolButton;
    reset_->setText(QStringLiteral("↺"));
    reset_->setAutoRaise(true);
    reset_->setToolTip(tr("Back to the default"));
    reset_->setAccessibleName(tr("%1: back to the default").arg(spoken(spec.name)));
    connect(reset_, &QToolButton::clicked, this, [this] {
        set_value(standard_);
        Q_EMIT changed(standard_);
        Q_EMIT finished();
    });
    line->addWidget(reset_);
    set_value(value_);
}

QWidget* ParamRow::make_field() {
    switch (spec_.field.kind()) {
        case engine::ParamKind::Bool:
            return make_bool();
        case engine::ParamKind::Int:
            return make_integer();
        case engine::ParamKind::Double:
            return make_number();
        case engine::ParamKind::Choice:
            return make_choice();
        case engine::ParamKind::Path:
            return make_path();
        case engine::ParamKind::Text:
            return spec_.choices.empty() ? make_text() : make_choice();
        case engine::ParamKind::Curve:
            return make_curve();
        case engine::ParamKind::Numbers:
            break;
    }
    return make_text();
}

void ParamRow::tell(const engine::Value& value) {
    if (quiet_ || value == value_) return;
    value_ = value;
    show_default();
    Q_EMIT changed(value);
}

void ParamRow::set_value(const engine::Value& value) {
    quiet_ = true;
    value_ = value;
    show_(value);
    show_default();
    quiet_ = false;
}

void ParamRow::set_outside(const QString& name) {
    if (name == outside_) return;
    outside_ = name;
    show_name();
}

void ParamRow::show_name() {
    name_->setText(outside_.isEmpty() ? spoken(spec_.name)
                                      : spoken(spec_.name) + QStringLiteral(" ↗"));
    name_->setToolTip(outside_.isEmpty() ? QString() : tr("Shown outside as “%1”.").arg(outside_));
}

/// The name is dragged to a place in the bar above the canvas.
bool ParamRow::eventFilter(QObject* watched, QEvent* event) {
    if (watched != name_ || drag_text_.isEmpty()) return QWidget::eventFilter(watched, event);
    const auto* mouse = static_cast<QMouseEvent*>(event);
    if (event->type() == QEvent::MouseButtonPress && mouse->button() == Qt::LeftButton) {
        pressed_ = mouse->pos();
        return true;
    }
    if (event->type() == QEvent::MouseMove && mouse->buttons() & Qt::LeftButton &&
        (mouse->pos() - pressed_).manhattanLength() >= QApplication::startDragDistance()) {
        auto* drag = new QDrag(this);
        auto* data = new QMimeData;
        data->setData(kMime, drag_text_.toUtf8());
        data->setText(drag_text_);
        drag->setMimeData(data);
        drag->setPixmap(name_->grab());
        drag->exec(Qt::CopyAction);
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void ParamRow::show_default() {
    QFont font = name_->font();
    font.setBold(!is_default());
    name_->setFont(font);
    reset_->setVisible(!is_default());
}

QWidget* ParamRow::make_bool() {
    auto* box = new QCheckBox;
    connect(box, &QCheckBox::toggled, this, [this](bool on) {
        tell(on);
        Q_EMIT finished();
    });
    show_ = [box](const engine::Value& value) {
        box->setChecked(value.is_bool() && value.as_bool());
    };
    return box;
}

QWidget* ParamRow::make_integer() {
    auto* box = new Calm<QSpinBox>;
    const auto end = [](double number, int open) {
        return std::abs(number) < std::numeric_limits<int>::max() ? static_cast<int>(number) : open;
    };
    box->setRange(end(spec_.range.low, std::numeric_limits<int>::min()),
                  end(spec_.range.high, std::numeric_limits<int>::max()));
    box->setGroupSeparatorShown(true);
    box->setFocusPolicy(Qt::StrongFocus);
    if (!spec_.unit.empty()) box->setSuffix(' ' + QString::fromStdString(spec_.unit));
    connect(box, &QSpinBox::valueChanged, this, [this](int number) { tell(number); });
    connect(box, &QSpinBox::editingFinished, this, &ParamRow::finished);
    show_ = [box](const engine::Value& value) {
        if (value.is_int())
            box->setValue(static_cast<int>(std::clamp<std::int64_t>(
                value.as_int(), std::numeric_limits<int>::min(), std::numeric_limits<int>::max())));
    };
    return box;
}

QWidget* ParamRow::make_number() {
    auto* whole = new QWidget;
    auto* line = new QHBoxLayout(whole);
    line->setContentsMargins(0, 0, 0, 0);
    const double low = spec_.range.low, high = spec_.range.high;
    const bool bounded = std::isfinite(low) && std::isfinite(high) && high > low;
    auto* box = new Calm<QDoubleSpinBox>;
    const double standard = standard_.is_number() ? standard_.as_double() : 0;
    box->setDecimals(digits_of(low, high, standard));
    box->setRange(std::max(low, -1e15), std::min(high, 1e15));
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    box->setFocusPolicy(Qt::StrongFocus);
    if (!spec_.unit.empty()) box->setSuffix(' ' + QString::fromStdString(spec_.unit));
    whole->setFocusProxy(box);
    QSlider* slider = nullptr;
    if (bounded) {
        slider = new Calm<QSlider>(Qt::Horizontal);
        slider->setRange(0, kSliderSteps);
        slider->setFocusPolicy(Qt::StrongFocus);
        line->addWidget(slider, 1);
        connect(slider, &QSlider::valueChanged, this, [this, box, low, high](int place) {
            if (!quiet_) box->setValue(low + (high - low) * place / kSliderSteps);
        });
        connect(slider, &QSlider::sliderReleased, this, &ParamRow::finished);
    }
    line->addWidget(box, bounded ? 0 : 1);
    connect(box, &QDoubleSpinBox::valueChanged, this, [this, slider, low, high](double number) {
        tell(number);
        if (!slider) return;
        const QSignalBlocker still(slider);
        slider->setValue(
            static_cast<int>(std::lround((number - low) / (high - low) * kSliderSteps)));
    });
    connect(box, &QDoubleSpinBox::editingFinished, this, &ParamRow::finished);
    show_ = [box, slider, low, high](const engine::Value& value) {
        if (!value.is_number()) return;
        const double number = value.as_double();
        // More digits where the value has them, or it would be changed by being shown.
        while (box->decimals() < 12 &&
               std::abs(number * std::pow(10, box->decimals()) -
                        std::round(number * std::pow(10, box->decimals()))) > 1e-6)
            box->setDecimals(box->decimals() + 1);
        box->setValue(number);
        if (slider)
            slider->setValue(static_cast<int>(
                std::lround(std::clamp((number - low) / (high - low), 0.0, 1.0) * kSliderSteps)));
    };
    return whole;
}

QWidget* ParamRow::make_choice() {
    auto* box = new Calm<QComboBox>;
    for (const std::string& choice : spec_.choices) box->addItem(QString::fromStdString(choice));
    box->setFocusPolicy(Qt::StrongFocus);
    connect(box, &QComboBox::activated, this, [this, box](int index) {
        tell(box->itemText(index).toStdString());
        Q_EMIT finished();
    });
    show_ = [this, box](const engine::Value& value) {
        std::string name = value.is_string() ? value.as_string() : std::string();
        if (value.is_int() && value.as_int() >= 0 &&
            static_cast<std::size_t>(value.as_int()) < spec_.choices.size())
            name = spec_.choices[static_cast<std::size_t>(value.as_int())];
        box->setCurrentIndex(box->findText(QString::fromStdString(name)));
    };
    return box;
}

QWidget* ParamRow::make_text() {
    auto* field = new QLineEdit;
    const bool numbers = spec_.field.kind() == engine::ParamKind::Numbers;
    connect(field, &QLineEdit::editingFinished, this, [this, field, numbers] {
        if (!numbers) {
            tell(field->text().toStdString());
            Q_EMIT finished();
            return;
        }
        engine::Array list;
        bool good = true;
        for (const QString& word :
             field->text().split(QRegularExpression("[,;\\s]+"), Qt::SkipEmptyParts)) {
            bool known = false;
            if (spec_.field.type().integers)
                list.emplace_back(static_cast<std::int64_t>(word.toLongLong(&known)));
            else
                list.emplace_back(word.toDouble(&known));
            good = good && known;
        }
        if (good)
            tell(std::move(list));
        else
            show_(value_);
        Q_EMIT finished();
    });
    show_ = [field](const engine::Value& value) {
        if (value.is_string()) {
            field->setText(QString::fromStdString(value.as_string()));
        } else if (value.is_array()) {
            QStringList words;
            for (const engine::Value& one : value.as_array())
                words << QString::fromStdString(engine::to_json(one));
            field->setText(words.join(", "));
        } else {
            field->setText({});
        }
    };
    return field;
}

QWidget* ParamRow::make_curve() {
    auto* field = new CurveField(spec_.range);
    connect(field, &CurveField::changed, this, [this, field] { tell(to_value(field->curve())); });
    connect(field, &CurveField::finished, this, &ParamRow::finished);
    show_ = [this, field](const engine::Value& value) {
        try {
            field->set_curve(engine::curve_from(spec_.field.type().accept(value)));
        } catch (const engine::Error&) {
            // What is no curve is a problem that is listed; the field keeps what it shows.
        }
    };
    return field;
}

QWidget* ParamRow::make_path() {
    auto* whole = new QWidget;
    auto* line = new QHBoxLayout(whole);
    line->setContentsMargins(0, 0, 0, 0);
    auto* field = new QLineEdit;
    field->setPlaceholderText(spec_.required_path ? tr("needed") : tr("none"));
    auto* browse = new QToolButton;
    browse->setText(QStringLiteral("…"));
    browse->setToolTip(tr("Choose a file or folder"));
    line->addWidget(field, 1);
    line->addWidget(browse);
    whole->setFocusProxy(field);
    connect(field, &QLineEdit::editingFinished, this, [this, field] {
        tell(field->text().toStdString());
        Q_EMIT finished();
    });
    const auto choose = [this, field](bool folder) {
        const QString start = field->text();
        const QString chosen = choose_path(this, spoken(spec_.name), start, folder);
        if (chosen.isEmpty()) return;
        field->setText(chosen);
        tell(chosen.toStdString());
        Q_EMIT finished();
    };
    auto* menu = new QMenu(browse);
    menu->addAction(tr("File…"), this, [choose] { choose(false); });
    menu->addAction(tr("Folder…"), this, [choose] { choose(true); });
    browse->setMenu(menu);
    browse->setPopupMode(QToolButton::InstantPopup);
    show_ = [field](const engine::Value& value) {
        field->setText(value.is_string() ? QString::fromStdString(value.as_string()) : QString());
    };
    return whole;
}

}  // namespace millrace::editor
