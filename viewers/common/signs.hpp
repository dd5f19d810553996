// The signs of a player, drawn in the theme's colours: the style's own are black on black.
#pragma once

#include <QIcon>
#include <QPalette>

namespace millrace::viewers {

enum class PlayerSign { First, Back, Play, Pause, Next, Last, Loop, Stop };

/// 18 pixels a side at `ratio` device pixels a pixel; fainter where it can't be used.
QIcon player_icon(PlayerSign sign, const QPalette& palette, double ratio);

}  // namespace millrace::viewers
