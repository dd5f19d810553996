// What this computer's OpenGL is, found out once by making a small context. Loading a driver takes
// 50 to 500 ms the first time, so it is done on a thread of its own once the window rests, and not
// at all where there can't be a graphics card.
#pragma once

#include <QString>
#include <memory>

class QOffscreenSurface;

namespace millrace::viewers::gl {

struct Driver {
    QString name;       ///< as the driver calls itself
    bool card = false;  ///< a graphics card draws, not the processor
    QString fault;      ///< why it can't be used, in a sentence; empty when it can
};

/// What a context needs to be made on any thread; to be made and deleted on the window thread.
std::unique_ptr<QOffscreenSurface> make_surface();

/// Whether this system's contexts may be used on other threads than the window's.
bool can_look_beside_window();

/// Makes a context and asks it.
Driver look_at(QOffscreenSurface& surface);

/// As look_at() the first time, which other threads wait for; afterwards what was found then.
/// Without a surface on the window thread alone.
const Driver& driver(QOffscreenSurface* surface = nullptr);

/// False when the system has no device of a graphics card; costs next to nothing.
bool may_have_card();

/// Whether a driver of this name draws by the processor.
bool is_software(const QString& name);

}  // namespace millrace::viewers::gl
