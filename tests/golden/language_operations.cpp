// Adapters from the cases of language models' files to nodes/ops.
#include <ATen/ATen.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/random.hpp"
#include "nodes/ops/language/llama2c_file.hpp"
#include "nodes/ops/language/llama_steps.hpp"
#include "nodes/ops/quant/smooth_quant.hpp"
#include "nodes/ops/tokenizers/tokenizer.hpp"
#include "tests/golden/torch_items.hpp"
#include "tests/golden/tree.hpp"

namespace millrace::golden {
namespace {

constexpr std::int64_t kBegin = 1;  // also ends a text of this checkpoint

std::int64_t whole(const Case& given, std::string_view name) {
    return static_cast<std::int64_t>(given.param(name));
}

std::vector<std::int64_t> positions(std::int64_t first, std::int64_t count) {
    std::vector<std::int64_t> positions(static_cast<std::size_t>(count));
    std::iota(positions.begin(), positions.end(), first);
    return positions;
}

Members rmsnorm(const Case& given) {
    return {{"y", from_torch(ops::apply_norm(to_torch(given.input("x")),
                                             {.kind = ops::NormKind::Rms,
                                              .weight = to_torch(given.input("w")),
                                              .epsilon = given.param("eps")}))}};
}

Members rotary(const Case& given) {
    const at::Tensor x = to_torch(given.input("x"));
    const auto turned = [&](ops::RotaryLayout layout) {
        const ops::Rotation rotary(positions(whole(given, "first_position"), x.size(1)), x.size(2),
                                   given.param("base"), layout);
        return from_torch(rotary(x));
    };
    return {{"interleaved", turned(ops::RotaryLayout::Interleaved)},
            {"half_split", turned(ops::RotaryLayout::Halves)}};
}

/// The layer with each layout, and token by token with a cache.
class Block {
public:
    explicit Block(const Case& given)
        : given_(given),
          x_(to_torch(given.input("x")).unsqueeze(0)),
          options_{.heads = static_cast<int>(whole(given, "heads")),
                   .key_value_heads = static_cast<int>(whole(given, "kv_heads")),
                   .norm_epsilon = given.param("eps")} {
        static const std::map<std::string, std::string> names = {
            {"self_attn.q_proj", "wq"},
            {"self_attn.k_proj", "wk"},
            {"self_attn.v_proj", "wv"},
            {"self_attn.o_proj", "wo"},
            {"mlp.gate_proj", "w1"},
            {"mlp.down_proj", "w2"},
            {"mlp.up_proj", "w3"},
            {"input_layernorm", "attention_norm"},
            {"post_attention_layernorm", "ffn_norm"}};
        for (const auto& [name, input] : names)
            parameters_[name + ".weight"] = to_torch(given.input(input));
    }

    Members outputs() const {
        at::Tensor probabilities;
        const ops::Watch watch = [&](const std::string& name, const at::Tensor& tensor) {
            if (name == "self_attn/attention") probabilities = tensor;
        };
        const auto layer = ops::llama_layer(x_, rotary(0, time(), ops::RotaryLayout::Interleaved),
                                            parameters_, options_, {.watch = &watch});
        const auto halves = ops::llama_layer(x_, rotary(0, time(), ops::RotaryLayout::Halves),
                                             parameters_, options_);
        const at::Tensor &query = parameters_.at("self_attn.q_proj.weight"),
                         &key = parameters_.at("self_attn.k_proj.weight");
        Members outputs = {{"y", from_torch(layer.hidden[0])},
                           {"attention_out", from_torch(layer.attention[0])},
                           {"attention_probs", from_torch(probabilities[0])},
                           {"y_half_split_same_weights", from_torch(halves.hidden[0])},
                           {"wq_permuted_to_half_split",
                            from_torch(ops::halves_from_interleaved(query, options_.heads))},
                           {"wk_permuted_to_half_split", from_torch(ops::halves_from_interleaved(
                                                             key, options_.key_value_heads))}};
        const at::Tensor stepped = token_by_token();
        // The file says that they are the same numbers; where not, the comparison shall see it.
        if (!at::allclose(stepped, layer.hidden, 1e-5, 1e-5)) outputs["y"] = from_torch(stepped[0]);
        return outputs;
    }

private:
    std::int64_t time() const { return x_.size(1); }

    ops::Rotation rotary(std::int64_t first, std::int64_t count, ops::RotaryLayout layout) const {
        return {positions(first, count), whole(given_, "dim") / options_.heads,
                given_.param("rope_base"), layout};
    }

    at::Tensor token_by_token() const {
        const std::int64_t width = whole(given_, "dim") / options_.heads;
        const auto kept = [&] {
            return at::zeros({1, options_.key_value_heads, time(), width}, at::kFloat);
        };
        ops::LayerCache cache{.keys = kept(), .values = kept()};
        std::vector<at::Tensor> outputs;
        for (; cache.length < time(); ++cache.length) {
            const auto turn = rotary(cache.length, 1, ops::RotaryLayout::Interleaved);
            outputs.push_back(ops::llama_layer(x_.narrow(1, cache.length, 1), turn, parameters_,
                                               options_, {.cache = &cache})
                                  .hidden);
        }
        return at::cat(outputs, 1);
    }

