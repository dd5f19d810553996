#include "nodes/ops/training/ranks.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/nodes/ops/error_code.hpp"
#include "tests/nodes/ops/training/group_processes.hpp"

namespace millrace::ops {
namespace {

using testing::error_code;
using testing::problem_of;
using testing::Variables;

std::optional<Ranks> ranks_of(const Variables& variables) {
    return ranks_from_environment([&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
}

TEST(Ranks, FromEachLauncher) {
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

TEST(Ranks, FirstHostOfSlurm) {
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

TEST(Ranks, OneProcessIsNoGroup) {
    EXPECT_FALSE(ranks_of({{"RANK", "0"}, {"WORLD_SIZE", "1"}}));
    EXPECT_FALSE(ranks_of({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}}));
    EXPECT_FALSE(ranks_of({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}, {"SLURM_STEP_ID", "0"}}));
    // A batch script itself, before srun.
    EXPECT_FALSE(ranks_of({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}));
}

TEST(Ranks, Contradictions) {
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

TEST(Ranks, PortFollowsTheJob) {
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

}  // namespace
}  // namespace millrace::ops
