// Texts and tables: what is shown, found, sorted, filtered and written.
#include <QAction>
#include <QBuffer>
#include <QTableView>
#include <QTest>

// The parts of Qt Test for widgets come only with these, whatever the order of other headers.
#include <QtTest/qtest_widgets.h>
#include <QtTest/qtestkeyboard.h>

#include <gtest/gtest.h>

#include "tests/viewers/activate.hpp"
#include "viewers/registry.hpp"
#include "viewers/table/table_rows.hpp"
#include "viewers/table/table_view.hpp"
#include "viewers/text/text_edit.hpp"
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
    EXPECT_TRUE(view.note().contains("4") && view.note().contains(QLocale().toString(1000)))
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

TEST(TableRows, SortStablyWithNumbersFirst) {
    const visual::Table table{
        .columns = {"a"},
        .rows = {{"layer b"}, {"nan"}, {"2"}, {}, {"layer a"}, {"-inf"}, {"2"}},
        .full_rows = 7};
    EXPECT_EQ(viewers::rows_for(table, {.text = {}, .column = 0}),
              (std::vector<std::uint32_t>{5, 2, 6, 1, 3, 4, 0}));
    EXPECT_EQ(viewers::rows_for(table, {.text = {}, .column = 0, .descending = true}),
              (std::vector<std::uint32_t>{0, 4, 3, 1, 2, 6, 5}));
    EXPECT_EQ(viewers::rows_for(table, {.text = "LAYER"}), (std::vector<std::uint32_t>{0, 4}));
    EXPECT_EQ(viewers::rows_for(table, {.text = {}, .column = 77}).size(), 7u);
    const visual::Table umlauts{.columns = {"a"}, .rows = {{"Größe"}, {"Gr"}}, .full_rows = 2};
    EXPECT_EQ(viewers::rows_for(umlauts, {.text = "GRÖ"}), (std::vector<std::uint32_t>{0}));
}

TEST(TableRows, WorkOnManyRowsCanBeStopped) {
    visual::Table table{.columns = {"n"}, .rows = {}, .full_rows = 0};
    for (int i = 0; i < 200'000; ++i) table.rows.push_back({std::to_string((i * 7919) % 200'000)});
    const auto rows = viewers::rows_for(table, {.text = {}, .column = 0});
    ASSERT_EQ(rows.size(), 200'000u);
    for (std::size_t i = 0; i < rows.size(); i += 997)
        EXPECT_EQ(table.rows[rows[i]][0], std::to_string(i));
    int asked = 0;
    viewers::rows_for(table, {.text = {}, .column = 0}, [&] { return ++asked > 2; });
    EXPECT_EQ(asked, 3);
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    EXPECT_FALSE(viewers::write_csv(buffer, table, rows, [] { return true; }));
}

