// Who may use how many cores. Calls take units before they begin, so that compute calls, whose libraries start threads
// of their own, never meet more work than there are cores. Nobody blocks: a stage that gets none is woken later.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace millrace::engine {

class Cores {
public:
    explicit Cores(int units) : units_(units), free_(units) {}

    /// Takes `units` (at most all there are) or notes `wake` for when some come free; first come, first served.
    bool take(int units, const void* who, std::function<void()> wake);
    void give_back(int units);
    int most_used() const;  ///< the most units ever out at one time

private:
    struct Waiter {
        const void* who;
        int units;
        std::function<void()> wake;
    };
    const int units_;
    int free_;
    int most_used_ = 0;
    mutable std::mutex mutex_;
    std::deque<Waiter> waiting_;
};

/// Threads for calls that are kept off TBB's: those that may block (files, pipes), and compute calls of several cores.
/// OpenMP keeps a team of threads for each thread that ever asked for one, and a team that has just worked still spins:
/// a training step whose nodes met three TBB threads ran on two cores with three teams.
class CallThreads {
public:
    explicit CallThreads(int count);
    ~CallThreads();
    void post(std::function<void()> work);

private:
    void loop();
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> work_;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

/// Cores of this machine that this process may use.
int available_cores();

/// How many threads libraries get where nobody says: what OMP_NUM_THREADS says, where that is less than `threads`.
int library_threads_at_most(int threads);

/// Sets the OpenMP threads that libraries use in this thread from now on, when an OpenMP runtime is loaded.
void set_library_threads(int threads);

/// The same for pools that are read from the environment at their first use (OpenBLAS, OpenMP); to be called before
/// plug-ins are loaded. Variables the user has set stay.
void set_library_environment(int threads);

/// Lets the allocator keep more of what is freed, for a program that runs graphs.
void keep_freed_memory();

}  // namespace millrace::engine
