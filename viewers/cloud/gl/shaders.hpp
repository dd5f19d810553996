// The programs of the OpenGL renderer, GLSL 3.30. Each repeats in single precision what a source of
// engine/visual/scene does for the software renderer, so that both show one picture: points as
// splat.cpp and point_grow.cpp, light and background as shade.cpp, images as images.cpp, lines as
// lines.cpp. All targets have the picture's top row first.
#pragma once

namespace millrace::viewers::gl {

extern const char* const kPointVertex;
extern const char* const kPointFragment;
/// One triangle over the whole target.
extern const char* const kWholeVertex;
extern const char* const kShadeFragment;
extern const char* const kImageFragment;
extern const char* const kScreenFragment;  ///< depths of images
extern const char* const kLineVertex;
extern const char* const kLineFragment;

}  // namespace millrace::viewers::gl
