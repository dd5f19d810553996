#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/node.hpp"
#include "engine/visual/io/files.hpp"
#include "nodes/ops/words.hpp"
#include "nodes/types/table.hpp"
#include "nodes/types/tensor.hpp"

namespace millrace::nodes {
namespace {

constexpr std::uint64_t kMostLabelBytes = std::uint64_t{16} << 20;

struct TopLabels {
    int count = 5;
    bool softmax = true;
    std::string labels;
    engine::Path labels_file;

    static engine::NodeSpec spec() {
        using S = TopLabels;
        return {
            .id = "networks.top_labels",
            .title = "Best labels",
            .group = "Models",
            .doc =
                "Reads the scores of a classifier: the best classes with their names. "
                "Of equal scores the class of the lower number comes first.",
            .inputs = {{"scores",
                        "[classes] or [1, classes], with more ones anywhere; any real "
                        "type"}},
            .outputs = {{"best", "name of the best class, or its number from 0"},
                        {"table", "number, label and score of the best, the best first"},
                        {"probabilities", "[classes] float32; the scores where softmax is off"}},
            .params = {{.name = "count",
                        .field = &S::count,
                        .range = {1, 1 << 20},
                        .doc = "How many classes the table has, at most"},
                       {.name = "softmax",
                        .field = &S::softmax,
                        .doc = "Scores are logits and become probabilities"},
                       {.name = "labels",
                        .field = &S::labels,
                        .doc = "Names of the classes in their order, parted by blanks or commas"},
                       {.name = "labels_file",
                        .field = &S::labels_file,
                        .doc = "A text file with a name a line, instead of \"labels\"",
                        .existing_path = true}},
            .tags = {"classification", "argmax", "softmax", "logits", "top-k"},
            .example = R"("nodes": {
    "source": {"type": "loaders.scene", "version": 1},
    "tensor": {"type": "networks.image_to_tensor", "version": 1,
        "params": {"width": 224, "height": 224}},
    "net": {"type": "networks.onnx", "version": 1, "params": {"path": "net.onnx"}},
    "top": {"type": "networks.top_labels", "version": 1, "params": {"labels_file": "labels.txt"}}},
"wires": [
    {"from": "source.image", "to": "tensor.image"}, {"from": "tensor.tensor", "to": "net.input"},
    {"from": "net.output", "to": "top.scores"}])",
        };
    }

    std::vector<engine::Problem> check() const {
        if (labels.empty() || labels_file.text.empty()) return {};
        return {{.what = "Labels are given twice",
                 .expected = "\"labels\" or \"labels_file\"",
                 .found = "both",
                 .where = "labels",
                 .mend = "Leave one of the two empty."}};
    }

    std::vector<engine::Path> files(std::uint64_t) const {
        return labels_file.text.empty() ? std::vector<engine::Path>{}
                                        : std::vector<engine::Path>{labels_file};
    }

    void start() {
        names_ = labels_file.text.empty() ? ops::words_of(labels) : lines_of(labels_file.text);
    }

    std::tuple<types::Text, types::Table, types::Tensor> operator()(
        const types::Tensor& scores) const {
        at::Tensor values = checked(scores.value);
        if (softmax) values = probabilities(values);
        const auto* numbers = values.data_ptr<float>();
        std::vector<std::int64_t> order(static_cast<std::size_t>(values.numel()));
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
        const std::size_t most = std::min(order.size(), static_cast<std::size_t>(count));
        std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(most),
                                  [&](std::int64_t a, std::int64_t b) {
                                      return numbers[a] != numbers[b] ? numbers[a] > numbers[b]
                                                                      : a < b;
                                  });
        order.resize(most);
        std::vector<std::string> found;
        std::vector<double> kept;
        for (const std::int64_t number : order) {
            found.push_back(name_of(number));
            kept.push_back(numbers[number]);
        }
        types::Text best{found.front()};
        return {std::move(best),
                types::Table{{{"number", std::move(order)},
                              {"label", std::move(found)},
                              {"score", std::move(kept)}}},
                types::Tensor{values}};
    }

private:
    [[noreturn]] static void refuse(std::string what, std::string expected, std::string found,
                                    std::string mend) {
        throw engine::Error({.code = "E-PORT-008",
                             .what = std::move(what),
                             .expected = std::move(expected),
                             .found = std::move(found),
                             .mend = std::move(mend)});
    }

    static std::vector<std::string> lines_of(const std::string& file) {
        const std::vector<std::byte> bytes = visual::read_file_bytes(file, kMostLabelBytes);
        std::vector<std::string> lines;
        std::string line;
        for (const std::byte byte : bytes) {
            const char letter = static_cast<char>(byte);
            if (letter == '\n')
                lines.push_back(std::exchange(line, {}));
            else if (letter != '\r')
                line += letter;
        }
        if (!line.empty()) lines.push_back(std::move(line));
        return lines;
    }

    at::Tensor checked(const at::Tensor& scores) const {
        if (!scores.defined() || scores.layout() != at::kStrided || scores.is_complex() ||
            scores.numel() < 1)
            refuse("These are no scores", "a dense tensor of numbers", "none",
                   "Connect the output of a classifier.");
        const bool is_row =
            std::ranges::count_if(scores.sizes(), [](auto n) { return n > 1; }) <= 1;
        if (!is_row)
            refuse("These are the scores of several items", "one row of scores",
                   fmt::format("[{}]", fmt::join(scores.sizes().vec(), ", ")),
                   "Give the network a batch of one.");
        if (!names_.empty() && !std::cmp_equal(names_.size(), scores.numel()))
            refuse("There is not a label for each score", fmt::format("{}", scores.numel()),
                   fmt::format("{} labels", names_.size()),
                   "Correct the labels, or leave them empty.");
        const at::Tensor values = scores.detach().to(at::kCPU, at::kFloat).flatten().contiguous();
        if (at::isnan(values).any().item<bool>())
            refuse("A score is no number", "numbers", "NaN",
                   "Look at the network and what it was given.");
        return values;
    }

    static at::Tensor probabilities(const at::Tensor& logits) {
        if (!std::isfinite(logits.max().item<float>()))
            refuse("The scores are no logits", "numbers below infinity, one of them finite",
                   fmt::format("{} as the largest", logits.max().item<float>()),
                   "Turn softmax off, or look at the network.");
        return logits.softmax(0);
    }

    std::string name_of(std::int64_t number) const {
        return names_.empty() ? std::to_string(number) : names_[static_cast<std::size_t>(number)];
    }

    std::vector<std::string> names_;
};

}  // namespace

void register_top_labels(engine::Registry& registry) { registry.add<TopLabels>(); }

}  // namespace millrace::nodes
