// viewers_gallery OUT [KITTI [FRAME]]: a picture of every viewer in every theme and language, made
// from numbers of a fixed seed and, where a KITTI folder is given, from a real frame. For looking
// at after a change of appearance: what a test can't judge.
#include <QApplication>
#include <QDir>
#include <QTest>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <numbers>

#include "engine/problem.hpp"
#include "engine/random.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "engine/visual/visual.hpp"
#include "viewers/common/translations.hpp"
#include "viewers/registry.hpp"
#include "viewers/theme.hpp"

namespace {

namespace engine = millrace::engine;
namespace viewers = millrace::viewers;
namespace visual = millrace::visual;
using Shared = viewers::Viewer::Shared;

template <class Kind>
Shared shared(Kind visual) {
    return std::make_shared<const visual::Visual>(std::move(visual));
}

visual::Series curves() {
    visual::Series series{.title = "loss", .x_label = "step", .y_label = "nats", .lines = {}};
    engine::Random random(1, "gallery", 0);
    for (const char* name : {"float teacher", "ternary 2-2-8", "binary 1-1-8"}) {
        visual::Series::Line line{name, {}, {}};
        const double floor = 1.2 + 0.35 * static_cast<double>(series.lines.size());
        for (int i = 0; i < 2000; ++i) {
            line.x.push_back(i);
            line.y.push_back(floor + 5 * std::exp(-i / 300.0) + 0.12 * (random.uniform() - 0.5));
        }
        series.lines.push_back(std::move(line));
    }
    return series;
}

visual::ModelGraph network() {
    visual::ModelGraph graph;
    const auto add = [&](const char* name, const char* type, std::uint64_t parameters,
                         std::vector<std::int64_t> shape, std::vector<int> from) {
        for (const int one : from)
            graph.edges.emplace_back(one, static_cast<int>(graph.layers.size()));
        graph.layers.push_back({name, type, parameters, std::move(shape)});
        return static_cast<int>(graph.layers.size()) - 1;
    };
    int last = add("features", "Input", 0, {1, 80, 98}, {});
    last = add("stem", "Conv1d", 80 * 3 * 64, {1, 64, 98}, {last});
    for (int i = 0; i < 3; ++i) {
        const std::string name = "block" + std::to_string(i);
        const int depthwise =
            add((name + ".depthwise").c_str(), "Conv1d", 64 * 5, {1, 64, 98}, {last});
        const int pointwise =
            add((name + ".pointwise").c_str(), "Conv1d", 64 * 64, {1, 64, 98}, {depthwise});
        last = add((name + ".add").c_str(), "Add", 0, {1, 64, 98}, {pointwise, last});
    }
    last = add("pool", "AveragePool", 0, {1, 64}, {last});
    add("head", "Linear", 64 * 12 + 12, {1, 12}, {last});
    return graph;
}

visual::Tokens tokens() {
    visual::Tokens made;
    engine::Random random(3, "gallery", 0);
    const std::vector<std::string> words = {
        "Once",  " upon",  " a",    " time", ",",     " there", " was", " a",    " little",
        " girl", " named", " Lily", ".",     " She",  " loved", " to",  " play", " outside",
        " in",   " the",   " park", ".",     "\n",    "One",    " day", ",",     " 她",
        " saw",  " a",     " über", "große", " ball", "."};
    for (int round = 0; round < 4; ++round) {
        for (const std::string& word : words) {
            made.tokens.push_back(word);
            made.scores.push_back(-4 * random.uniform() * random.uniform());
        }
    }
    return made;
}

visual::TensorBlock weights() {
    visual::TensorBlock block{
        .name = "encoder.0.weight", .dtype = "F32", .full_shape = {8, 24, 24}, .start = {0, 0, 0}};
    block.shape = block.full_shape;
    std::vector<float> values;
    engine::Random random(5, "gallery", 0);
    for (int i = 0; i < 8 * 24 * 24; ++i)
        values.push_back(static_cast<float>(std::sin(i * 0.05) + 0.4 * (random.uniform() - 0.5)));
    values[700] = std::nanf("");
    block.values = std::move(values);
    return block;
}

visual::Cloud rings() {
    visual::Cloud cloud;
    cloud.frame = "lidar";
    std::vector<float> ring;
    for (int i = 0; i < 40; ++i) {
        for (int k = 0; k < 1200; ++k) {
            const double angle = 2 * std::numbers::pi * k / 1200,
                         range = 4 + 1.2 * i + std::sin(9 * angle);
            cloud.points.push_back({static_cast<float>(range * std::cos(angle)),
                                    static_cast<float>(range * std::sin(angle)),
                                    static_cast<float>(0.6 * std::sin(5 * angle + i * 0.3) - 1.7)});
            ring.push_back(static_cast<float>(i));
        }
    }
    cloud.fields = {{"ring", 1, std::move(ring)}};
    return cloud;
}

visual::Raster depth() {
    visual::Raster raster{
        .width = 320, .height = 200, .channels = 1, .depth = visual::Raster::Depth::F32};
    std::vector<float> values;
    for (int y = 0; y < 200; ++y)
        for (int x = 0; x < 320; ++x)
            values.push_back(y < 60
                                 ? std::nanf("")
                                 : static_cast<float>(900.0 / (y - 50) + 0.4 * std::sin(x * 0.1)));
    raster.bytes.resize(values.size() * 4);
    std::memcpy(raster.bytes.data(), values.data(), raster.bytes.size());
    raster.full_width = 320, raster.full_height = 200, raster.unit = "m";
    return raster;
}

std::vector<std::pair<QString, Shared>> items(const QString& kitti, const QString& frame) {
    visual::Boxes3d boxes{.frame = "lidar", .boxes = {}, .full_count = 9};
    visual::Boxes2d flat{.frame = "camera", .boxes = {}, .full_count = 9};
    engine::Random random(7, "gallery", 0);
    for (int i = 0; i < 9; ++i) {
        const std::string label = i % 3 == 0 ? "Pedestrian" : i % 3 == 1 ? "Car" : "Cyclist";
        boxes.boxes.push_back({{10.0 + 3 * i, 2.0 * (i % 4) - 3, -0.9},
                               {3.9, 1.6, 1.5},
                               0.3 * i,
                               label,
                               random.uniform(),
                               i});
        flat.boxes.push_back({{20.0 * i, 40, 20.0 * i + 60, 110}, label, random.uniform()});
    }
    visual::Histogram histogram{.title = "range", .unit = "m", .min = 0, .max = 80, .counts = {}};
    for (int i = 0; i < 64; ++i)
        histogram.counts.push_back(static_cast<std::uint64_t>(9000 * std::exp(-i / 14.0)) +
                                   static_cast<std::uint64_t>(i % 7));
    visual::Table table{.columns = {"frame", "points", "in front", "mean depth", "note"},
                        .rows = {},
                        .full_rows = 200};
    for (int i = 0; i < 200; ++i)
        table.rows.push_back({std::to_string(i), std::to_string(118'000 + 37 * i),
                              std::to_string(61'000 - 11 * i), std::to_string(14.2 + 0.01 * i),
                              i % 9 == 0 ? "few points" : ""});
    std::vector<std::pair<QString, Shared>> all = {
        {"series", shared(curves())},
        {"model", shared(network())},
        {"tokens", shared(tokens())},
        {"tensor", shared(weights())},
        {"cloud", shared(rings())},
        {"depth", shared(depth())},
        {"boxes3d", shared(boxes)},
        {"boxes2d", shared(flat)},
        {"histogram", shared(histogram)},
        {"table", shared(table)},
        {"text", shared(visual::Text{.text = "{\n  \"schema\": \"millrace/1\",\n  \"meta\": "
                                             "{\"title\": \"Überblick\"}\n}\n"})}};
    if (!kitti.isEmpty())
        all.emplace_back(
            "kitti",
            shared(visual::load_cloud((kitti + "/velodyne/" + frame + ".bin").toStdString())));
    return all;
}

}  // namespace

int main(int count, char** words) {
    QApplication application(count, words);
    const QStringList given = QApplication::arguments();
    if (given.size() < 2) {
        std::fprintf(stderr, "viewers_gallery OUT [KITTI [FRAME]]\n");
        return 2;
    }
    const QDir out(given[1]);
    out.mkpath(".");
    const QString language = qEnvironmentVariable("MILLRACE_GALLERY_LANGUAGE", "en");
    viewers::install_translations(application, language);
    viewers::Registry registry;
    viewers::add_viewers(registry);
    int failed = 0;
    try {
        for (const auto& [name, item] : items(given.value(2), given.value(3, "000000"))) {
            for (const viewers::Theme theme :
                 {viewers::Theme::Dark, viewers::Theme::Light, viewers::Theme::HighContrast}) {
                viewers::apply_theme(application, theme);
                int number = 0;
                for (const viewers::Registry::Entry& entry : registry.viewers_of(*item)) {
                    std::unique_ptr<viewers::Viewer> viewer(entry.make(nullptr));
                    viewer->resize(1000, 640);
                    viewer->show();
                    bool good = viewer->show_visual(item);
                    QTest::qWait(30);
                    good = good && QTest::qWaitFor([&] { return viewer->settled(); }, 20'000);
                    QTest::qWait(30);
                    good = good && viewer->grab().save(
                                       out.filePath(QStringLiteral("%1-%2-%3-%4.png")
                                                        .arg(name)
                                                        .arg(++number)
                                                        .arg(viewers::name_of(theme), language)));
                    failed += good ? 0 : 1;
                    if (!good) std::fprintf(stderr, "no picture of %s\n", qPrintable(name));
                }
            }
        }
    } catch (const engine::Error& error) {
        std::fprintf(stderr, "%s\n", to_text(error.problem()).c_str());
        return 1;
    }
    return failed == 0 ? 0 : 1;
}
