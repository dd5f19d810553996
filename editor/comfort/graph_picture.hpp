// Pictures of the canvas that carry their graph: PNG with a chunk of text, SVG with an element of
// metadata. Reading takes the graph out of such a file without decoding the picture; what it finds
// is untrusted. Functions; painting on the window thread, the rest anywhere.
#pragma once

#include <QByteArray>
#include <QString>

class QGraphicsScene;

namespace millrace::editor {

/// How large a file may be, and the graph in it.
inline constexpr qint64 kMostPictureBytes = qint64{256} << 20;
inline constexpr qint64 kMostGraphBytes = qint64{32} << 20;

/// The scene's items as they are on the canvas with some room around, at two pixels a unit where
/// that gives no more than 16,000 pixels a side and 64 million in all. png_of() throws
/// engine::Error E-PICTURE-004 when there is no memory for it.
QByteArray png_of(QGraphicsScene& scene, const QByteArray& graph);
QByteArray svg_of(QGraphicsScene& scene, const QByteArray& graph);

/// Whether a file's name says that it is such a picture.
bool is_picture(const QString& file);
/// The graph's JSON in a PNG or SVG. Throws engine::Error: E-PICTURE-001 when the file can't be
/// read or is too large, E-PICTURE-002 when it is damaged, E-PICTURE-003 when it holds no graph.
QByteArray graph_in_picture(const QString& file);

/// A PNG with the graph put in as text; unchanged when `png` is none.
QByteArray png_with_graph(const QByteArray& png, const QByteArray& graph);

}  // namespace millrace::editor
