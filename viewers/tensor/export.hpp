// A slice of a tensor as text and as bytes for other programs. Numbers keep all their digits. Plain
// functions, any thread; they end early, with nothing, when asked to stop.
#pragma once

#include <QByteArray>
#include <stop_token>

#include "viewers/tensor/planes.hpp"

namespace millrace::viewers {

/// Rows of numbers with this character between them; tiles are parted by an empty line. NaN and
/// infinities are nan, inf and -inf, bools 0 and 1.
QByteArray separated_text(const TensorPlanes& planes, char separator, const std::stop_token& stop);

/// "np.array([[1.0, np.nan], …], dtype=np.float32)", of as many axes as npy_file().
QByteArray numpy_literal(const TensorPlanes& planes, const std::stop_token& stop);

/// A file of NumPy's format 1.0: [tiles, rows, columns] without the axes that the layout has none
/// for, row-major, in the tensor's type; F16 and BF16 become float32, which holds them exactly.
QByteArray npy_file(const TensorPlanes& planes, const std::stop_token& stop);

}  // namespace millrace::viewers
