// Dark and light look of all viewers: a palette on Qt's Fusion style and a few lines of style
// sheet. Window thread only.
#pragma once

class QApplication;

namespace millrace::viewers {

enum class Theme { Dark, Light };

/// Takes effect at once for all widgets of the application.
void apply_theme(QApplication& application, Theme theme);

}  // namespace millrace::viewers
