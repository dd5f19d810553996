#include "nodes/ops/spotting/front_end.hpp"

#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/problem.hpp"

namespace millrace::ops {
namespace {

[[noreturn]] void fail(std::string what, std::string expected, std::string found) {
    throw engine::Error({.code = "E-SPOT-001",
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .mend = "Correct the model's \"front_end\"."});
}

}  // namespace

FrontEnd front_end_from(const engine::Value& described) {
    if (!described.is_object())
        fail("The front end is no object", "an object", std::string(described.kind()));
    std::string style = "kaldi";
    double rate = 0, filters = 40, cepstra = 0, length = 25, shift = 10, low = 20, high = 0;
    const std::pair<const char*, double*> numbers[] = {
        {"sample_rate", &rate}, {"filters", &filters}, {"cepstra", &cepstra}, {"length", &length},
        {"shift", &shift},      {"low", &low},         {"high", &high}};
    for (const auto& [name, value] : described.as_object()) {
        bool known = name == "style" && value.is_string();
        if (known) style = value.as_string();
        for (const auto& [number, target] : numbers) {
            if (name != number || !value.is_number()) continue;
            *target = value.as_double();
            known = true;
        }
        if (!known)
            fail(fmt::format("The front end's \"{}\" can't be used", name),
                 "style (text), sample_rate, filters, cepstra, length, shift, low, high (numbers)",
                 engine::to_json(value));
    }
    if (!(rate >= 1000 && rate <= 384'000))
        fail("The front end has no sample rate", "1000 to 384000 Hz", fmt::format("{}", rate));
    const bool whole = filters == std::floor(filters) && cepstra == std::floor(cepstra);
    if (!(whole && filters >= 1 && filters <= 512 && cepstra >= 0 && cepstra <= filters &&
          length >= 1 && length <= 1000 && shift >= 1 && shift <= 1000 && low >= 0 && high >= 0))
        fail("The front end is out of range",
             "whole filters 1 to 512, whole cepstra 0 to filters, length and shift 1 to 1000 ms, "
             "low and high 0 Hz or more",
             engine::to_json(described));
    FrontEnd made;
    if (style == "kaldi") {
        const int count = static_cast<int>(filters);
        made = kaldi_fbank(rate, count, length, shift);
        if (cepstra > 0) {
            const FrontEnd mfcc = kaldi_mfcc(rate, count, static_cast<int>(cepstra));
            made.cepstra = mfcc.cepstra;
            made.lifter = mfcc.lifter;
        }
    } else if ((style == "htk" || style == "slaney") && cepstra == 0) {
        const int samples = static_cast<int>(rate * length / 1000);
        made = centered_log_mel(rate, samples + samples % 2, static_cast<int>(rate * shift / 1000),
                                static_cast<int>(filters),
                                style == "htk" ? MelScale::Htk : MelScale::Slaney, true);
    } else {
        fail("The front end has an unknown style", "kaldi, or htk and slaney without cepstra",
             style);
    }
    made.mel.low = low;
    if (high > 0) made.mel.high = high;
    return made;
}

FrontEnd front_end_of_spec(const engine::Value& spec) {
    const engine::Value* input = spec.find("input");
    const engine::Value* front_end = input ? input->find("front_end") : nullptr;
    if (!front_end)
        fail("The model does not say how its features are made", "a \"front_end\"", "none");
    return front_end_from(*front_end);
}

}  // namespace millrace::ops
