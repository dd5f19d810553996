#include "editor/canvas/status_preview.hpp"

#include <QGuiApplication>
#include <QPainter>
#include <QPalette>
#include <QStyleOptionGraphicsItem>
#include <QThreadPool>
#include <QWidget>

#include "editor/canvas/items.hpp"
#include "editor/canvas/status_paint.hpp"
#include "editor/session/run_names.hpp"
#include "editor/session/thumbnail.hpp"

namespace millrace::editor {
namespace {

constexpr double kHeight = 110, kPerSecond = 4;
constexpr int kBytes = 512 << 10;  ///< of one packet's visuals

}  // namespace

PreviewItem::PreviewItem(NodeItem* node) : QGraphicsObject(node) {
    setAcceptedMouseButtons(Qt::NoButton);
    setZValue(-1);
    width_ = node->face().size.width();
    setPos(0, node->face().size.height() + kStatusBelow);
    text_ = tr("Preview: run the graph");
}

void PreviewItem::show_image(const QImage& image, std::uint64_t item) {
    image_ = image;
    caption_ = tr("item %1").arg(item);
    text_.clear();
    update();
}

void PreviewItem::show_text(const QString& text) {
    text_ = text;
    image_ = QImage();
    update();
}

QRectF PreviewItem::boundingRect() const { return {0, 0, width_, kHeight}; }

void PreviewItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option,
                        QWidget* widget) {
    const QPalette palette = widget ? widget->palette() : option->palette;
    const double detail = option->levelOfDetailFromTransform(painter->worldTransform());
    const QRectF frame = boundingRect().adjusted(0.5, 0.5, -0.5, -0.5);
    painter->setPen(palette.color(QPalette::Mid));
    painter->setBrush(palette.color(QPalette::AlternateBase));
    painter->drawRoundedRect(frame, 4, 4);
    if (!image_.isNull()) {
        QSizeF size =
            QSizeF(image_.size()).scaled(frame.size() - QSizeF(4, 4), Qt::KeepAspectRatio);
        painter->setRenderHint(QPainter::SmoothPixmapTransform);
        painter->drawImage(QRectF(frame.center() - QPointF(size.width(), size.height()) / 2, size),
                           image_);
    }
    if (detail < 0.5) return;
    QFont font;
    font.setPixelSize(10);
    painter->setFont(font);
    if (!text_.isEmpty()) {
        painter->setPen(palette.color(QPalette::PlaceholderText));
        painter->drawText(frame.adjusted(8, 4, -8, -4), Qt::AlignCenter | Qt::TextWordWrap, text_);
    } else if (!caption_.isEmpty()) {
        const double width = QFontMetricsF(font).horizontalAdvance(caption_) + 8;
        const QRectF plate(frame.right() - width - 3, frame.bottom() - 17, width, 14);
        painter->setPen(Qt::NoPen);
        painter->setBrush(QColor(0, 0, 0, 150));
        painter->drawRoundedRect(plate, 3, 3);
        painter->setPen(Qt::white);
        painter->drawText(plate, Qt::AlignCenter, caption_);
    }
}

Previews::Previews(CanvasScene* scene, Session* session, QObject* parent)
    : QObject(parent), scene_(scene), session_(session) {
    connect(session, &Session::packet, this, &Previews::take);
    connect(scene, &CanvasScene::path_changed, this, &Previews::refresh);
    connect(scene->document(), &Document::changed, this, &Previews::refresh, Qt::QueuedConnection);
    connect(scene->document(), &Document::started, this, [this] {
        for (auto& [key, preview] : previews_) session_->unsubscribe(preview.subscription);
        previews_.clear();
    });
}

bool Previews::is_on(const std::string& node) const {
    return previews_.contains({scene_->path(), node});
}

PreviewItem* Previews::item(const std::string& node) const {
    const auto found = previews_.find({scene_->path(), node});
    return found == previews_.end() ? nullptr : found->second.item.data();
}

void Previews::set_on(const std::string& node, bool on) {
    const Key key{scene_->path(), node};
    if (on == previews_.contains(key)) return;
    if (on) {
        subscribe(key, previews_[key]);
    } else {
        Preview& preview = previews_[key];
        session_->unsubscribe(preview.subscription);
        delete preview.item;
        previews_.erase(key);
    }
    refresh();
}

