#include "tests/nodes/ops/kws/runtime_support.hpp"

namespace millrace::ops {
namespace {

KWS_TEST(RefusesDamagedFiles) {
    engine::Random random(16, "damage", 0);
    Bytes x, expected;
    const std::string whole = network_bytes(random_conv(random, x, expected));
    for (std::size_t size = 0; size < whole.size(); ++size)
        ASSERT_NE(Running(whole.substr(0, size)).status, kws::Status::Ok) << size;
    EXPECT_EQ(Running(whole.substr(0, 100)).status, kws::Status::Truncated);
    const auto with = [&](std::size_t word, std::uint32_t value) {
        std::string bytes = whole;
        std::memcpy(bytes.data() + word * 4, &value, 4);
        return Running(bytes).status;
    };
    constexpr std::size_t first = 16, second = 48;  // words where the layers' records begin
    EXPECT_EQ(with(0, 0), kws::Status::NotANetwork);
    EXPECT_EQ(with(1, 2), kws::Status::WrongVersion);
    EXPECT_EQ(with(3, 0), kws::Status::BadLayer);
    EXPECT_EQ(with(3, 0xFFFFFFFF), kws::Status::BadLayer);
    EXPECT_EQ(with(4, 0xFFFFFFF0), kws::Status::BadOffset);
    EXPECT_EQ(with(5, 3), kws::Status::BadLabels);
    EXPECT_EQ(with(first, 9), kws::Status::BadLayer);
    EXPECT_EQ(with(first + 1, 1), kws::Status::BadSource);
    EXPECT_EQ(with(second + 1, 2), kws::Status::BadSource);
    EXPECT_EQ(with(second + 1, 0xFFFFFFFF), kws::Status::BadSource);
    for (std::size_t word = 4; word <= 12; ++word) {
        EXPECT_EQ(with(first + word, 0xFFFFFFFF), kws::Status::BadShape) << word;
        EXPECT_NE(with(first + word, 0x10000), kws::Status::Ok) << word;
    }
    EXPECT_EQ(with(first + 13, 0x7FC00000), kws::Status::BadScale);  // NaN
    EXPECT_EQ(with(first + 14, 128), kws::Status::BadScale);
    EXPECT_EQ(with(first + 17, 0xFFFFFFF0), kws::Status::BadOffset);
    EXPECT_EQ(with(first + 17, 65), kws::Status::BadOffset);
    kws::Network network;
    EXPECT_EQ(kws::open(nullptr, 1000, network), kws::Status::Misaligned);
    EXPECT_EQ(kws::step(network, x.data()), nullptr);
    EXPECT_EQ(kws::start(network, nullptr, 0), kws::Status::NotOpen);
    Block moved(whole.size() + 8);
    std::memcpy(moved.data + 8, whole.data(), whole.size());
    EXPECT_EQ(kws::open(moved.data + 8, whole.size(), network), kws::Status::Misaligned);
    Running running(whole);
    const std::size_t need = kws::arena_bytes(running.network);
    Block arena(need + 8);
    EXPECT_EQ(kws::start(running.network, arena.data, need - 1), kws::Status::ArenaTooSmall);
    EXPECT_EQ(kws::start(running.network, arena.data + 8, need), kws::Status::Misaligned);
    EXPECT_EQ(kws::step(running.network, x.data()), nullptr);
}

KWS_TEST(NoMutationReadsOutside) {
    engine::Random random(17, "mutations", 0);
    int accepted = 0;
    for (int round = 0; round < 10000; ++round) {
        Bytes x, expected;
        engine::Random same(18, "file", round % 20);
        Int8Network source = random_conv(same, x, expected);
        if (round % 2 == 0) {
            const std::uint32_t in = source.layers[1].channels_out;
            source.layers.push_back({.kind = Int8Kind::Svdf,
                                     .source_a = 2,
                                     .discipline = SvdfDiscipline(round / 2 % 2),
                                     .channels_in = in,
                                     .channels_out = 3,
                                     .kernel_time = 3,
                                     .kernel_freq = 2,
                                     .weight = frames(6 * in, same),
                                     .time = integers<std::int16_t>(18, 32767, same),
                                     .feature_bias = std::vector<std::int32_t>(6),
                                     .bias = std::vector<std::int32_t>(3),
                                     .multipliers = {{1 << 30, -5}, {1 << 30, -20}}});
        }
        std::string bytes = network_bytes(source);
        const std::size_t head = 64 + 128 * source.layers.size();
        for (std::uint64_t flips = 1 + random.below(3); flips > 0; --flips) {
            const std::uint64_t at = random.below(random.chance(0.8) ? head : bytes.size());
            bytes[at] = char(random.below(random.chance(0.5) ? 256 : 20));
        }
        Running running(bytes);
        if (running.status != kws::Status::Ok || running.arena == nullptr) continue;
        ++accepted;
        running.push(frames(3 * kws::input_width(running.network), random));
    }
    EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace millrace::ops
