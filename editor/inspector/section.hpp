// A part of the inspector under a heading that folds it away; which ones are open is remembered.
// Window thread only.
#pragma once

#include <QWidget>

class QToolButton;
class QVBoxLayout;

namespace millrace::editor {

class Section : public QWidget {
    Q_OBJECT

public:
    /// `name` is what the settings remember it by.
    Section(const QString& name, const QString& title, bool open, QWidget* parent = nullptr);
    QVBoxLayout* column() const { return column_; }
    bool is_open() const;
    void set_open(bool open);
    void set_title(const QString& title);

Q_SIGNALS:
    void toggled(bool open);

private:
    QToolButton* heading_;
    QWidget* content_;
    QVBoxLayout* column_;
};

}  // namespace millrace::editor
