#include "editor/comfort/svg_device.hpp"

#include <QBuffer>
#include <QImage>
#include <QPaintEngine>
#include <QPainterPath>
#include <QPixmap>
#include <QtMath>

namespace millrace::editor {
namespace {

QByteArray number(double value) {
    return QByteArray::number(std::round(value * 100) / 100, 'g', 9);
}

QByteArray color_of(const QColor& color, const char* what) {
    QByteArray text = QByteArray(" ") + what + "=\"" + color.name().toLatin1() + '"';
    if (color.alpha() < 255)
        text += QByteArray(" ") + what + "-opacity=\"" + number(color.alphaF()) + '"';
    return text;
}

QByteArray path_of(const QPainterPath& path) {
    QByteArray text;
    for (int i = 0; i < path.elementCount(); ++i) {
        const QPainterPath::Element at = path.elementAt(i);
        switch (at.type) {
            case QPainterPath::MoveToElement:
                text += 'M';
                break;
            case QPainterPath::LineToElement:
                text += 'L';
                break;
            case QPainterPath::CurveToElement:
                text += 'C';
                break;
            case QPainterPath::CurveToDataElement:
                text += ' ';
                break;
        }
        text += number(at.x) + ' ' + number(at.y);
    }
    return text;
}

}  // namespace

class SvgDevice::Engine : public QPaintEngine {
public:
    Engine()
        : QPaintEngine(QPaintEngine::AllFeatures & ~PaintEngineFeatures(PerspectiveTransform)) {}

    bool begin(QPaintDevice*) override { return true; }
    bool end() override { return true; }
    Type type() const override { return QPaintEngine::User; }

    void updateState(const QPaintEngineState& state) override {
        const DirtyFlags changed = state.state();
        if (changed.testFlag(DirtyPen)) pen_ = state.pen();
        if (changed.testFlag(DirtyBrush)) brush_ = state.brush();
        if (changed.testFlag(DirtyFont)) font_ = state.font();
        if (changed.testFlag(DirtyTransform)) transform_ = state.transform();
        if (changed.testFlag(DirtyOpacity)) opacity_ = state.opacity();
        if (changed.testFlag(DirtyClipEnabled)) clipped_ = state.isClipEnabled();
        if (changed.testFlag(DirtyClipPath) || changed.testFlag(DirtyClipRegion)) {
            clipped_ = state.clipOperation() != Qt::NoClip;
            QPainterPath clip;
            if (changed.testFlag(DirtyClipPath))
                clip = state.clipPath();
            else
                clip.addRegion(state.clipRegion());
            clip_ = transform_.map(clip);
            clip_id_ = 0;
        }
    }

    void drawPath(const QPainterPath& path) override {
        // The outline's width is that of the transformed pen; a cosmetic one keeps its own.
        QByteArray style = brush_.style() == Qt::NoBrush ? QByteArray(" fill=\"none\"")
                                                         : color_of(brush_.color(), "fill");
        if (path.fillRule() == Qt::OddEvenFill) style += " fill-rule=\"evenodd\"";
        if (pen_.style() != Qt::NoPen) {
            const double scale =
                pen_.isCosmetic() ? 1 : std::sqrt(std::abs(transform_.determinant()));
            const double width = (pen_.widthF() > 0 ? pen_.widthF() : 1) * scale;
            style += color_of(pen_.color(), "stroke") + " stroke-width=\"" + number(width) + '"';
            if (pen_.style() != Qt::SolidLine) {
                QByteArray dashes;
                for (const double dash : pen_.dashPattern()) dashes += number(dash * width) + ' ';
                style += " stroke-dasharray=\"" + dashes.trimmed() + '"';
            }
            if (pen_.capStyle() == Qt::RoundCap) style += " stroke-linecap=\"round\"";
            if (pen_.joinStyle() == Qt::RoundJoin) style += " stroke-linejoin=\"round\"";
        }
        put("<path d=\"" + path_of(transform_.map(path)) + '"' + style + "/>");
    }

    void drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) override {
        QPainterPath path;
        path.moveTo(points[0]);
        for (int i = 1; i < count; ++i) path.lineTo(points[i]);
        if (mode != PolylineMode) path.closeSubpath();
        path.setFillRule(mode == WindingMode ? Qt::WindingFill : Qt::OddEvenFill);
        const QBrush brush = brush_;
        if (mode == PolylineMode) brush_ = Qt::NoBrush;
        drawPath(path);
        brush_ = brush;
    }

