// The live preview under a node: what its first output that can be seen gave last. Previews belong
// to the window and not to the document: they come back with the node's item. Pictures are made on
// a thread of their own, at most four a second for a node. Window thread only.
#pragma once

#include <QGraphicsObject>
#include <QImage>
#include <QPointer>
#include <map>
#include <set>

#include "editor/canvas/canvas_scene.hpp"
#include "editor/session/session.hpp"

namespace millrace::editor {

/// A picture that hangs under a node; clicks go through it.
class PreviewItem : public QGraphicsObject {
public:
    enum { Type = UserType + 20 };
    explicit PreviewItem(NodeItem* node);
    int type() const override { return Type; }
    void show_image(const QImage& image, std::uint64_t item);
    void show_text(const QString& text);
    const QImage& image() const { return image_; }
    QRectF boundingRect() const override;
    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

private:
    double width_;
    QImage image_;
    QString text_, caption_;
};

class Previews : public QObject {
    Q_OBJECT

public:
    Previews(CanvasScene* scene, Session* session, QObject* parent = nullptr);

    bool is_on(const std::string& node) const;
    /// Of a node of the graph that is shown.
    void set_on(const std::string& node, bool on);
    /// Null where there is none.
    PreviewItem* item(const std::string& node) const;

private:
    struct Preview {
        QPointer<PreviewItem> item;
        int subscription = 0;
        std::string name;        ///< of the output in the run; empty without a subscription
        std::size_t output = 0;  ///< of the node's outputs, the one that is tried
        std::uint64_t newest = 0;
        bool busy = false;  ///< a picture is being made
        std::shared_ptr<const visual::Visual> waiting;
    };
    using Key = std::pair<GraphPath, std::string>;
    void refresh();
    void subscribe(const Key& key, Preview& preview);
    void take(const SeenPacket& packet);
    void render(const Key& key);

    CanvasScene* scene_;
    Session* session_;
    std::map<Key, Preview> previews_;
};

}  // namespace millrace::editor
