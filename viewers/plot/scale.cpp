#include "viewers/plot/scale.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace millrace::viewers {
namespace {

constexpr double kFar = 8e307;                      // so that a range's width is finite
constexpr double kLeastLog = -323, kMostLog = 308;  // of doubles
constexpr double kFinest = 1e-13;                   // of the larger end: what doubles can part
constexpr double kLeastWidth = 1e-300;
constexpr int kMostDigits = 7;  // of a tick's text, before an offset is set

double floor_log10(double value) { return std::floor(std::log10(value) + 1e-9); }

double step_for(double low, double high, int most) {
    const double width = high - low;
    const double wanted = std::isfinite(width) ? width / most : high / most - low / most;
    if (!(wanted > kLeastWidth)) return 0;
    const double power = std::pow(10.0, floor_log10(wanted));
    const double digit = wanted / power;
    // Far from 0, a range is only as wide as doubles tell.
    const double size = std::max(std::abs(low), std::abs(high));
    const double slack = std::max(1e-9, 4 * size * std::numeric_limits<double>::epsilon() / wanted);
    return power * (digit > 5 + slack ? 10 : digit > 2 + slack ? 5 : digit > 1 + slack ? 2 : 1);
}

QString signed_text(const QString& text) {
    return text.startsWith('-') ? QChar(0x2212) + text.mid(1) : text;
}

QString superscript(int number) {
    static constexpr char16_t kDigits[] = {0x2070, 0xb9,   0xb2,   0xb3,   0x2074,
                                           0x2075, 0x2076, 0x2077, 0x2078, 0x2079};
    QString text;
    for (const QChar c : QString::number(number))
        text += c == '-' ? QChar(0x207b) : QChar(kDigits[c.digitValue()]);
    return text;
}

QString decade_text(int exponent) {
    constexpr int kPlain = 3;
    if (exponent >= -kPlain && exponent <= kPlain)
        return QString::number(std::pow(10.0, exponent), 'g', 4);
    return "10" + superscript(exponent);
}

/// One format for all values of an axis, or their sizes couldn't be compared at a glance.
std::vector<QString> texts_of(const std::vector<double>& values, double step) {
    double biggest = 0;
    for (const double value : values) biggest = std::max(biggest, std::abs(value));
    const double fine = floor_log10(step);
    int exponent = 0;
    QString suffix;
    constexpr double kFromThousands = 1e4, kFromPowers = 1e15, kToPowers = 1e-2;
    if (biggest >= kFromPowers || (biggest < kToPowers && fine < -4)) {
        exponent = static_cast<int>(floor_log10(biggest));
        suffix = QStringLiteral("e%1").arg(exponent);
        suffix.replace('-', QChar(0x2212));
    } else if (biggest >= kFromThousands) {
        const int thousands = static_cast<int>(floor_log10(biggest)) / 3;
        exponent = 3 * thousands;
        suffix = QStringLiteral("kMGT").mid(thousands - 1, 1);
    }
    const int decimals = static_cast<int>(std::clamp(exponent - fine, 0.0, 17.0));
    std::vector<QString> texts;
    for (const double value : values) {
        if (std::abs(value) < step / 2) {
            texts.push_back(QStringLiteral("0"));
            continue;
        }
        // Denormals: the power of their exponent would be infinite.
        const double mantissa = exponent < -300 ? value * 1e300 / std::pow(10.0, exponent + 300)
                                                : value / std::pow(10.0, exponent);
        texts.push_back(signed_text(QString::number(mantissa, 'f', decimals)) + suffix);
    }
    return texts;
}

PlotTicks linear_ticks(double low, double high, int most) {
    PlotTicks result;
    std::vector<double> values = round_values(low, high, most);
    if (values.empty()) return result;
    for (const double value : values) result.ticks.push_back({value, {}});
    const double step =
        values.size() > 1 ? std::abs(values[1] - values[0]) : std::abs(high / 2 - low / 2);
    double biggest = 0;
    for (const double value : values) biggest = std::max(biggest, std::abs(value));
    if (!(step > kLeastWidth) || biggest == 0) {
        for (std::size_t i = 0; i < values.size(); ++i)
            result.ticks[i].text = plot_number(values[i]);
        return result;
    }
    if (floor_log10(biggest) - floor_log10(step) >= kMostDigits) {
        const double unit = std::pow(10.0, floor_log10(std::abs(high - low)) + 1);
        const double base = std::floor(std::min(low, high) / unit) * unit;
        for (double& value : values) value = std::round((value - base) / step) * step;
        result.offset = QStringLiteral("+ ") + signed_text(QString::number(base, 'g', 15));
    }
    const std::vector<QString> texts = texts_of(values, step);
    for (std::size_t i = 0; i < texts.size(); ++i) result.ticks[i].text = texts[i];
    return result;
}

PlotTicks log_ticks(double low, double high, int most) {
    const int first = static_cast<int>(std::ceil(low - 1e-9)),
              last = static_cast<int>(std::floor(high + 1e-9));
    PlotTicks result;
    if (last - first < 1) {
        // Less than a decade between two powers of ten: round values tell more.
        result = linear_ticks(std::pow(10.0, low), std::pow(10.0, high), most);
        for (PlotTick& tick : result.ticks) tick.axis = std::log10(tick.axis);
        std::erase_if(result.ticks, [](const PlotTick& t) { return !std::isfinite(t.axis); });
        return result;
    }
    const int stride = std::max(1, (last - first + most) / most);
    const bool room = most >= 3 * (last - first + 1);
    for (int decade = first - 1; decade <= last; ++decade) {
        const bool named = ((decade % stride) + stride) % stride == 0;
        if (decade >= first)
            result.ticks.push_back(
                {static_cast<double>(decade), named ? decade_text(decade) : QString()});
        if (stride > 1) continue;
        for (int digit = 2; digit <= 9; ++digit) {
            const double axis = decade + std::log10(digit);
            if (axis < low || axis > high) continue;
            const bool told = room && (digit == 2 || digit == 5) && std::abs(decade) <= 3;
            const double value = digit * std::pow(10.0, decade);
            result.ticks.push_back({axis, told ? QString::number(value, 'g', 4) : QString()});
        }
    }
    return result;
}

}  // namespace

