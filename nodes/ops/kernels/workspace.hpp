// Scratch memory and helping threads for products, kept from call to call: memory grows to what the
// largest product needs, after which no call takes any. At most 4 MiB a thread up to 100,000
// columns. One workspace serves one call at a time.
#pragma once

#include <cstdint>
#include <memory>

namespace millrace::ops {

namespace kernels {
class Crew;
}

class ProductWorkspace {
public:
    ProductWorkspace();
    ~ProductWorkspace();
    ProductWorkspace(ProductWorkspace&&) noexcept;
    ProductWorkspace& operator=(ProductWorkspace&&) noexcept;

    /// At least `bytes`, aligned to 64; what was there before is lost.
    std::uint8_t* take(std::int64_t bytes);
    std::int64_t bytes() const { return bytes_; }

    /// each(thread, i) for every i below `count`, on the calling thread and, as far as they are
    /// free, others, `threads` together; `thread` is below `threads`. Parts are handed out one by
    /// one and nobody waits for a thread that has not begun, so other work on a core holds nothing
    /// up.
    template <class Each>
    void for_each_part(int threads, std::int64_t count, const Each& each) {
        if (threads == 1 || count < 2) {
            for (std::int64_t i = 0; i < count; ++i) each(0, i);
            return;
        }
        run_parts(threads, count, &each, [](const void* context, int thread, std::int64_t i) {
            (*static_cast<const Each*>(context))(thread, i);
        });
    }

private:
    void run_parts(int threads, std::int64_t count, const void* context,
                   void (*each)(const void*, int, std::int64_t));

    std::shared_ptr<std::uint8_t> memory_;
    std::int64_t bytes_ = 0;
    std::unique_ptr<kernels::Crew> crew_;
};

}  // namespace millrace::ops
