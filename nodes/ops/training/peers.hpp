// The connections of one rank to all others, and what is known of those ranks: each collective
// waits for its end, a stop, a farewell or the timeout, and says whose fault a failure is. For the
// sources of this folder; a ProcessGroup owns it and uses it from one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nodes/ops/training/rendezvous.hpp"

namespace at {
class Tensor;
}

namespace millrace::ops::training {

enum class Combination { Sum, Least, Greatest };

class Peers {
public:
    /// Waits until all ranks have come; `stop` may be empty.
    Peers(const Ranks& ranks, milliseconds timeout, Stop stop, const std::string& name);
    /// Says farewell and closes the connections, without a wait for other ranks.
    ~Peers();
    Peers(const Peers&) = delete;
    Peers& operator=(const Peers&) = delete;

    const Ranks& ranks() const { return ranks_; }

    /// Every call starts here: a collective of other sizes than the peers' would end the process
    /// inside Gloo. Throws on all ranks unless all came with the same call and the same text.
    void begin(const std::string& call, std::string_view text);

    /// In place, element by element; `flat` [N] has the same type and length on all ranks.
    void reduce(const std::string& name, at::Tensor flat, Combination combination);

    /// Overwrites `flat` [N] uint8 with that of rank `root`.
    void broadcast(const std::string& name, at::Tensor flat, int root);

    /// Each rank's text, in the order of ranks.
    std::vector<std::string> gather(std::string_view text);

private:
    /// What a rank tells the others before it closes its connections, in one byte, so that it is
    /// there as a whole or not at all. A rank whose line ends without it is lost.
    enum class Farewell : unsigned char { None, Left, Stopped, Failed, TimedOut, Lost };

    template <class Call>
    void for_each_other(const Call& call) const {
        for (int rank = 0; rank < ranks_.world_size; ++rank)
            if (rank != ranks_.rank) call(rank);
    }

    /// Starts a collective and waits for it.
    template <class Start>
    void run(const std::string& name, const Start& start);
    std::vector<at::Tensor> all(const std::string& name, const at::Tensor& own);
    bool meet(const std::string& call, std::string_view text);
    [[noreturn]] void fail_to_agree(const std::string& call, std::string_view text);

    /// That rank's word so far; asks its line, without a wait.
    Farewell heard(int rank);
    bool is_over();
    void say(Farewell farewell);
    void close();
    [[noreturn]] void fail(Farewell farewell, const std::string& call, const std::string& cause);

    Ranks ranks_;
    milliseconds timeout_;
    Stop stop_;
    Farewell said_ = Farewell::None;
    std::vector<Farewell> heard_;  ///< of each rank
    Connections connections_;
};

}  // namespace millrace::ops::training