    const Case& given_;
    at::Tensor x_;
    ops::NamedTensors parameters_;
    ops::LlamaLayerOptions options_;
};

Members llama_block(const Case& given) { return Block(given).outputs(); }

List integers(const std::vector<std::int64_t>& values) {
    List list;
    for (const std::int64_t value : values) list.push_back({value});
    return list;
}

Item numbers(std::span<const float> values, std::size_t count) {
    List list;
    for (std::size_t i = 0; i < std::min(count, values.size()); ++i)
        list.push_back({static_cast<double>(values[i])});
    return {std::move(list)};
}

Item likeliest(std::span<const float> logits, std::size_t count) {
    std::vector<std::size_t> order(logits.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](auto a, auto b) { return logits[a] > logits[b]; });
    List list;
    for (std::size_t i = 0; i < count; ++i) {
        list.push_back(
            {List{{static_cast<std::int64_t>(order[i])}, {static_cast<double>(logits[order[i]])}}});
    }
    return {std::move(list)};
}

std::span<const float> row_of(const at::Tensor& logits, std::int64_t row) {
    return {logits.data_ptr<float>() + row * logits.size(1),
            static_cast<std::size_t>(logits.size(1))};
}

/// A whole text from a real checkpoint.
class Stories {
public:
    explicit Stories(const Case& given) {
        const List& files = given.inputs.at("files").list();
        const auto file = [&](std::size_t i) {
            return folder() / std::get<std::string>(files.at(i).value);
        };
        const types::Model model = ops::load_llama2c(file(0));
        llama_.emplace(model.spec);
        parameters_ = model.parameters;
        tokenizer_ = ops::load_tokenizer(file(1));
    }

    Members row(const Members& want) const {
        const std::string& prompt = std::get<std::string>(want.at("prompt").value);
        const auto steps = static_cast<std::int64_t>(want.at("steps").number());
        const auto encoded = tokenizer_->encode(prompt, {.begin = ops::Marker::With});
        const std::vector<std::int64_t> begin(encoded.begin(), encoded.end());
        std::vector<std::int64_t> ids = begin;
        ops::LlamaSteps model(*llama_, parameters_);
        engine::Random random(0, "golden", 0);
        const auto made =
            ops::generate(model, begin,
                          {.most_tokens = steps + 1 - static_cast<std::int64_t>(begin.size()),
                           .end_tokens = {kBegin}},
                          random);
        ids.insert(ids.end(), made.tokens.begin(), made.tokens.end());
        const std::string text =
            tokenizer_->decode(std::vector<ops::TokenId>(ids.begin(), ids.end()));
        if (made.ending == ops::Ending::EndToken) ids.push_back(made.end_token);

        const at::Tensor logits =
            ops::forward(*llama_, parameters_, at::tensor(ids, at::kLong).unsqueeze(0))[0]
                .contiguous();
        const auto last = static_cast<std::int64_t>(ids.size()) - 1,
                   first = static_cast<std::int64_t>(begin.size()) - 1;
        const at::Tensor best = std::get<0>(logits.narrow(0, first, last - first).topk(2));
        const at::Tensor loss =
            at::nll_loss(logits.narrow(0, 0, last).to(at::kDouble).log_softmax(-1),
                         at::tensor(ids, at::kLong).narrow(0, 1, last));
        return {{"prompt", {prompt}},
                {"steps", {steps}},
                {"prompt_ids", {integers(begin)}},
                {"token_ids", {integers(ids)}},
                {"text", {text}},
                {"smallest_top1_top2_margin",
                 {(best.select(1, 0) - best.select(1, 1)).min().item<double>()}},
                {"logits_after_prompt_first16", numbers(row_of(logits, first), 16)},
                {"logits_last_first16", numbers(row_of(logits, last - 1), 16)},
                {"top5_after_prompt", likeliest(row_of(logits, first), 5)},
                {"mean_nll_of_sequence", {loss.item<double>()}}};
    }

private:
    static std::filesystem::path folder() {
        const char* given = std::getenv("MILLRACE_SHARED");
        const std::filesystem::path shared =
            given ? given : std::filesystem::path(MILLRACE_SOURCE_DIR).parent_path() / "shared";
        return shared / "data" / "stories260k";
    }

    std::optional<ops::Llama> llama_;
    ops::NamedTensors parameters_;
    std::unique_ptr<const ops::Tokenizer> tokenizer_;
};

Members stories260k_greedy(const Case& given) {
    const Stories stories(given);
    List rows;
    for (const Item& row : given.outputs.at("rows").list())
        rows.push_back({stories.row(std::get<Members>(row.value))});
    return {{"rows", {std::move(rows)}}};
}

}  // namespace

void add_language_operations(Operations& operations) {
    operations.insert({{"rmsnorm", rmsnorm},
                       {"rotary", rotary},
                       {"llama_block", llama_block},
                       {"stories260k_greedy", stories260k_greedy}});
}

}  // namespace millrace::golden
