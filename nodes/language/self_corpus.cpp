#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "engine/node.hpp"
#include "engine/visual/io/files.hpp"
#include "engine/visual/io/safetensors.hpp"
#include "nodes/ops/language/generate_corpus.hpp"
#include "nodes/ops/language/llama_steps.hpp"
#include "nodes/types/model.hpp"

namespace millrace::nodes {
namespace {

using Metadata = std::map<std::string, std::string>;

/// What is there of a corpus before it is whole, so that no more than a minute is lost with the
/// process.
class Unfinished {
public:
    Unfinished(std::filesystem::path file, Metadata metadata)
        : file_(std::move(file)), metadata_(std::move(metadata)) {}

    /// Puts the first texts into `to` [texts, tokens] and says how many: none where there is no
    /// such file, or one of another rule or model, or one that is damaged.
    int read(at::Tensor& to) const {
        try {
            if (!std::filesystem::exists(file_)) return 0;
            const std::vector<std::byte> bytes = visual::read_file_bytes(file_);
            const visual::Safetensors found = visual::read_safetensors(bytes, file_.string());
            if (found.metadata != metadata_ || found.arrays.size() != 1) return 0;
            const at::Tensor texts = types::tensor_of(found.arrays.front());
            if (texts.scalar_type() != at::kLong || texts.dim() != 2 ||
                texts.size(1) != to.size(1) || texts.size(0) > to.size(0))
                return 0;
            to.narrow(0, 0, texts.size(0)).copy_(texts);
            return static_cast<int>(texts.size(0));
        } catch (const engine::Error&) {
            return 0;
        }
    }

    void write(const at::Tensor& texts) const {
        visual::write_file_atomically(
            file_,
            visual::write_safetensors({types::array_of("tokens", texts.contiguous())}, metadata_));
    }

    void remove() const {
        std::error_code ignored;  // a file that stays is passed over or goes on the same
        std::filesystem::remove(file_, ignored);
    }

private:
    std::filesystem::path file_;
    Metadata metadata_;
};

struct SelfCorpus {
    ops::FirstToken first = ops::FirstToken::InTurn;
    int texts = 512, tokens = 96, batch = 32, least_prefix = 3, most_prefix = 5, top_k = 50,
        end_token = -1;
    double temperature = 1;
    std::string file = "tokens.safetensors";

    static engine::NodeSpec spec() {
        using S = SelfCorpus;
        return {
            .id = "language.self_corpus",
            .title = "Corpus of the model's own",
            .group = "Language",
            .doc =
                "Lets a language model write the texts that a quantized copy of it is trained on, "
                "so that no data are needed. A text begins with a given token, goes on with the "
                "likeliest tokens and then with sampled ones. Rule and seed stand in the file. "
                "What was written is kept, at most once a minute, and a run that goes on in the "
                "same folder (--resume), with the same model, rule and seed, begins behind it.",
            .inputs = {{"model", "a decoder, in float"}},
            .outputs = {{"tokens", "[texts, tokens] int64, -100 behind a text's end"}},
            .params =
                {{.name = "first",
                  .field = &S::first,
                  .choices = {"every", "in_turn", "random"},
                  .doc = "The first token: each of the vocabulary with every prefix (the release), "
                         "each once with prefixes in turn, or drawn (the paper)"},
                 {.name = "texts",
                  .field = &S::texts,
                  .range = {1, 1 << 24},
                  .doc = "How many texts; of \"every\" at most vocabulary times prefixes"},
                 {.name = "tokens",
                  .field = &S::tokens,
                  .range = {2, 1 << 20},
                  .doc = "Tokens of a text, at most"},
                 {.name = "least_prefix",
                  .field = &S::least_prefix,
                  .range = {1, 1 << 20},
                  .doc = "Tokens before sampling begins, the first included, at least"},
                 {.name = "most_prefix",
                  .field = &S::most_prefix,
                  .range = {1, 1 << 20},
                  .doc = "The same, at most; as many as tokens: nothing is sampled"},
                 {.name = "top_k",
                  .field = &S::top_k,
                  .range = {0, 1 << 24},
                  .doc = "Sampled are only the so many likeliest; 0: all"},
                 {.name = "temperature",
                  .field = &S::temperature,
                  .range = {0, 100},
                  .doc = "Logits are divided by it; 0: always the likeliest"},
                 {.name = "end_token",
                  .field = &S::end_token,
                  .range = {-1, 1 << 24},
                  .doc = "Ends a text; -1: none does"},
                 {.name = "batch",
                  .field = &S::batch,
                  .range = {1, 4096},
                  .doc = "Texts that are written at a time, each with keys and values in float32; "
                         "faster than one by one, and fewer where the cache has no room. What "
                         "another number writes can differ where two "
                         "tokens are as good as equal"},
                 {.name = "file",
                  .field = &S::file,
                  .doc = "Where they are kept inside the artifacts folder",
                  .writes = engine::Writes::File}},
            .tags = {"language model", "decoder"},
            .pure = false,
            .random = true,
            .resource = engine::Resource::Compute,
            .source = "Liu et al. 2023, LLM-QAT, arXiv 2305.17888, section 3.1",
        };
    }

