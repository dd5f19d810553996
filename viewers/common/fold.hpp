// A part of a panel under a heading that folds it away. Window thread only.
#pragma once

#include <QString>

class QToolButton;
class QVBoxLayout;
class QWidget;

namespace millrace::viewers {

/// Adds heading and content to the layout, which owns both; returns the heading.
QToolButton* add_fold(QVBoxLayout* layout, const QString& title, QWidget* content,
                      bool open = true);

}  // namespace millrace::viewers
