#include "engine/cli/watch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include <fmt/format.h>

#include "engine/cli/exit_codes.hpp"
#include "engine/cli/output.hpp"

namespace millrace::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(2);
constexpr int kTickMs = 100;
constexpr char kSignal = 's';
constexpr char kEnd = 'e';

// A signal handler can reach nothing else.
int signal_pipe[2] = {-1, -1};

void note_signal(int /*number*/) {
    const int before = errno;
    [[maybe_unused]] const ssize_t written = write(signal_pipe[1], &kSignal, 1);
    errno = before;
}

void handle(void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    for (int number : {SIGINT, SIGTERM}) sigaction(number, &action, nullptr);
}

bool stopping(engine::RunStatus status) {
    using enum engine::RunStatus;
    return status == Stopped || status == Failed || status == Stalled || status == TimedOut ||
           status == OutOfMemory;
}

/// Items of the first source with its number of items, where it knows; that of the slowest node.
struct Share {
    std::uint64_t done = 0;
    std::uint64_t all = 0;
};

Share share_of(const engine::Run& run, const engine::RunFigures& figures) {
    Share share;
    const engine::Plan& plan = run.plan();
    for (std::size_t i = 0; i < plan.nodes.size() && i < figures.nodes.size(); ++i) {
        const engine::PlanNode& node = plan.nodes[i];
        // A source that has answered an item has started, and may be asked.
        if (!node.type->source || !node.type->has_count || figures.nodes[i].items == 0) continue;
        const std::uint64_t count = node.instance->count().value_or(0);
        if (count <= share.all) continue;
        share.all = count;
        share.done = figures.nodes[i].items;
        for (std::size_t other = 0; other < plan.nodes.size(); ++other) {
            if (plan.nodes[other].call_rate == node.out_rate)
                share.done = std::min(share.done, figures.nodes[other].items);
        }
    }
    return share;
}

std::string bar(const Share& share) {
    constexpr int kWidth = 24;
    const int full = static_cast<int>(std::min(share.done, share.all) * kWidth /
                                      std::max<std::uint64_t>(share.all, 1));
    return fmt::format("[{}{}] {}/{}", std::string(static_cast<std::size_t>(full), '#'),
                       std::string(static_cast<std::size_t>(kWidth - full), '.'), share.done,
                       share.all);
}

/// "40 s", "12 min", "3 h 20 min".
std::string duration(double seconds) {
    const auto minutes = static_cast<std::int64_t>(std::min(seconds, 1e12) / 60 + 0.5);
    if (seconds < 90) return fmt::format("{:.0f} s", seconds);
    if (minutes < 90) return fmt::format("{} min", minutes);
    return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

}  // namespace

Watch::Watch(engine::Run& run, bool bars, std::function<void()> forced_end)
    : run_(run), bars_(bars), forced_end_(std::move(forced_end)) {
    if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return;
    handle(note_signal);
    thread_ = std::thread([this] { loop(); });
}

Watch::~Watch() { end(); }

void Watch::end() {
    if (!thread_.joinable()) return;
    [[maybe_unused]] const ssize_t written = write(signal_pipe[1], &kEnd, 1);
    thread_.join();
    // The rest, writing reports, is short; a signal may end it as usual.
    handle(SIG_DFL);
    close(signal_pipe[0]);
    close(signal_pipe[1]);
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
}

void Watch::loop() {
    Clock::time_point stopped{};
    int tick = 0;
    while (true) {
        pollfd waiting{signal_pipe[0], POLLIN, 0};
        poll(&waiting, 1, kTickMs);
        char what = 0;
        while (read(signal_pipe[0], &what, 1) == 1) {
            if (what == kEnd) return;
            take_signals();
        }
        if (stopping(run_.status())) {
            if (stopped == Clock::time_point{}) stopped = Clock::now();
            if (Clock::now() - stopped > kPatience) forced_end_();
        }
        if (bars_ && ++tick % 2 == 0) draw();
    }
}

void Watch::take_signals() {
    if (++signals_ > 1) _exit(kInterrupted);
    message((drawn_ ? "\n" : "") + std::string("stopping; interrupt again to end at once"));
    run_.stop();
}

void Watch::draw() {
    const engine::RunFigures figures = run_.figures();
    winsize size = {};
    const std::size_t width =
        ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col - 1u : 79u;
    const Share share = share_of(run_, figures);
    std::string line = share.all > 0 ? bar(share) : "";
    line += fmt::format("  {:.1f} s", figures.seconds);
    if (share.all > 0) {
        if (!begin_) begin_ = {share.done, figures.seconds};
        const auto [items, seconds] = *begin_;
        if (share.done > items && share.done < share.all) {
            const double each =
                (figures.seconds - seconds) / static_cast<double>(share.done - items);
            line +=
                "  about " + duration(each * static_cast<double>(share.all - share.done)) + " left";
        }
    }
    const auto slowest =
        std::ranges::max_element(figures.nodes, {}, &engine::NodeFigures::busy_seconds);
    if (slowest != figures.nodes.end() && slowest->busy_seconds > 0) {
        line += fmt::format("  {} items  slowest {} ({:.1f} s)", figures.nodes.front().items,
                            slowest->id, slowest->busy_seconds);
    }
    if (line.size() > width) line.resize(width);
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
    drawn_ = true;
}

}  // namespace millrace::cli