TEST(TableView, LongTablesAreSortedBesideTheWindow) {
    visual::Table table{.columns = {"n", "text"}, .rows = {}, .full_rows = 0};
    for (int i = 0; i < 60'000; ++i)
        table.rows.push_back({std::to_string(60'000 - i), i % 2 ? "odd" : "even"});
    TableView view;
    view.resize(400, 300);
    ASSERT_TRUE(view.show_visual(shared(table)));
    EXPECT_EQ(view.rows(), 60'000) << "as given, at once";
    view.sort(0, Qt::AscendingOrder);
    EXPECT_EQ(view.cell(0, 0), "60000");
    EXPECT_TRUE(view.note().contains("sorting")) << view.note().toStdString();
    ASSERT_TRUE(QTest::qWaitFor([&] { return view.settled(); }, 30'000));
    EXPECT_EQ(view.cell(0, 0), "1");
    EXPECT_FALSE(view.note().contains("sorting"));
    view.filter("odd");
    view.filter("even");
    ASSERT_TRUE(QTest::qWaitFor([&] { return view.settled(); }, 30'000));
    EXPECT_EQ(view.rows(), 30'000);
    EXPECT_EQ(view.cell(0, 0), "2") << "filtered and still sorted";
    view.reveal({.kind = viewers::Selection::Kind::Row, .frame = {}, .index = 59'998});
    EXPECT_EQ(view.table_view()->currentIndex().row(), 0);
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

TEST(TextView, LongTextsComeInPartsWithTheirLineNumbers) {
    std::string text;
    for (int i = 0; i < 300'000; ++i) text += "line " + std::to_string(i) + "\n";
    const viewers::TextParts parts = viewers::parts_of(text);
    ASSERT_GT(parts.count(), 2u);
    std::string joined;
    for (std::size_t i = 0; i < parts.count(); ++i) {
        const auto part = parts.part(text, i);
        EXPECT_TRUE(part.starts_with("line " + std::to_string(parts.lines[i]) + "\n"));
        joined += part;
    }
    EXPECT_EQ(joined, text);
    EXPECT_EQ(parts.all_lines, 300'001u);
    TextView view;
    view.resize(400, 300);
    ASSERT_TRUE(view.show_visual(shared(visual::Text{.text = text})));
    EXPECT_TRUE(view.note().contains("Part 1 of")) << view.note().toStdString();
    EXPECT_FALSE(view.find("LINE 299999")) << "it is looked for beside the window";
    ASSERT_TRUE(QTest::qWaitFor([&] { return view.settled(); }, 30'000));
    EXPECT_EQ(view.part(), parts.count() - 1);
    EXPECT_EQ(view.edit()->textCursor().selectedText(), "line 299999");
    view.find("nowhere to be found");
    ASSERT_TRUE(QTest::qWaitFor([&] { return view.settled(); }, 30'000));
    EXPECT_TRUE(view.status().contains("nowhere"));
    view.show_part(0);
    view.show_part(999);
    EXPECT_EQ(view.part(), 0u);
    EXPECT_FALSE(view.grab().isNull());
}

TEST(TextView, BytesThatAreNoTextAreWritten) {
    TextView view;
    ASSERT_TRUE(
        view.show_visual(shared(visual::Text{.text = std::string("a\xE2\x82"
                                                                 "b\0c \xED\xA0\x80 \xC3\xBC",
                                                                 13)})));
    EXPECT_EQ(view.text(), QString::fromUtf8("a\\xE2\\x82b\\x00c \\xED\\xA0\\x80 ü"));
    EXPECT_TRUE(view.note().contains("\\xNN: 6")) << view.note().toStdString();
    ASSERT_TRUE(view.show_visual(shared(visual::Text{.text = "\xEF\xBF\xBD is a character"})));
    EXPECT_TRUE(view.note().isEmpty());
    ASSERT_TRUE(view.show_visual(shared(visual::Text{.text = std::string(30'000, 'x')})));
    EXPECT_TRUE(view.note().contains("broken"));
    EXPECT_EQ(view.text().count('x'), 30'000);
    const auto parts = viewers::parts_of(std::string(3 << 20, 'x'));
    EXPECT_EQ(parts.count(), 12u) << "parts end also where no line does";
}

TEST(TextView, KeysChangeLettersNumbersAndWrapping) {
    TextView view;
    view.show();
    ASSERT_TRUE(millrace::tests::activate(view));
    ASSERT_TRUE(view.show_visual(shared(visual::Text{.text = "one"})));
    view.edit()->setFocus();
    const double before = view.edit()->font().pointSizeF();
    QTest::keyClick(view.edit(), Qt::Key_Minus, Qt::ControlModifier);
    EXPECT_LT(view.edit()->font().pointSizeF(), before);
    const bool wrapped = view.wraps();
    QTest::keyClick(view.edit(), Qt::Key_Z, Qt::AltModifier);
    EXPECT_NE(view.wraps(), wrapped);
    QTest::keyClick(view.edit(), Qt::Key_N, Qt::AltModifier);
    EXPECT_FALSE(view.edit()->numbers_lines());
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
