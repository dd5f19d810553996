#include "engine/run/cores.hpp"

#include <dlfcn.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

namespace millrace::engine {

bool Cores::take(int units, const void* who, std::function<void()> wake) {
    units = std::min(units, units_);
    const std::scoped_lock lock(mutex_);
    const auto mine = std::ranges::find(waiting_, who, &Waiter::who);
    const bool first = waiting_.empty() || mine == waiting_.begin();
    if (!first || free_ < units) {
        if (mine == waiting_.end()) waiting_.push_back({who, units, std::move(wake)});
        return false;
    }
    if (mine != waiting_.end()) waiting_.erase(mine);
    free_ -= units;
    most_used_ = std::max(most_used_, units_ - free_);
    // Others may fit beside this one; they are asked to try.
    if (!waiting_.empty() && waiting_.front().units <= free_) waiting_.front().wake();
    return true;
}

void Cores::give_back(int units) {
    std::function<void()> wake;
    {
        const std::scoped_lock lock(mutex_);
        free_ += std::min(units, units_);
        if (!waiting_.empty() && waiting_.front().units <= free_) wake = waiting_.front().wake;
    }
    if (wake) wake();
}

int Cores::most_used() const {
    const std::scoped_lock lock(mutex_);
    return most_used_;
}

BlockingThreads::BlockingThreads(int count) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([this] { loop(); });
}

BlockingThreads::~BlockingThreads() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    ready_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void BlockingThreads::post(std::function<void()> work) {
    {
        const std::scoped_lock lock(mutex_);
        work_.push_back(std::move(work));
    }
    ready_.notify_one();
}

void BlockingThreads::loop() {
    while (true) {
        std::function<void()> work;
        {
            std::unique_lock lock(mutex_);
            ready_.wait(lock, [this] { return ending_ || !work_.empty(); });
            if (work_.empty()) return;
            work = std::move(work_.front());
            work_.pop_front();
        }
        work();
    }
}

int available_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void set_library_threads(int threads) {
    // Looked up, not linked: only plug-ins bring an OpenMP runtime, and maybe none does.
    using Setter = void (*)(int);
    static const Setter setter = []() -> Setter {
        void* runtime = dlopen("libgomp.so.1", RTLD_NOW | RTLD_NOLOAD);
        return runtime ? reinterpret_cast<Setter>(dlsym(runtime, "omp_set_num_threads")) : nullptr;
    }();
    thread_local int present = 0;
    if (!setter || present == threads) return;
    present = threads;
    setter(threads);
}

void set_library_environment(int threads) {
    const std::string count = std::to_string(threads);
    for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}) setenv(name, count.c_str(), 0);
}

}  // namespace millrace::engine
