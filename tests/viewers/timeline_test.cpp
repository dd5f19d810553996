// The timeline: steps, plays, loops, follows, and stands still when nothing plays.
#include <QAction>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/viewers/activate.hpp"
#include "viewers/common/timeline.hpp"

namespace millrace::tests {
namespace {

using viewers::Timeline;
using viewers::TimelineBar;

class TimelineTest : public ::testing::Test {
protected:
    TimelineTest() : spy(&timeline, &Timeline::item_changed) {
        timeline.resize(900, 40);
        timeline.set_items({0, 1, 5, 9});
        spy.clear();
    }
    quint64 last() { return spy.isEmpty() ? ~quint64{0} : spy.back().at(0).toULongLong(); }
    Timeline timeline;
    QSignalSpy spy;
};

TEST_F(TimelineTest, StepsWithinItsItems) {
    EXPECT_EQ(timeline.item(), 0U);
    timeline.step(1);
    EXPECT_EQ(last(), 1U);
    timeline.step(5);
    EXPECT_EQ(last(), 9U);
    const auto told = spy.count();
    timeline.step(1);
    EXPECT_EQ(spy.count(), told) << "nothing changed, nothing is told";
    timeline.first();
    EXPECT_EQ(last(), 0U);
    timeline.step(-1);
    EXPECT_EQ(last(), 0U);
    timeline.set_item(7);
    EXPECT_EQ(last(), 5U) << "the last before it";
}

TEST_F(TimelineTest, KeysDoTheSame) {
    timeline.show();
    ASSERT_TRUE(millrace::tests::activate(timeline));
    timeline.setFocus();
    for (QAction* action : timeline.actions()) {
        EXPECT_FALSE(action->shortcut().isEmpty());
        EXPECT_TRUE(
            action->toolTip().contains(action->shortcut().toString(QKeySequence::NativeText)));
    }
    for (QAction* action : timeline.actions()) {
        if (action->shortcut() == QKeySequence("Ctrl+Right")) action->trigger();
    }
    EXPECT_EQ(last(), 1U);
}

TEST_F(TimelineTest, AClickOnTheBarGoesToTheNearestItem) {
    timeline.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&timeline));
    auto* bar = timeline.findChild<TimelineBar*>();
    ASSERT_NE(bar, nullptr);
    // Items lie by their numbers: 5 of 9 is a little right of the middle.
    QTest::mouseClick(bar, Qt::LeftButton, {}, QPoint(bar->width() * 6 / 10, bar->height() / 2));
    EXPECT_EQ(last(), 5U);
    QTest::mouseClick(bar, Qt::LeftButton, {}, QPoint(bar->width() - 2, bar->height() / 2));
    EXPECT_EQ(last(), 9U);
}

TEST_F(TimelineTest, PlaysAndLoopsOrEnds) {
    timeline.set_rate(100);
    timeline.set_loops(false);
    timeline.set_playing(true);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !timeline.playing(); }));
    EXPECT_EQ(last(), 9U);
    EXPECT_EQ(spy.count(), 3);
    timeline.set_loops(true);
    timeline.set_playing(true);
    ASSERT_TRUE(QTest::qWaitFor([&] { return spy.count() >= 3 + 5; }));
    timeline.set_playing(false);
    EXPECT_FALSE(timeline.playing());
}

TEST_F(TimelineTest, FollowsTheNewestUntilSomebodyLooksBack) {
    timeline.set_live(true);
    EXPECT_EQ(last(), 9U);
    timeline.set_items({0, 1, 5, 9, 10});
    EXPECT_EQ(last(), 10U);
    timeline.step(-1);
    EXPECT_FALSE(timeline.live());
    timeline.set_items({0, 1, 5, 9, 10, 11});
    EXPECT_EQ(timeline.item(), 9U);
}

TEST_F(TimelineTest, NoneAndOne) {
    timeline.set_items({});
    EXPECT_FALSE(timeline.item().has_value());
    timeline.step(1);
    timeline.set_playing(true);
    EXPECT_FALSE(timeline.playing());
    timeline.set_items({7});
    EXPECT_EQ(last(), 7U);
    timeline.set_playing(true);
    EXPECT_FALSE(timeline.playing()) << "one item has nothing to play";
}

}  // namespace
}  // namespace millrace::tests
