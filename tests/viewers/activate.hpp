// Makes a shown window the one that keys go to. Without a window manager X forgets a request for
// the focus that comes while another window goes away, so asking once and waiting is a test that
// fails now and then.
#pragma once

#include <QTest>
#include <QWidget>

namespace millrace::tests {

/// Whether `window`, which is shown, became active within some seconds.
inline bool activate(QWidget& window) {
    for (int tries = 0; tries < 20; ++tries) {
        window.activateWindow();
        if (QTest::qWaitForWindowActive(&window, 500)) return true;
    }
    return false;
}

}  // namespace millrace::tests
