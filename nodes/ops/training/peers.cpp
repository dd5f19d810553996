#include "nodes/ops/training/peers.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/socket.h>

#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <future>
#include <thread>
#include <utility>

#include "engine/hash.hpp"
#include "engine/problem.hpp"
#include "nodes/ops/training/optimizer_state.hpp"

namespace millrace::ops::training {
namespace {

constexpr std::int64_t kMostTextBytes = 64 << 20;
// How long to ask for words that explain a failure: those of ranks that take part come at once.
constexpr milliseconds kPatience{2000};

c10d::ReduceOp operation_of(Combination combination) {
    if (combination == Combination::Sum) return c10d::ReduceOp::SUM;
    return combination == Combination::Least ? c10d::ReduceOp::MIN : c10d::ReduceOp::MAX;
}

}  // namespace

Peers::Peers(const Ranks& ranks, milliseconds timeout, Stop stop, const std::string& name)
    : ranks_(ranks), timeout_(timeout), stop_(std::move(stop)), heard_(ranks.world_size) {
    if (ranks.world_size > 1) connections_ = connect(ranks, timeout, stop_, name);
}

Peers::~Peers() {
    say(Farewell::Left);
    close();
}

template <class Start>
void Peers::run(const std::string& name, const Start& start) {
    const auto deadline = Clock::now() + timeout_;
    std::string trouble;
    try {
        const c10::intrusive_ptr<c10d::Work> work = start(*connections_.group);
        const auto done = std::make_shared<std::promise<void>>();
        work->getFuture()->addCallback([done](c10::ivalue::Future&) { done->set_value(); });
        const auto ended = done->get_future();
        while (ended.wait_for(kSlice) != std::future_status::ready) {
            if (stop_ && stop_()) fail(Farewell::Stopped, name, "");
            if (Clock::now() >= deadline) fail(Farewell::TimedOut, name, "");
            if (is_over()) fail(Farewell::Failed, name, "");
        }
        work->wait();
        return;
    } catch (const engine::Error&) {
        throw;
    } catch (const std::exception& error) {
        trouble = first_line(error);
    }
    fail(Farewell::Failed, name, trouble);
}

void Peers::reduce(const std::string& name, at::Tensor flat, Combination combination) {
    if (flat.numel() == 0) return;
    std::vector<at::Tensor> tensors{std::move(flat)};
    run(name, [&](c10d::ProcessGroupGloo& gloo) {
        c10d::AllreduceOptions options;
        options.reduceOp = operation_of(combination);
        return gloo.allreduce(tensors, options);
    });
}

void Peers::broadcast(const std::string& name, at::Tensor flat, int root) {
    std::vector<at::Tensor> tensors{std::move(flat)};
    run(name, [&](c10d::ProcessGroupGloo& gloo) {
        c10d::BroadcastOptions options;
        options.rootRank = root;
        return gloo.broadcast(tensors, options);
    });
}

std::vector<at::Tensor> Peers::all(const std::string& name, const at::Tensor& own) {
    std::vector<at::Tensor> inputs{own};
    std::vector<std::vector<at::Tensor>> outputs(1);
    for (int rank = 0; rank < ranks_.world_size; ++rank) outputs[0].push_back(at::empty_like(own));
    run(name, [&](c10d::ProcessGroupGloo& gloo) { return gloo.allgather(outputs, inputs); });
    return outputs[0];
}

std::vector<std::string> Peers::gather(std::string_view text) {
    const auto length = static_cast<std::int64_t>(text.size());
    const auto lengths = all("gather", at::full({1}, length, at::kLong));
    std::int64_t longest = 0;
    for (const auto& each : lengths) longest = std::max(longest, each.item<std::int64_t>());
    if (longest * ranks_.world_size > kMostTextBytes)
        training::fail("E-DIST-010", "The ranks' texts are too long to gather",
                       fmt::format("{} bytes for all", kMostTextBytes),
                       fmt::format("{} bytes from one", longest), "Gather less.");
    at::Tensor padded = at::zeros({std::max<std::int64_t>(longest, 1)}, at::kByte);
    std::copy(text.begin(), text.end(), padded.data_ptr<std::uint8_t>());
    std::vector<std::string> texts;
    for (const auto& each : all("gather", padded)) {
        const auto* bytes = each.data_ptr<std::uint8_t>();
        texts.emplace_back(bytes, bytes + lengths[texts.size()].item<std::int64_t>());
    }
    return texts;
}

/// Whether all ranks came with the same call and the same text.
bool Peers::meet(const std::string& call, std::string_view text) {
    if (ranks_.world_size == 1) return true;
    if (!connections_.group)
        training::fail("E-DIST-011", "The ranks are no longer connected", "", "",
                       "See the error before this one.");
    const auto hash = static_cast<std::int64_t>(
        engine::Hasher().add(std::string_view(call)).add(text).digest().low);
    // The greatest of the complements is the complement of the least.
    at::Tensor both = at::tensor({hash, ~hash}, at::kLong);
    reduce(call, both, Combination::Greatest);
    return both[0].item<std::int64_t>() == ~both[1].item<std::int64_t>();
}

void Peers::begin(const std::string& call, std::string_view text) {
    if (!meet(call, text)) fail_to_agree(call, text);
}

void Peers::fail_to_agree(const std::string& call, std::string_view text) {
    const auto theirs = gather(fmt::format("{} {}", call, text.substr(0, 200)));
    std::string found;
    for (std::size_t rank = 0; rank < theirs.size() && rank < 16; ++rank)
        found += fmt::format("{}rank {}: {}", rank ? "; " : "", rank, theirs[rank]);
    training::fail("E-DIST-009", fmt::format("The ranks differ in {}", call),
                   "the same on every rank", found,
                   "Start all ranks with the same graph, parameters and data.");
}

Peers::Farewell Peers::heard(int rank) {
    Farewell& word = heard_[rank];
    if (word != Farewell::None) return word;
    unsigned char byte = 0;
    const auto length = ::recv(connections_.lines[rank].descriptor(), &byte, 1, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return word;
    word = static_cast<Farewell>(byte);
    if (length != 1 || word == Farewell::None || word > Farewell::TimedOut) word = Farewell::Lost;
    return word;
}

bool Peers::is_over() {
    bool over = false;
    for_each_other([&](int rank) { over |= heard(rank) > Farewell::Left; });
    return over;
}

/// The system brings that byte to the others even when this process has ended before they read it.
void Peers::say(Farewell farewell) {
    if (!connections_.group || said_ != Farewell::None) return;
    said_ = farewell;
    const auto byte = static_cast<unsigned char>(farewell);
    for_each_other([&](int rank) {
        heard(rank);  // before it can answer by a reset, if it is gone
        ::send(connections_.lines[rank].descriptor(), &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    });
}

/// Gloo closes all connections of a context when a wait times out, which ends the collective
/// under way; without that, destroying the group would wait for it.
void Peers::close() {
    if (!connections_.group) return;
    unsigned char nothing = 0;
    const auto buffer = connections_.context->createUnboundBuffer(&nothing, sizeof nothing);
    try {
        buffer->waitRecv(milliseconds(1));
    } catch (const std::exception&) {
        // This is the timeout.
    }
    connections_ = {};
}

/// Waits a moment for what the others know, closes the connections and says whose fault it is: a
/// rank that vanished without a farewell rather than those that left because of it.
void Peers::fail(Farewell farewell, const std::string& call, const std::string& cause) {
    say(farewell);
    if (farewell == Farewell::Stopped) {
        close();
        fail_stopped();
    }
    const auto until = Clock::now() + kPatience;
    std::vector<int> lost, silent, stopped, left;
    bool timed_out = false;
    while (true) {
        lost.clear(), silent.clear(), stopped.clear(), left.clear();
        timed_out = farewell == Farewell::TimedOut;
        for_each_other([&](int rank) {
            const Farewell word = heard(rank);
            timed_out |= word == Farewell::TimedOut;
            (word == Farewell::None      ? silent
             : word == Farewell::Lost    ? lost
             : word == Farewell::Stopped ? stopped
                                         : left)
                .push_back(rank);
        });
        if (silent.empty() || !lost.empty() || Clock::now() >= until) break;
        std::this_thread::sleep_for(milliseconds(20));
    }
    close();
    const auto named = [](const std::vector<int>& ranks) {
        return fmt::format("{} {}", ranks.size() == 1 ? "rank" : "ranks", fmt::join(ranks, ", "));
    };
    const std::string expected = fmt::format("all {} ranks in {}", ranks_.world_size, call);
    const char* mend = "See that rank's own error, then start all ranks again from a checkpoint.";
    if (!lost.empty())
        training::fail("E-DIST-006", fmt::format("The connection to {} was lost", named(lost)),
                       expected, cause, mend);
    if (timed_out && !silent.empty())
        training::fail("E-DIST-007", fmt::format("No answer from {}", named(silent)), expected,
                       fmt::format("none within {} s", timeout_.count() / 1000.0),
                       "See whether it hangs; a longer timeout bears slower ranks.");
    if (!stopped.empty())
        training::fail("E-DIST-011", fmt::format("The run was stopped on {}", named(stopped)),
                       expected, cause, "Start all ranks again to go on.");
    if (!left.empty())
        training::fail("E-DIST-011", fmt::format("The run has ended on {}", named(left)), expected,
                       cause, mend);
    training::fail(timed_out ? "E-DIST-007" : "E-DIST-006", "The ranks have lost each other",
                   expected, cause, mend);
}

}  // namespace millrace::ops::training
