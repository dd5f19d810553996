#include "nodes/ops/kernels/workspace.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

namespace millrace::ops {
namespace {

TEST(ProductWorkspace, HandsOutEveryPartOnceToThreadsBelowTheirNumber) {
    ProductWorkspace workspace;
    for (const int threads : {1, 2, 5, 2}) {
        for (const std::int64_t count : {0, 1, 2, 1000}) {
            std::vector<std::atomic<int>> seen(count);
            std::atomic<int> beyond = 0;
            workspace.for_each_part(threads, count, [&](int thread, std::int64_t i) {
                ++seen[i];
                if (thread < 0 || thread >= threads) ++beyond;
            });
            for (const std::atomic<int>& times : seen) EXPECT_EQ(times, 1);
            EXPECT_EQ(beyond, 0);
        }
    }
}

TEST(ProductWorkspace, NoTwoPartsRunOnOneThreadNumberAtOnce) {
    ProductWorkspace workspace;
    constexpr int kThreads = 4;
    std::vector<std::atomic<int>> inside(kThreads);
    std::atomic<int> clashes = 0;
    workspace.for_each_part(kThreads, 5000, [&](int thread, std::int64_t) {
        if (inside[thread].fetch_add(1) != 0) ++clashes;
        inside[thread].fetch_sub(1);
    });
    EXPECT_EQ(clashes, 0);
}

TEST(ProductWorkspace, NoPartOfACallRunsAfterIt) {
    // Calls as short as these end while helpers are still on their way to them.
    ProductWorkspace workspace;
    std::int64_t wrong = 0;
    for (int call = 0; call < 20000; ++call) {
        const std::int64_t count = 2 + call % 7;
        std::atomic<std::int64_t> sum = call;
        workspace.for_each_part(3, count, [&](int, std::int64_t i) { sum += 1 << i; });
        if (sum != call + (1 << count) - 1) ++wrong;
    }
    EXPECT_EQ(wrong, 0);
}

TEST(ProductWorkspace, HelpersThatSleepTakePartsAgain) {
    ProductWorkspace workspace;
    const auto both = [&workspace] {
        // The caller's part ends when the other has begun, so that only a helper can end the call.
        std::atomic<int> begun = 0;
        workspace.for_each_part(2, 2, [&](int, std::int64_t) {
            for (++begun; begun < 2;) std::this_thread::yield();
        });
    };
    if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "one core";
    both();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    both();
}

TEST(ProductWorkspace, MemoryIsAlignedAndGrowsOnly) {
    ProductWorkspace workspace;
    EXPECT_EQ(workspace.bytes(), 0);
    std::uint8_t* first = workspace.take(1000);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0U);
    EXPECT_EQ(workspace.take(10), first);
    EXPECT_EQ(workspace.bytes(), 1000);
    workspace.take(5000);
    EXPECT_EQ(workspace.bytes(), 5000);
    ProductWorkspace moved = std::move(workspace);
    EXPECT_EQ(moved.bytes(), 5000);
}

}  // namespace
}  // namespace millrace::ops
