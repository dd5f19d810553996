#include "nodes/ops/training/process_group.hpp"

#include <ATen/ATen.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/hash.hpp"
#include "engine/problem.hpp"
#include "tests/nodes/ops/error_code.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Variables = std::map<std::string, std::string>;

constexpr const char* kRole = "MILLRACE_TEST_ROLE";
constexpr const char* kTimeout = "MILLRACE_TEST_TIMEOUT";
constexpr int kExitsInTime = 20;  // seconds, far more than any of these processes takes

std::optional<Ranks> ranks_of(const Variables& variables) {
    return ranks_from_environment([&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
}

engine::Problem problem_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const engine::Error& error) {
        return error.problem();
    }
    return {};
}

/// A listening socket on a port of the system's choice.
class Listener {
public:
    Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        socklen_t length = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_, generic, length) != 0 || ::listen(socket_, 1) != 0 ||
            ::getsockname(socket_, generic, &length) != 0)
            ADD_FAILURE() << "no port to listen on";
        port_ = ntohs(address.sin_port);
    }
    ~Listener() { ::close(socket_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    int port() const { return port_; }

private:
    int socket_, port_ = 0;
};

int free_port() { return Listener().port(); }

/// A process that this test started and that ends with it.
class Child {
public:
    Child(std::vector<std::string> command, const Variables& variables) {
        std::vector<std::string> settings;
        for (char** each = environ; *each; ++each) settings.emplace_back(*each);
        for (const auto& [name, value] : variables) settings.push_back(name + "=" + value);
        std::vector<char*> arguments, environment;
        for (auto& each : command) arguments.push_back(each.data());
        for (auto& each : settings) environment.push_back(each.data());
        arguments.push_back(nullptr);
        environment.push_back(nullptr);
        std::array<int, 2> out{}, in{};
        if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(in.data(), O_CLOEXEC) != 0) return;
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGTERM);
            ::dup2(in[0], STDIN_FILENO);
            ::dup2(out[1], STDOUT_FILENO);
            ::execvpe(arguments[0], arguments.data(), environment.data());
            ::_exit(127);
        }
        ::close(out[1]);
        ::close(in[0]);
        output_ = out[0];
        input_ = in[1];
    }
    ~Child() {
        if (pid_ > 0) {
            // mpirun ends its own processes on this signal, not on SIGKILL.
            ::kill(pid_, SIGTERM);
            ::kill(pid_, SIGCONT);
            if (!ends_within(seconds(3))) {
                ::kill(pid_, SIGKILL);
                ::waitpid(pid_, nullptr, 0);
            }
        }
        ::close(output_);
        ::close(input_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void signal(int number) const { ::kill(pid_, number); }
    void tell(const std::string& line) const {
        EXPECT_GT(::write(input_, (line + "\n").data(), line.size() + 1), 0);
    }

    /// The rest of the next line that starts with `start`; fails after a time limit.
    std::string line(const std::string& start) {
        const auto deadline = Clock::now() + seconds(kExitsInTime);
        while (true) {
            for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
                const std::string line = text_.substr(0, end);
                text_.erase(0, end + 1);
                if (line.starts_with(start)) return line.substr(start.size());
            }
            pollfd ready{.fd = output_, .events = POLLIN, .revents = 0};
            const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
            std::array<char, 4096> bytes{};
            if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) != 1) break;
            const auto count = ::read(output_, bytes.data(), bytes.size());
            if (count <= 0) break;
            text_.append(bytes.data(), count);
        }
        ADD_FAILURE() << "no line \"" << start << "\"; the rest is " << text_;
        return "";
    }

    bool ends_within(milliseconds limit) {
        // The pipe closes when the process ends: no polling of its state.
        const auto deadline = Clock::now() + limit;
        std::array<char, 4096> bytes{};
        pollfd ready{.fd = output_, .events = POLLIN, .revents = 0};
        while (Clock::now() < deadline) {
            if (::poll(&ready, 1, 50) != 1) continue;
            if (::read(output_, bytes.data(), bytes.size()) > 0) continue;
            const bool reaped = ::waitpid(pid_, &status_, 0) == pid_;
            pid_ = -1;
            return reaped;
        }
        return false;
    }
    int exit_code() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1; }

