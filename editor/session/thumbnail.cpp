#include "editor/session/thumbnail.hpp"

#include <QFontMetrics>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/visual/scene/renderer.hpp"

namespace millrace::editor {
namespace {

constexpr std::size_t kMostPoints = 200'000;  ///< of a curve
constexpr int kMargin = 4;

double value_at(const visual::Raster& raster, std::size_t place) {
    switch (raster.depth) {
        case visual::Raster::Depth::U8:
            return raster.bytes[place];
        case visual::Raster::Depth::U16: {
            std::uint16_t value = 0;
            std::memcpy(&value, raster.bytes.data() + place * 2, 2);
            return value;
        }
        case visual::Raster::Depth::F32: {
            float value = 0;
            std::memcpy(&value, raster.bytes.data() + place * 4, 4);
            return value;
        }
    }
    return 0;
}

QImage blank(QSize size, const QColor& paper) {
    QImage image(size, QImage::Format_RGB32);
    image.fill(paper);
    return image;
}

/// Curves over their common range; what is not finite is left out.
QImage curves(const std::vector<std::vector<double>>& lines, QSize size, const QColor& ink,
              const QColor& paper) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const auto& line : lines)
        for (const double y : line)
            if (std::isfinite(y)) {
                low = std::min(low, y);
                high = std::max(high, y);
            }
    if (!(low <= high)) return {};
    if (low == high) {
        low -= 1;
        high += 1;
    }
    QImage image = blank(size, paper);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    int number = 0;
    for (const auto& line : lines) {
        QPolygonF points;
        const std::size_t step =
            std::max<std::size_t>(1, line.size() / (4 * static_cast<std::size_t>(size.width())));
        for (std::size_t i = 0; i < std::min(line.size(), kMostPoints * step); i += step) {
            if (!std::isfinite(line[i])) continue;
            const double across =
                line.size() > 1 ? static_cast<double>(i) / static_cast<double>(line.size() - 1)
                                : 0.5;
            points << QPointF(kMargin + across * (size.width() - 2 * kMargin),
                              size.height() - kMargin -
                                  (line[i] - low) / (high - low) * (size.height() - 2 * kMargin));
        }
        QColor color = ink;
        color.setHsv((ink.hsvHue() + 67 * number++) % 360, std::max(90, ink.saturation()),
                     std::max(150, ink.value()));
        painter.setPen(QPen(color, 1.5));
        if (points.size() == 1)
            painter.drawEllipse(points.front(), 2.5, 2.5);
        else
            painter.drawPolyline(points);
    }
    return image;
}

QImage words(const QString& text, QSize size, const QColor& ink, const QColor& paper) {
    QImage image = blank(size, paper);
    QPainter painter(&image);
    QFont font;
    font.setPixelSize(11);
    painter.setFont(font);
    painter.setPen(ink);
    painter.drawText(image.rect().adjusted(6, 4, -6, -4),
                     Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, text.left(600));
    return image;
}

QImage cloud(const visual::Cloud& cloud, QSize size) {
    if (cloud.points.empty()) return {};
    visual::Scene scene;
    // The scene shares the cloud for the time of this call alone.
    scene.clouds.push_back(visual::make_layer(
        {}, std::shared_ptr<const visual::Cloud>(std::shared_ptr<void>(), &cloud)));
    visual::View view;
    view.set(visual::Preset::Oblique);
    view.fit(scene.core_bounds(), size.width(), size.height());
    visual::Style style;
    style.grid = style.axes = false;
    style.point_size.value = 1;
    return raster_image(visual::render(scene, view, style, size.width(), size.height()), size);
}

QImage bars(const visual::Histogram& histogram, QSize size, const QColor& ink,
            const QColor& paper) {
    std::uint64_t most = 0;
    for (const std::uint64_t count : histogram.counts) most = std::max(most, count);
    if (most == 0) return {};
    QImage image = blank(size, paper);
    QPainter painter(&image);
    const double step =
        static_cast<double>(size.width()) / static_cast<double>(histogram.counts.size());
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        const double height = static_cast<double>(histogram.counts[i]) / static_cast<double>(most) *
                              (size.height() - kMargin);
        painter.fillRect(QRectF(static_cast<double>(i) * step, size.height() - height,
                                std::max(1.0, step - 0.5), height),
                         ink);
    }
    return image;
}

/// The last two axes that are longer than one as an image, longer lists as a curve.
QImage tensor(const visual::TensorBlock& block, QSize size, const QColor& ink,
              const QColor& paper) {
    std::vector<std::int64_t> shape;
    for (const std::int64_t extent : block.shape)
        if (extent > 1) shape.push_back(extent);
    if (block.size() == 0) return {};
    if (block.size() == 1) return words(QString::number(block.at(0), 'g', 6), size, ink, paper);
    if (shape.size() < 2) {
        std::vector<double> line(std::min(block.size(), kMostPoints));
        for (std::size_t i = 0; i < line.size(); ++i) line[i] = block.at(i);
        return curves({line}, size, ink, paper);
    }
    // The last two axes lie together.
    const auto rows = static_cast<int>(std::min<std::int64_t>(shape[shape.size() - 2], 4096)),
               columns = static_cast<int>(std::min<std::int64_t>(shape.back(), 4096));
    visual::Raster raster{
        .width = columns, .height = rows, .channels = 1, .depth = visual::Raster::Depth::F32};
    raster.bytes.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) * 4);
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x) {
            const auto value = static_cast<float>(
                block.at(static_cast<std::size_t>(y) * static_cast<std::size_t>(shape.back()) +
                         static_cast<std::size_t>(x)));
            std::memcpy(raster.bytes.data() +
                            (static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) +
                             static_cast<std::size_t>(x)) *
                                4,
                        &value, 4);
        }
    return raster_image(raster, size);
}

}  // namespace

