// What the environment says of the libraries' threads.
#include "engine/run/cores.hpp"

#include <cstdlib>
#include <string>
#include <utility>

#include <gtest/gtest.h>


namespace millrace::engine {
namespace {

TEST(LibraryThreads, AreAsManyAsTheEnvironmentSaysAndNoMoreThanAsked) {
    const char* before = getenv("OMP_NUM_THREADS");
    const std::string kept = before ? before : "";
    unsetenv("OMP_NUM_THREADS");
    EXPECT_EQ(library_threads_at_most(6), 6);
    for (const auto& [given, threads] : {std::pair{"1", 1},
                                         {"4", 4},
                                         {"4,2", 4},
                                         {"8", 6},
                                         {"0", 6},
                                         {"-2", 6},
                                         {"", 6},
                                         {"many", 6},
                                         {"99999999999999999999", 6}}) {
        setenv("OMP_NUM_THREADS", given, 1);
        EXPECT_EQ(library_threads_at_most(6), threads) << '"' << given << '"';
    }
    unsetenv("OMP_NUM_THREADS");
    if (before) setenv("OMP_NUM_THREADS", kept.c_str(), 1);
}

TEST(LibraryThreads, WaitWithoutSpinningForLongUnlessTheUserSaysHow) {
    unsetenv("GOMP_SPINCOUNT");
    setenv("OMP_WAIT_POLICY", "active", 1);
    set_library_environment(2);
    EXPECT_EQ(getenv("GOMP_SPINCOUNT"), nullptr);
    unsetenv("OMP_WAIT_POLICY");
    set_library_environment(2);
    ASSERT_NE(getenv("GOMP_SPINCOUNT"), nullptr);
    EXPECT_STREQ(getenv("GOMP_SPINCOUNT"), "3000");
    setenv("GOMP_SPINCOUNT", "7", 1);
    set_library_environment(2);
    EXPECT_STREQ(getenv("GOMP_SPINCOUNT"), "7");
    unsetenv("GOMP_SPINCOUNT");
}

}  // namespace
}  // namespace millrace::engine
