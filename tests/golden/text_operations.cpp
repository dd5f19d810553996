// Adapters from the cases of the `supernet` and `quant` files that score texts to nodes/ops/text.
#include <string>
#include <vector>

#include "nodes/ops/text/bleu.hpp"
#include "nodes/ops/text/edit_distance.hpp"
#include "nodes/ops/text/multiple_choice.hpp"
#include "nodes/ops/text/perplexity.hpp"
#include "nodes/ops/text/porter_stemmer.hpp"
#include "nodes/ops/text/rouge.hpp"
#include "tests/golden/tree.hpp"

namespace millrace::golden {
namespace {

const std::string& text(const Members& members, std::string_view name) {
    return std::get<std::string>(members.find(name)->second.value);
}

bool flag(const Members& members, std::string_view name) {
    return std::get<bool>(members.find(name)->second.value);
}

std::vector<std::string> texts(const Item& item) {
    std::vector<std::string> values;
    for (const Item& entry : item.list()) values.push_back(std::get<std::string>(entry.value));
    return values;
}

template <class T>
Item list(const std::vector<T>& values) {
    List items;
    for (const T& value : values) items.push_back({value});
    return {std::move(items)};
}

Item number(std::size_t value) { return {static_cast<std::int64_t>(value)}; }

ops::BleuOptions bleu_options(const Members& params) {
    ops::BleuOptions options;
    options.tokens =
        text(params, "tokenize") == "13a" ? ops::BleuTokens::Mteval13a : ops::BleuTokens::None;
    const std::string& smoothing = text(params, "smooth_method");
    options.smoothing = smoothing == "exp"     ? ops::BleuSmoothing::Exponential
                        : smoothing == "floor" ? ops::BleuSmoothing::Floor
                        : smoothing == "add-k" ? ops::BleuSmoothing::AddK
                                               : ops::BleuSmoothing::None;
    const Item& value = params.find("smooth_value")->second;
    if (!std::holds_alternative<std::monostate>(value.value)) {
        options.smoothing_value = value.number();
    }
    options.is_lower_cased = flag(params, "lowercase");
    options.has_effective_order = flag(params, "effective_order");
    options.highest_order = static_cast<int>(params.find("max_ngram_order")->second.number());
    return options;
}

Members bleu(const Case& given) {
    std::vector<std::vector<std::string>> streams;
    for (const Item& stream : given.inputs.at("reference_streams").list()) {
        streams.push_back(texts(stream));
    }
    const ops::Bleu bleu =
        ops::bleu(texts(given.inputs.at("hypotheses")), streams, bleu_options(given.params));
    return {{"score", {bleu.score}},
            {"precisions", list(bleu.precisions)},
            {"counts", list(bleu.counts)},
            {"totals", list(bleu.totals)},
            {"bp", {bleu.brevity_penalty}},
            {"sys_len", {bleu.hypothesis_length}},
            {"ref_len", {bleu.reference_length}}};
}

Item rouge_members(const ops::RougeScore& score) {
    return {Members{{"precision", {score.precision}},
                    {"recall", {score.recall}},
                    {"fmeasure", {score.f_measure}}}};
}

Members rouge(const Case& given) {
    if (text(given.params, "kind") == "stems") {
        std::vector<std::string> stems;
        for (const std::string& word : texts(given.inputs.at("words"))) {
            stems.push_back(ops::porter_stem(word));
        }
        return {{"stems", list(stems)}};
    }
    const auto stemming = flag(given.params, "stem") ? ops::Stemming::Porter : ops::Stemming::None;
    const std::string &target = text(given.inputs, "target"),
                      &prediction = text(given.inputs, "prediction");
    const ops::Rouge rouge = ops::rouge(target, prediction, stemming);
    return {{"target_tokens", list(ops::rouge_tokens(target, stemming))},
            {"prediction_tokens", list(ops::rouge_tokens(prediction, stemming))},
            {"rouge1", rouge_members(rouge.rouge_1)},
            {"rouge2", rouge_members(rouge.rouge_2)},
            {"rougeL", rouge_members(rouge.rouge_l)},
            {"rougeLsum", rouge_members(rouge.rouge_lsum)}};
}

Members wer(const Case& given) {
    List per_pair;
    std::vector<ops::WordEdits> all;
    for (const Item& item : given.inputs.at("pairs").list()) {
        const auto& pair = std::get<Members>(item.value);
        const ops::WordEdits edits = ops::word_edits(text(pair, "ref"), text(pair, "hyp"));
        all.push_back(edits);
        per_pair.push_back({Members{{"edits", {edits.edits()}},
                                    {"S", {edits.substitutions}},
                                    {"D", {edits.deletions}},
                                    {"I", {edits.insertions}},
                                    {"ref_words", {edits.reference_words}},
                                    {"char_edits", {edits.character_edits}},
                                    {"ref_chars", {edits.reference_characters}}}});
    }
    const ops::ErrorRates rates = ops::pooled_rates(all);
    return {{"per_pair", {std::move(per_pair)}},
            {"corpus_wer", {rates.words}},
            {"corpus_cer", {rates.characters}}};
}

/// A tensor's values as floats beside the view of them that the operations take.
struct LogitValues {
    std::vector<float> floats;
    std::int64_t vocabulary;

