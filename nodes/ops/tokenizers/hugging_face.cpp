#include "nodes/ops/tokenizers/hugging_face.hpp"

#include <fmt/format.h>

#include <unordered_set>

#include "nodes/ops/tokenizers/json_members.hpp"
#include "nodes/ops/tokenizers/unicode.hpp"

namespace millrace::ops {
namespace {

using engine::Value;

constexpr std::size_t kMostAddedBytes = std::size_t{1} << 20;

class BpeTokenizer final : public Tokenizer {
public:
    BpeTokenizer(HuggingFaceParts parts, std::unique_ptr<const BpeModel> model)
        : parts_(std::move(parts)), model_(std::move(model)) {
        for (const auto* tokens : {&parts_.raw_tokens, &parts_.normal_tokens}) {
            for (const AddedToken& token : *tokens) {
                if (token.is_special) special_.insert(token.id);
            }
        }
        for (AddedToken& token : parts_.normal_tokens) token.content = normalized(token.content);
        raw_ = AddedTokens(std::move(parts_.raw_tokens));
        normal_ = AddedTokens(std::move(parts_.normal_tokens));
        set_special_tokens(parts_.special_tokens);
    }

    std::string_view piece(TokenId id) const override { return model_->vocabulary().piece(id); }
    std::optional<TokenId> find(std::string_view piece) const override {
        return model_->vocabulary().find(piece);
    }
    std::size_t size() const override { return model_->vocabulary().size(); }

private:
    std::string normalized(std::string_view text) const {
        std::string result(text);
        for (const NormalStep& step : parts_.normalizer) {
            result = step(result);
            check_normal_size(result.size());
        }
        return result;
    }

    void append_ids(std::string_view text, SpecialText special,
                    std::vector<TokenId>& ids) const override {
        for (const TextPart& part : raw_.split(text, special)) {
            if (part.id) {
                ids.push_back(*part.id);
                continue;
            }
            const std::string normal = normalized(part.text);
            const bool is_start = part.text.data() == text.data();
            for (const TextPart& inner : normal_.split(normal, special)) {
                if (inner.id) {
                    ids.push_back(*inner.id);
                } else {
                    append_words(inner.text, is_start && inner.text.data() == normal.data(), ids);
                }
            }
        }
    }

    void append_words(std::string_view text, bool is_start, std::vector<TokenId>& ids) const {
        std::vector<TextWord> words = {{std::string(text), is_start}};
        for (const CutStep& step : parts_.cuts) step(words);
        for (const TextWord& word : words) model_->append_ids(word.text, ids);
    }

    std::string text_of(std::span<const TokenId> ids, const DecodeOptions& options) const override {
        std::vector<std::string> pieces;
        for (const TokenId id : ids) {
            if (options.special == SpecialTokensShown::Skip && special_.contains(id)) continue;
            pieces.emplace_back(piece(id));
        }
        for (const DecodeStep& step : parts_.decoder) step(pieces, options.ill_formed);
        std::string text;
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            if (i > 0 && parts_.joins_with_blanks) text += ' ';
            text += pieces[i];
        }
        return text;
    }

    HuggingFaceParts parts_;
    std::unique_ptr<const BpeModel> model_;
    AddedTokens raw_, normal_;
    std::unordered_set<TokenId> special_;
};

/// One tokenizer.json.
class Reader {
public:
    Reader(const Value& file, std::string_view name) : file_(file), name_(name) {}

    std::unique_ptr<const Tokenizer> read(std::string_view config) {
        const Value* model = member_of(file_, "model");
        if (model == nullptr) refuse("a model", "none");
        const std::string type = text_of(*model, "type", "BPE");
        if (type != "BPE") throw_unsupported("model", "BPE", type);
        check_plain(*model);
        parts_.normalizer = normal_steps(member_of(file_, "normalizer"));
        parts_.cuts = cut_steps(member_of(file_, "pre_tokenizer"));
        parts_.decoder = decode_steps(member_of(file_, "decoder"));
        parts_.joins_with_blanks = member_of(file_, "decoder") == nullptr;
        for (const auto& [piece, id] : needed_object(*model, "vocab")) {
            if (!id.is_int()) refuse("an integer for each piece", std::string(id.kind()));
            vocabulary_.add(id.as_int(), piece, "E-TOKEN-006", name_);
        }
        if (member_of(file_, "added_tokens") != nullptr) {
            for (const Value& token : needed_list(file_, "added_tokens")) add(token);
        }
        read_special_tokens(config);
        const BpeOptions options = bpe_options(*model);
        const auto merges = merges_of(*model);
        return make_tokenizer(
            std::move(parts_),
            std::make_unique<BpeModel>(std::move(vocabulary_), merges, options, name_));
    }

private:
    [[noreturn]] void refuse(std::string expected, std::string found) const {
        throw_token_error("E-TOKEN-006", "A tokenizer.json cannot be used", std::move(expected),
                          std::move(found), name_,
                          "Get the file anew from where it was published.");
    }

    /// Parts of words' ends, and merges left out by chance, would change the ids.
    static void check_plain(const Value& model) {
        for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix"}) {
            if (!text_of(model, affix, "").empty()) throw_unsupported("model", "no affixes", affix);
        }
        const Value* dropout = member_of(model, "dropout");
        if (dropout != nullptr && !(dropout->is_number() && dropout->as_double() == 0))
            throw_unsupported("model", "no dropout", "dropout");
    }

