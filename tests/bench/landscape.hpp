// What the benchmarks of the renderers share: a cloud, a look, a stopwatch.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/visual/cloud.hpp"
#include "engine/visual/scene/style.hpp"

namespace millrace::visual {

inline constexpr int kWidth = 1280, kHeight = 720;

double seconds(const std::function<void()>& work);
/// Of `rounds` calls, in seconds.
double median(int rounds, const std::function<void()>& work);
/// The median.
double middle(std::vector<double> values);
/// Rolling ground with walls, 200 m wide, points in no order, with an intensity.
std::shared_ptr<Cloud> landscape(std::size_t count);
/// Points and background, as GL_POINTS would draw them.
Style bare();

}  // namespace millrace::visual
