// One sample of each payload of nodes/types/, and the same with one thing changed, for tests that
// hold for all of them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/packet.hpp"
#include "nodes/types/activations.hpp"
#include "nodes/types/audio.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/curves.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/model.hpp"
#include "nodes/types/point_cloud.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::types::testing {

/// Knows every payload of nodes/types/.
class Payloads final : public engine::PayloadLookup {
public:
    const engine::PayloadType* find_payload(std::string_view name) const override;
};

struct Sample {
    std::string name;
    engine::Packet packet;
};

/// Each payload once, with every field set to something that is not its default.
std::vector<Sample> samples();
/// Each payload without anything in it.
std::vector<Sample> empty_samples();
/// Each payload with NaN, infinities, -0.0 and the ends of ranges wherever it takes numbers, and
/// texts that are no UTF-8 wherever it takes text.
std::vector<Sample> odd_samples();

/// A sample of samples() and what it becomes when one field is changed; `name` says which.
struct Change {
    std::string name;
    engine::Packet before, after;
};
std::vector<Change> changes();

Activations sample_activations();
Audio sample_audio();
Boxes2d sample_boxes2d();
Boxes3d sample_boxes3d();
Calibration sample_calibration();
Curves sample_curves();
Image sample_image();
Metrics sample_metrics();
Model sample_model();
PointCloud sample_cloud();
Table sample_table();
Tensor sample_tensor();

}  // namespace millrace::types::testing