    types::Tensor operator()(const types::Model& model, engine::RunContext& context) const {
        const ops::Llama llama(model.spec);
        llama.check_tensors(model.evaluated());
        const at::NoGradGuard no_gradients;
        const std::int64_t capacity = std::min<std::int64_t>(tokens, llama.sizes().context);
        // Of a large model fewer fit; one is for the cache itself to refuse.
        const auto at_once = static_cast<int>(std::clamp<std::int64_t>(
            ops::most_cached_texts(llama, capacity), 1, std::min(batch, texts)));
        if (at_once < std::min(batch, texts))
            context.log(fmt::format("{} texts at a time: more have no room", at_once));
        ops::LlamaTexts steps(llama, model.evaluated(), at_once, capacity);
        if (end_token >= steps.vocabulary()) {
            throw engine::Error({.code = "E-LM-026",
                                 .what = "The token that ends a text is outside the vocabulary",
                                 .expected = fmt::format("-1 to {}", steps.vocabulary() - 1),
                                 .found = fmt::format("{}", end_token),
                                 .where = "end_token",
                                 .mend = "Take the end token of the model's own tokenizer."});
        }
        const ops::SelfCorpus corpus = rule(context.seed());
        // Whether there is such a text at all, before hours are spent on those before it.
        ops::start_of(corpus, steps.vocabulary(), texts - 1);
        at::Tensor made = at::full({texts, tokens}, -100, at::kLong);
        const Unfinished unfinished(context.artifact(file + ".unfinished"),
                                    metadata(corpus, engine::Packet::make(model).hash()));
        int done = unfinished.read(made);
        if (done > 0) context.log(fmt::format("{} texts are there already", done));
        auto kept = std::chrono::steady_clock::now();
        while (done < texts && !context.stop_requested()) {
            const int count = std::min(at_once, texts - done);
            const auto batch_made =
                ops::self_made_texts(steps, corpus, done, count, [&](std::int64_t made_tokens) {
                    context.progress((done + count * static_cast<double>(made_tokens) / tokens) /
                                     texts);
                    return context.stop_requested() ? ops::GoOn::No : ops::GoOn::Yes;
                });
            for (const auto& ids : batch_made)
                std::ranges::copy(ids, made[done++].data_ptr<std::int64_t>());
            const auto now = std::chrono::steady_clock::now();
            if (now - kept < std::chrono::minutes(1) && !context.stop_requested()) continue;
            if (done > 0) keep(unfinished, made.narrow(0, 0, done), context);
            kept = now;
        }
        if (done < texts) return {made};
        visual::write_file_atomically(
            context.artifact(file),
            visual::write_safetensors({types::array_of("tokens", made)}, metadata(corpus)));
        unfinished.remove();
        return {made};
    }

private:
    ops::SelfCorpus rule(std::uint64_t seed) const {
        ops::SelfCorpus corpus;
        corpus.first = first;
        corpus.least_prefix = least_prefix;
        corpus.most_prefix = most_prefix;
        corpus.sampling = {.temperature = temperature, .top_k = top_k};
        corpus.most_tokens = tokens;
        if (end_token >= 0) corpus.end_tokens = {end_token};
        corpus.seed = seed;
        return corpus;
    }

    /// A disk that is full for now must not end hours of writing.
    void keep(const Unfinished& unfinished, const at::Tensor& made,
              engine::RunContext& context) const {
        try {
            unfinished.write(made);
        } catch (const engine::Error& error) {
            context.warn(fmt::format("What is written so far can't be kept: {}", error.what()));
        }
    }

    Metadata metadata(const ops::SelfCorpus& corpus, const engine::Hash128& model = {}) const {
        static constexpr const char* kFirst[] = {"every", "in_turn", "random"};
        Metadata all = {
            {"rule", engine::to_json(engine::Object{{"first", kFirst[static_cast<int>(first)]},
                                                    {"least_prefix", least_prefix},
                                                    {"most_prefix", most_prefix},
                                                    {"temperature", temperature},
                                                    {"top_k", top_k},
                                                    {"end_token", end_token},
                                                    {"seed", fmt::format("{}", corpus.seed)}})}};
        if (model != engine::Hash128{}) all["model"] = to_hex(model);
        return all;
    }
};

}  // namespace

void register_self_corpus(engine::Registry& registry) { registry.add<SelfCorpus>(); }

}  // namespace millrace::nodes
