#include "engine/run/cores.hpp"

#include <dlfcn.h>
#include <link.h>
#include <malloc.h>
#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
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

CallThreads::CallThreads(int count) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([this] { loop(); });
}

CallThreads::~CallThreads() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    ready_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void CallThreads::post(std::function<void()> work) {
    {
        const std::scoped_lock lock(mutex_);
        work_.push_back(std::move(work));
    }
    ready_.notify_one();
}

void CallThreads::loop() {
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

namespace {

/// The function of a library that is already loaded, whatever its version; nullptr without it. Looked up, not linked:
/// only plug-ins bring such libraries, and maybe none does.
void* loaded_function(const char* library, const char* name) {
    struct Search {
        std::string_view prefix;
        std::string path;
    } search{library, {}};
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            Search& wanted = *static_cast<Search*>(data);
            const std::string_view path = info->dlpi_name ? info->dlpi_name : "";
            if (!path.substr(path.rfind('/') + 1).starts_with(wanted.prefix)) return 0;
            wanted.path = path;
            return 1;
        },
        &search);
    if (search.path.empty()) return nullptr;
    void* handle = dlopen(search.path.c_str(), RTLD_NOW | RTLD_NOLOAD);
    return handle ? dlsym(handle, name) : nullptr;
}

}  // namespace

void set_library_threads(int threads) {
    using Setter = void (*)(int);
    using Getter = int (*)();
    static const auto setter = reinterpret_cast<Setter>(loaded_function("libgomp.so", "omp_set_num_threads"));
    // LibTorch sets OpenMP's number for a thread anew at its first use there: that must come before ours, or which
    // thread a call meets would decide its sums.
    static const auto torch = reinterpret_cast<Getter>(loaded_function("libtorch_cpu.so", "_ZN2at15get_num_threadsEv"));
    thread_local int present = 0;
    if (!setter || present == threads) return;
    if (present == 0 && torch) torch();
    present = threads;
    setter(threads);
}

int library_threads_at_most(int threads) {
    const char* variable = getenv("OMP_NUM_THREADS");
    const std::string_view given = variable ? variable : "";
    int number = 0;
    const auto read = std::from_chars(given.data(), given.data() + given.size(), number);
    return read.ec == std::errc() && number > 0 ? std::min(number, threads) : threads;
}

void set_library_environment(int threads) {
    const std::string count = std::to_string(threads);
    for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}) setenv(name, count.c_str(), 0);
    // OpenMP's threads spin for milliseconds by default, which stalls small operations wherever
    // another program wants a core: 22 s in place of 0.5 s for short texts on a busy machine. So
    // many turns are about what a wake-up costs.
    if (!getenv("OMP_WAIT_POLICY")) setenv("GOMP_SPINCOUNT", "3000", 0);
}

void keep_freed_memory() {
    // A training step takes and frees the same tensors again; giving their pages back and having them cleared anew
    // was a third of its time.
    mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that is allowed
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
}

}  // namespace millrace::engine
