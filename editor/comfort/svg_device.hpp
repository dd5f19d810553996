// Paints into SVG: what a QPainter draws becomes paths, texts and pictures, with a graph in the
// metadata. Covers what the canvas paints: solid brushes and pens, text, pixmaps. Window thread
// only.
#pragma once

#include <QByteArray>
#include <QPaintDevice>
#include <QSizeF>
#include <QStringView>
#include <memory>

namespace millrace::editor {

inline constexpr QStringView kSvgNamespace = u"urn:millrace:svg:1";

class SvgDevice : public QPaintDevice {
public:
    /// `size` in units of the painter, which are pixels of the picture.
    SvgDevice(QSizeF size, const QByteArray& graph);
    ~SvgDevice() override;

    QPaintEngine* paintEngine() const override;
    /// The whole document.
    QByteArray made() const;

protected:
    int metric(PaintDeviceMetric metric) const override;

private:
    class Engine;
    QSizeF size_;
    QByteArray graph_;
    std::unique_ptr<Engine> engine_;
};

}  // namespace millrace::editor