    BpeOptions bpe_options(const Value& model) const {
        BpeOptions options{
            .whole_words =
                flag_of(model, "ignore_merges", false) ? WholeWords::TakeFirst : WholeWords::Merge,
            .has_byte_fallback = flag_of(model, "byte_fallback", false),
            .unknown_runs =
                flag_of(model, "fuse_unk", false) ? UnknownRuns::Fuse : UnknownRuns::Separate};
        if (member_of(model, "unk_token") == nullptr) return options;
        options.unknown = vocabulary_.find(needed_text(model, "unk_token"));
        if (!options.unknown) refuse("an unknown token of the vocabulary", "another");
        return options;
    }

    /// Each is a text "a b" or a list ["a", "b"].
    std::vector<BpeMerge> merges_of(const Value& model) const {
        std::vector<BpeMerge> merges;
        for (const Value& merge : needed_list(model, "merges")) {
            if (merge.is_string()) {
                const std::string_view text = merge.as_string();
                const std::size_t blank = text.find(' ');
                if (blank == std::string_view::npos || text.find(' ', blank + 1) != text.npos)
                    refuse("merges of two pieces with one blank between", "another");
                merges.emplace_back(text.substr(0, blank), text.substr(blank + 1));
            } else if (merge.is_array() && merge.as_array().size() == 2 &&
                       merge.as_array()[0].is_string() && merge.as_array()[1].is_string()) {
                merges.emplace_back(merge.as_array()[0].as_string(),
                                    merge.as_array()[1].as_string());
            } else {
                refuse("merges of two pieces", fmt::format("another for merge {}", merges.size()));
            }
        }
        return merges;
    }

    void add(const Value& token) {
        const std::int64_t id = needed_integer(token, "id");
        AddedToken added{.content = needed_text(token, "content"),
                         .is_special = flag_of(token, "special", false),
                         .is_single_word = flag_of(token, "single_word", false),
                         .takes_left = flag_of(token, "lstrip", false),
                         .takes_right = flag_of(token, "rstrip", false)};
        added_bytes_ += added.content.size();
        if (added.content.empty() || added_bytes_ > kMostAddedBytes)
            refuse("added tokens that are not empty and of 1 MiB in all", "others");
        const auto known = vocabulary_.find(added.content);
        if (known && *known != id) {
            refuse(fmt::format("id {} for \"{}\", as in the vocabulary", *known,
                               added.content.substr(0, 64)),
                   fmt::format("id {}", id));
        }
        if (!known) vocabulary_.add(id, added.content, "E-TOKEN-006", name_);
        added.id = static_cast<TokenId>(id);
        const bool is_normal = flag_of(token, "normalized", !added.is_special);
        (is_normal ? parts_.normal_tokens : parts_.raw_tokens).push_back(std::move(added));
    }

    void read_special_tokens(std::string_view config) {
        SpecialTokens& special = parts_.special_tokens;
        each_template(member_of(file_, "post_processor"));
        if (config.empty()) return;
        const Value values = engine::parse_json(config, "tokenizer_config.json");
        const auto named = [&](const char* role, std::optional<TokenId>& id) {
            const Value* token = member_of(values, role);
            if (token != nullptr && token->is_object()) token = member_of(*token, "content");
            if (token == nullptr) return;
            if (!token->is_string()) refuse(fmt::format("text for {}", role), "another");
            if (const auto found = vocabulary_.find(token->as_string())) id = found;
        };
        named("bos_token", special.begin);
        named("eos_token", special.end);
        named("unk_token", special.unknown);
        named("pad_token", special.padding);
    }

    /// What a template puts before and after one text are the begin and the end token.
    void each_template(const Value* step) {
        if (step == nullptr) return;
        const std::string& type = needed_text(*step, "type");
        if (type == "Sequence") {
            for (const Value& one : needed_list(*step, "processors")) {
                if (needed_text(one, "type") != "Sequence") each_template(&one);
            }
        }
        if (type != "TemplateProcessing") return;
        bool is_before = true;
        for (const Value& part : needed_list(*step, "single")) {
            const Value* token = member_of(part, "SpecialToken");
            if (token == nullptr) {
                is_before = false;
                continue;
            }
            const auto id = vocabulary_.find(needed_text(*token, "id"));
            if (!id) refuse("a template of known tokens", "another");
            (is_before ? parts_.special_tokens.begin : parts_.special_tokens.end) = id;
        }
    }

    const Value& file_;
    std::string_view name_;
    HuggingFaceParts parts_;
    Vocabulary vocabulary_;
    std::size_t added_bytes_ = 0;
};

}  // namespace

std::unique_ptr<const Tokenizer> make_tokenizer(HuggingFaceParts parts,
                                                std::unique_ptr<const BpeModel> model) {
    return std::make_unique<BpeTokenizer>(std::move(parts), std::move(model));
}

std::unique_ptr<const Tokenizer> parse_hugging_face(std::string_view json, std::string_view config,
                                                    std::string_view name) {
    const Value file = engine::parse_json(json, name, {.max_bytes = kMostTokenizerBytes});
    return Reader(file, name).read(config);
}

}  // namespace millrace::ops