void Previews::subscribe(const Key& key, Preview& preview) {
    session_->unsubscribe(preview.subscription);
    preview.subscription = 0;
    preview.name.clear();
    const NodeItem* node = scene_->node(key.second);
    if (!node || preview.output >= node->face().outputs.size()) return;
    const auto output = run_output(scene_->document()->graph(), key.first,
                                   {key.second, node->face().outputs[preview.output].name});
    if (!output) return;
    preview.name = to_text(*output);
    preview.subscription = session_->subscribe(QString::fromStdString(to_text(*output)), true,
                                               false, kPerSecond, kBytes);
}

/// Items of nodes come and go with undo and with the graph that is shown; previews follow.
void Previews::refresh() {
    for (auto found = previews_.begin(); found != previews_.end();) {
        auto& [key, preview] = *found;
        const engine::Graph* graph = scene_->document()->graph_at(key.first);
        ++found;
        // An undo may bring the node back, and its preview with it.
        if (!graph || !graph->nodes.contains(key.second)) {
            session_->unsubscribe(preview.subscription);
            preview.subscription = 0;
            preview.name.clear();
            continue;
        }
        NodeItem* node = key.first == scene_->path() ? scene_->node(key.second) : nullptr;
        // The node's type, or what a call leads to, may be another one now.
        if (node && preview.output < node->face().outputs.size()) {
            const auto now = run_output(scene_->document()->graph(), key.first,
                                        {key.second, node->face().outputs[preview.output].name});
            if ((now ? to_text(*now) : std::string()) != preview.name) subscribe(key, preview);
        }
        if (node && !preview.item) {
            preview.item = new PreviewItem(node);
            if (node->face().outputs.empty())
                preview.item->show_text(tr("This node has no output to preview"));
            else if (preview.waiting && !preview.busy)
                render(key);
        } else if (node) {
            preview.item->setPos(0, node->face().size.height() + kStatusBelow);
        }
    }
}

void Previews::take(const SeenPacket& packet) {
    for (auto& [key, preview] : previews_) {
        if (preview.subscription != packet.subscription || packet.subscription == 0) continue;
        if (packet.problem) {
            if (preview.item) preview.item->show_text(QString::fromStdString(packet.problem->what));
            return;
        }
        if (packet.visuals.empty()) {
            // Nothing to see at this output: the next one, if there is one.
            const NodeItem* node = scene_->node(key.second);
            if (node && key.first == scene_->path() &&
                preview.output + 1 < node->face().outputs.size()) {
                ++preview.output;
                subscribe(key, preview);
            } else if (preview.item) {
                preview.item->show_text(tr("%1 has no picture").arg(packet.type));
            }
            return;
        }
        preview.newest = packet.item;
        preview.waiting = packet.visuals.front();
        if (!preview.busy) render(key);
        return;
    }
}

void Previews::render(const Key& key) {
    Preview& preview = previews_.at(key);
    if (!preview.item || !preview.waiting) return;
    preview.busy = true;
    const QSize size =
        (QSizeF(preview.item->boundingRect().width(), kHeight) * qGuiApp->devicePixelRatio())
            .toSize();
    const QPalette palette = QGuiApplication::palette();
    QThreadPool::globalInstance()->start([self = QPointer<Previews>(this), key,
                                          visual = preview.waiting, item = preview.newest, size,
                                          ink = palette.color(QPalette::Text),
                                          paper = palette.color(QPalette::AlternateBase)] {
        QImage image;
        try {
            image = thumbnail(*visual, size, ink, paper);
        } catch (const std::exception&) {
            // A visual that contradicts itself has no picture; the viewer tells what is wrong.
        }
        QMetaObject::invokeMethod(
            qGuiApp,
            [self, key, visual, image, item] {
                if (!self) return;
                const auto found = self->previews_.find(key);
                if (found == self->previews_.end()) return;
                Preview& preview = found->second;
                preview.busy = false;
                if (preview.item) {
                    if (image.isNull())
                        preview.item->show_text(tr("Nothing to show in item %1").arg(item));
                    else
                        preview.item->show_image(image, item);
                }
                if (preview.waiting != visual) self->render(key);
            },
            Qt::QueuedConnection);
    });
}

}  // namespace millrace::editor
