// How many threads the libraries' own pools get where nobody says. Plain function, any thread.
#pragma once

namespace millrace::engine {

/// What OMP_NUM_THREADS says, where it says less than `threads`.
int library_threads_at_most(int threads);

}  // namespace millrace::engine
