#include <gtest/gtest.h>

#include "nodes/ops/kernels/kernel_path.hpp"

namespace millrace::ops {
namespace {

TEST(KernelPath, TheEmulatedProcessorRunsBothNeonPaths) {
    EXPECT_EQ(available_paths(),
              (std::vector<KernelPath>{KernelPath::Scalar, KernelPath::Neon, KernelPath::NeonDot}));
}

}  // namespace
}  // namespace millrace::ops
