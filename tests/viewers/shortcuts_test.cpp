// The keys of window and viewers: listed from the actions, and no two at one place.
#include <QAction>
#include <QLineEdit>
#include <QSet>

#include "tests/viewers/window_support.hpp"
#include "viewers/common/shortcuts.hpp"

namespace millrace::tests {
namespace {

using view::Window;
using viewers::Shortcut;

class Shortcuts : public WindowTest {
protected:
    /// With one viewer of each kind that files can open.
    std::unique_ptr<Window> full_window() const {
        write_cloud("cloud.ply", {{0, 0, 0}, {1, 2, 3}});
        write_image("a.png");
        write("notes.md", "words");
        visual::TensorBlock block{.name = "w",
                                  .dtype = "F32",
                                  .full_shape = {1, 1},
                                  .start = {0, 0},
                                  .shape = {1, 1},
                                  .values = std::vector<float>{1},
                                  .whole = {}};
        visual::Table table{.columns = {"a"}, .rows = {{"1"}}, .full_rows = 1};
        write("run/run.json", "{}");
        write("run/visuals/a.out/00000000.safetensors", visual::write_visuals({table, block}));
        return window_of({"cloud.ply", "a.png", "notes.md", "run"});
    }
};

TEST_F(Shortcuts, NoTwoMeet) {
    const auto window = full_window();
    ASSERT_EQ(window->panes()->shown().size(), 5U) << window->problems().join("\n").toStdString();
    EXPECT_EQ(viewers::shortcut_conflicts(*window).join("\n").toStdString(), "");
    // Viewers that are not open answer to their keys in such a window, too.
    for (const auto& entry : window->registry().all()) {
        const std::unique_ptr<viewers::Viewer> viewer(entry.make(window.get()));
        EXPECT_EQ(viewers::shortcut_conflicts(*window).join("\n").toStdString(), "")
            << entry.title.toStdString();
    }
}

TEST_F(Shortcuts, ThoseThatMeetAreFound) {
    QWidget window;
    auto* left = new QWidget(&window);
    auto* right = new QWidget(&window);
    const auto add = [](QWidget* to, const char* text, const QKeySequence& key,
                        Qt::ShortcutContext context) {
        auto* action = new QAction(text, to);
        action->setShortcut(key);
        action->setShortcutContext(context);
        to->addAction(action);
        return action;
    };
    add(left, "one", Qt::Key_F, Qt::WidgetWithChildrenShortcut);
    QAction* other = add(right, "two", Qt::Key_F, Qt::WidgetWithChildrenShortcut);
    EXPECT_TRUE(viewers::shortcut_conflicts(window).isEmpty()) << "each has a place of its own";
    left->addAction(other);
    EXPECT_EQ(viewers::shortcut_conflicts(window), QStringList{"F: \"one\" and \"two\""});
    left->removeAction(other);
    add(&window, "three", Qt::Key_F, Qt::WindowShortcut);
    EXPECT_EQ(viewers::shortcut_conflicts(window).size(), 2);
}

TEST_F(Shortcuts, TheDialogListsEveryActionWithAKey) {
    write_image("a.png");
    const auto window = window_of({"a.png"});
    QTest::keyClick(window.get(), Qt::Key_F1);
    auto* dialog = window->findChild<viewers::ShortcutsDialog*>();
    ASSERT_TRUE(dialog && dialog->isVisible());
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog->complete(); }, 20'000));
    auto* list = dialog->findChild<QTreeWidget*>();
    QStringList rows, groups;
    for (int i = 0; i < list->topLevelItemCount(); ++i) {
        groups << list->topLevelItem(i)->text(0);
        for (int k = 0; k < list->topLevelItem(i)->childCount(); ++k) {
            const auto* row = list->topLevelItem(i)->child(k);
            rows << row->text(0) + "|" + row->text(1);
        }
    }
    EXPECT_TRUE(rows.contains("Reload|F5")) << rows.join("\n").toStdString();
    EXPECT_TRUE(rows.contains("Play|Ctrl+Space"));
    EXPECT_TRUE(rows.contains("Keyboard shortcuts|F1, Ctrl+?"));
    for (const auto& entry : window->registry().all())
        EXPECT_TRUE(groups.contains(entry.title)) << entry.title.toStdString();
    EXPECT_EQ(QSet<QString>(groups.begin(), groups.end()).size(), groups.size());
    // Whatever has a key in the window is in the list.
    for (const QAction* action : window->findChildren<QAction*>()) {
        if (action->shortcut().isEmpty()) continue;
        const QString keys = action->shortcut().toString(QKeySequence::NativeText);
        EXPECT_TRUE(rows.filter(keys).size() > 0) << action->text().toStdString();
    }
    auto* search = dialog->findChild<QLineEdit*>();
    QTest::keyClicks(search, "gamma");
    int shown = 0;
    for (int i = 0; i < list->topLevelItemCount(); ++i) {
        const auto* group = list->topLevelItem(i);
        for (int k = 0; k < group->childCount(); ++k) {
            if (group->isHidden() || group->child(k)->isHidden()) continue;
            ++shown;
            EXPECT_TRUE(group->child(k)->text(0).contains("gamma"));
        }
    }
    EXPECT_GE(shown, 2);
}

}  // namespace
}  // namespace millrace::tests
