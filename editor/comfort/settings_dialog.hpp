// The settings: looks, keys, where graphs run, what is kept against loss. What is changed holds at
// once and is kept at once; there is nothing to confirm. Window thread only.
#pragma once

#include <QDialog>
#include <functional>

class QFormLayout;
class QListWidget;
class QStackedWidget;

namespace millrace::editor {

class ShortcutKeys;
class ShortcutsPage;
class Workers;

class SettingsDialog : public QDialog {
    Q_OBJECT

public:
    enum class Page { Appearance, Shortcuts, Runs, Autosave };

    /// `window` holds the actions "theme_dark", "theme_light", "theme_contrast" and all others.
    SettingsDialog(QWidget* window, ShortcutKeys* keys, Workers* workers);

    void show_page(Page page);
    ShortcutsPage* shortcuts() const { return shortcuts_; }

private:
    /// A form under a heading, kept at the top of its page.
    static QFormLayout* form_on(QWidget* page);
    QWidget* make_appearance();
    QWidget* make_runs();
    QWidget* make_autosave();
    QWidget* make_hosts();

    QWidget* window_;
    Workers* workers_;
    QListWidget* names_;
    QStackedWidget* pages_;
    ShortcutsPage* shortcuts_;
};

}  // namespace millrace::editor
