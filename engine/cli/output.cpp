#include "engine/cli/output.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace millrace::cli {
namespace {

/// 0, or what errno says.
int write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return errno;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

}  // namespace

Output::Output() {
    // A reader that goes away must not end the work.
    signal(SIGPIPE, SIG_IGN);
    // A program started with closed descriptors must not have its files take their numbers.
    for (int number = 0; number <= 2; ++number) {
        if (fcntl(number, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) return;
    }
    terminal_ = isatty(1) != 0;
    messages_terminal_ = isatty(2) != 0;
    data_ = fcntl(1, F_DUPFD_CLOEXEC, 3);
    input_ = fcntl(0, F_DUPFD_CLOEXEC, 3);
    dup2(2, 1);
    if (const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC); nothing >= 0) {
        dup2(nothing, 0);
        close(nothing);
    }
}

void Output::write(std::string_view text) {
    const int error = write_all(data_, text);
    if (error != 0 && error != EPIPE && failure_.empty()) failure_ = std::strerror(error);
}

std::size_t Output::columns() const {
    winsize size = {};
    return terminal_ && ioctl(data_, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void Output::line(std::string_view text) { write(std::string(text) + "\n"); }

void Output::give_back() const {
    signal(SIGPIPE, SIG_DFL);
    dup2(data_, 1);
    dup2(input_, 0);
}

void message(std::string_view text) { write_all(2, std::string(text) + "\n"); }

}  // namespace millrace::cli
