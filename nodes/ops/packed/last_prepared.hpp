// What was made ready of the packed model that came last, for as long as the same one comes again:
// making it ready reads and copies all of it, which for each text would take longer than the text.
// Any thread; one that needs what another makes ready waits.
#pragma once

#include <memory>
#include <mutex>

#include "nodes/types/packed_model.hpp"

namespace millrace::ops {

/// `Prepared` is made from a PackedModel: PackedBart, PackedLlama.
template <class Prepared>
class LastPrepared {
public:
    /// Throws what Prepared's constructor throws; then what was there stays.
    std::shared_ptr<const Prepared> of(const types::PackedModel& model) {
        const std::scoped_lock lock(mutex_);
        if (!prepared_ || !types::share_tensors(model_, model)) {
            prepared_ = std::make_shared<const Prepared>(model);
            model_ = model;
        }
        return prepared_;
    }

private:
    std::mutex mutex_;
    types::PackedModel model_;  ///< holds the tensors, so that no other can be taken for them
    std::shared_ptr<const Prepared> prepared_;
};

}  // namespace millrace::ops
