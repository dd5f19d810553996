// The command palette, keys that can be changed, settings, themes.
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <cmath>

#include "editor/comfort/command_palette.hpp"
#include "editor/comfort/fuzzy.hpp"
#include "editor/comfort/key_field.hpp"
#include "editor/comfort/settings_dialog.hpp"
#include "editor/comfort/shortcut_keys.hpp"
#include "editor/comfort/shortcuts_page.hpp"
#include "tests/editor/window_support.hpp"
#include "viewers/common/shortcuts.hpp"
#include "viewers/common/translations.hpp"
#include "viewers/theme.hpp"

namespace millrace::editor {
namespace {

TEST(Fuzzy, WantsAllLettersInOrderAndPrefersBeginningsOfWords) {
    EXPECT_EQ(fuzzy_score("xyz", "Select all"), 0);
    EXPECT_EQ(fuzzy_score("las", "Select all"), 0);
    EXPECT_GT(fuzzy_score("sa", "Select all"), fuzzy_score("sa", "Pause"));
    EXPECT_GT(fuzzy_score("undo", "Undo"), fuzzy_score("undo", "Run on another door"));
    EXPECT_GT(fuzzy_score("SHOW log", "Show the log"), 0);
    EXPECT_GT(fuzzy_score("", "anything"), 0);
    EXPECT_EQ(fuzzy_score("a", ""), 0);
}

class ComfortTest : public EditorTest {
protected:
    QLineEdit* open_palette() {
        QTest::keyClick(window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        return window->comfort().commands->findChild<QLineEdit*>();
    }
};

TEST_F(ComfortTest, ThePaletteRunsCommandsAndRemembersThem) {
    make();
    window->document().start(small(), {});
    window->canvas()->setFocus();
    QLineEdit* field = open_palette();
    ASSERT_TRUE(window->comfort().commands->isVisible());
    picture(window->comfort().commands, "palette");
    QTest::keyClicks(field, "selall");
    EXPECT_EQ(window->comfort().commands->listed().front(), "Edit: Select all");
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_TRUE(QTest::qWaitFor([&] { return window->scene()->selected_nodes().size() == 2; }));
    EXPECT_FALSE(window->comfort().commands->isVisible());
    // Next time it comes first, before anything is typed.
    open_palette();
    EXPECT_EQ(window->comfort().commands->listed().front(), "Edit: Select all");
    EXPECT_GT(window->comfort().commands->listed().size(), 40);
    window->comfort().commands->hide();
}

TEST_F(ComfortTest, ThePaletteSaysWhyACommandCanNotBeUsed) {
    make();
    window->document().start(small(), {});
    QLineEdit* field = open_palette();
    QTest::keyClicks(field, "undo");
    auto* list = window->comfort().commands->findChild<QListWidget*>();
    bool told = false;
    for (int role = Qt::UserRole; role < Qt::UserRole + 8; ++role)
        told |= list->item(0)->data(role).toString() == "nothing to undo";
    EXPECT_TRUE(told);
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_TRUE(window->comfort().commands->isVisible()) << "it can't be run";
    QTest::keyClicks(field, "qqqqzzzz");
    EXPECT_TRUE(list->item(0)->text().contains("No command"));
    window->comfort().commands->hide();
}

TEST_F(ComfortTest, NoTwoCommandsHaveOneKeyAndTheWantedOnesAreThere) {
    make();
    EXPECT_EQ(viewers::shortcut_conflicts(*window).join('\n').toStdString(), "");
    const std::pair<const char*, const char*> wanted[] = {
        {"commands", "Ctrl+Shift+P"}, {"find", "Ctrl+F"},      {"settings", "Ctrl+,"},
        {"show_log", "Ctrl+`"},       {"help", "F1"},          {"find_next", "F3"},
        {"run", "Ctrl+Return"},       {"undo", "Ctrl+Z"},      {"find_previous", "Shift+F3"},
        {"run_to", "Ctrl+E"},         {"duplicate", "Ctrl+D"}, {"subgraph", "Ctrl+Shift+G"}};
    for (const auto& [name, key] : wanted) {
        ASSERT_NE(window->action(name), nullptr) << name;
        EXPECT_TRUE(window->action(name)->shortcuts().contains(QKeySequence(key))) << name;
    }
}

TEST_F(ComfortTest, AKeyIsRecordedHoldsAtOnceAndIsKept) {
    make();
    window->action("settings")->trigger();
    SettingsDialog* dialog = window->comfort().settings;
    ASSERT_NE(dialog, nullptr);
    dialog->show_page(SettingsDialog::Page::Shortcuts);
    ASSERT_TRUE(millrace::tests::activate(*dialog));
    picture(dialog, "settings-shortcuts");
    QAction* export_picture = window->action("export_picture");
    KeyField* field = dialog->shortcuts()->record(export_picture);
    ASSERT_NE(field, nullptr);
    QTest::keyClick(field, Qt::Key_F9, Qt::AltModifier);
    EXPECT_EQ(export_picture->shortcut(), QKeySequence("Alt+F9"));
    EXPECT_TRUE(export_picture->toolTip().endsWith("(Alt+F9)"))
        << export_picture->toolTip().toStdString();
    EXPECT_FALSE(export_picture->toolTip().contains("Ctrl+Alt+E"));
    make();
    EXPECT_EQ(window->action("export_picture")->shortcut(), QKeySequence("Alt+F9"));
    // Esc leaves it, Backspace takes it away, reset brings the default back.
    window->action("settings")->trigger();
    dialog = window->comfort().settings;
    dialog->show_page(SettingsDialog::Page::Shortcuts);
    ASSERT_TRUE(millrace::tests::activate(*dialog));
    field = dialog->shortcuts()->record(window->action("export_picture"));
    ASSERT_NE(field, nullptr);
    QTest::keyClick(field, Qt::Key_Escape);
    EXPECT_EQ(window->action("export_picture")->shortcut(), QKeySequence("Alt+F9"));
    EXPECT_TRUE(dialog->isVisible());
    field = dialog->shortcuts()->record(window->action("export_picture"));
    ASSERT_NE(field, nullptr);
    QTest::keyClick(field, Qt::Key_Backspace);
    EXPECT_TRUE(window->action("export_picture")->shortcut().isEmpty());
    make();
    EXPECT_TRUE(window->action("export_picture")->shortcuts().isEmpty());
    window->comfort().keys->reset_all();
    EXPECT_EQ(window->action("export_picture")->shortcut(), QKeySequence("Ctrl+Alt+E"));
}

TEST_F(ComfortTest, AConflictNamesBothAndIsResolvedByChoice) {
    make();
    window->action("settings")->trigger();
    SettingsDialog* dialog = window->comfort().settings;
    dialog->show_page(SettingsDialog::Page::Shortcuts);
    ASSERT_TRUE(millrace::tests::activate(*dialog));
    QAction *find = window->action("find"), *duplicate = window->action("duplicate");
    const auto press = [&](const QString& text) {
        for (auto* button : dialog->shortcuts()->findChildren<QPushButton*>())
            if (button->isVisible() && button->text() == text) return button->click(), true;
        return false;
    };
    KeyField* field = dialog->shortcuts()->record(find);
    ASSERT_NE(field, nullptr);
    QTest::keyClick(field, Qt::Key_D, Qt::ControlModifier);
    EXPECT_EQ(find->shortcut(), QKeySequence("Ctrl+F")) << "nothing before the choice";
    EXPECT_TRUE(dialog->shortcuts()->question().contains("Ctrl+D"));
    EXPECT_TRUE(dialog->shortcuts()->question().contains("Duplicate"));
    picture(dialog, "settings-conflict");
    EXPECT_TRUE(press("Leave as it is"));
    EXPECT_EQ(duplicate->shortcut(), QKeySequence("Ctrl+D"));
    field = dialog->shortcuts()->record(find);
    ASSERT_NE(field, nullptr);
    QTest::keyClick(field, Qt::Key_D, Qt::ControlModifier);
    EXPECT_TRUE(press("Give it to “Find in the graph”"));
    EXPECT_EQ(find->shortcut(), QKeySequence("Ctrl+D"));
    EXPECT_TRUE(duplicate->shortcuts().isEmpty());
    EXPECT_EQ(viewers::shortcut_conflicts(*window).join('\n').toStdString(), "");
}

TEST_F(ComfortTest, MostCommandsHaveGermanAndChineseWords) {
    make();
    for (const char* language : {"de", "zh_CN"}) {
        viewers::Translations words;
        QFile file(QStringLiteral(MILLRACE_SOURCE_DIR "/resources/translations/millrace_%1.ts")
                       .arg(language));
        ASSERT_TRUE(file.open(QIODevice::ReadOnly));
        ASSERT_TRUE(words.read(file)) << words.fault().toStdString();
        int there = 0, all = 0;
        for (const viewers::Command& command : viewers::commands_of(*window)) {
            if (command.of_viewer) continue;
            ++all;
            there += !words.translate("", command.action->text().toUtf8().constData()).isEmpty();
        }
        EXPECT_GT(all, 60);
        EXPECT_GE(there, all * 8 / 10) << language;
    }
}

TEST_F(ComfortTest, SettingsHoldAtOnce) {
    make();
    window->action("settings")->trigger();
    SettingsDialog* dialog = window->comfort().settings;
    auto* theme = dialog->findChild<QComboBox*>("theme");
    theme->setCurrentIndex(theme->findData("high-contrast"));
    EXPECT_TRUE(window->action("theme_contrast")->isChecked());
    EXPECT_TRUE(QTest::qWaitFor(
        [&] { return window->palette().color(QPalette::Window) == QColor(Qt::black); }));
    picture(dialog, "settings-contrast");
    theme->setCurrentIndex(theme->findData("dark"));
    EXPECT_TRUE(QTest::qWaitFor(
        [&] { return window->palette().color(QPalette::Window) != QColor(Qt::black); }));
    dialog->findChild<QSpinBox*>("autosave")->setValue(7);
    EXPECT_EQ(QSettings().value("editor/autosave_seconds").toInt(), 7);
    dialog->show_page(SettingsDialog::Page::Runs);
    auto* cache = dialog->findChild<QLabel*>("cache-size");
    EXPECT_TRUE(QTest::qWaitFor([&] { return cache->text().contains("file"); }, 30'000))
        << cache->text().toStdString();
    picture(dialog, "settings-runs");
}

double luminance(const QColor& color) {
    const auto linear = [](double c) {
        return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) +
           0.0722 * linear(color.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double one = luminance(a), other = luminance(b);
    return (std::max(one, other) + 0.05) / (std::min(one, other) + 0.05);
}

TEST(Themes, TextIsReadable) {
    for (const auto theme :
         {viewers::Theme::Dark, viewers::Theme::Light, viewers::Theme::HighContrast}) {
        viewers::apply_theme(*qApp, theme);
        const QPalette palette = QApplication::palette();
        // WCAG 2: AA asks for 4.5, AAA for 7.
        const double least = theme == viewers::Theme::HighContrast ? 7 : 4.5;
        const std::pair<QPalette::ColorRole, QPalette::ColorRole> pairs[] = {
            {QPalette::WindowText, QPalette::Window},
            {QPalette::Text, QPalette::Base},
            {QPalette::Text, QPalette::AlternateBase},
            {QPalette::ButtonText, QPalette::Button},
            {QPalette::ToolTipText, QPalette::ToolTipBase},
            {QPalette::Link, QPalette::Base}};
        for (const auto& [text, ground] : pairs)
            EXPECT_GE(contrast(palette.color(text), palette.color(ground)), least)
                << viewers::name_of(theme).toStdString() << " " << text;
        // Hints are read, too.
        EXPECT_GE(contrast(palette.color(QPalette::PlaceholderText), palette.color(QPalette::Base)),
                  least == 7 ? 7 : 4.5)
            << viewers::name_of(theme).toStdString();
        EXPECT_GE(
            contrast(palette.color(QPalette::HighlightedText), palette.color(QPalette::Highlight)),
            least == 7 ? 7 : 4.5)
            << viewers::name_of(theme).toStdString();
    }
    EXPECT_EQ(viewers::theme_named("nonsense"), viewers::Theme::Dark);
    viewers::apply_theme(*qApp, viewers::Theme::Dark);
}

TEST(Themes, TheFocusIsSeenInHighContrast) {
    viewers::apply_theme(*qApp, viewers::Theme::HighContrast);
    QWidget window;
    auto* first = new QPushButton("One", &window);
    auto* second = new QPushButton("Two", &window);
    first->setGeometry(10, 10, 120, 40);
    second->setGeometry(10, 60, 120, 40);
    window.resize(160, 120);
    window.show();
    ASSERT_TRUE(millrace::tests::activate(window));
    second->setFocus(Qt::TabFocusReason);
    ASSERT_TRUE(QTest::qWaitFor([&] { return second->hasFocus(); }));
    const QImage image = window.grab().toImage();
    const auto accents = [&](const QRect& place) {
        int count = 0;
        for (int y = place.top(); y <= place.bottom(); ++y)
            for (int x = place.left(); x <= place.right(); ++x)
                count += image.pixelColor(x, y) == QColor(0xffd400);
        return count;
    };
    EXPECT_GT(accents(second->geometry()), 200);
    EXPECT_EQ(accents(first->geometry()), 0);
    viewers::apply_theme(*qApp, viewers::Theme::Dark);
}

TEST_F(ComfortTest, TheLogComesAndGoesWithAKey) {
    make();
    window->document().start(small(), {});
    window->canvas()->setFocus();
    auto* log = window->findChild<QDockWidget*>("log");
    const auto seen = [&] { return !log->visibleRegion().isEmpty(); };
    EXPECT_FALSE(seen()) << "behind the problems at first";
    QTest::keyClick(window.get(), Qt::Key_QuoteLeft, Qt::ControlModifier);
    EXPECT_TRUE(QTest::qWaitFor(seen, 10'000));
    QTest::keyClick(window.get(), Qt::Key_QuoteLeft, Qt::ControlModifier);
    EXPECT_TRUE(QTest::qWaitFor([&] { return !seen(); }, 10'000));
}

}  // namespace
}  // namespace millrace::editor