QImage raster_image(const visual::Raster& raster, QSize size) {
    const std::size_t depth = raster.depth == visual::Raster::Depth::U8    ? 1
                              : raster.depth == visual::Raster::Depth::U16 ? 2
                                                                           : 4;
    if (raster.width <= 0 || raster.height <= 0 || raster.channels <= 0) return {};
    const auto width = static_cast<std::size_t>(raster.width),
               channels = static_cast<std::size_t>(raster.channels);
    if (raster.bytes.size() != width * static_cast<std::size_t>(raster.height) * channels * depth)
        return {};
    QSize fitted(raster.width, raster.height);
    if (fitted.width() > size.width() || fitted.height() > size.height())
        fitted = fitted.scaled(size, Qt::KeepAspectRatio).expandedTo({1, 1});
    const auto source = [&](int x, int y) {
        const auto column = static_cast<std::size_t>(
            (x * 2 + 1) * static_cast<qint64>(raster.width) / (2 * fitted.width()));
        const auto row = static_cast<std::size_t>((y * 2 + 1) * static_cast<qint64>(raster.height) /
                                                  (2 * fitted.height()));
        return (row * width + column) * channels;
    };
    double low = 0, high = 255;
    if (raster.depth != visual::Raster::Depth::U8) {
        low = std::numeric_limits<double>::infinity();
        high = -low;
        for (int y = 0; y < fitted.height(); ++y)
            for (int x = 0; x < fitted.width(); ++x) {
                const double value = value_at(raster, source(x, y));
                if (!std::isfinite(value)) continue;
                low = std::min(low, value);
                high = std::max(high, value);
            }
        if (!(low < high)) {
            low = std::isfinite(low) ? low - 1 : 0;
            high = low + 2;
        }
    }
    const auto level = [&](std::size_t place) {
        const double value = value_at(raster, place);
        return std::isfinite(value)
                   ? static_cast<int>(std::clamp((value - low) / (high - low) * 255, 0.0, 255.0))
                   : 0;
    };
    QImage image(fitted, QImage::Format_RGB32);
    for (int y = 0; y < fitted.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < fitted.width(); ++x) {
            const std::size_t place = source(x, y);
            const int first = level(place);
            line[x] = channels >= 3 ? qRgb(first, level(place + 1), level(place + 2))
                                    : qRgb(first, first, first);
        }
    }
    return image;
}

QImage thumbnail(const visual::Visual& visual, QSize size, const QColor& ink, const QColor& paper) {
    if (const auto* raster = std::get_if<visual::Raster>(&visual))
        return raster_image(*raster, size);
    if (const auto* points = std::get_if<visual::Cloud>(&visual)) return cloud(*points, size);
    if (const auto* text = std::get_if<visual::Text>(&visual))
        return words(QString::fromStdString(text->text), size, ink, paper);
    if (const auto* tokens = std::get_if<visual::Tokens>(&visual)) {
        QStringList first;
        for (std::size_t i = 0; i < std::min<std::size_t>(tokens->tokens.size(), 40); ++i)
            first << QString::fromStdString(tokens->tokens[i]);
        return words(first.join(QStringLiteral(" ")), size, ink, paper);
    }
    if (const auto* series = std::get_if<visual::Series>(&visual)) {
        std::vector<std::vector<double>> lines;
        for (const auto& line : series->lines) lines.push_back(line.y);
        return curves(lines, size, ink, paper);
    }
    if (const auto* histogram = std::get_if<visual::Histogram>(&visual))
        return bars(*histogram, size, ink, paper);
    if (const auto* block = std::get_if<visual::TensorBlock>(&visual))
        return tensor(*block, size, ink, paper);
    if (const auto* table = std::get_if<visual::Table>(&visual)) {
        QStringList lines;
        const auto joined = [&](const std::vector<std::string>& cells) {
            QStringList words;
            for (const std::string& cell : cells) words << QString::fromStdString(cell);
            lines << words.join(QStringLiteral("  "));
        };
        joined(table->columns);
        for (std::size_t i = 0; i < std::min<std::size_t>(table->rows.size(), 8); ++i)
            joined(table->rows[i]);
        return words(lines.join('\n'), size, ink, paper);
    }
    if (const auto* boxes = std::get_if<visual::Boxes3d>(&visual))
        return words(QObject::tr("%1 boxes")
                         .arg(std::max<std::uint64_t>(boxes->full_count, boxes->boxes.size())),
                     size, ink, paper);
    if (const auto* flat = std::get_if<visual::Boxes2d>(&visual))
        return words(QObject::tr("%1 boxes")
                         .arg(std::max<std::uint64_t>(flat->full_count, flat->boxes.size())),
                     size, ink, paper);
    if (const auto* model = std::get_if<visual::ModelGraph>(&visual))
        return words(QObject::tr("%1 layers").arg(model->layers.size()), size, ink, paper);
    return {};
}

}  // namespace millrace::editor
