// Where data and messages go. Libraries print to descriptor 1 as they like (Open3D does), so the
// program keeps a private copy of it for its data and points 1 at the messages; 0 becomes
// /dev/null.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace millrace::cli {

class Output {
public:
    /// Takes the descriptors; to be made once, before any library is loaded.
    Output();

    /// Data, as it is. A reader that has gone is none of the program's business; what else keeps it
    /// from being written is told by failure().
    void write(std::string_view text);
    /// Data and a newline.
    void line(std::string_view text);
    template <class... Args>
    void print(fmt::format_string<Args...> format, Args&&... args) {
        write(fmt::format(format, std::forward<Args>(args)...));
    }
    /// Why not all data could be written; empty when it could.
    const std::string& failure() const { return failure_; }
    /// Columns of the terminal that data goes to; 0 when it goes elsewhere.
    std::size_t columns() const;
    bool messages_to_terminal() const { return messages_terminal_; }
    /// Private copies of the program's own descriptors 0 and 1, for a command that talks over them;
    /// they are the caller's from then on.
    int take_input() { return std::exchange(input_, -1); }
    int take_data() { return std::exchange(data_, -1); }
    /// Gives descriptors 0 and 1 back, for a program that takes this one's place.
    void give_back() const;

private:
    int data_ = 1;
    int input_ = 0;
    bool terminal_ = false;
    std::string failure_;
    bool messages_terminal_ = false;
};

/// One line for people, on stderr.
void message(std::string_view text);

}  // namespace millrace::cli
