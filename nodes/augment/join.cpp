#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/node.hpp"
#include "nodes/augment/draw.hpp"
#include "nodes/ops/audio/audio_file.hpp"
#include "nodes/ops/audio/augment.hpp"
#include "nodes/types/table.hpp"

namespace millrace::nodes {
namespace {

using Output = std::tuple<types::Audio, types::Table>;

struct Join {
    enum class Under { Gaps, Everywhere };

    int size = 0;
    double seconds = 600;
    double shortest = 0.5;
    double longest = 2;
    double level = -50;
    ops::NoiseColor noise = ops::NoiseColor::White;
    Under under = Under::Gaps;

    static engine::NodeSpec spec() {
        return {
            .id = "augment.join",
            .title = "Join words",
            .group = "Augmentation",
            .doc =
                "Strings recordings of words together into a long one and says where each word is. "
                "Before, between and behind them are gaps of noise of random length. A recording "
                "ends with the gap that reaches \"size\" or \"seconds\"; until then it is held in "
                "memory.",
            .inputs = {{"audio", "[frames, 1]; all of one sample rate"}, {"label", "The word"}},
            .outputs = {{"audio", "[frames, 1]"},
                        {"truth", "label, and start and end in s, word by word"}},
            .params = {{.name = "size",
                        .field = &Join::size,
                        .range = {0, 1e9},
                        .doc = "Words in a recording; 0: as many as there are"},
                       {.name = "seconds",
                        .field = &Join::seconds,
                        .unit = "s",
                        .range = {0, 86400},
                        .doc = "A recording of at least this length is ended; 0: it has no end"},
                       {.name = "shortest",
                        .field = &Join::shortest,
                        .unit = "s",
                        .range = {0, 3600},
                        .doc = "Gaps are from here"},
                       {.name = "longest",
                        .field = &Join::longest,
                        .unit = "s",
                        .range = {0, 3600},
                        .doc = "to here, each length as likely"},
                       {.name = "level",
                        .field = &Join::level,
                        .unit = "dB",
                        .range = {-200, 0},
                        .doc = "Root mean square of the noise against full scale; -200: silence"},
                       {.name = "noise",
                        .field = &Join::noise,
                        .choices = {"white", "pink"},
                        .doc = "Its color"},
                       {.name = "under",
                        .field = &Join::under,
                        .choices = {"gaps", "everywhere"},
                        .doc = "gaps: words stay bit for bit; everywhere: noise goes on under "
                               "them, so that none is known by the noise that stops"}},
            .pure = kWorthKeeping,
            .random = true,
            .rate = engine::Rate::New,
            .gathers = "*",
        };
    }

    std::vector<engine::Problem> check() const {
        return check_order(shortest, longest, "shortest");
    }

    std::optional<Output> operator()(const types::Audio& audio, const types::Text& label,
                                     engine::RunContext& context) {
        ops::require_sound(audio);
        require_alike(audio);
        // Every draw is of the word's own item, so that a resumed run makes the same recording.
        engine::Random random = context.random();
        if (labels_.empty()) {
            long_ = {audio.sample_rate, 1, {}};
            add_gap(random);
        }
        const double start = now();
        add(audio.samples, under == Under::Everywhere, random);
        labels_.push_back(label.text);
        starts_.push_back(start);
        ends_.push_back(now());
        add_gap(random);
        const bool full = size > 0 && labels_.size() >= static_cast<std::size_t>(size);
        if (!full && (seconds == 0 || now() < seconds)) return {};
        return take();
    }

    std::optional<Output> finish() {
        if (labels_.empty()) return {};
        return take();
    }

    engine::State save() const {
        engine::State state;
        state.packets["audio"] = {engine::Packet::make(long_)};
        state.packets["truth"] = {engine::Packet::make(truth(labels_, starts_, ends_))};
        return state;
    }

    void load(const engine::State& state) {
        const auto kept = [&state](const char* name) -> const engine::Packet& {
            return state.packets.at(name).at(0);
        };
        long_ = kept("audio").as<types::Audio>();
        const auto& columns = kept("truth").as<types::Table>().columns;
        labels_ = std::get<std::vector<std::string>>(columns.at(0).values);
        starts_ = std::get<std::vector<double>>(columns.at(1).values);
        ends_ = std::get<std::vector<double>>(columns.at(2).values);
    }

private:
    static types::Table truth(std::vector<std::string> labels, std::vector<double> starts,
                              std::vector<double> ends) {
        return {.columns = {{"label", std::move(labels)},
                            {"start", std::move(starts)},
                            {"end", std::move(ends)}}};
    }

    double now() const { return static_cast<double>(long_.samples.size()) / long_.sample_rate; }

    void require_alike(const types::Audio& audio) const {
        const bool alike = labels_.empty() || audio.sample_rate == long_.sample_rate;
        if (alike && audio.channels == 1) return;
        throw engine::Error(
            {.code = "E-AUG-013",
             .what = "The recordings to be joined differ",
             .expected = labels_.empty() ? std::string("1 channel")
                                         : fmt::format("1 channel of {} Hz", long_.sample_rate),
             .found = fmt::format("{} channels of {} Hz", audio.channels, audio.sample_rate),
             .mend = "Set sample_rate and one_channel on the node that loads them."});
    }

    void add_gap(engine::Random& random) {
        const double length = random.uniform(shortest, longest) * long_.sample_rate;
        require_room(length);
        const std::vector<float> silence(static_cast<std::size_t>(std::llround(length)), 0.0F);
        add(silence, true, random);
    }

    /// Noise is laid under these samples or not.
    void add(std::span<const float> samples, bool noisy, engine::Random& random) {
        constexpr double kSilence = -200;
        require_room(static_cast<double>(samples.size()));
        const std::size_t first = long_.samples.size();
        long_.samples.insert(long_.samples.end(), samples.begin(), samples.end());
        if (!noisy || level <= kSilence) return;
        const double root = std::pow(10, level / 20);
        const std::vector<float> drawn =
            ops::colored_noise(noise, samples.size(), long_.sample_rate, random);
        for (std::size_t i = 0; i < drawn.size(); ++i)
            long_.samples[first + i] =
                static_cast<float>(long_.samples[first + i] + root * drawn[i]);
    }

    void require_room(double more) const {
        if (static_cast<double>(long_.samples.size()) + more <=
            static_cast<double>(ops::kMostSamples))
            return;
        throw engine::Error({.code = "E-AUG-014",
                             .what = "The joined recording is too long to be held in memory",
                             .expected = fmt::format("at most {} samples", ops::kMostSamples),
                             .found = fmt::format("{} and {:.0f} more", long_.samples.size(), more),
                             .mend = "Set \"size\" or \"seconds\" to end recordings sooner."});
    }

    Output take() {
        return {std::exchange(long_, {}),
                truth(std::exchange(labels_, {}), std::exchange(starts_, {}),
                      std::exchange(ends_, {}))};
    }

    types::Audio long_;
    std::vector<std::string> labels_;
    std::vector<double> starts_, ends_;
};

}  // namespace

void register_join(engine::Registry& registry) { registry.add<Join>(); }

}  // namespace millrace::nodes