private:
    pid_t pid_ = -1;
    int output_ = -1, input_ = -1, status_ = -1;
    std::string text_;
};

std::vector<std::string> own_program() {
    std::array<char, 4096> path{};
    const auto length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
    return {std::string(path.data(), length > 0 ? length : 0),
            "--gtest_filter=ProcessGroupRole.DISABLED_Child", "--gtest_also_run_disabled_tests"};
}

using Children = std::vector<std::unique_ptr<Child>>;

Children start(const std::string& role, int size, const std::string& timeout = "20") {
    const std::string port = std::to_string(free_port());
    Children children;
    for (int rank = 0; rank < size; ++rank)
        children.push_back(
            std::make_unique<Child>(own_program(), Variables{{kRole, role},
                                                             {kTimeout, timeout},
                                                             {"RANK", std::to_string(rank)},
                                                             {"WORLD_SIZE", std::to_string(size)},
                                                             {"MASTER_ADDR", "127.0.0.1"},
                                                             {"MASTER_PORT", port}}));
    return children;
}

void expect_good_ends(Children& children) {
    for (auto& child : children) {
        EXPECT_TRUE(child->ends_within(seconds(kExitsInTime)));
        EXPECT_EQ(child->exit_code(), 0);
    }
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

void say(const std::string& line) { std::cout << line << std::endl; }

void play_sums(ProcessGroup& group) {
    const int rank = group.rank(), size = group.size(), rank_sum = size * (size - 1) / 2;
    NamedTensors tensors;
    tensors["a"] = at::full({2, 3}, rank + 1, at::kFloat).t();
    tensors["b"] = at::arange(4, at::kLong) + rank;
    tensors["c"] = at::full({}, 0.5 * rank, at::kDouble);
    tensors["d"] = at::empty({0, 3}, at::kFloat);
    tensors["e"] = uneven(1'000'003, rank).requires_grad_(true);
    tensors["f"] = uneven(9'000'000, rank);
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
void play_rounds(ProcessGroup& group) {
    NamedTensors tensors{{"a", at::ones({1 << 20})}};
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
    ProcessGroup group(ranks, 60, [&] { return ranks.rank == 0 && ++asked > 1'000'000; });
    say("ready");
    std::string line;
    if (ranks.rank == 1) std::getline(std::cin, line);
    asked = 1'000'000 - 3;
    const auto begin = Clock::now();
    const auto problem = problem_of([&] { group.barrier(); });
    const auto waited = std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
    EXPECT_TRUE(ranks.rank == 1 || waited < seconds(2));
    say("failed " + problem.code + " " + problem.what);
}

/// One of the processes that the tests below start.
TEST(ProcessGroupRole, DISABLED_Child) {
    const char* role_name = std::getenv(kRole);
    ASSERT_NE(role_name, nullptr) << "only the other tests start this one";
    const std::string role = role_name;
    const auto ranks = ranks_from_environment([](const char* name) { return std::getenv(name); });
    ASSERT_TRUE(ranks);
    if (role == "stop") return play_stop(*ranks);
    std::unique_ptr<ProcessGroup> made;
    const auto refused = error_code(
        [&] { made = std::make_unique<ProcessGroup>(*ranks, std::atof(std::getenv(kTimeout))); });
    say("refused " + refused);
    if (!made) return;
    ProcessGroup& group = *made;
    if (role == "sums")
        play_sums(group);
    else if (role == "differences")
        play_differences(group);
    else if (role == "leave" && group.rank() == 1)
        say("ready");
    else
        play_rounds(group);
}

TEST(ProcessGroupRanks, FromEachLauncher) {
    EXPECT_FALSE(ranks_of({}));
    EXPECT_FALSE(ranks_of({{"MASTER_ADDR", "10.0.0.1"}, {"RANK", ""}}));
    const auto plain = ranks_of(
        {{"RANK", "1"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "10.0.0.1"}, {"MASTER_PORT", "1234"}});
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->rank, 1);
    EXPECT_EQ(plain->world_size, 2);
    EXPECT_EQ(plain->master_address, "10.0.0.1");
    EXPECT_EQ(plain->master_port, 1234);

    const auto open_mpi = ranks_of({{"OMPI_COMM_WORLD_RANK", "3"},
                                    {"OMPI_COMM_WORLD_SIZE", "4"},
                                    {"OMPI_COMM_WORLD_LOCAL_SIZE", "4"}});
    ASSERT_TRUE(open_mpi);
    EXPECT_EQ(open_mpi->rank, 3);
    EXPECT_EQ(open_mpi->world_size, 4);
    EXPECT_EQ(open_mpi->master_address, "127.0.0.1");
    EXPECT_EQ(open_mpi->master_port, 29500);

    const auto mpich = ranks_of({{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}, {"MPI_LOCALNRANKS", "2"}});
    ASSERT_TRUE(mpich);
    EXPECT_EQ(mpich->world_size, 2);

    Variables slurm{{"SLURM_PROCID", "5"},
                    {"SLURM_NTASKS", "6"},
                    {"SLURM_STEP_ID", "0"},
                    {"SLURM_NNODES", "1"}};
    ASSERT_TRUE(ranks_of(slurm));
    EXPECT_EQ(ranks_of(slurm)->rank, 5);
    EXPECT_EQ(ranks_of(slurm)->master_address, "127.0.0.1");
}

TEST(ProcessGroupRanks, FirstHostOfSlurm) {
    Variables slurm{{"SLURM_PROCID", "1"},
                    {"SLURM_NTASKS", "2"},
                    {"SLURM_STEP_ID", "0"},
                    {"SLURM_NNODES", "2"}};
    const std::map<std::string, std::string> first_of{{"node[07-09,12],other", "node07"},
                                                      {"node[3,5]", "node3"},
                                                      {"left,right", "left"},
                                                      {"alone", "alone"}};
    for (const auto& [list, first] : first_of) {
        slurm["SLURM_JOB_NODELIST"] = list;
        EXPECT_EQ(ranks_of(slurm)->master_address, first);
    }
    for (const char* list : {"", "rack[0-1]node[0-3]", "node[1-2]x", "node[1"}) {
        slurm["SLURM_JOB_NODELIST"] = list;
        EXPECT_EQ(error_code([&] { ranks_of(slurm); }), "E-DIST-002") << list;
    }
    slurm["MASTER_ADDR"] = "10.0.0.2";
    EXPECT_EQ(ranks_of(slurm)->master_address, "10.0.0.2");
}

TEST(ProcessGroupRanks, OneProcessIsNoGroup) {
    EXPECT_FALSE(ranks_of({{"RANK", "0"}, {"WORLD_SIZE", "1"}}));
    EXPECT_FALSE(ranks_of({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}}));
    EXPECT_FALSE(ranks_of({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}, {"SLURM_STEP_ID", "0"}}));
    // A batch script itself, before srun.
    EXPECT_FALSE(ranks_of({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}));
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

