// What processes count is added: the rule itself, and two processes that measure texts.
#include "nodes/metrics/together.hpp"

#include <gtest/gtest.h>

#include "tests/nodes/ops/error_code.hpp"

namespace millrace::testing {
namespace {

using engine::Array;
using engine::Object;

TEST(SumOf, AddsByKind) {
    const Object one = {{"n", 2},
                        {"x", 0.5},
                        {"seen", false},
                        {"counts", Array{1, 2}},
                        {"names", ""},
                        {"rows", Array{Array{"a"}, Array{"c"}, Array{"d"}}},
                        {"task", Object{{"n", 1}}}};
    const Object two = {{"n", 3},
                        {"x", 0.25},
                        {"seen", true},
                        {"counts", Array{}},
                        {"names", "yes no"},
                        {"rows", Array{Array{"b"}}},
                        {"task", Object{{"n", 4}, {"m", 5}}}};
    const Object wanted = {{"n", 5},
                           {"x", 0.75},
                           {"seen", true},
                           {"counts", Array{1, 2}},
                           {"names", "yes no"},
                           {"rows", Array{Array{"a"}, Array{"b"}, Array{"c"}, Array{"d"}}},
                           {"task", Object{{"n", 5}, {"m", 5}}}};
    EXPECT_EQ(nodes::sum_of({one, two}), wanted);
    EXPECT_EQ(nodes::sum_of({one}), one);
}

TEST(SumOf, WhatShouldBeAlikeIsNotAdded) {
    EXPECT_EQ(nodes::sum_of({Object{{"n", 2}}, Object{{"n", 0}}, Object{{"n", 2}}}, {"n"}),
              (Object{{"n", 2}}));
    EXPECT_EQ(error_code([] {
                  nodes::sum_of({Object{{"n", 2}}, Object{{"n", 3}}}, {"n"});
              }),
              "E-DIST-009");
    EXPECT_EQ(error_code([] {
                  nodes::sum_of({Object{{"n", 2}}, Object{{"n", "two"}}});
              }),
              "E-DIST-009");
}

}  // namespace
}  // namespace millrace::testing
