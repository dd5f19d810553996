#include "nodes/loaders/batch_course.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace millrace::nodes {
namespace {

using Rows = std::vector<std::uint64_t>;

BatchCourse course() { return {.sizes = {7, 2, 1}, .size = 4, .epochs = 2}; }

TEST(BatchCourse, GivesEpochsThenTheTest) {
    const BatchCourse all = course();
    ASSERT_EQ(all.count(), 7U) << "twice 4 + 3 and 2, then 1";
    const std::vector<std::size_t> parts = {0, 0, 1, 0, 0, 1, 2};
    const std::vector<bool> last = {false, true, true, false, true, true, true};
    const std::vector<Rows> rows = {{0, 1, 2, 3}, {4, 5, 6}, {7, 8}, {0, 1, 2, 3},
                                    {4, 5, 6},    {7, 8},    {9}};
    for (std::uint64_t item = 0; item < 7; ++item) {
        const BatchCourse::Place place = all.place(item);
        EXPECT_EQ(place.part, parts[item]) << item;
        EXPECT_EQ(all.is_last(place), last[item]) << item;
        EXPECT_EQ(all.rows(place), rows[item]) << item;
    }
}

TEST(BatchCourse, OnePartAloneAndFewerBatches) {
    BatchCourse one = course();
    one.part = BatchPart::Test;
    EXPECT_EQ(one.count(), 1U);
    EXPECT_EQ(one.rows(one.place(0)), (Rows{9}));
    one.part = BatchPart::Train;
    one.items = 1;
    EXPECT_EQ(one.count(), 2U) << "one batch in each of two epochs";
    EXPECT_TRUE(one.is_last(one.place(1)));
    one.items = 9;
    EXPECT_EQ(one.count(), 4U) << "no more than there are";
}

TEST(BatchCourse, ShufflesTheTrainingPartAlone) {
    BatchCourse mixed = course();
    mixed.order = Order::Shuffled;
    mixed.seed = 5;
    std::vector<Rows> epochs(2);
    for (const std::uint64_t item : {0, 1, 3, 4}) {
        Rows& rows = epochs[item / 3];
        std::ranges::copy(mixed.rows(mixed.place(item)), std::back_inserter(rows));
    }
    EXPECT_NE(epochs[0], epochs[1]);
    for (Rows& rows : epochs) {
        std::ranges::sort(rows);
        EXPECT_EQ(rows, (Rows{0, 1, 2, 3, 4, 5, 6}));
    }
    EXPECT_EQ(mixed.rows(mixed.place(2)), (Rows{7, 8}));
}

TEST(BatchCourse, KeepsItsBatchesInAnotherOrder) {
    BatchCourse kept = {.sizes = {30, 2, 1},
                        .size = 4,
                        .epochs = 3,
                        .order = Order::Shuffled,
                        .regroup = false,
                        .seed = 5};
    std::vector<std::vector<Rows>> epochs(3);
    for (std::uint64_t item = 0; item < kept.count(); ++item) {
        const BatchCourse::Place place = kept.place(item);
        if (place.part == 0) epochs[place.epoch].push_back(kept.rows(place));
        EXPECT_EQ(kept.is_last(place), place.part > 0 || place.batch == 7) << item;
    }
    EXPECT_NE(epochs[0], epochs[1]);
    EXPECT_NE(epochs[1], epochs[2]);
    for (auto& epoch : epochs) std::ranges::sort(epoch);
    EXPECT_EQ(epochs[0], epochs[1]) << "the same batches";
    EXPECT_EQ(epochs[0], epochs[2]);
    Rows all;
    for (const Rows& rows : epochs[0]) std::ranges::copy(rows, std::back_inserter(all));
    EXPECT_FALSE(std::ranges::is_sorted(all)) << "made up by chance";
    std::ranges::sort(all);
    for (std::uint64_t row = 0; row < 30; ++row) EXPECT_EQ(all.at(row), row);
    kept.seed = 6;
    EXPECT_FALSE(std::ranges::count(epochs[0], kept.rows(kept.place(0)))) << "by the seed";
}

TEST(BatchCourse, KeptBatchesOfWhichAnEpochHasAFew) {
    const BatchCourse few = {.sizes = {30, 0, 0},
                             .part = BatchPart::Train,
                             .size = 4,
                             .epochs = 20,
                             .items = 3,
                             .order = Order::Shuffled,
                             .regroup = false,
                             .seed = 5};
    std::vector<Rows> seen;
    for (std::uint64_t item = 0; item < few.count(); ++item)
        seen.push_back(few.rows(few.place(item)));
    std::ranges::sort(seen);
    const auto again = std::ranges::unique(seen);
    seen.erase(again.begin(), again.end());
    EXPECT_EQ(seen.size(), 8U) << "drawn from all of them";
}

TEST(BatchCourse, ProcessesShareEachBatch) {
    BatchCourse first = course();
    first.shard = {0, 2};
    BatchCourse second = first;
    second.shard = {1, 2};
    EXPECT_EQ(first.rows(first.place(0)), (Rows{0, 2}));
    EXPECT_EQ(second.rows(second.place(0)), (Rows{1, 3}));
    EXPECT_EQ(second.rows(second.place(1)), (Rows{5})) << "of three the first has two";
    EXPECT_EQ(first.count(), 6U) << "a test of one row is none for two processes";
    EXPECT_EQ(second.count(), first.count());
}

}  // namespace
}  // namespace millrace::nodes
