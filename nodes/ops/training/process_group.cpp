#include "nodes/ops/training/process_group.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "nodes/ops/training/optimizer_state.hpp"
#include "nodes/ops/training/peers.hpp"

namespace millrace::ops {
namespace {

using std::chrono::milliseconds;
using training::Combination;
using training::fail;

constexpr std::size_t kBucketBytes = 32 << 20;

/// Names, types and shapes, in their order.
std::string signature(const NamedTensors& tensors) {
    std::string text;
    for (const auto& [name, tensor] : tensors) {
        if (!tensor.defined() || !tensor.device().is_cpu() || tensor.layout() != at::kStrided)
            fail("E-DIST-010", fmt::format("The tensor {} cannot travel between ranks", name),
                 "a dense tensor on the CPU",
                 tensor.defined() ? std::string(tensor.toString()) : "no tensor", "Convert it.");
        text += fmt::format("{} {} [{}], ", name, tensor.toString(),
                            fmt::join(tensor.sizes().vec(), ", "));
    }
    return text;
}

void check_types(const NamedTensors& tensors) {
    for (const auto& [name, tensor] : tensors) {
        const auto type = tensor.scalar_type();
        if (type == at::kFloat || type == at::kDouble || type == at::kHalf || type == at::kLong ||
            type == at::kInt || type == at::kChar || type == at::kByte)
            continue;
        fail("E-DIST-010", fmt::format("The tensor {} cannot be summed over ranks", name),
             "float16, 32, 64, int8, 32, 64 or uint8", std::string(tensor.toString()),
             "Convert it.");
    }
}

/// Joins tensors of one type into few buckets, in the order of names, and writes back what `call`
/// makes of each bucket. `part` gives the flat form that travels.
template <class Part, class Call>
void in_buckets(const NamedTensors& tensors, const Part& part, const Call& call) {
    const at::NoGradGuard no_grad;
    struct Bucket {
        std::vector<at::Tensor> targets, parts;
        std::size_t bytes = 0;
    };
    std::map<at::ScalarType, Bucket> open;
    const auto send = [&](Bucket& bucket) {
        at::Tensor flat = at::cat(bucket.parts);
        call(flat);
        std::int64_t start = 0;
        for (std::size_t index = 0; index < bucket.parts.size(); ++index) {
            const std::int64_t count = bucket.parts[index].numel();
            at::Tensor& target = bucket.targets[index];
            at::Tensor result = flat.narrow(0, start, count);
            // Bytes become numbers only where numbers may start.
            if (result.scalar_type() != target.scalar_type())
                result = result.clone().view(target.scalar_type());
            target.copy_(result.view(target.sizes()));
            start += count;
        }
        bucket = {};
    };
    for (const auto& [name, tensor] : tensors) {
        if (tensor.numel() == 0) continue;
        at::Tensor flat = part(tensor.detach().reshape({-1}));
        Bucket& bucket = open[flat.scalar_type()];
        bucket.targets.push_back(tensor.detach());
        bucket.bytes += flat.nbytes();
        bucket.parts.push_back(std::move(flat));
        if (bucket.bytes >= kBucketBytes) send(bucket);
    }
    for (auto& [type, bucket] : open)
        if (!bucket.parts.empty()) send(bucket);
}

at::Tensor as_tensor(std::vector<double>& values) {
    return at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, at::kDouble);
}

void check_numbers(const std::vector<double>& values) {
    if (std::none_of(values.begin(), values.end(), [](double value) { return std::isnan(value); }))
        return;
    fail("E-DIST-010", "A number to compare between ranks is NaN", "numbers", "NaN",
         "Leave out the batch that gave it.");
}

milliseconds checked_timeout(double seconds) {
    if (seconds > 0 && seconds <= 86400) return milliseconds(std::lround(seconds * 1000));
    fail("E-DIST-003", "The timeout for other ranks is out of range", "above 0 to 86400 s",
         fmt::format("{} s", seconds), "Set it within that range.");
}

const Ranks& checked(const Ranks& ranks) {
    if (ranks.world_size >= 1 && ranks.world_size <= kMostRanks && ranks.rank >= 0 &&
        ranks.rank < ranks.world_size && ranks.master_port >= 1 && ranks.master_port <= 65535)
        return ranks;
    fail("E-DIST-001", "There is no such rank",
         fmt::format("a rank below the world size of at most {}, port 1 to 65535", kMostRanks),
         fmt::format("rank {} of {}, port {}", ranks.rank, ranks.world_size, ranks.master_port),
         "Correct them.");
}

}  // namespace

ProcessGroup::ProcessGroup(const Ranks& ranks, double timeout_seconds, std::function<bool()> stop,
                           const std::string& name)
    : peers_(std::make_unique<training::Peers>(checked(ranks), checked_timeout(timeout_seconds),
                                               std::move(stop), name)) {}

ProcessGroup::~ProcessGroup() = default;

int ProcessGroup::rank() const { return peers_->ranks().rank; }
int ProcessGroup::size() const { return peers_->ranks().world_size; }

void ProcessGroup::agree(std::string_view what, std::string_view text) {
    peers_->begin(std::string(what), text);
}

void ProcessGroup::sum(NamedTensors& tensors) {
    const std::string described = signature(tensors);
    check_types(tensors);
    peers_->begin("a sum of tensors", described);
    if (size() == 1) return;
    in_buckets(
        tensors, [](const at::Tensor& flat) { return flat; },
        [&](at::Tensor& flat) { peers_->reduce("a sum of tensors", flat, Combination::Sum); });
}

void ProcessGroup::sum(std::vector<double>& values) {
    peers_->begin("a sum of numbers", std::to_string(values.size()));
    if (size() > 1) peers_->reduce("a sum of numbers", as_tensor(values), Combination::Sum);
}

void ProcessGroup::minimum(std::vector<double>& values) {
    check_numbers(values);
    peers_->begin("a minimum of numbers", std::to_string(values.size()));
    if (size() > 1) peers_->reduce("a minimum of numbers", as_tensor(values), Combination::Least);
}

void ProcessGroup::maximum(std::vector<double>& values) {
    check_numbers(values);
    peers_->begin("a maximum of numbers", std::to_string(values.size()));
    if (size() > 1)
        peers_->reduce("a maximum of numbers", as_tensor(values), Combination::Greatest);
}

void ProcessGroup::broadcast(NamedTensors& tensors, int root) {
    if (root < 0 || root >= size())
        fail("E-DIST-010", "There is no such rank to broadcast from",
             fmt::format("0 to {}", size() - 1), std::to_string(root), "Correct it.");
    peers_->begin(fmt::format("a broadcast from rank {}", root), signature(tensors));
    if (size() == 1) return;
    in_buckets(
        tensors, [](const at::Tensor& flat) { return flat.contiguous().view(at::kByte); },
        [&](at::Tensor& flat) { peers_->broadcast("a broadcast", flat, root); });
}

void ProcessGroup::barrier() { peers_->begin("a barrier", ""); }

std::vector<std::string> ProcessGroup::gather(std::string_view text) {
    if (size() == 1) return {std::string(text)};
    peers_->begin("a gathering of texts", "");
    return peers_->gather(text);
}

}  // namespace millrace::ops