double PlotScale::to_axis(double value) const {
    if (!std::isfinite(value) || (logarithmic && value <= 0))
        return std::numeric_limits<double>::quiet_NaN();
    return logarithmic ? std::log10(value) : value;
}

double PlotScale::to_value(double axis) const { return logarithmic ? std::pow(10.0, axis) : axis; }

PlotScale usable(PlotScale scale) {
    const double least = scale.logarithmic ? kLeastLog : -kFar,
                 most = scale.logarithmic ? kMostLog : kFar;
    if (std::isnan(scale.low) || std::isnan(scale.high)) return {0, 1, scale.logarithmic};
    if (scale.low > scale.high) std::swap(scale.low, scale.high);
    scale.low = std::clamp(scale.low, least, most);
    scale.high = std::clamp(scale.high, least, most);
    const double size = std::max(std::abs(scale.low), std::abs(scale.high));
    const double finest = scale.logarithmic ? 1e-12 : std::max(kFinest * size, kLeastWidth);
    if (scale.high - scale.low >= finest) return scale;
    // One value: a range about it that shows its size.
    const double middle = scale.low / 2 + scale.high / 2;
    const double reach = scale.logarithmic                       ? 0.5
                         : std::abs(middle) < kLeastWidth * 1e10 ? 1
                                                                 : std::abs(middle) / 10;
    return {std::max(least, middle - reach), std::min(most, middle + reach), scale.logarithmic};
}

PlotScale with_room(const PlotScale& scale, double part) {
    const double room = (scale.high - scale.low) * part;
    return usable({scale.low - room, scale.high + room, scale.logarithmic});
}

std::vector<double> round_values(double low, double high, int most) {
    if (!std::isfinite(low) || !std::isfinite(high)) return {};
    if (low == high) return {low};
    if (low > high) {
        std::vector<double> rising = round_values(high, low, most);
        std::ranges::reverse(rising);
        return rising;
    }
    const double step = step_for(low, high, std::max(1, most));
    const double size = std::max(std::abs(low), std::abs(high));
    if (step <= size * std::numeric_limits<double>::epsilon()) return {low, high};
    const double power = floor_log10(step);
    // Dividing by a whole power of ten keeps 3 / 10 from becoming 0.30000000000000004.
    const double part = power < 0 && power > -300 ? std::pow(10.0, -power) : 0;
    const double digit = std::round(part * step);
    constexpr double kSlack = 1e-9;
    const double first = std::ceil(low / step - kSlack), last = std::floor(high / step + kSlack);
    std::vector<double> values;
    for (double k = first; k <= last; ++k) {
        const double value = part > 0 ? k * digit / part : k * step;
        values.push_back(value == 0 ? 0 : value);  // no -0
    }
    return values;
}

PlotTicks plot_ticks(const PlotScale& scale, int most) {
    if (!std::isfinite(scale.low) || !std::isfinite(scale.high)) return {};
    const int count = std::max(1, most);
    return scale.logarithmic ? log_ticks(scale.low, scale.high, count)
                             : linear_ticks(scale.low, scale.high, count);
}

QString plot_number(double value, int digits) {
    if (std::isnan(value)) return QStringLiteral("NaN");
    if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    return QString::number(value == 0 ? 0 : value, 'g', digits).replace('-', QChar(0x2212));
}

}  // namespace millrace::viewers
