// The search for node types that opens on the canvas: a field, and under it the types that match,
// best first. A popup; gone when something is chosen or another place is clicked.
#pragma once

#include <QFrame>
#include <memory>
#include <optional>

#include "editor/canvas/canvas_scene.hpp"

class QLineEdit;
class QListWidget;
class QLabel;

namespace millrace::editor {

class SearchPalette : public QFrame {
    Q_OBJECT

public:
    explicit SearchPalette(QWidget* parent = nullptr);

    /// Opens at a place of the screen. With `from` only types are offered that a wire from there
    /// can enter or leave.
    void open(std::shared_ptr<const Catalogue> catalogue, QPoint screen, QPointF place,
              std::optional<PortRef> from = {}, const PortFace* face = nullptr);

Q_SIGNALS:
    /// `port` is the one to connect; empty when nothing is to be connected.
    void chosen(const QString& type, QPointF place, const QString& port);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill();
    void choose();

    std::shared_ptr<const Catalogue> catalogue_;
    QPointF place_;
    std::optional<PortRef> from_;
    std::string from_type_;
    QLineEdit* field_;
    QListWidget* list_;
    QLabel* about_;
};

/// The port of a node type that a wire from `from` fits; an exact type before an open one. Empty
/// when there is none.
std::string fitting_port(const engine::NodeType& type, const PortRef& from,
                         const std::string& from_type);

}  // namespace millrace::editor
