// The worker itself: answers a client over two descriptors until it is gone. See
// resources/help/worker-protocol.md.
#pragma once

#include "engine/worker/session.hpp"

namespace millrace::engine::worker {

/// Serves until the client closes its end, or sends what can't be followed; a run that is under way
/// then is stopped. Takes both descriptors. Gives true when the client went in good order. A run
/// that does not end within two seconds after its client has gone is ended with the process, exit
/// code 130.
bool serve(int in, int out, Setup setup);

}  // namespace millrace::engine::worker
