#include "nodes/ops/draw/labels.hpp"

#include <cmath>

#include "tests/nodes/ops/draw/pictures.hpp"

namespace millrace::ops {
namespace {

using testing::changed;
using testing::pixel_of;
using testing::plain;

constexpr Rgb kInk = {255, 200, 90};

Label label_at(std::vector<Pixel> corners, double rank = 0) {
    return {.words = "Car", .color = kInk, .letter = 10, .rank = rank, .corners = corners};
}

TEST(Labels, StandAtTheirCorner) {
    types::Image image = plain(200, 100, {128, 128, 128});
    const types::Image before = image;
    Pen pen(image);
    Labels labels;
    labels.add(label_at({{40, 60}}));
    labels.draw(pen);
    const Pixel size = Pen::tag_size("Car", 10);
    const auto area = changed(before, image);
    EXPECT_NEAR(area.left, 40, 1);
    EXPECT_NEAR(area.right + 1, 40 + size.u, 1);
    EXPECT_NEAR(area.bottom + 1, 60, 1);
    EXPECT_NEAR(area.top, 60 - size.v, 1);
}

TEST(Labels, StayInsideThePicture) {
    for (const Pixel corner : {Pixel{-500, -500}, Pixel{900, 900}, Pixel{190, 3}}) {
        types::Image image = plain(200, 100, {128, 128, 128});
        const types::Image before = image;
        Pen pen(image);
        Labels labels;
        labels.add(label_at({corner}));
        labels.draw(pen);
        const auto area = changed(before, image);
        EXPECT_NEAR(area.right + 1 - area.left, Pen::tag_size("Car", 10).u, 1.5);
        EXPECT_NEAR(area.bottom + 1 - area.top, Pen::tag_size("Car", 10).v, 1.5);
    }
}

TEST(Labels, NearOnesGoFirstAndNoneCoversAnother) {
    types::Image both = plain(200, 100, {128, 128, 128}), one = both, moved = both;
    {
        Pen pen(both);
        Labels labels;
        labels.add({.words = "far", .color = kInk, .letter = 10, .rank = 9, .corners = {{50, 50}}});
        labels.add(label_at({{52, 52}}, 1));
        labels.draw(pen);
    }
    {
        Pen pen(one);
        Labels labels;
        labels.add(label_at({{52, 52}}));
        labels.draw(pen);
    }
    EXPECT_EQ(both.bytes, one.bytes);
    {
        Pen pen(moved);
        Labels labels;
        labels.add({.words = "far",
                    .color = kInk,
                    .letter = 10,
                    .rank = 9,
                    .corners = {{50, 50}, {120, 90}}});
        labels.add(label_at({{52, 52}}, 1));
        labels.draw(pen);
    }
    EXPECT_EQ(changed(one, moved).left, 120);
}

TEST(Labels, KeepOutOfWhatIsKeptFree) {
    types::Image image = plain(200, 100);
    const types::Image before = image;
    Pen pen(image);
    Labels labels;
    labels.keep_free({0, 0, 200, 100});
    labels.add(label_at({{50, 50}}));
    labels.draw(pen);
    EXPECT_EQ(image.bytes, before.bytes);
}

TEST(Labels, ThoseWithoutAPlaceAreLeftOut) {
    types::Image image = plain(20, 10);
    const types::Image before = image;
    Pen pen(image);
    Labels labels;
    labels.add(label_at({{5, 9}}));  // wider than the image
    labels.add(label_at({}));
    labels.add(label_at({{std::nanf(""), 5}}));
    labels.add({.words = "", .corners = {{5, 9}}});
    labels.draw(pen);
    EXPECT_EQ(image.bytes, before.bytes);
}

TEST(Labels, ARankThatIsNoNumberComesLast) {
    types::Image mixed = plain(200, 100), alone = mixed;
    Labels labels, one;
    // Enough of them that an undefined order would show.
    for (int i = 0; i < 40; ++i) labels.add(label_at({{50, 50}}, std::nan("")));
    labels.add({.words = "near", .color = kInk, .rank = 2, .corners = {{50, 50}}});
    for (int i = 0; i < 40; ++i) labels.add(label_at({{50, 50}}, i % 2 ? std::nan("") : 3));
    one.add({.words = "near", .color = kInk, .rank = 2, .corners = {{50, 50}}});
    Pen pen(mixed), other(alone);
    labels.draw(pen);
    one.draw(other);
    EXPECT_EQ(mixed.bytes, alone.bytes);
}

TEST(BoxWords, TellWhatIsKnown) {
    EXPECT_EQ(box_words("Car", 1, 12.34), "Car 12.3 m");
    EXPECT_EQ(box_words("Car", 0.871, 5), "Car 87% 5.0 m");
    EXPECT_EQ(box_words("", 1, 5), "5.0 m");
    EXPECT_EQ(box_words("Van", 1, std::nan("")), "Van");
    EXPECT_EQ(box_words("", 0.5, std::nan("")), "50%");
}

}  // namespace
}  // namespace millrace::ops
