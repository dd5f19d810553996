#include "editor/comfort/settings_dialog.hpp"

#include <QAction>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QSettings>
#include <QSpinBox>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QVBoxLayout>

#include "editor/comfort/shortcuts_page.hpp"
#include "editor/document/journal.hpp"
#include "viewers/common/translations.hpp"
#include "viewers/theme.hpp"

namespace millrace::editor {
namespace {

QLabel* note(const QString& text) {
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

}  // namespace

QFormLayout* SettingsDialog::form_on(QWidget* page) {
    auto* form = new QFormLayout(page);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(12);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    return form;
}

SettingsDialog::SettingsDialog(QWidget* window, ShortcutKeys* keys, Workers* workers)
    : QDialog(window),
      window_(window),
      workers_(workers),
      names_(new QListWidget),
      pages_(new QStackedWidget),
      shortcuts_(new ShortcutsPage(window, keys)) {
    setObjectName("settings");
    setWindowTitle(tr("Settings"));
    names_->setFixedWidth(150);
    names_->setAccessibleName(tr("Pages of the settings"));
    const auto add = [this](const QString& name, QWidget* page) {
        auto* item = new QListWidgetItem(name, names_);
        item->setSizeHint({100, 32});
        pages_->addWidget(page);
    };
    add(tr("Appearance"), make_appearance());
    add(tr("Shortcuts"), shortcuts_);
    add(tr("Runs"), make_runs());
    add(tr("Autosave"), make_autosave());
    connect(names_, &QListWidget::currentRowChanged, pages_, &QStackedWidget::setCurrentIndex);
    names_->setCurrentRow(0);
    auto* middle = new QHBoxLayout;
    middle->setSpacing(16);
    middle->addWidget(names_);
    middle->addWidget(pages_, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* column = new QVBoxLayout(this);
    column->addLayout(middle, 1);
    column->addWidget(buttons);
    resize(820, 600);
}

void SettingsDialog::show_page(Page page) { names_->setCurrentRow(static_cast<int>(page)); }

QWidget* SettingsDialog::make_appearance() {
    auto* page = new QWidget;
    QFormLayout* form = form_on(page);
    auto* theme = new QComboBox;
    theme->setObjectName("theme");
    for (const auto& [one, text] : {std::pair{viewers::Theme::Dark, tr("Dark")},
                                    std::pair{viewers::Theme::Light, tr("Light")},
                                    std::pair{viewers::Theme::HighContrast, tr("High contrast")}})
        theme->addItem(text, viewers::name_of(one));
    const auto current = viewers::theme_named(QSettings().value("editor/theme").toString());
    theme->setCurrentIndex(theme->findData(viewers::name_of(current)));
    connect(theme, &QComboBox::currentIndexChanged, this, [this, theme] {
        const QString name = theme->currentData().toString();
        const char* action = name == "light"           ? "theme_light"
                             : name == "high-contrast" ? "theme_contrast"
                                                       : "theme_dark";
        if (auto* found = window_->findChild<QAction*>(action)) found->trigger();
    });
    form->addRow(tr("Colours:"), theme);

    auto* language = new QComboBox;
    language->addItem(tr("That of the system"), QString());
    language->addItem(QStringLiteral("English"), QStringLiteral("en"));
    for (const QString& code : viewers::translated_languages())
        language->addItem(QLocale(code).nativeLanguageName(), code);
    language->setCurrentIndex(
        std::max(0, language->findData(QSettings().value("editor/language").toString())));
    connect(language, &QComboBox::currentIndexChanged, this,
            [language] { QSettings().setValue("editor/language", language->currentData()); });
    form->addRow(tr("Language:"), language);

    auto* scale = new QComboBox;
    scale->addItem(tr("That of the display"), 0);
    for (const int percent : {100, 125, 150, 175, 200})
        scale->addItem(tr("%1 %").arg(percent), percent);
    scale->setCurrentIndex(
        std::max(0, scale->findData(QSettings().value("editor/scale", 0).toInt())));
    connect(scale, &QComboBox::currentIndexChanged, this,
            [scale] { QSettings().setValue("editor/scale", scale->currentData()); });
    form->addRow(tr("Size:"), scale);
    form->addRow(QString(), note(tr("Language and size hold from the next start on. The size "
                                    "multiplies that of the display; QT_SCALE_FACTOR, where it is "
                                    "set, goes before it.")));
    return page;
}

QWidget* SettingsDialog::make_autosave() {
    auto* page = new QWidget;
    QFormLayout* form = form_on(page);
    auto* after = new QSpinBox;
    after->setObjectName("autosave");
    after->setRange(1, 60);
    after->setSuffix(tr(" s"));
    after->setValue(QSettings().value("editor/autosave_seconds", 1).toInt());
    connect(after, &QSpinBox::valueChanged, this,
            [](int seconds) { QSettings().setValue("editor/autosave_seconds", seconds); });
    form->addRow(tr("Changes are kept after:"), after);
    form->addRow(QString(),
                 note(tr("Unsaved changes are written to a journal, never over your file. After a "
                         "crash the welcome page offers them. They lie in\n%1")
                          .arg(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
                               "/journal")));
    form->addRow(QString(),
                 note(tr("When a file is saved over, what it held is kept, the last %n version(s) "
                         "of each file, in\n%1",
                         nullptr, Versions::kKept)
                          .arg(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
                               "/versions")));
    return page;
}

}  // namespace millrace::editor
