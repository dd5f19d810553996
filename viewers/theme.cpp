#include "viewers/theme.hpp"

#include <QApplication>
#include <QPalette>

namespace millrace::viewers {

void apply_theme(QApplication& application, Theme theme) {
    const bool dark = theme == Theme::Dark;
    const QColor window(dark ? 0x202326 : 0xf3f4f6), base(dark ? 0x17191c : 0xffffff),
        text(dark ? 0xe3e6ea : 0x1d2126), faint(dark ? 0x7d858f : 0x8a919a),
        button(dark ? 0x2c3035 : 0xe6e8ec), accent(dark ? 0x3d8bff : 0x1f6fe5);
    QPalette palette(text, button, button.lighter(dark ? 130 : 104), button.darker(150), faint,
                     text, base);
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::AlternateBase, dark ? QColor(0x1c1f22) : QColor(0xf7f8fa));
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, button);
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::PlaceholderText, faint);
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faint);
    application.setStyle(QStringLiteral("Fusion"));
    application.setPalette(palette);
    application.setStyleSheet(
        QStringLiteral("QToolTip { padding: 3px; border: 1px solid %1; }"
                       "QHeaderView::section { padding: 4px 8px; border: 0;"
                       " border-right: 1px solid %1; border-bottom: 1px solid %1; }")
            .arg(faint.name()));
}

}  // namespace millrace::viewers
