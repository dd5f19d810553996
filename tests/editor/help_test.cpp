// The help: every page is there and says something, links lead somewhere, the window walks them.
#include <QLineEdit>
#include <QRegularExpression>
#include <QTextBlock>
#include <QTreeWidget>

#include "editor/help/help_window.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

const QString kHelp = QStringLiteral(MILLRACE_SOURCE_DIR "/resources/help");
const QString kGraphs = QStringLiteral(MILLRACE_SOURCE_DIR "/graphs");

TEST(HelpPages, TheGuideIsWholeAndItsLinksLeadSomewhere) {
    HelpPages pages(kHelp, kGraphs);
    pages.set_shortcuts([] { return QStringLiteral("# Keys"); });
    QStringList names;
    for (const auto& page : pages.contents()) names << page.name;
    for (const char* wanted :
         {"first-steps", "canvas", "inspector", "running", "viewers", "runs-and-comparing",
          "remote-workers", "shortcuts", "worker-protocol", "graphs/fusion", "graphs/points"})
        EXPECT_TRUE(names.contains(wanted)) << wanted;
    for (const QFileInfo& file : QDir(kHelp).entryInfoList({"*.md"}, QDir::Files))
        EXPECT_TRUE(names.contains(file.baseName())) << file.fileName().toStdString();
    static const QRegularExpression link(R"((!?)\[[^\]]*\]\(([^)#]+)(#[^)]*)?\))");
    int links = 0;
    for (const QString& name : names) {
        const QString text = pages.text(name);
        EXPECT_GT(text.size(), name == u"shortcuts" ? 3 : 300) << name.toStdString();
        for (auto match = link.globalMatch(text); match.hasNext();) {
            const auto found = match.next();
            const QString to = found.captured(2);
            if (to.startsWith("http")) continue;
            ++links;
            const bool leads = found.captured(1).isEmpty() && !to.endsWith(".json")
                                   ? !pages.linked(name, to).isEmpty()
                                   : QFile::exists(pages.file_linked(name, to));
            EXPECT_TRUE(leads) << name.toStdString() << ": " << to.toStdString();
        }
    }
    EXPECT_GT(links, 15);
}

TEST(HelpPages, OutsideFilesAreNeverShown) {
    const HelpPages pages(kHelp, kGraphs);
    for (const char* link : {"/etc/passwd", "../../../README.md", "nodes/../../../README.md",
                             "../../graphs/../README.md"})
        EXPECT_EQ(pages.file_linked("first-steps", link), QString()) << link;
    EXPECT_NE(pages.file_linked("first-steps", "pictures/millrace-view.jpg"), QString());
    bool found = true;
    const QString text = pages.text("../../README", &found);
    EXPECT_FALSE(found);
    EXPECT_TRUE(text.contains("no help page")) << text.toStdString();
    EXPECT_EQ(pages.linked("first-steps", "https://example.org/x.md"), QString());
}

TEST(HelpPages, NodesHaveTheirReferenceFromTheTable) {
    engine::NodeType type;
    Catalogue catalogue;
    type.spec.id = "test.one";
    type.spec.title = "One | with *marks*";
    type.spec.group = "Tests";
    type.spec.doc = "Does <b>nothing</b> with a_b_c.";
    type.spec.inputs = {
        {.name = "cloud", .doc = "points", .optional = true, .type = "point_cloud/1"}};
    const QString page = node_page(type, catalogue);
    QTextDocument shown;
    shown.setMarkdown(page, QTextDocument::MarkdownDialectGitHub);
    const QString text = shown.toPlainText();
    EXPECT_TRUE(text.contains("One | with *marks*")) << text.toStdString();
    EXPECT_TRUE(text.contains("Does <b>nothing</b> with a_b_c.")) << text.toStdString();
    EXPECT_TRUE(text.contains("point_cloud/1") && text.contains("optional"));
}

class HelpTest : public EditorTest {
protected:
    HelpTest() { make(); }
    HelpWindow* help() const { return window->comfort().help; }
    /// The command of the help's window that has this key: without a window manager two windows of
    /// one program take the focus from each other now and then.
    void press(const QString& key) {
        for (QAction* action : help()->findChildren<QAction*>())
            if (action->shortcut() == QKeySequence(key)) return action->trigger();
        ADD_FAILURE() << key.toStdString();
    }
    QString shown() const { return help()->browser()->toPlainText(); }
};

TEST_F(HelpTest, OpensWithAKeyAndWalksBackAndForth) {
    wait_for_catalogue();
    QTest::keyClick(window.get(), Qt::Key_F1);
    ASSERT_NE(help(), nullptr);
    ASSERT_TRUE(help()->isVisible());
    ASSERT_TRUE(millrace::tests::activate(*help()));
    EXPECT_EQ(help()->page(), "first-steps");
    EXPECT_TRUE(shown().contains("Ctrl+Enter") || shown().contains("Ctrl+Return"));
    picture(help(), "help-first");
    window->show_help("nodes/control.rate_limit");
    EXPECT_TRUE(shown().contains("per_second")) << "parameters come from the catalogue";
    picture(help(), "help-node");
    press("Alt+Left");
    EXPECT_EQ(help()->page(), "first-steps");
    press("Alt+Right");
    EXPECT_EQ(help()->page(), "nodes/control.rate_limit");
    window->show_help("graphs/fusion");
    picture(help(), "help-graph");
    window->show_help("nothing/of/that/name");
    EXPECT_TRUE(shown().contains("no help page"));
    press("Esc");
    EXPECT_FALSE(help()->isVisible());
}

TEST_F(HelpTest, TheKeysArePrintedAsTheyAreNow) {
    window->action("find")->setShortcut(QKeySequence("Ctrl+Alt+Shift+F7"));
    window->show_help("shortcuts");
    EXPECT_TRUE(shown().contains("Ctrl+Alt+Shift+F7"));
    EXPECT_TRUE(shown().contains("Ctrl+`"));
    picture(help(), "help-keys");
}

TEST_F(HelpTest, SearchNarrowsTheContentsAndOpensTheFirst) {
    wait_for_catalogue();
    window->show_help();
    ASSERT_TRUE(millrace::tests::activate(*help()));
    auto* field = help()->findChild<QLineEdit*>();
    auto* tree = help()->findChild<QTreeWidget*>();
    QTest::keyClicks(field, "rate limit");
    ASSERT_GE(tree->topLevelItemCount(), 1);
    QTest::keyClick(field, Qt::Key_Return);
    EXPECT_EQ(help()->page(), "nodes/control.rate_limit");
    EXPECT_FALSE(help()->browser()->extraSelections().isEmpty()) << "what was searched is marked";
    field->clear();
    QTest::keyClicks(field, "qqqzzzxxx");
    EXPECT_TRUE(tree->topLevelItem(0)->text(0).contains("No page"));
}

TEST_F(HelpTest, TheSelectedNodeHasItsPage) {
    wait_for_catalogue();
    window->document().start(small(), {});
    window->scene()->select_nodes({"counter"});
    window->action("help_node")->trigger();
    ASSERT_NE(help(), nullptr);
    EXPECT_EQ(help()->page(), "nodes/control.counter");
}

}  // namespace
}  // namespace millrace::editor
