// The payload types that fuzz targets and their seeds know: the engine's, and those of nodes/types
// without a library.
#pragma once

#include <map>
#include <string>

#include "engine/packet.hpp"
#include "nodes/types/boxes.hpp"
#include "nodes/types/calibration.hpp"
#include "nodes/types/image.hpp"
#include "nodes/types/point_cloud.hpp"
#include "nodes/types/table.hpp"

namespace millrace::fuzz {

class Payloads : public engine::PayloadLookup {
public:
    Payloads() {
        add<double>();
        add<engine::Value>();
        add<engine::List>();
        add<types::PointCloud>();
        add<types::Image>();
        add<types::Boxes2d>();
        add<types::Boxes3d>();
        add<types::Calibration>();
        add<types::Table>();
        add<types::Metrics>();
        add<types::Text>();
    }
    const engine::PayloadType* find_payload(std::string_view name) const override {
        const auto found = types_.find(name);
        return found == types_.end() ? nullptr : found->second;
    }

private:
    template <engine::Payload T>
    void add() {
        const engine::PayloadType& type = engine::payload_type<T>();
        types_[type.name] = &type;
    }

    std::map<std::string, const engine::PayloadType*, std::less<>> types_;
};

}  // namespace millrace::fuzz
