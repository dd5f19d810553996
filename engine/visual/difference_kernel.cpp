#include "engine/visual/difference_kernel.hpp"

#include <cmath>

namespace millrace::visual {

RunSums sums_of(const double* a, const double* b, std::size_t count, double absolute,
                double relative) {
    RunSums sums;
    double max_abs = 0, max_rel = 0, max_beyond = 0;
    double energy_a = 0, energy_b = 0, error = 0, dot = 0, abs = 0, beyond = 0, zeros = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double size = std::abs(a[i]), apart = std::abs(a[i] - b[i]);
        energy_a += a[i] * a[i];
        energy_b += b[i] * b[i];
        dot += a[i] * b[i];
        error += apart * apart;
        abs += apart;
        const double rel = apart / (size == 0 ? 1 : size);
        const double over = apart > absolute + relative * size ? 1 : 0;
        const double lost = size == 0 && apart > 0 ? 1 : 0;
        const double counted = apart * over, ratio = rel * (1 - lost);
        beyond += over;
        zeros += lost;
        max_abs = max_abs > apart ? max_abs : apart;
        max_rel = max_rel > ratio ? max_rel : ratio;
        max_beyond = max_beyond > counted ? max_beyond : counted;
    }
    return {energy_a, energy_b, error, dot, abs, max_abs, max_rel, max_beyond, beyond, zeros};
}

}  // namespace millrace::visual
