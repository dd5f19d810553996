#include "nodes/loaders/epochs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <vector>

namespace millrace::nodes {
namespace {

std::vector<std::uint64_t> order(std::uint64_t items, std::uint64_t seed, std::uint64_t epoch) {
    std::vector<std::uint64_t> places;
    for (std::uint64_t item = 0; item < items; ++item)
        places.push_back(permuted(item, items, seed, epoch));
    return places;
}

TEST(Epochs, EveryOrderIsAPermutation) {
    for (const std::uint64_t items : {0, 1, 2, 3, 10, 1000, 65537}) {
        for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
            std::vector<std::uint64_t> places = order(items, 7, epoch);
            std::ranges::sort(places);
            std::vector<std::uint64_t> all(items);
            std::iota(all.begin(), all.end(), std::uint64_t{0});
            EXPECT_EQ(places, all) << items << " items, epoch " << epoch;
        }
    }
}

TEST(Epochs, SeedAndEpochChooseIt) {
    EXPECT_EQ(order(1000, 1, 0), order(1000, 1, 0));
    EXPECT_NE(order(1000, 1, 0), order(1000, 1, 1));
    EXPECT_NE(order(1000, 1, 0), order(1000, 2, 0));
    EXPECT_NE(order(1000, 1, 0), order(1000, 1 + (std::uint64_t{1} << 32), 0));
    EXPECT_NE(order(1000, 1, 0), order(1000, 1, std::uint64_t{1} << 32));
    // A random permutation has one element in its own place on average; eight are rare (1e-5).
    const auto places = order(1000, 1, 0);
    int unmoved = 0;
    for (std::uint64_t item = 0; item < 1000; ++item) unmoved += places[item] == item;
    EXPECT_LT(unmoved, 8);
}

TEST(Epochs, AllOrdersOfThreeComeAboutAsOften) {
    std::map<std::vector<std::uint64_t>, int> seen;
    for (std::uint64_t epoch = 0; epoch < 6000; ++epoch) ++seen[order(3, 5, epoch)];
    EXPECT_EQ(seen.size(), 6U);
    // Each is binomial with mean 1000 and standard deviation 29.
    for (const auto& [places, times] : seen) EXPECT_NEAR(times, 1000, 6 * 29);
}

TEST(Epochs, AnyNumberOfItems) {
    constexpr std::uint64_t kMany = ~std::uint64_t{0};
    const std::uint64_t place = permuted(kMany - 1, kMany, 3, 4);
    EXPECT_LT(place, kMany);
    EXPECT_EQ(place, permuted(kMany - 1, kMany, 3, 4));
    EXPECT_EQ(permuted(9, 9, 1, 1), 9U) << "outside: as it is";
}

TEST(Epochs, PlacesRepeat) {
    const Epochs listed{.items = 4, .epochs = 3};
    EXPECT_EQ(listed.count(), 12U);
    EXPECT_EQ(listed.place(0), 0U);
    EXPECT_EQ(listed.place(11), 3U);
    const Epochs shuffled{.items = 50, .epochs = 2, .order = Order::Shuffled, .seed = 9};
    std::vector<std::uint64_t> first, second;
    for (std::uint64_t item = 0; item < 50; ++item) {
        first.push_back(shuffled.place(item));
        second.push_back(shuffled.place(50 + item));
    }
    EXPECT_EQ(first, order(50, 9, 0));
    EXPECT_EQ(second, order(50, 9, 1));
    EXPECT_NE(first, second);
    const Epochs none;
    EXPECT_EQ(none.count(), 0U);
    EXPECT_EQ(none.place(5), 0U);
    const Epochs endless{.items = std::uint64_t{1} << 63, .epochs = 4};
    EXPECT_EQ(endless.count(), ~std::uint64_t{0}) << "at most what can be counted";
}

TEST(Course, GivesEachPartItsPlace) {
    Course course;
    course.parts.sizes = {{{7, 2}, {3, 1}, {4, 0}}};
    course.training = {.items = 5, .epochs = 3, .order = Order::Shuffled, .seed = 9};
    ASSERT_EQ(course.count(), 3u * (5 + 4) + 4);
    std::set<std::uint64_t> trained;
    for (std::uint64_t item = 0; item < course.count(); ++item) {
        const std::uint64_t place = course.placed(item).element, within = item % 9;
        if (item >= 27) {
            EXPECT_EQ(place, 10 + item - 27) << "the test part's speech";
        } else if (within >= 5) {
            EXPECT_EQ(place, within < 8 ? 7 + within - 5 : 14 + 2)
                << "validation, then its silence";
        } else {
            EXPECT_TRUE(place < 7 || place == 14 || place == 15) << place;
            trained.insert(place);
        }
    }
    EXPECT_GT(trained.size(), 5u) << "each epoch draws from the whole part";
    EXPECT_EQ(course.parts.part_of_quiet(15), 0u);
    EXPECT_EQ(course.parts.part_of_quiet(16), 1u);
    course.training.order = Order::Listed;
    course.first = 2;
    EXPECT_EQ(course.placed(0).element, 2u);
    EXPECT_EQ(course.placed(9).element, 2u);
}

/// Two processes have together what one has, in step.
TEST(Course, IsSharedByProcesses) {
    Course whole;
    whole.parts.sizes = {{{7, 2}, {3, 0}, {5, 0}}};
    whole.training = {.items = 9, .epochs = 2, .order = Order::Shuffled, .seed = 4};
    Course shares[2] = {whole, whole};
    for (std::uint64_t rank = 0; rank < 2; ++rank) shares[rank].shard = {rank, 2};
    ASSERT_EQ(shares[0].count(), 2u * (5 + 2) + 3);
    std::vector<std::uint64_t> found;
    std::size_t padding = 0;
    for (std::uint64_t item = 0; item < shares[0].count(); ++item) {
        for (const Course& share : shares) {
            const Placed at = share.placed(item);
            padding += at.padding;
            if (!at.padding) found.push_back(at.element);
        }
    }
    std::vector<std::uint64_t> expected;
    for (std::uint64_t item = 0; item < whole.count(); ++item)
        expected.push_back(whole.placed(item).element);
    EXPECT_EQ(found, expected);
    EXPECT_EQ(padding, 2u * 2 + 1);

    const Epochs epochs{.items = 5, .epochs = 2, .order = Order::Listed, .seed = 0};
    EXPECT_EQ(epochs.count(Shard{0, 2}), 6u);
    EXPECT_EQ(epochs.placed(1, {1, 2}).element, 3u);
    EXPECT_TRUE(epochs.placed(2, {1, 2}).padding);
    EXPECT_EQ(epochs.placed(3, {0, 2}).element, 0u) << "the second epoch";
}

}  // namespace
}  // namespace millrace::nodes