    void drawTextItem(const QPointF& at, const QTextItem& item) override {
        const QFont font = item.font();
        const double scale = std::sqrt(std::abs(transform_.determinant()));
        const double size =
            (font.pixelSize() > 0 ? font.pixelSize() : font.pointSizeF() * 96 / 72) * scale;
        const QPointF place = transform_.map(at);
        QByteArray text = "<text x=\"" + number(place.x()) + "\" y=\"" + number(place.y()) +
                          "\" font-family=\"" + font.family().toHtmlEscaped().toUtf8() +
                          ", sans-serif\" font-size=\"" + number(size) + '"';
        if (font.bold()) text += " font-weight=\"bold\"";
        if (font.italic()) text += " font-style=\"italic\"";
        // The width it had here, whatever font is there where it is shown.
        text += " textLength=\"" + number(item.width() * scale) + '"';
        put(text + color_of(pen_.color(), "fill") + " xml:space=\"preserve\">" +
            item.text().toHtmlEscaped().toUtf8() + "</text>");
    }

    void drawPixmap(const QRectF& place, const QPixmap& pixmap, const QRectF& part) override {
        drawImage(place, pixmap.toImage(), part, Qt::AutoColor);
    }

    void drawImage(const QRectF& place, const QImage& image, const QRectF& part,
                   Qt::ImageConversionFlags) override {
        QByteArray bytes;
        QBuffer out(&bytes);
        out.open(QIODevice::WriteOnly);
        image.copy(part.toRect()).save(&out, "PNG");
        const QRectF at = transform_.mapRect(place);
        put("<image x=\"" + number(at.x()) + "\" y=\"" + number(at.y()) + "\" width=\"" +
            number(at.width()) + "\" height=\"" + number(at.height()) +
            "\" preserveAspectRatio=\"none\" href=\"data:image/png;base64," + bytes.toBase64() +
            "\"/>");
    }

    QByteArray body;

private:
    void put(const QByteArray& element) {
        const bool clip = clipped_ && !clip_.isEmpty();
        if (clip && clip_id_ == 0) {
            clip_id_ = ++clips_;
            body += "<clipPath id=\"c" + QByteArray::number(clip_id_) + "\"><path d=\"" +
                    path_of(clip_) + "\"/></clipPath>\n";
        }
        QByteArray group;
        if (clip) group += " clip-path=\"url(#c" + QByteArray::number(clip_id_) + ")\"";
        if (opacity_ < 1) group += " opacity=\"" + number(opacity_) + '"';
        body += group.isEmpty() ? element + '\n' : "<g" + group + '>' + element + "</g>\n";
    }

    QPen pen_;
    QBrush brush_;
    QFont font_;
    QTransform transform_;
    QPainterPath clip_;
    bool clipped_ = false;
    int clip_id_ = 0, clips_ = 0;
    double opacity_ = 1;
};

SvgDevice::SvgDevice(QSizeF size, const QByteArray& graph)
    : size_(size), graph_(graph), engine_(std::make_unique<Engine>()) {}

SvgDevice::~SvgDevice() = default;

QPaintEngine* SvgDevice::paintEngine() const { return engine_.get(); }

int SvgDevice::metric(PaintDeviceMetric metric) const {
    switch (metric) {
        case PdmWidth:
            return qCeil(size_.width());
        case PdmHeight:
            return qCeil(size_.height());
        case PdmWidthMM:
            return qCeil(size_.width() * 25.4 / 96);
        case PdmHeightMM:
            return qCeil(size_.height() * 25.4 / 96);
        case PdmDpiX:
        case PdmDpiY:
        case PdmPhysicalDpiX:
        case PdmPhysicalDpiY:
            return 96;
        case PdmDepth:
            return 32;
        case PdmNumColors:
            return 1 << 24;
        case PdmDevicePixelRatio:
            return 1;
        default:
            return static_cast<int>(devicePixelRatioFScale());
    }
}

QByteArray SvgDevice::made() const {
    const QByteArray width = number(size_.width()), height = number(size_.height());
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
           "width=\"" +
           width + "\" height=\"" + height + "\" viewBox=\"0 0 " + width + ' ' + height +
           "\">\n<metadata><millrace:graph xmlns:millrace=\"" + kSvgNamespace.toUtf8() + "\">" +
           QString::fromUtf8(graph_).toHtmlEscaped().toUtf8() + "</millrace:graph></metadata>\n" +
           engine_->body + "</svg>\n";
}

}  // namespace millrace::editor
