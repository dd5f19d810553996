// The canvas of the software renderer: its frame is painted as an image. Window thread only.
#pragma once

#include "viewers/cloud/canvas.hpp"

namespace millrace::viewers {

class SplatCanvas final : public Canvas {
public:
    void draw(const Task& task, bool changed) override;
    void paint(QWidget& view, const PaintOver& over) override;
    bool complete() const override { return renderer_.complete(); }
    std::size_t drawn() const override { return renderer_.drawn(); }
    std::size_t in_sight() const override { return renderer_.in_sight(); }
    const std::optional<visual::Projector>& projector() const override {
        return renderer_.projector();
    }
    std::optional<visual::Picked> pick(int x, int y, int radius, bool whole) const override;
    std::vector<std::vector<std::uint32_t>> visible_on(const visual::PixelMask& mask) override {
        return renderer_.visible_on(mask);
    }
    std::vector<visual::LabelAnchor> label_anchors() override;

private:
    static constexpr std::size_t kMostAtOnce = 20'000'000;
    visual::SplatRenderer renderer_;
    Pace pace_{kMostAtOnce};
    visual::Scene scene_;  ///< of the last picture
    visual::View view_;
    visual::Style style_;
    QSize size_;
};

}  // namespace millrace::viewers
