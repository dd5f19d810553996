#include "nodes/ops/training/process_group.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/hash.hpp"
#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/training/group_processes.hpp"

namespace millrace::ops {
namespace {

using testing::Child;
using testing::Children;
using testing::error_code;
using testing::free_port;
using testing::own_program;
using testing::problem_of;
using testing::say;
using testing::variables_of;
using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr const char* kChild = "ProcessGroupRole.DISABLED_Child";

Children start(const std::string& role, int size, double timeout_seconds = 120) {
    return testing::start(kChild, role, size, timeout_seconds);
}

/// Numbers that round differently in each order of summation.
at::Tensor uneven(std::int64_t count, int rank) {
    return (at::arange(count, at::kDouble) * 1.7 + rank * 0.61).sin().exp().to(at::kFloat);
}

std::string bits(const at::Tensor& tensor) {
    const at::Tensor whole = tensor.contiguous();
    return engine::to_hex(
        engine::hash_bytes({static_cast<const std::byte*>(whole.data_ptr()), whole.nbytes()}));
}

void play_sums(ProcessGroup& group) {
    const int rank = group.rank(), size = group.size(), rank_sum = size * (size - 1) / 2;
    NamedTensors tensors;
    tensors["a"] = at::full({2, 3}, rank + 1, at::kFloat).t();
    tensors["b"] = at::arange(4, at::kLong) + rank;
    tensors["c"] = at::full({}, 0.5 * rank, at::kDouble);
    tensors["d"] = at::empty({0, 3}, at::kFloat);
    tensors["e"] = uneven(1'000'003, rank).requires_grad_(true);
    tensors["f"] = uneven(1'000'003, rank).repeat({9});  // more than a bucket
    group.sum(tensors);
    EXPECT_TRUE(at::equal(tensors["a"], at::full({3, 2}, rank_sum + size, at::kFloat)));
    EXPECT_TRUE(at::equal(tensors["b"], at::arange(4, at::kLong) * size + rank_sum));
    EXPECT_EQ(tensors["c"].item<double>(), 0.5 * rank_sum);
    at::Tensor expected = at::zeros({1'000'003}, at::kDouble);
    for (int each = 0; each < size; ++each) expected += uneven(1'000'003, each).to(at::kDouble);
    EXPECT_TRUE(at::allclose(tensors["e"].detach().to(at::kDouble), expected, 1e-6, 0));
    say("bits " + bits(tensors["e"].detach()) + bits(tensors["f"]));

    std::vector<double> values{1.0 * rank, 0.25}, least{1.0 * rank, -1.0 * rank}, most = least,
                                                                                  none;
    group.sum(values);
    group.sum(none);
    group.minimum(least);
    group.maximum(most);
    EXPECT_EQ(values, (std::vector<double>{1.0 * rank_sum, 0.25 * size}));
    EXPECT_EQ(least, (std::vector<double>{0, 1.0 - size}));
    EXPECT_EQ(most, (std::vector<double>{size - 1.0, 0}));

    NamedTensors model{{"flags", at::full({3}, rank == 1, at::kBool)},
                       {"steps", at::full({}, 10 + rank, at::kLong)},
                       {"weights", uneven(1001, rank)}};
    group.broadcast(model, 1);
    EXPECT_TRUE(model["flags"].all().item<bool>());
    EXPECT_EQ(model["steps"].item<std::int64_t>(), 11);
    EXPECT_TRUE(at::equal(model["weights"], uneven(1001, 1)));

    const auto texts = group.gather(std::string(rank, 'x'));
    ASSERT_EQ(static_cast<int>(texts.size()), size);
    for (int each = 0; each < size; ++each) EXPECT_EQ(texts[each], std::string(each, 'x'));
    group.barrier();
}

/// Each rank brings another text or tensor, then goes on as if nothing had been.
void play_differences(ProcessGroup& group) {
    const auto graph =
        problem_of([&] { group.agree("the graph", group.rank() == 1 ? "hash two" : "hash one"); });
    EXPECT_EQ(graph.code, "E-DIST-009");
    EXPECT_NE(graph.found.find("hash one"), std::string::npos) << graph.found;
    EXPECT_NE(graph.found.find("rank 1: the graph hash two"), std::string::npos) << graph.found;
    NamedTensors tensors{{"a", at::ones({group.rank() + 1})}};
    EXPECT_EQ(error_code([&] { group.sum(tensors); }), "E-DIST-009");
    EXPECT_EQ(error_code([&] {
                  if (group.rank() == 0)
                      group.barrier();
                  else
                      group.agree("the graph", "");
              }),
              "E-DIST-009");
    group.agree("the graph", "hash one");
}

/// Sums until that fails, and says how.
void play_rounds(ProcessGroup& group, std::int64_t count = 1 << 20) {
    NamedTensors tensors{{"a", at::ones({count})}};
    const auto problem = problem_of([&] {
        for (int round = 0;; ++round) {
            group.sum(tensors);
            if (round == 3) say("ready");
        }
    });
    say("failed " + problem.code + " " + problem.what);
    EXPECT_EQ(error_code([&] { group.barrier(); }), "E-DIST-011");
}

/// Rank 1 takes no part until it hears from the test; the others wait and are stopped.
void play_stop(const Ranks& ranks) {
    int asked = 0;
    ProcessGroup group(ranks, 200, [&] { return ranks.rank == 0 && ++asked > 1'000'000; });
    say("ready");
    std::string line;
    if (ranks.rank == 1) std::getline(std::cin, line);
    asked = 1'000'000 - 3;
    const auto begin = Clock::now();
    const auto problem = problem_of([&] { group.barrier(); });
    const auto waited = Clock::now() - begin;
    EXPECT_TRUE(ranks.rank == 1 || waited < seconds(100));
    say("failed " + problem.code + " " + problem.what);
}

/// Rank 1 leaves when the test says so: without a sum, or from one that is more than connections
/// hold at once.
void play_gone(const Ranks& ranks, bool sums) {
    auto group = std::make_unique<ProcessGroup>(ranks, 200, [&] {
        pollfd told{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
        return sums && ranks.rank == 1 && ::poll(&told, 1, 0) == 1;
    });
    say("met");
    std::string line;
    if (ranks.rank == 0 || sums)
        play_rounds(*group, 1 << 24);
    else
        std::getline(std::cin, line);
    group.reset();
    say("gone");
}

/// One of the processes that the tests below start.
TEST(ProcessGroupRole, DISABLED_Child) {
    const auto told = testing::told();
    if (told.role == "stop") return play_stop(told.ranks);
    if (told.role == "gone from sums") return play_gone(told.ranks, true);
    if (told.role == "gone") return play_gone(told.ranks, false);
    std::unique_ptr<ProcessGroup> made;
    say("refused " + error_code([&] {
            made = std::make_unique<ProcessGroup>(told.ranks, told.timeout_seconds);
        }));
    if (!made) return;
    ProcessGroup& group = *made;
    if (told.role == "sums")
        play_sums(group);
    else if (told.role == "differences")
        play_differences(group);
    else if (told.role == "leave" && group.rank() == 1)
        say("ready");
    else
        play_rounds(group);
}

TEST(ProcessGroup, OneProcess) {
    ProcessGroup group(Ranks{});
    NamedTensors tensors{{"a", at::ones({2})}};
    std::vector<double> values{3};
    group.sum(tensors);
    group.sum(values);
    group.maximum(values);
    group.broadcast(tensors, 0);
    group.agree("the graph", "any");
    group.barrier();
    EXPECT_TRUE(at::equal(tensors["a"], at::ones({2})));
    EXPECT_EQ(values, std::vector<double>{3});
    EXPECT_EQ(group.gather("text"), std::vector<std::string>{"text"});
}

TEST(ProcessGroup, RefusesWhatCannotWork) {
    EXPECT_EQ(error_code([] { ProcessGroup({.rank = 2, .world_size = 2}); }), "E-DIST-001");
    EXPECT_EQ(error_code([] { ProcessGroup(Ranks{}, -1); }), "E-DIST-003");
    ProcessGroup group(Ranks{});
    NamedTensors nothing{{"a", at::Tensor()}}, flags{{"a", at::ones({1}, at::kBool)}};
    std::vector<double> values{std::nan("")};
    EXPECT_EQ(error_code([&] { group.sum(nothing); }), "E-DIST-010");
    EXPECT_EQ(error_code([&] { group.sum(flags); }), "E-DIST-010");
    EXPECT_EQ(error_code([&] { group.minimum(values); }), "E-DIST-010");
    EXPECT_EQ(error_code([&] { group.broadcast(flags, 1); }), "E-DIST-010");
}

TEST(ProcessGroup, SaysWhoHasNotCome) {
    const auto missing = problem_of(
        [] { ProcessGroup({.rank = 0, .world_size = 2, .master_port = free_port()}, 2); });
    EXPECT_EQ(missing.code, "E-DIST-003");
    EXPECT_NE(missing.found.find("rank 1"), std::string::npos) << missing.found;
    const auto alone = problem_of(
        [] { ProcessGroup({.rank = 1, .world_size = 2, .master_port = free_port()}, 0.5); });
    EXPECT_EQ(alone.code, "E-DIST-003");
}

TEST(ProcessGroup, PortInUse) {
    const testing::Listener other;
    const auto problem = problem_of(
        [&] { ProcessGroup({.rank = 0, .world_size = 2, .master_port = other.port()}, 5); });
    EXPECT_EQ(problem.code, "E-DIST-004") << problem.what << problem.found;
    EXPECT_NE(problem.found.find(std::to_string(other.port())), std::string::npos);
}

TEST(ProcessGroup, StopsWhileItWaitsForOthers) {
    int asked = 0;
    const auto begin = Clock::now();
    EXPECT_EQ(error_code([&] {
                  ProcessGroup({.rank = 1, .world_size = 2, .master_port = free_port()}, 200,
                               [&] { return ++asked == 3; });
              }),
              "E-DIST-008");
    EXPECT_LT(Clock::now() - begin, seconds(100));
}

/// A stranger that accepts connections and never answers stands for a hung rank 0.
TEST(ProcessGroup, RankZeroThatNeverAnswers) {
    const testing::Listener stranger;
    EXPECT_EQ(error_code([&] {
                  ProcessGroup({.rank = 1, .world_size = 2, .master_port = stranger.port()}, 0.5);
              }),
              "E-DIST-003");
}

class ProcessGroupOfSize : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Sizes, ProcessGroupOfSize, ::testing::Values(2, 4));

TEST_P(ProcessGroupOfSize, SumsWithTheSameBitsOnAllRanks) {
    auto children = start("sums", GetParam());
    std::vector<std::string> bits;
    for (auto& child : children) bits.push_back(child->line("bits "));
    for (const auto& each : bits) EXPECT_EQ(each, bits[0]);
    EXPECT_EQ(bits[0].size(), 64u);
    expect_good_ends(children);
}

TEST_P(ProcessGroupOfSize, AgreementIsChecked) {
    auto children = start("differences", GetParam());
    expect_good_ends(children);
}

TEST_P(ProcessGroupOfSize, KilledRankEndsTheOthers) {
    auto children = start("rounds", GetParam());
    for (auto& child : children) child->line("ready");
    const auto begin = Clock::now();
    children[1]->signal(SIGKILL);
    for (std::size_t rank = 0; rank < children.size(); ++rank) {
        if (rank == 1) continue;
        EXPECT_EQ(children[rank]->line("failed "), "E-DIST-006 The connection to rank 1 was lost");
    }
    EXPECT_LT(Clock::now() - begin, seconds(100));
    children.erase(children.begin() + 1);
    expect_good_ends(children);
}

/// A size and the rank that hangs.
class HungRank : public ::testing::TestWithParam<std::pair<int, int>> {};
INSTANTIATE_TEST_SUITE_P(Ranks, HungRank,
                         ::testing::Values(std::pair(2, 0), std::pair(2, 1), std::pair(4, 0),
                                           std::pair(4, 1)));

TEST_P(HungRank, EndsTheOthersAfterTheTimeout) {
    const auto [size, hung] = GetParam();
    auto children = start("rounds", size, 6);
    for (auto& child : children) child->line("ready");
    children[hung]->signal(SIGSTOP);
    for (int rank = 0; rank < size; ++rank) {
        if (rank == hung) continue;
        EXPECT_EQ(children[rank]->line("failed "),
                  "E-DIST-007 No answer from rank " + std::to_string(hung));
        children[rank]->expect_good_end();
    }
}

TEST(ProcessGroup, RankThatLeavesEndsTheOthers) {
    auto children = start("leave", 2);
    EXPECT_EQ(children[0]->line("failed "), "E-DIST-011 The run has ended on rank 1");
    expect_good_ends(children);
}

/// Rank 0 stands still while rank 1 says its word, closes its connections and ends: what rank 0
/// sends from then on is refused, yet it hears that word.
TEST(ProcessGroup, WordOfARankThatIsGoneIsHeardAfterwards) {
    auto children = start("gone", 2);
    for (auto& child : children) child->line("met");
    children[0]->suspend();
    children[1]->tell("leave");
    children[1]->line("gone");
    children[1]->expect_good_end();
    children[0]->signal(SIGCONT);
    EXPECT_EQ(children[0]->line("failed "), "E-DIST-011 The run has ended on rank 1");
    children[0]->expect_good_end();
}

/// The same where both have sent a part of a sum, behind which a word could wait or be lost.
TEST(ProcessGroup, WordOfARankThatIsGoneFromASumIsHeardAfterwards) {
    auto children = start("gone from sums", 2);
    for (auto& child : children) child->line("ready");
    children[0]->suspend();
    children[1]->tell("stop");
    EXPECT_EQ(children[1]->line("failed "),
              "E-DIST-008 The run was stopped while it waited for other ranks");
    children[1]->line("gone");
    children[1]->expect_good_end();
    children[0]->signal(SIGCONT);
    EXPECT_EQ(children[0]->line("failed "), "E-DIST-011 The run was stopped on rank 1");
    children[0]->expect_good_end();
}

TEST(ProcessGroup, StopInsideACallIsToldToTheOthers) {
    auto children = start("stop", 2);
    for (auto& child : children) child->line("ready");
    EXPECT_EQ(children[0]->line("failed "),
              "E-DIST-008 The run was stopped while it waited for other ranks");
    children[1]->tell("go on");
    EXPECT_EQ(children[1]->line("failed "), "E-DIST-011 The run was stopped on rank 0");
    expect_good_ends(children);
}

/// The second of them is refused; the others meet all the same.
TEST(ProcessGroup, SameRankTwice) {
    Ranks ranks{.rank = 1, .world_size = 3, .master_port = free_port()};
    const auto started = [&] {
        return std::make_unique<Child>(own_program(kChild),
                                       variables_of(ranks, "differences", 120));
    };
    Children children;
    children.push_back(started());
    children.push_back(started());
    ranks.rank = 0;
    children.push_back(started());
    EXPECT_EQ(testing::line_of_any(children, "refused "), "E-DIST-005");
    ranks.rank = 2;
    children.push_back(started());
    expect_good_ends(children);
}

TEST(ProcessGroup, RunsUnderMpirun) {
    if (std::system("command -v mpirun > /dev/null") != 0) GTEST_SKIP() << "no mpirun here";
    std::vector<std::string> command{"mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "2"};
    for (const auto& each : own_program(kChild)) command.push_back(each);
    auto variables = variables_of({}, "sums", 120);
    for (const char* own : {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"})
        variables.erase(own);
    Child mpirun(command, variables);
    const std::string bits = mpirun.line("bits ");
    EXPECT_EQ(mpirun.line("bits "), bits);
    mpirun.expect_good_end();
}

TEST(ProcessGroup, AcrossTwoHosts) {
    const testing::Hosts hosts;
    if (!hosts.made()) GTEST_SKIP() << "ip netns and veth are not allowed or not here";
    Children children;
    for (int rank = 0; rank < 2; ++rank) {
        std::vector<std::string> command{"ip", "netns", "exec", hosts.of_rank(rank)};
        for (const auto& each : own_program(kChild)) command.push_back(each);
        const Ranks ranks{.rank = rank, .world_size = 2, .master_address = "10.97.0.1"};
        children.push_back(std::make_unique<Child>(command, variables_of(ranks, "sums", 120)));
    }
    const std::string bits = children[0]->line("bits ");
    EXPECT_EQ(children[1]->line("bits "), bits);
    expect_good_ends(children);
}

}  // namespace
}  // namespace millrace::ops
