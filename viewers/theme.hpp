// Dark, light and high-contrast look of all viewers: a palette on Qt's Fusion style and a few lines
// of style sheet. Window thread only.
#pragma once

#include <QString>

class QApplication;

namespace millrace::viewers {

enum class Theme { Dark, Light, HighContrast };

/// Takes effect at once for all widgets of the application.
void apply_theme(QApplication& application, Theme theme);

/// As settings name it: "dark", "light", "high-contrast"; what is unknown is dark.
QString name_of(Theme theme);
Theme theme_named(const QString& name);

}  // namespace millrace::viewers
