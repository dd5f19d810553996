// safetensors files in millrace-view: array by array, all of their types, and damaged ones.
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/problem.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "viewers/tensor/heat_map.hpp"
#include "viewers/tensor/tensor_view.hpp"
#include "viewers/view/window.hpp"

namespace millrace::tests {
namespace {

class Checkpoint : public ::testing::Test {
protected:
    Checkpoint() { QStandardPaths::setTestModeEnabled(true); }
    std::filesystem::path write(const std::string& bytes) const {
        const std::filesystem::path file = (folder.path() + "/model.safetensors").toStdString();
        std::ofstream(file, std::ios::binary) << bytes;
        return file;
    }
    QTemporaryDir folder;
};

std::string two_arrays() {
    static const std::vector<float> weight = {1, 2, 3, 4, 5, 6};
    static const std::vector<std::int64_t> steps = {9007199254740993};
    return visual::write_safetensors(
        {{"layer.weight", engine::DType::F32, {2, 3}, std::as_bytes(std::span(weight))},
         {"steps", engine::DType::I64, {1}, std::as_bytes(std::span(steps))}},
        {});
}

TEST_F(Checkpoint, ArraysAreItems) {
    const auto file = write(two_arrays());
    const auto source = view::open_checkpoint(file);
    ASSERT_TRUE(source);
    ASSERT_EQ(source->streams().size(), 2U);
    EXPECT_EQ(source->streams()[0].labels, (QStringList{"layer.weight", "steps"}));
    const auto weight = source->load(0, 0);
    const auto& block = std::get<visual::TensorBlock>(*weight.at(0));
    EXPECT_EQ(block.name, "layer.weight");
    EXPECT_TRUE(block.is_whole());
    EXPECT_EQ(block.at(5), 6);
    const auto steps = source->load(0, 1);
    EXPECT_EQ(
        std::get<std::vector<std::int64_t>>(std::get<visual::TensorBlock>(*steps.at(0)).values)[0],
        9007199254740993);
    const auto list = source->load(1, 0);
    EXPECT_EQ(std::get<visual::Table>(*list.at(0)).rows[0],
              (std::vector<std::string>{"layer.weight", "F32", "2 × 3", "6", "24"}));
    // Cut by another program since it was opened.
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 4);
    EXPECT_THROW(source->load(0, 1), engine::Error);
    EXPECT_THROW(view::open_checkpoint(file), engine::Error);
    EXPECT_FALSE(view::open_checkpoint(write(visual::write_safetensors({}, {}))));
    EXPECT_THROW(view::open_checkpoint(write("")), engine::Error);
}

TEST_F(Checkpoint, TheWindowStepsThroughTheArrays) {
    const auto file = write(two_arrays());
    view::Window window;
    window.open({QString::fromStdString(file.string())});
    window.show();
    ASSERT_TRUE(QTest::qWaitFor([&] { return window.settled(); }, 20'000));
    EXPECT_EQ(window.items(), (std::vector<quint64>{0, 1}));
    const auto viewers = window.viewers_of("model.safetensors");
    ASSERT_EQ(viewers.size(), 1U);
    auto* tensor = qobject_cast<viewers::TensorView*>(viewers[0]);
    ASSERT_TRUE(tensor);
    EXPECT_TRUE(tensor->facts().startsWith("layer.weight"));
    window.show_item(1);
    ASSERT_TRUE(QTest::qWaitFor([&] { return window.settled(); }, 20'000));
    EXPECT_TRUE(tensor->facts().startsWith("steps"));
    EXPECT_TRUE(window.problems().isEmpty());
}

TEST_F(Checkpoint, ADamagedFileIsOneProblem) {
    const auto file = write(two_arrays().substr(0, 60));
    view::Window window;
    window.open({QString::fromStdString(file.string())});
    ASSERT_TRUE(QTest::qWaitFor([&] { return window.settled(); }, 20'000));
    EXPECT_EQ(window.problems().size(), 1);
}

}  // namespace
}  // namespace millrace::tests
