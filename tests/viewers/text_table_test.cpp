// Texts and tables: what is shown, found, sorted, filtered and written.
#include <QAction>
#include <QTest>

#include <gtest/gtest.h>

#include "viewers/registry.hpp"
#include "viewers/table/table_view.hpp"
#include "viewers/text/text_view.hpp"

namespace millrace::tests {
namespace {

using viewers::TableView;
using viewers::TextView;

template <class T>
viewers::Viewer::Shared shared(T value) {
    return std::make_shared<const visual::Visual>(std::move(value));
}

visual::Table numbers() {
    return {.columns = {"name", "value"},
            .rows = {{"b", "10"}, {"a", "9.5"}, {"C", "-1e3"}, {"d", "none"}},
            .full_rows = 4};
}

TEST(TableView, SortsNumbersByValueAndTextsAfterThem) {
    TableView view;
    ASSERT_TRUE(view.show_visual(shared(numbers())));
    EXPECT_EQ(view.cell(0, 0), "b") << "as given until somebody sorts";
    view.sort(1, Qt::AscendingOrder);
    EXPECT_EQ(view.cell(0, 1), "-1e3");
    EXPECT_EQ(view.cell(1, 1), "9.5");
    EXPECT_EQ(view.cell(2, 1), "10");
    EXPECT_EQ(view.cell(3, 1), "none");
    visual::Table next = numbers();
    next.rows[0][1] = "-5000";
    ASSERT_TRUE(view.show_visual(shared(next)));
    EXPECT_EQ(view.cell(0, 1), "-5000") << "the order stays with the next item";
}

TEST(TableView, FiltersAndTellsHowMany) {
    TableView view;
    visual::Table cut = numbers();
    cut.full_rows = 1000;
    ASSERT_TRUE(view.show_visual(shared(cut)));
    view.filter("c");
    ASSERT_EQ(view.rows(), 1);
    EXPECT_EQ(view.cell(0, 0), "C");
    EXPECT_TRUE(view.note().contains("4") && view.note().contains("1000"))
        << view.note().toStdString();
    view.filter("[");
    EXPECT_EQ(view.rows(), 0) << "a filter is a text, no pattern";
    view.filter("");
    EXPECT_EQ(view.rows(), 4);
}

TEST(TableView, CopiesAndWritesCsv) {
    TableView view;
    ASSERT_TRUE(view.show_visual(shared(visual::Table{
        .columns = {"a,b", "c"}, .rows = {{"x\"y", "1"}, {"two\nlines", ""}}, .full_rows = 2})));
    EXPECT_EQ(view.csv(), "\"a,b\",c\r\n\"x\"\"y\",1\r\n\"two\nlines\",\r\n");
    EXPECT_EQ(view.copied(), "x\"y\t1\ntwo\nlines\t\n");
}

TEST(TableView, EmptyAndRaggedTables) {
    TableView view;
    EXPECT_TRUE(view.show_visual(shared(visual::Table{})));
    EXPECT_EQ(view.rows(), 0);
    EXPECT_TRUE(view.show_visual(
        shared(visual::Table{.columns = {"a", "b"}, .rows = {{"1"}}, .full_rows = 1})));
    EXPECT_EQ(view.cell(0, 1), "");
    EXPECT_FALSE(view.show_visual(shared(visual::Text{.text = "x"})));
    EXPECT_FALSE(view.show_visual(nullptr));
    EXPECT_EQ(view.rows(), 1) << "the old item stays";
}

TEST(TextView, FindsRoundTheEnd) {
    TextView view;
    ASSERT_TRUE(view.show_visual(shared(visual::Text{.text = "one two\nThree two\n"})));
    EXPECT_TRUE(view.find("two"));
    EXPECT_TRUE(view.find("two"));
    EXPECT_TRUE(view.find("two")) << "from the beginning again";
    EXPECT_TRUE(view.find("three", true)) << "in any case";
    EXPECT_FALSE(view.find("four"));
    EXPECT_TRUE(view.status().contains("four"));
    EXPECT_FALSE(view.find(""));
}

TEST(TextView, TellsWhenItIsCut) {
    TextView view;
    ASSERT_TRUE(view.show_visual(shared(visual::Text{.text = "part", .full_bytes = 5'000'000})));
    EXPECT_FALSE(view.note().isEmpty());
    ASSERT_TRUE(view.show_visual(shared(visual::Text{.text = "whole", .full_bytes = 0})));
    EXPECT_TRUE(view.note().isEmpty());
    EXPECT_EQ(view.text(), "whole");
    EXPECT_FALSE(view.show_visual(shared(numbers())));
    view.set_wraps(false);
    EXPECT_FALSE(view.wraps());
}

TEST(TextAndTable, AreFoundAndEveryActionHasAKey) {
    viewers::Registry registry;
    viewers::add_viewers(registry);
    QWidget window;
    for (const auto& item : {shared(visual::Text{}), shared(numbers())}) {
        ASSERT_FALSE(registry.viewers_of(*item).empty());
        auto* viewer = registry.viewers_of(*item).front().make(&window);
        EXPECT_TRUE(viewer->show_visual(item));
        ASSERT_FALSE(viewer->actions().isEmpty());
        for (const QAction* action : viewer->actions()) EXPECT_FALSE(action->shortcut().isEmpty());
    }
}

}  // namespace
}  // namespace millrace::tests
