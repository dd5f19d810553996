// Node types that the tests of the program run: the ways in which nodes succeed and fail.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

#include "engine/node.hpp"
#include "engine/node/plugin.hpp"

namespace millrace::tests {
namespace {

using engine::NodeSpec;
using engine::Path;
using engine::RunContext;

/// Pure and not light, so its results go to the content store.
struct Square {
    double offset = 0;
    static NodeSpec spec() {
        return {.id = "clitest.square",
                .title = "Square",
                .group = "Test",
                .doc = "Squares a number. Prints to stdout as libraries do.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"square", "value * value + offset"}},
                .params = {{.name = "offset",
                            .field = &Square::offset,
                            .range = {-1000, 1000},
                            .doc = "Added to it"}},
                .aliases = {"clitest.power"}};
    }
    double operator()(const double& value) const {
        std::printf("a library says something\n");
        std::fflush(stdout);
        return value * value + offset;
    }
};

struct FailAt {
    double at = 3;
    static NodeSpec spec() {
        return {.id = "clitest.fail_at",
                .title = "Fail",
                .group = "Test",
                .doc = "Throws at one number.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same"}},
                .params = {{.name = "at", .field = &FailAt::at, .doc = "The number"}}};
    }
    double operator()(const double& value) const {
        if (value == at) throw std::runtime_error("asked to fail");
        return value;
    }
};

/// As nodes fail that know what is wrong.
struct FailWith {
    std::string code = "E-NODE-020";
    static NodeSpec spec() {
        return {.id = "clitest.fail_with",
                .title = "Fail with a code",
                .group = "Test",
                .doc = "Throws an error of this code.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same"}},
                .params = {{.name = "code", .field = &FailWith::code, .doc = "The code"}}};
    }
    double operator()(const double&) const {
        throw engine::Error({.code = code, .what = "Asked to fail"});
    }
};

struct OutOfMemory {
    static NodeSpec spec() {
        return {.id = "clitest.out_of_memory",
                .title = "Out of memory",
                .group = "Test",
                .doc = "Throws std::bad_alloc.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same"}}};
    }
    double operator()(const double&) const { throw std::bad_alloc(); }
};

/// Ignores that it is to stop, as long library calls do.
struct Deaf {
    double seconds = 60;
    static NodeSpec spec() {
        return {.id = "clitest.deaf",
                .title = "Deaf",
                .group = "Test",
                .doc = "Takes long and never asks whether to stop.",
                .inputs = {{"value", "a number"}},
                .outputs = {{"value", "the same"}},
                .params = {
                    {.name = "seconds", .field = &Deaf::seconds, .unit = "s", .doc = "How long"}}};
    }
    double operator()(const double& value, engine::RunContext& context) const {
        std::ofstream(context.artifact("in_the_call")) << "yes";
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
        return value;
    }
};

/// Reads numbers from a file whose name is a parameter.
struct FromFile {
    Path file = {};
    static NodeSpec spec() {
        return {.id = "clitest.from_file",
                .title = "Numbers of a file",
                .group = "Test",
                .doc = "Gives the numbers of a text file, one an item.",
                .outputs = {{"value", "a number"}},
                .params = {{.name = "file",
                            .field = &FromFile::file,
                            .doc = "A text file",
                            .required_path = true}},
                .pure = true};
    }
    void start(RunContext&) {
        std::ifstream stream(file.text);
        for (double number = 0; stream >> number;) numbers_.push_back(number);
    }
    std::uint64_t count() const { return numbers_.size(); }
    /// With notes that need not be there, as labels of a data set.
    std::vector<Path> files(std::uint64_t) const { return {file, {file.text + ".notes"}}; }
    std::optional<double> operator()(engine::Item item) const {
        if (item.number >= numbers_.size()) return {};
        return numbers_[item.number];
    }
    std::vector<double> numbers_;
};

/// Appends lines to artifacts/lines.txt; can be resumed.
struct Lines {
    static NodeSpec spec() {
        return {.id = "clitest.lines",
                .title = "Lines",
                .group = "Test",
                .doc = "Writes a line a number.",
                .inputs = {{"value", "a number"}},
                .resource = engine::Resource::Disk};
    }
    void start(RunContext& context) {
        file_ = context.artifact("lines.txt");
        if (!context.resuming()) std::ofstream(file_, std::ios::trunc);
    }
    void operator()(const double& value) { std::ofstream(file_, std::ios::app) << value << "\n"; }
    engine::State save() const {
        engine::State state;
        state.values["bytes"] = static_cast<std::int64_t>(std::filesystem::file_size(file_));
        return state;
    }
    void load(const engine::State& state) {
        std::filesystem::resize_file(
            file_, static_cast<std::uintmax_t>(state.values.at("bytes").as_int()));
    }
    std::filesystem::path file_;
};

void register_all(engine::Registry& registry) {
    registry.add<Square>();
    registry.add<FailAt>();
    registry.add<FailWith>();
    registry.add<OutOfMemory>();
    registry.add<Deaf>();
    registry.add<FromFile>();
    registry.add<Lines>();
}

}  // namespace
}  // namespace millrace::tests

MILLRACE_PLUGIN(millrace::tests::register_all)
