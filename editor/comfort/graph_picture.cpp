#include "editor/comfort/graph_picture.hpp"

#include <QBuffer>
#include <QFile>
#include <QFileInfo>
#include <QGraphicsScene>
#include <QImage>
#include <QPainter>
#include <QXmlStreamReader>
#include <QtEndian>
#include <array>
#include <cmath>

#include "editor/comfort/svg_device.hpp"
#include "engine/problem.hpp"

namespace millrace::editor {
namespace {

constexpr double kRoom = 40, kPixelsPerUnit = 2, kMostPixels = 16'000;
constexpr double kMostArea = 64e6;  ///< pixels, a quarter of a gigabyte while it is made
const QByteArray kSignature("\x89PNG\r\n\x1a\n", 8);
const QByteArray kKeyword("millrace");

quint32 crc_of(const QByteArray& bytes) {
    static const auto table = [] {
        std::array<quint32, 256> made = {};
        for (quint32 n = 0; n < 256; ++n) {
            quint32 c = n;
            for (int k = 0; k < 8; ++k) c = (c & 1U) ? 0xedb88320U ^ (c >> 1U) : c >> 1U;
            made[n] = c;
        }
        return made;
    }();
    quint32 crc = 0xffffffffU;
    for (const char byte : bytes)
        crc = table[(crc ^ static_cast<quint8>(byte)) & 0xffU] ^ (crc >> 8U);
    return ~crc;
}

QByteArray number(quint32 value) {
    QByteArray bytes(4, '\0');
    qToBigEndian(value, bytes.data());
    return bytes;
}

[[noreturn]] void fail(const char* code, const QString& what, const QString& file,
                       const QString& mend = {}) {
    throw engine::Error({.code = code,
                         .what = what.toStdString(),
                         .where = file.toStdString(),
                         .mend = mend.toStdString()});
}

QString translated(const char* text) { return QCoreApplication::translate("GraphPicture", text); }

[[noreturn]] void fail_without_graph(const QString& file) {
    fail("E-PICTURE-003", translated("The picture holds no graph"), file,
         translated("Only pictures that were exported from a canvas hold one; programs that change "
                    "pictures often take it out."));
}

/// The text of an iTXt chunk after its keyword; compressed ones are none of ours.
QByteArray text_of(const QByteArray& data) {
    qsizetype at = kKeyword.size() + 1;
    if (data.size() < at + 2 || data[at] != '\0') return {};
    at += 2;
    // Language and translated keyword, each with a zero at its end.
    for (int skipped = 0; skipped < 2; ++skipped) {
        at = data.indexOf('\0', at);
        if (at < 0) return {};
        ++at;
    }
    return data.mid(at);
}

QByteArray graph_in_png(const QByteArray& bytes, const QString& file) {
    if (!bytes.startsWith(kSignature))
        fail("E-PICTURE-002", translated("The file is no PNG"), file);
    qsizetype at = kSignature.size();
    while (bytes.size() - at >= 12) {
        const qint64 length = qFromBigEndian<quint32>(bytes.constData() + at);
        if (length > bytes.size() - at - 12)
            fail("E-PICTURE-002", translated("The picture ends within its data"), file);
        const QByteArray type = bytes.mid(at + 4, 4);
        if (type == "IEND") break;
        if (type == "iTXt" || type == "tEXt") {
            const QByteArray data = bytes.mid(at + 8, length);
            if (data.startsWith(kKeyword + '\0')) {
                if (crc_of(bytes.mid(at + 4, length + 4)) !=
                    qFromBigEndian<quint32>(bytes.constData() + at + 8 + length))
                    fail("E-PICTURE-002", translated("The graph in the picture is damaged"), file);
                const QByteArray graph =
                    type == "tEXt" ? data.mid(kKeyword.size() + 1) : text_of(data);
                if (!graph.isEmpty()) return graph;
            }
        }
        at += length + 12;
    }
    fail_without_graph(file);
}

QByteArray graph_in_svg(const QByteArray& bytes, const QString& file) {
    QXmlStreamReader xml(bytes);
    // Nothing that is declared in the file may be blown up.
    xml.setEntityExpansionLimit(0);
    while (!xml.atEnd()) {
        xml.readNext();
        if (xml.isStartElement() && xml.name() == u"graph" && xml.namespaceUri() == kSvgNamespace)
            return xml.readElementText().toUtf8();
    }
    if (xml.hasError())
        fail("E-PICTURE-002", translated("The SVG can't be read: %1").arg(xml.errorString()), file);
    fail_without_graph(file);
}

QRectF room_of(const QGraphicsScene& scene) {
    return scene.itemsBoundingRect().adjusted(-kRoom, -kRoom, kRoom, kRoom);
}

[[noreturn]] void fail_to_make() {
    fail("E-PICTURE-004", translated("The picture could not be made"), {},
         translated("Export an SVG instead."));
}

}  // namespace

QByteArray png_with_graph(const QByteArray& png, const QByteArray& graph) {
    // Behind the header, which is always the first chunk and 25 bytes long.
    const qsizetype place = kSignature.size() + 25;
    if (!png.startsWith(kSignature) || png.size() < place) return png;
    QByteArray data("iTXt");
    data += kKeyword;
    data += QByteArray(5, '\0');  // end of keyword, not compressed, no language, no translation
    data += graph;
    const QByteArray chunk =
        number(static_cast<quint32>(data.size() - 4)) + data + number(crc_of(data));
    return png.left(place) + chunk + png.mid(place);
}

QByteArray png_of(QGraphicsScene& scene, const QByteArray& graph) {
    const QRectF room = room_of(scene);
    const double scale =
        std::min({kPixelsPerUnit, kMostPixels / std::max({room.width(), room.height(), 1.0}),
                  std::sqrt(kMostArea / std::max(1.0, room.width() * room.height()))});
    QImage image((room.size() * scale).toSize().expandedTo({1, 1}), QImage::Format_ARGB32);
    if (image.isNull()) fail_to_make();
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    scene.render(&painter, {}, room);
    painter.end();
    QByteArray bytes;
    QBuffer out(&bytes);
    out.open(QIODevice::WriteOnly);
    if (!image.save(&out, "PNG")) fail_to_make();
    return png_with_graph(bytes, graph);
}

QByteArray svg_of(QGraphicsScene& scene, const QByteArray& graph) {
    const QRectF room = room_of(scene);
    SvgDevice device(room.size(), graph);
    QPainter painter(&device);
    painter.setRenderHint(QPainter::Antialiasing);
    scene.render(&painter, QRectF(QPointF(), room.size()), room);
    painter.end();
    return device.made();
}

bool is_picture(const QString& file) {
    const QString ending = QFileInfo(file).suffix().toLower();
    return ending == "png" || ending == "svg";
}

QByteArray graph_in_picture(const QString& file) {
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        fail("E-PICTURE-001", translated("The picture can't be opened: %1").arg(in.errorString()),
             file);
    if (in.size() > kMostPictureBytes)
        fail("E-PICTURE-001", translated("The picture is too large to look for a graph in it"),
             file);
    const QByteArray bytes = in.read(kMostPictureBytes);
    const QByteArray graph =
        bytes.startsWith(kSignature) || file.endsWith(".png", Qt::CaseInsensitive)
            ? graph_in_png(bytes, file)
            : graph_in_svg(bytes, file);
    if (graph.trimmed().isEmpty()) fail_without_graph(file);
    if (graph.size() > kMostGraphBytes)
        fail("E-PICTURE-001", translated("The graph in the picture is too large"), file);
    return graph;
}

}  // namespace millrace::editor
