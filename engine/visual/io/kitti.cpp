#include "engine/visual/io/kitti.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/value_parse.hpp"
#include "engine/visual/io/errors.hpp"
#include "engine/visual/io/text.hpp"

namespace millrace::visual {
namespace {

constexpr const char* kMissingKey = "E-FILE-050";
constexpr const char* kBadNumbers = "E-FILE-051";
constexpr const char* kBadLabel = "E-FILE-052";

struct Entry {
    std::string_view numbers;
    std::size_t line = 0;
};
using Entries = std::map<std::string_view, Entry>;

template <std::size_t N>
bool read_entry(const Entries& entries, std::string_view key, std::string_view name,
                std::array<double, N>& matrix) {
    const auto found = entries.find(key);
    if (found == entries.end()) return false;
    const std::vector<std::string_view> words = io::words_of(found->second.numbers);
    if (words.size() != N) {
        io::fail(kBadNumbers, "The entry " + std::string(key) + " has the wrong count of numbers",
                 std::to_string(N), std::to_string(words.size()),
                 io::at_line(name, found->second.line));
    }
    for (std::size_t i = 0; i < N; ++i) {
        const auto number = io::number_from<double>(words[i]);
        if (!number || !std::isfinite(*number)) {
            io::fail(kBadNumbers,
                     "The entry " + std::string(key) + " holds something that is no finite number",
                     std::to_string(N) + " numbers", io::shown(words[i]),
                     io::at_line(name, found->second.line));
        }
        matrix[i] = *number;
    }
    return true;
}

template <std::size_t N>
void require(const Entries& entries, std::string_view key, std::string_view other,
             std::string_view name, std::array<double, N>& matrix) {
    if (read_entry(entries, key, name, matrix) || read_entry(entries, other, name, matrix)) return;
    std::string keys;
    for (const auto& [known, entry] : entries)
        keys += (keys.empty() ? "" : ", ") + io::shown(known);
    io::fail(kMissingKey, "The calibration lacks " + std::string(key),
             "P2, R0_rect and Tr_velo_to_cam",
             keys.empty() ? "no entry at all" : engine::shortened(keys, 200), std::string(name),
             "Use the calibration files of the KITTI object-detection benchmark.");
}

}  // namespace

KittiCalibration read_kitti_calibration(std::string_view text, std::string_view name) {
    Entries entries;
    io::Lines lines(text, name);
    while (const auto line = lines.next_filled()) {
        const std::size_t colon = line->find(':');
        if (colon == std::string_view::npos) continue;
        std::string_view key = line->substr(0, colon);
        entries[io::take_word(key)] = {line->substr(colon + 1), lines.number()};
    }
    KittiCalibration calibration;
    read_entry(entries, "P0", name, calibration.p0);
    read_entry(entries, "P1", name, calibration.p1);
    read_entry(entries, "P3", name, calibration.p3);
    require(entries, "P2", "P2", name, calibration.p2);
    require(entries, "R0_rect", "R_rect", name, calibration.r0);
    require(entries, "Tr_velo_to_cam", "Tr_velo_cam", name, calibration.velo_to_cam);
    return calibration;
}

std::vector<KittiLabel> read_kitti_labels(std::string_view text, std::string_view name) {
    std::vector<KittiLabel> labels;
    io::Lines lines(text, name);
    while (const auto line = lines.next_filled()) {
        const std::vector<std::string_view> words = io::words_of(*line);
        if (words.size() != 15 && words.size() != 16) {
            io::fail(kBadLabel, "The line is no label", "15 fields, or 16 with a score",
                     std::to_string(words.size()) + " fields", io::at_line(name, lines.number()));
        }
        std::array<double, 15> numbers = {};
        numbers[14] = 1;
        for (std::size_t i = 1; i < words.size(); ++i) {
            const auto number = io::number_from<double>(words[i]);
            if (!number || !std::isfinite(*number)) {
                io::fail(kBadLabel, "A field of the label is no finite number", "a number",
                         io::shown(words[i]), io::at_line(name, lines.number()));
            }
            numbers[i - 1] = *number;
        }
        KittiLabel label;
        label.type = io::shown(words[0]);
        label.type = label.type.substr(1, label.type.size() - 2);
        label.truncation = numbers[0];
        label.occlusion = static_cast<int>(std::clamp(numbers[1], -1e6, 1e6));
        label.alpha = numbers[2];
        std::copy_n(numbers.begin() + 3, 4, label.xyxy.begin());
        label.height = numbers[7];
        label.width = numbers[8];
        label.length = numbers[9];
        label.x = numbers[10];
        label.y = numbers[11];
        label.z = numbers[12];
        label.rotation_y = numbers[13];
        label.score = numbers[14];
        labels.push_back(std::move(label));
    }
    return labels;
}

}  // namespace millrace::visual
