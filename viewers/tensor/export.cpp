#include "viewers/tensor/export.hpp"

#include <QStringList>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace millrace::viewers {
namespace {

static_assert(std::endian::native == std::endian::little, "files are written as numbers lie");

using Role = TensorLayout::Role;

template <class T>
void append(QByteArray& text, T number) {
    if constexpr (std::is_floating_point_v<T>) {
        if (!std::isfinite(number)) {
            text += std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
            return;
        }
    }
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    text.append(digits, static_cast<qsizetype>(end - digits));
}

/// Calls row(tile, row) and number(value) in turn; false when stopped.
template <class Row, class Number>
bool walk(const TensorPlanes& planes, const std::stop_token& stop, const Row& row_begins,
          const Number& number) {
    return std::visit(
        [&](const auto& numbers) {
            for (std::int64_t tile = 0; tile < planes.tiles(); ++tile) {
                for (std::int64_t row = 0; row < planes.rows(); ++row) {
                    if (stop.stop_requested()) return false;
                    row_begins(tile, row);
                    for (std::int64_t column = 0; column < planes.columns(); ++column)
                        number(numbers[static_cast<std::size_t>(planes.place({tile, row, column}))],
                               column);
                }
            }
            return true;
        },
        planes.block()->values);
}

/// Extents of the axes that the picture has, in its order.
std::vector<std::int64_t> shown_shape(const TensorPlanes& planes) {
    std::vector<std::int64_t> shape;
    for (const Role role : {Role::Grid, Role::Rows, Role::Columns}) {
        if (const int axis = planes.layout().axis_of(role); axis >= 0)
            shape.push_back(planes.block()->shape[static_cast<std::size_t>(axis)]);
    }
    return shape;
}

struct Type {
    std::string_view dtype;
    const char* npy;
    const char* numpy;
};

/// The rest is written in the type in which the block holds it.
Type type_of(const visual::TensorBlock& block) {
    static constexpr Type types[] = {
        {"BOOL", "|b1", "bool_"},  {"U8", "|u1", "uint8"},    {"I8", "|i1", "int8"},
        {"U16", "<u2", "uint16"},  {"I16", "<i2", "int16"},   {"U32", "<u4", "uint32"},
        {"I32", "<i4", "int32"},   {"U64", "<u8", "uint64"},  {"I64", "<i8", "int64"},
        {"F32", "<f4", "float32"}, {"F64", "<f8", "float64"},
    };
    static constexpr std::size_t held[] = {1, 6, 8, 7, 9, 10};  // in the order of the values
    static constexpr std::size_t kinds[] = {0, 0, 1, 1, 1, 2, 1, 3, 2, 4, 5};
    for (std::size_t i = 0; i < std::size(types); ++i)
        if (types[i].dtype == block.dtype && kinds[i] == block.values.index()) return types[i];
    return types[held[block.values.index()]];
}

template <class T>
void append_as(QByteArray& bytes, int width, T number) {
    // Little-endian: the low bytes of an integer are the narrower integer.
    bytes.append(reinterpret_cast<const char*>(&number), width);
}

}  // namespace

QByteArray separated_text(const TensorPlanes& planes, char separator, const std::stop_token& stop) {
    QByteArray text;
    const bool done = walk(
        planes, stop,
        [&](std::int64_t tile, std::int64_t row) {
            if (tile > 0 || row > 0) text += '\n';
            if (tile > 0 && row == 0) text += '\n';
        },
        [&](auto number, std::int64_t column) {
            if (column > 0) text += separator;
            append(text, number);
        });
    if (!text.isEmpty()) text += '\n';
    return done ? text : QByteArray();
}

QByteArray numpy_literal(const TensorPlanes& planes, const std::stop_token& stop) {
    const std::vector<std::int64_t> shape = shown_shape(planes);
    const Type type = type_of(*planes.block());
    const QByteArray ending = QByteArray(", dtype=np.") + type.numpy + ')';
    if (planes.cells() == 0) {
        QStringList extents;
        for (const std::int64_t extent : shape) extents << QString::number(extent);
        return "np.zeros((" + extents.join(", ").toLatin1() + (shape.size() == 1 ? ",)" : ")") +
               ending;
    }
    const bool grid = planes.layout().axis_of(Role::Grid) >= 0,
               rows = planes.layout().axis_of(Role::Rows) >= 0,
               columns = planes.layout().axis_of(Role::Columns) >= 0;
    QByteArray text = "np.array(";
    if (grid) text += '[';
    const bool is_bool = std::string_view(type.dtype) == "BOOL";
    const bool done = walk(
        planes, stop,
        [&](std::int64_t tile, std::int64_t row) {
            if (row > 0) text += columns ? "],\n" : ",\n";
            if (row == 0 && tile > 0) {
                if (columns) text += ']';
                text += rows ? "],\n" : ",\n";
            }
            if (row == 0 && rows) text += '[';
            if (columns) text += '[';
        },
        [&]<class T>(T number, std::int64_t column) {
            if (column > 0) text += ", ";
            if constexpr (std::is_floating_point_v<T>) {
                if (!std::isfinite(number)) {
                    text += std::isnan(number) ? "np.nan" : number > 0 ? "np.inf" : "-np.inf";
                    return;
                }
            }
            if (is_bool)
                text += number == 0 ? "False" : "True";
            else
                append(text, number);
        });
    if (columns) text += ']';
    if (rows) text += ']';
    if (grid) text += ']';
    return done ? text + ending : QByteArray();
}

QByteArray npy_file(const TensorPlanes& planes, const std::stop_token& stop) {
    const Type type = type_of(*planes.block());
    const std::vector<std::int64_t> shape = shown_shape(planes);
    QStringList extents;
    for (const std::int64_t extent : shape) extents << QString::number(extent);
    QByteArray header = QByteArray("{'descr': '") + type.npy +
                        "', 'fortran_order': False, 'shape': (" + extents.join(", ").toLatin1() +
                        (shape.size() == 1 ? ",), }" : "), }");
    // Magic, version and length take 10 bytes; the numbers begin at a multiple of 64.
    constexpr qsizetype kBefore = 10, kAligned = 64;
    const qsizetype total = (kBefore + header.size() + 1 + kAligned - 1) / kAligned * kAligned;
    header = header.leftJustified(total - kBefore - 1, ' ') + '\n';
    QByteArray bytes("\x93NUMPY\x01\x00", 8);
    const auto length = static_cast<quint16>(header.size());
    append_as(bytes, 2, length);
    bytes += header;
    const int width = type.npy[2] - '0';
    bytes.reserve(bytes.size() + static_cast<qsizetype>(planes.cells()) * width);
    const bool done = walk(
        planes, stop, [](std::int64_t, std::int64_t) {},
        [&](auto number, std::int64_t) { append_as(bytes, width, number); });
    return done ? bytes : QByteArray();
}

}  // namespace millrace::viewers
