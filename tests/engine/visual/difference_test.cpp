// Paths, cameras, texts, tokens, curves, histograms, tables and models against each other.
#include "tests/engine/visual/difference_support.hpp"

namespace millrace::tests {
namespace {

using visual::Table;

TEST(Difference, KindsMustAgree) {
    const Difference found = differ(visual::Text{}, visual::Table{});
    EXPECT_EQ(found.verdict, Verdict::Incomparable);
    EXPECT_EQ(found.why.code, "E-VISUAL-010");
    EXPECT_NE(engine::to_text(found.why).find("table"), std::string::npos);
}

TEST(Difference, EveryEmptyKindEqualsItself) {
    const visual::Visual kinds[] = {
        visual::Raster{},    visual::Cloud{},
        visual::Boxes3d{},   visual::Boxes2d{},
        visual::Polyline{},  visual::Camera{},
        visual::Text{},      visual::Tokens{},
        visual::Series{},    visual::Histogram{},
        visual::Table{},     visual::TensorBlock{.full_shape = {0}, .start = {0}, .shape = {0}},
        visual::ModelGraph{}};
    for (const visual::Visual& kind : kinds) {
        EXPECT_EQ(differ(kind, kind).verdict, Verdict::Equal) << kind.index();
        EXPECT_TRUE(differ(kind, kind).worst.empty()) << kind.index();
    }
}

TEST(Difference, Paths) {
    visual::Polyline a{.frame = "world", .name = "way", .points = {{0, 0, 0}, {3, 4, 0}}}, b = a;
    b.points[1] = {3, 4, 2};
    b.points.push_back({9, 9, 9});
    const Difference found = differ(a, b, {.absolute = 1});
    EXPECT_EQ(found.extra, 1U);
    EXPECT_DOUBLE_EQ(found.all.max_abs, 2);
    EXPECT_DOUBLE_EQ(found.all.max_rel, 2.0 / 5);
    EXPECT_EQ(found.all.beyond, 1U);
    EXPECT_DOUBLE_EQ(std::get<visual::Series>(*found.picture).lines[0].y[1], 2);
}

TEST(Difference, Cameras) {
    visual::Camera a{.name = "left", .width = 10, .height = 5}, b = a;
    b.projection[6] = 0.5;
    const Difference found = differ(a, b);
    EXPECT_EQ(found.verdict, Verdict::Beyond);
    EXPECT_EQ(found.worst.at(0).place.part, "projection");
    EXPECT_EQ(found.worst.at(0).place.row, 1);
    EXPECT_EQ(found.worst.at(0).place.column, 2);
    EXPECT_EQ(std::get<Table>(*found.picture).rows.size(), 1U);
    b = a;
    b.width = 11;
    EXPECT_EQ(differ(a, b, {.absolute = 100}).verdict, Verdict::Beyond);
}

TEST(Difference, TextsByLineAndColumn) {
    const visual::Text a{.text = "one\ntwö three\nend\n"}, b{.text = "one\ntwö tree\nend\n"};
    const Difference found = differ(a, b);
    ASSERT_EQ(found.worst.size(), 1U);
    EXPECT_EQ(found.worst[0].place.row, 1);
    EXPECT_EQ(found.worst[0].place.column, 5) << "code points, not bytes";
    EXPECT_EQ(found.all.compared, 3U);
    EXPECT_EQ(found.all.beyond, 1U);
    EXPECT_NE(std::get<visual::Text>(*found.picture).text.find("2 + twö tree"), std::string::npos);
    const Difference inserted = differ(a, visual::Text{.text = "one\nnew\ntwö three\nend\n"});
    EXPECT_EQ(inserted.all.beyond, 0U);
    EXPECT_EQ(inserted.extra, 1U) << "what follows an inserted line is the same";
    EXPECT_EQ(inserted.worst.at(0).text_b, "new");
    EXPECT_EQ(differ(a, visual::Text{.text = "one\ntwö three\nend"}).verdict, Verdict::Beyond)
        << "a last newline counts";
    EXPECT_EQ(differ(visual::Text{}, a).extra, 3U);
}

TEST(Difference, Tokens) {
    visual::Tokens a{.tokens = {"a", "b", "c"}, .scores = {0.1, 0.2, 0.3}}, b = a;
    b.tokens[1] = "x";
    b.scores[2] = 0.5;
    const Difference found = differ(a, b);
    EXPECT_EQ(found.all.beyond, 2U);
    EXPECT_EQ(found.worst.at(0).text_b, "x");
    EXPECT_EQ(found.worst.at(1).place.a, 2);
    EXPECT_EQ(std::get<Table>(*found.picture).rows.size(), 2U);
    b.tokens.push_back("d");
    EXPECT_EQ(differ(a, b).verdict, Verdict::Incomparable) << "scores must be one a token";
    b.scores.clear();
    EXPECT_EQ(differ(a, b).extra, 1U);
    EXPECT_FALSE(differ(a, b).unlike.empty());
}

TEST(Difference, CurvesAlignOnX) {
    visual::Series a{.lines = {{.name = "loss", .x = {0, 1, 2}, .y = {5, 4, 3}},
                               {.name = "gone", .x = {0}, .y = {1}}}};
    visual::Series b{.lines = {{.name = "loss", .x = {2, 1, 7}, .y = {3, 4.5, 9}}}};
    const Difference found = differ(a, b);
    EXPECT_EQ(found.matched, 2U);
    EXPECT_EQ(found.missing, 1U);
    EXPECT_EQ(found.extra, 1U);
    EXPECT_DOUBLE_EQ(found.all.max_abs, 0.5);
    EXPECT_EQ(found.unlike.size(), 1U);
    const auto& line = std::get<visual::Series>(*found.picture).lines.at(0);
    EXPECT_EQ(line.x, (std::vector<double>{1, 2}));
    EXPECT_EQ(line.y, (std::vector<double>{-0.5, 0}));
    a.lines[0].x = {kNaN, kNaN, 1};
    EXPECT_EQ(differ(a, a).verdict, Verdict::Equal);
    a.lines[0].y.pop_back();
    EXPECT_EQ(differ(a, b).verdict, Verdict::Incomparable);
}

TEST(Difference, Histograms) {
    visual::Histogram a{.min = 0, .max = 10, .counts = {1, 2, 3}}, b = a;
    b.counts[2] = 7;
    const Difference found = differ(a, b);
    EXPECT_DOUBLE_EQ(found.all.max_abs, 4);
    EXPECT_EQ(found.worst.at(0).place.a, 2);
    EXPECT_DOUBLE_EQ(std::get<visual::Series>(*found.picture).lines[0].y[2], -4);
    b.max = 11;
    EXPECT_EQ(differ(a, b).verdict, Verdict::Incomparable);
}

TEST(Difference, TablesByCell) {
    const Table a{.columns = {"name", "value"}, .rows = {{"x", "1.0"}, {"y", "2"}}, .full_rows = 2};
    Table b{.columns = {"value", "name"}, .rows = {{"1", "x"}, {"2.5", "y"}}, .full_rows = 2};
    const Difference found = differ(a, b);
    EXPECT_EQ(found.all.compared, 4U);
    EXPECT_EQ(found.all.beyond, 1U);
    EXPECT_DOUBLE_EQ(found.worst.at(0).apart, 0.5);
    EXPECT_EQ(found.worst.at(0).place.row, 1);
    EXPECT_EQ(found.worst.at(0).place.column, 1);
    EXPECT_EQ(differ(a, b, {.relative = 0.25}).verdict, Verdict::Within) << "1.0 is 1";
    b.rows[0][1] = "z";
    EXPECT_EQ(differ(a, b).worst.at(0).text_b, "z");
    b.rows.push_back({"3", "w"});
    EXPECT_EQ(differ(a, b).extra, 1U);
    b.columns[0] = "other";
    EXPECT_EQ(differ(a, b).unlike.size(), 2U);
    const Table ragged{.columns = {"name", "value"}, .rows = {{"x"}, {}}, .full_rows = 2};
    EXPECT_EQ(differ(a, ragged).all.beyond, 3U);
    const Table words{.columns = {"v"}, .rows = {{"1.5 m"}, {"nan"}}};
    EXPECT_EQ(differ(words, words).verdict, Verdict::Equal);
}

TEST(Difference, Models) {
    visual::ModelGraph a{.layers = {{.name = "conv", .type = "Conv2d", .parameters = 10},
                                    {.name = "head", .type = "Linear", .parameters = 20}},
                         .edges = {{0, 1}}};
    visual::ModelGraph b = a;
    b.layers[1].parameters = 25;
    EXPECT_DOUBLE_EQ(differ(a, b).all.max_abs, 5);
    b.layers[1].name = "tail";
    b.edges = {{0, 1}, {-4, 99}};
    const Difference found = differ(a, b);
    EXPECT_EQ(found.missing, 1U);
    EXPECT_EQ(found.extra, 1U);
    EXPECT_FALSE(found.unlike.empty());
}

}  // namespace
}  // namespace millrace::tests
