// One parameter of a form: its name, the field that fits its kind, its unit, and a way back to the
// default. Tells of changes by hand; set_value() changes what is shown and tells nothing.
#pragma once

#include <QWidget>
#include <functional>

#include "engine/node/spec.hpp"

class QLabel;
class QToolButton;

namespace millrace::editor {

class ParamRow : public QWidget {
    Q_OBJECT

public:
    ParamRow(const engine::ParamSpec& spec, engine::Value standard, QWidget* parent = nullptr);

    const engine::ParamSpec& spec() const { return spec_; }
    const engine::Value& value() const { return value_; }
    const engine::Value& standard() const { return standard_; }
    void set_value(const engine::Value& value);
    bool is_default() const { return value_ == standard_; }
    /// Under which name it is shown at the outside of its graph; empty when it is not.
    void set_outside(const QString& name);
    const QString& outside() const { return outside_; }
    /// Text of a drag of its name: "node.param" of the graph shown.
    void set_drag_text(const QString& text) { drag_text_ = text; }
    static constexpr const char* kMime = "application/x-millrace-parameter";
    /// The widget that takes the input.
    QWidget* field() const { return field_; }

Q_SIGNALS:
    void changed(const millrace::engine::Value& value);
    /// The drag of a slider, or typing, has ended: later changes are steps of their own.
    void finished();
    /// It is to be shown outside, or no longer.
    void outside_wanted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void show_name();

    QWidget* make_field();
    QWidget* make_bool();
    QWidget* make_integer();
    QWidget* make_number();
    QWidget* make_choice();
    QWidget* make_text();
    QWidget* make_curve();
    QWidget* make_path();
    void tell(const engine::Value& value);
    void show_default();

    engine::ParamSpec spec_;
    engine::Value standard_, value_;
    QLabel* name_;
    QWidget* field_ = nullptr;
    QToolButton* reset_;
    std::function<void(const engine::Value&)> show_;
    QString outside_, drag_text_;
    QPoint pressed_;  ///< where a drag of the name may begin
    bool quiet_ = false;
};

/// "min_range" as people read it: "Min range".
QString spoken(const std::string& name);

}  // namespace millrace::editor
