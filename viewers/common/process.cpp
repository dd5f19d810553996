#include "viewers/common/process.hpp"

#include <malloc.h>

#include <time.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace millrace::viewers {

void free_memory_steadily() { mallopt(M_MXFAST, 0); }

double milliseconds_of_life() {
    std::ifstream file("/proc/self/stat");
    std::string text;
    std::getline(file, text);
    // The 20th number after the name, which may hold blanks, in ticks since the machine's start.
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < 19; ++i) fields >> skipped;
    double ticks = 0;
    fields >> ticks;
    timespec now = {};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6 -
           ticks * 1e3 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace millrace::viewers
