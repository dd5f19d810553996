#include "nodes/loaders/epochs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
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

}  // namespace
}  // namespace millrace::nodes
