// Catches a window thread that holds events up: the CPU time that the thread itself spends in one
// delivery of an event, from the loop until control goes back to it. Code of a test between
// deliveries does not count, nor what other threads or processes do, however slow the machine.
#pragma once

#include <QApplication>
#include <QElapsedTimer>
#include <QString>
#include <vector>

namespace millrace::tests {

class StallWatch : public QApplication {
public:
    struct Stall {
        QString event, receiver;  ///< type; class, and class and name of its parents
        double cpu_ms = 0, wall_ms = 0;
    };

    StallWatch(int& count, char** words) : QApplication(count, words) {}

    bool notify(QObject* receiver, QEvent* event) override;

    /// A delivery that takes more is a stall.
    double limit_ms() const { return limit_ms_; }
    void set_limit_ms(double limit) { limit_ms_ = limit; }
    /// Those since the last call; a test that makes stalls takes its own away.
    std::vector<Stall> take_stalls() { return std::exchange(stalls_, {}); }
    /// The longest of the whole run, stall or not.
    const Stall& longest() const { return longest_; }

private:
    double limit_ms_ = 100;
    int depth_ = 0, loop_level_ = 0;
    double begun_cpu_ms_ = 0;
    std::vector<Stall> stalls_;
    Stall longest_;
};

}  // namespace millrace::tests
