#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "engine/node.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/ops/kws/network_file.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 28;

struct NetworkFile {
    engine::Path path;

    static engine::NodeSpec spec() {
        return {
            .id = "spotting.network_file",
            .title = "Network of a device",
            .group = "Models",
            .doc = "Reads the int8 network that quantizers.to_device wrote, and checks all of it.",
            .outputs = {{"network", "[bytes] uint8, the file"}},
            .params = {{.name = "path",
                        .field = &NetworkFile::path,
                        .doc = "The .mkws file",
                        .required_path = true}},
            .pure = true,
            .resource = engine::Resource::Disk,
        };
    }

    std::uint64_t count() const { return 1; }
    std::vector<engine::Path> files(std::uint64_t) const { return {path}; }

    std::optional<types::Tensor> operator()(engine::Item item) const {
        if (item.number > 0) return std::nullopt;
        const std::vector<std::byte> bytes = visual::read_file_bytes(path.text, kMostBytes);
        ops::read_network({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        at::Tensor kept = at::empty({static_cast<std::int64_t>(bytes.size())}, at::kByte);
        std::memcpy(kept.data_ptr(), bytes.data(), bytes.size());
        return types::Tensor{std::move(kept)};
    }
};

}  // namespace

void register_network_file(engine::Registry& registry) { registry.add<NetworkFile>(); }

}  // namespace millrace::nodes