    explicit LogitValues(const Tensor& tensor)
        : floats(tensor.floats()), vocabulary(tensor.shape.back()) {}
    ops::Logits view() const { return {floats, vocabulary}; }
};

Members window_perplexity(const Case& given, std::int64_t ignored) {
    const auto& tokens = given.input("tokens").integers;
    const List& logits = given.inputs.at("window_logits").list();
    const auto windows = ops::sliding_windows(static_cast<std::int64_t>(tokens.size()),
                                              static_cast<std::int64_t>(given.param("window")),
                                              static_cast<std::int64_t>(given.param("stride")));
    List described;
    std::vector<ops::WindowLoss> losses;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const LogitValues values(logits.at(i).tensor());
        losses.push_back(ops::window_loss(values.view(), windows[i], tokens, ignored));
        described.push_back({Members{{"begin", {windows[i].begin}},
                                     {"end", {windows[i].end}},
                                     {"new_tokens", {windows[i].end - windows[i].first_new}},
                                     {"scored_positions", list(losses.back().scored_positions)},
                                     {"sum_nll", {losses.back().sum}},
                                     {"count", number(losses.back().scored_positions.size())}}});
    }
    const ops::WindowedPerplexity pooled = ops::pooled_perplexity(losses);
    return {{"windows", {std::move(described)}},
            {"count", {pooled.count}},
            {"sum_nll", {pooled.sum}},
            {"mean_nll", {pooled.mean}},
            {"perplexity", {pooled.perplexity}},
            {"perplexity_mean_of_windows", {pooled.perplexity_mean_of_windows}}};
}

Members perplexity(const Case& given) {
    const auto ignored = static_cast<std::int64_t>(given.param("ignore_index"));
    if (text(given.params, "kind") == "windows") return window_perplexity(given, ignored);
    const LogitValues values(given.input("logits"));
    const ops::TokenLoss loss =
        ops::token_loss(values.view(), given.input("targets").integers, ignored);
    return {{"token_nll",
             float32_tensor({loss.negative_log_likelihood.size()}, loss.negative_log_likelihood)},
            {"count", {loss.count}},
            {"sum_nll", {loss.sum}},
            {"mean_nll", {loss.mean()}},
            {"perplexity", {loss.perplexity()}}};
}

Members question_members(const ops::QuestionScore& score) {
    List likelihoods, probabilities, greedy;
    for (const ops::ChoiceScore& choice : score.choices) {
        likelihoods.push_back({choice.log_likelihood});
        probabilities.push_back(float32_tensor({choice.token_log_probabilities.size()},
                                               choice.token_log_probabilities));
        greedy.push_back({choice.is_greedy});
    }
    return {{"log_likelihood", {std::move(likelihoods)}},
            {"token_log_probs", {std::move(probabilities)}},
            {"is_greedy", {std::move(greedy)}},
            {"pred", {score.predicted}},
            {"pred_norm", {score.predicted_by_characters}},
            {"pred_bytes", {score.predicted_by_bytes}},
            {"acc", number(score.is_right)},
            {"acc_norm", number(score.is_right_by_characters)},
            {"acc_bytes", number(score.is_right_by_bytes)},
            {"exact_match", number(score.is_exact)}};
}

ops::QuestionScore score_question(const Members& question) {
    std::vector<LogitValues> logits;
    std::vector<ops::Choice> choices;
    const List& given = question.find("choices")->second.list();
    logits.reserve(given.size());  // views into the values must stay
    for (const Item& item : given) {
        const auto& choice = std::get<Members>(item.value);
        logits.emplace_back(choice.find("logits")->second.tensor());
        choices.push_back({text(choice, "text"), choice.find("tokens")->second.tensor().integers,
                           logits.back().view()});
    }
    const Item& gold = question.find("gold")->second;
    std::vector<std::int64_t> right;
    if (const auto* several = std::get_if<List>(&gold.value)) {
        for (const Item& index : *several) right.push_back(std::int64_t(index.number()));
    } else {
        right.push_back(std::int64_t(gold.number()));
    }
    return ops::score_question(choices, right);
}

Members mc_loglikelihood(const Case& given) {
    List questions;
    std::vector<bool> whole, by_characters, by_bytes;
    for (const Item& item : given.inputs.at("questions").list()) {
        const ops::QuestionScore score = score_question(std::get<Members>(item.value));
        questions.push_back({question_members(score)});
        whole.push_back(score.is_right);
        by_characters.push_back(score.is_right_by_characters);
        by_bytes.push_back(score.is_right_by_bytes);
    }
    Members outputs = {{"questions", {std::move(questions)}}};
    const auto add = [&](const std::string& name, const std::vector<bool>& right) {
        const ops::Accuracy accuracy = ops::accuracy(right);
        outputs[name] = {accuracy.mean};
        outputs[name + "_stderr"] = {accuracy.standard_error};
    };
    add("acc", whole);
    add("acc_norm", by_characters);
    add("acc_bytes", by_bytes);
    return outputs;
}

}  // namespace

void add_text_operations(Operations& operations) {
    operations.insert({{"bleu", bleu},
                       {"rouge", rouge},
                       {"wer", wer},
                       {"perplexity", perplexity},
                       {"mc_loglikelihood", mc_loglikelihood}});
}

}  // namespace millrace::golden
