// What this computer's OpenGL is, found out once by making a small context. Qt wants that on the
// window thread, where loading a driver takes 50 to 250 ms the first time, so it is done when the
// window rests, and not at all where there can't be a graphics card.
#pragma once

#include <QString>

namespace millrace::viewers::gl {

struct Driver {
    QString name;       ///< as the driver calls itself
    bool card = false;  ///< a graphics card draws, not the processor
    QString fault;      ///< why it can't be used, in a sentence; empty when it can
};

const Driver& driver();

/// False when the system has no device of a graphics card; costs next to nothing.
bool may_have_card();

/// Whether a driver of this name draws by the processor.
bool is_software(const QString& name);

}  // namespace millrace::viewers::gl
