// The viewer of texts: fixed pitch, wrapped or not, with line numbers and a search. A long text is
// shown in parts. Window thread only.
#pragma once

#include "viewers/cloud/background.hpp"
#include "viewers/text/text_parts.hpp"
#include "viewers/viewer.hpp"

class QLabel;
class QLineEdit;

namespace millrace::viewers {

class TextEdit;

class TextView : public Viewer {
    Q_OBJECT

public:
    explicit TextView(QWidget* parent = nullptr);

    bool show_visual(Shared item) override;
    /// Goes to line `index` (from 0) and selects it from character `x` on.
    void reveal(const Selection& selection) override;
    /// The line that holds the cursor, from 0.
    int current_line() const;
    /// Goes to the next place (or the one before) where the text stands, round the end; false when
    /// it stands nowhere. What lies in other parts is found beside the window's thread: then false,
    /// too, until it is shown.
    bool find(const QString& text, bool backward = false);
    bool wraps() const;
    void set_wraps(bool wraps);
    /// Of the part that is shown.
    QString text() const;
    std::size_t part() const { return part_; }
    std::size_t parts() const { return parts_.count(); }
    void show_part(std::size_t number);
    TextEdit* edit() const { return edit_; }
    /// What is told about a text that was cut, is shown in parts, or isn't as it was; empty when it
    /// is whole and clean.
    QString note() const;
    bool settled() const override { return background_.idle(); }

    QSize sizeHint() const override { return {480, 320}; }

private:
    void make_actions();
    void tell();
    bool find_here(const QString& text, bool backward);

    Shared item_;
    const visual::Text* shown_ = nullptr;
    TextParts parts_;
    std::size_t part_ = 0;
    PartText read_;
    TextEdit* edit_;
    QLineEdit* search_;
    QLabel* note_;
    Background background_;  ///< last: its jobs end before what they fill
};

}  // namespace millrace::viewers
