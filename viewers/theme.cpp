#include "viewers/theme.hpp"

#include <QApplication>
#include <QPalette>

#include "viewers/contrast_style.hpp"

namespace millrace::viewers {
namespace {

/// `faint` is for hints and what can't be used; everything else is read as `text`.
struct Colors {
    QRgb window, base, alternate, text, faint, button, accent, on_accent, link;
};

Colors colors_of(Theme theme) {
    switch (theme) {
        case Theme::Light:
            return {0xf3f4f6, 0xffffff, 0xf7f8fa, 0x1d2126, 0x646b75,
                    0xe6e8ec, 0x1f6fe5, 0xffffff, 0x1558b8};
        case Theme::HighContrast:
            // 21 : 1 for text, 13 : 1 for what is faint, 14 : 1 for the accent, all on black.
            return {0x000000, 0x000000, 0x1a1a1a, 0xffffff, 0xcccccc,
                    0x000000, 0xffd400, 0x000000, 0x7fd4ff};
        case Theme::Dark:
            break;
    }
    return {0x202326, 0x17191c, 0x1c1f22, 0xe3e6ea, 0x7d858f,
            0x2c3035, 0x2b6fe0, 0xffffff, 0x6aa9ff};
}

}  // namespace

QString name_of(Theme theme) {
    switch (theme) {
        case Theme::Light:
            return QStringLiteral("light");
        case Theme::HighContrast:
            return QStringLiteral("high-contrast");
        case Theme::Dark:
            break;
    }
    return QStringLiteral("dark");
}

Theme theme_named(const QString& name) {
    for (const Theme theme : {Theme::Light, Theme::HighContrast})
        if (name == name_of(theme)) return theme;
    return Theme::Dark;
}

void apply_theme(QApplication& application, Theme theme) {
    const bool dark = theme != Theme::Light;
    const Colors colors = colors_of(theme);
    const QColor text(colors.text), faint(colors.faint), button(colors.button);
    QPalette palette(text, button, button.lighter(dark ? 130 : 104), button.darker(150), faint,
                     text, QColor(colors.base));
    palette.setColor(QPalette::Window, colors.window);
    palette.setColor(QPalette::AlternateBase, colors.alternate);
    palette.setColor(QPalette::Highlight, colors.accent);
    palette.setColor(QPalette::HighlightedText, colors.on_accent);
    palette.setColor(QPalette::ToolTipBase, button);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::PlaceholderText, faint);
    palette.setColor(QPalette::Link, colors.link);
    palette.setColor(QPalette::LinkVisited, colors.link);
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faint);
    if (theme == Theme::HighContrast)
        application.setStyle(new ContrastStyle);
    else
        application.setStyle(new RoomyStyle);
    application.setPalette(palette);
}

}  // namespace millrace::viewers
