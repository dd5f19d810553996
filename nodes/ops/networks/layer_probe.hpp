// Somebody who looks into a pass layer by layer and may have a layer read something else than the
// pass has for it. Forward functions of all architectures call the probe of their pass, where there
// is one; it belongs to the caller, and one pass at a time uses it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "nodes/ops/quant/end_codes.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::ops {

/// What of a layer is quantized.
enum class Rounded { Activations, Weights };

class LayerProbe {
public:
    virtual ~LayerProbe() = default;

    /// What `layer` shall read in place of `x`, of the same shape; `role` tells several inputs of a
    /// layer apart.
    virtual at::Tensor reads(const std::string& layer, std::string_view role,
                             const at::Tensor& x) = 0;
    /// What the layer gives to those after it.
    virtual void gives(const std::string& layer, const at::Tensor& y) = 0;
    /// The layer quantizes these; `count` may be called at once, or not at all.
    virtual void rounds(const std::string& layer, Rounded what,
                        const std::function<EndCodes()>& count) = 0;
};

}  // namespace millrace::ops