TEST(ProcessGroupRanks, Contradictions) {
    const std::vector<Variables> wrong{
        {{"RANK", "0"}},
        {{"WORLD_SIZE", "2"}},
        {{"RANK", "2"}, {"WORLD_SIZE", "2"}},
        {{"RANK", "-1"}, {"WORLD_SIZE", "2"}},
        {{"RANK", "one"}, {"WORLD_SIZE", "2"}},
        {{"RANK", "1x"}, {"WORLD_SIZE", "2"}},
        {{"RANK", "0"}, {"WORLD_SIZE", "0"}},
        {{"RANK", "0"}, {"WORLD_SIZE", "99999999999999999999"}},
        {{"OMPI_COMM_WORLD_RANK", "0"}},
        {{"SLURM_PROCID", "0"}, {"SLURM_STEP_ID", "0"}},
        {{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "65536"}},
        {{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "http"}},
        {{"WORLD_SIZE", "2"}, {"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "2"}},
        {{"RANK", "0"},
         {"WORLD_SIZE", "2"},
         {"SLURM_PROCID", "1"},
         {"SLURM_NTASKS", "2"},
         {"SLURM_STEP_ID", "0"}},
    };
    for (const auto& variables : wrong)
        EXPECT_EQ(error_code([&] { ranks_of(variables); }), "E-DIST-001")
            << variables.begin()->first << "=" << variables.begin()->second;
    const auto both = problem_of([] {
        ranks_of({{"RANK", "1"},
                  {"WORLD_SIZE", "2"},
                  {"OMPI_COMM_WORLD_RANK", "0"},
                  {"OMPI_COMM_WORLD_SIZE", "2"}});
    });
    EXPECT_EQ(both.code, "E-DIST-001");
    EXPECT_NE(both.found.find("RANK=1"), std::string::npos) << both.found;
    EXPECT_NE(both.found.find("OMPI_COMM_WORLD_RANK=0"), std::string::npos) << both.found;
    EXPECT_EQ(error_code([] { ranks_of({{"RANK", "0"}, {"WORLD_SIZE", "2"}}); }), "E-DIST-002");
}

TEST(ProcessGroupRanks, PortFollowsTheJob) {
    Variables mpi{{"OMPI_COMM_WORLD_RANK", "0"},
                  {"OMPI_COMM_WORLD_SIZE", "2"},
                  {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                  {"PMIX_NAMESPACE", "2146828289"},
                  // mpirun inside of a batch job starts its tasks so; they are not Slurm's.
                  {"SLURM_PROCID", "1"},
                  {"SLURM_NTASKS", "3"},
                  {"SLURM_STEP_ID", "0"}};
    const int first = ranks_of(mpi)->master_port;
    EXPECT_EQ(ranks_of(mpi)->master_port, first);
    EXPECT_GE(first, 20000);
    EXPECT_LT(first, 32000);
    mpi["PMIX_NAMESPACE"] = "2146828290";
    EXPECT_NE(ranks_of(mpi)->master_port, first);
    mpi["MASTER_PORT"] = "4321";
    EXPECT_EQ(ranks_of(mpi)->master_port, 4321);
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
        [] { ProcessGroup({.rank = 0, .world_size = 2, .master_port = free_port()}, 0.5); });
    EXPECT_EQ(missing.code, "E-DIST-003");
    EXPECT_NE(missing.found.find("rank 1"), std::string::npos) << missing.found;
    const auto alone = problem_of(
        [] { ProcessGroup({.rank = 1, .world_size = 2, .master_port = free_port()}, 0.5); });
    EXPECT_EQ(alone.code, "E-DIST-003");
}

TEST(ProcessGroup, PortInUse) {
    const Listener other;
    const auto problem = problem_of(
        [&] { ProcessGroup({.rank = 0, .world_size = 2, .master_port = other.port()}, 5); });
    EXPECT_EQ(problem.code, "E-DIST-004") << problem.what << problem.found;
    EXPECT_NE(problem.found.find(std::to_string(other.port())), std::string::npos);
}

TEST(ProcessGroup, StopsWhileItWaitsForOthers) {
    int asked = 0;
    const auto begin = Clock::now();
    EXPECT_EQ(error_code([&] {
                  ProcessGroup({.rank = 1, .world_size = 2, .master_port = free_port()}, 60,
                               [&] { return ++asked == 3; });
              }),
              "E-DIST-008");
    EXPECT_LT(Clock::now() - begin, seconds(5));
}

/// A stranger that accepts connections and never answers stands for a hung rank 0.
TEST(ProcessGroup, RankZeroThatNeverAnswers) {
    const Listener stranger;
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
    EXPECT_LT(Clock::now() - begin, seconds(8));
    children.erase(children.begin() + 1);
    expect_good_ends(children);
}

TEST_P(ProcessGroupOfSize, HungRankEndsTheOthersAfterTheTimeout) {
    auto children = start("rounds", GetParam(), "2");
    for (auto& child : children) child->line("ready");
    children[1]->signal(SIGSTOP);
    for (std::size_t rank = 0; rank < children.size(); ++rank) {
        if (rank == 1) continue;
        EXPECT_EQ(children[rank]->line("failed "), "E-DIST-007 No answer from rank 1");
        EXPECT_TRUE(children[rank]->ends_within(seconds(kExitsInTime)));
        EXPECT_EQ(children[rank]->exit_code(), 0);
    }
}

TEST_P(ProcessGroupOfSize, HungRankZeroEndsTheOthersToo) {
    auto children = start("rounds", GetParam(), "2");
    for (auto& child : children) child->line("ready");
    children[0]->signal(SIGSTOP);
    for (std::size_t rank = 1; rank < children.size(); ++rank) {
        EXPECT_EQ(children[rank]->line("failed "), "E-DIST-007 No answer from rank 0");
        EXPECT_TRUE(children[rank]->ends_within(seconds(kExitsInTime)));
    }
}

TEST(ProcessGroup, RankThatLeavesEndsTheOthers) {
    auto children = start("leave", 2);
    EXPECT_EQ(children[0]->line("failed "), "E-DIST-011 The run has ended on rank 1");
    expect_good_ends(children);
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

TEST(ProcessGroup, SameRankTwice) {
    Variables variables{{kRole, "rounds"},
                        {kTimeout, "2"},
                        {"RANK", "1"},
                        {"WORLD_SIZE", "3"},
                        {"MASTER_ADDR", "127.0.0.1"},
                        {"MASTER_PORT", std::to_string(free_port())}};
    Child first(own_program(), variables), second(own_program(), variables);
    variables["RANK"] = "0";
    Child zero(own_program(), variables);
    // The first to come waits for rank 2 in vain.
    const std::string one = first.line("refused "), other = second.line("refused ");
    EXPECT_EQ(std::min(one, other), "E-DIST-003");
    EXPECT_EQ(std::max(one, other), "E-DIST-005");
}

TEST(ProcessGroup, RunsUnderMpirun) {
    if (std::system("command -v mpirun > /dev/null") != 0) GTEST_SKIP() << "no mpirun here";
    std::vector<std::string> command{"mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "2"};
    for (const auto& each : own_program()) command.push_back(each);
    Child mpirun(command, {{kRole, "sums"}, {kTimeout, "20"}});
    const std::string bits = mpirun.line("bits ");
    EXPECT_EQ(mpirun.line("bits "), bits);
    EXPECT_TRUE(mpirun.ends_within(seconds(kExitsInTime)));
    EXPECT_EQ(mpirun.exit_code(), 0);
}

/// Two network namespaces joined by a cable, as two hosts have it.
class Namespaces {
public:
    Namespaces()
        : left_(fmt::format("mrl{}", ::getpid())), right_(fmt::format("mrr{}", ::getpid())) {
        made_ = run("ip netns add {0}") && run("ip netns add {1}") &&
                run("ip -n {0} link add cable type veth peer name cable netns {1}") &&
                run("ip -n {0} addr add 10.97.0.1/24 dev cable") &&
                run("ip -n {1} addr add 10.97.0.2/24 dev cable") &&
                run("ip -n {0} link set lo up") && run("ip -n {1} link set lo up") &&
                run("ip -n {0} link set cable up") && run("ip -n {1} link set cable up");
    }
    ~Namespaces() {
        run("ip netns del {0}");
        run("ip netns del {1}");
    }
    Namespaces(const Namespaces&) = delete;
    Namespaces& operator=(const Namespaces&) = delete;

    bool made() const { return made_; }
    const std::string& of_rank(int rank) const { return rank == 0 ? left_ : right_; }

private:
    bool run(const char* command) const {
        return std::system(
                   (fmt::format(fmt::runtime(command), left_, right_) + " 2> /dev/null").c_str()) ==
               0;
    }

    std::string left_, right_;
    bool made_ = false;
};

TEST(ProcessGroup, AcrossTwoHosts) {
    const Namespaces hosts;
    if (!hosts.made()) GTEST_SKIP() << "ip netns and veth are not allowed or not here";
    Children children;
    for (int rank = 0; rank < 2; ++rank) {
        std::vector<std::string> command{"ip", "netns", "exec", hosts.of_rank(rank)};
        for (const auto& each : own_program()) command.push_back(each);
        children.push_back(
            std::make_unique<Child>(command, Variables{{kRole, "sums"},
                                                       {kTimeout, "20"},
                                                       {"RANK", std::to_string(rank)},
                                                       {"WORLD_SIZE", "2"},
                                                       {"MASTER_ADDR", "10.97.0.1"},
                                                       {"MASTER_PORT", "29500"}}));
    }
    const std::string bits = children[0]->line("bits ");
    EXPECT_EQ(children[1]->line("bits "), bits);
    expect_good_ends(children);
}

}  // namespace
}  // namespace millrace::ops
