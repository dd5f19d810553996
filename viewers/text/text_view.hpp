// The viewer of texts: fixed pitch, wrapped or not, with a search. Window thread only.
#pragma once

#include "viewers/viewer.hpp"

class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace millrace::viewers {

class TextView : public Viewer {
    Q_OBJECT

public:
    explicit TextView(QWidget* parent = nullptr);

    bool show_visual(Shared item) override;
    /// Goes to the next place (or the one before) where the text stands, round the end; false when
    /// it stands nowhere.
    bool find(const QString& text, bool backward = false);
    bool wraps() const;
    void set_wraps(bool wraps);
    QString text() const;
    /// What is told about a text that was cut; empty when it is whole.
    QString note() const;

    QSize sizeHint() const override { return {480, 320}; }

private:
    QPlainTextEdit* edit_;
    QLineEdit* search_;
    QLabel* note_;
};

}  // namespace millrace::viewers
