// The node types that the worker offers, as the palette, the canvas and forms ask for them. A value
// that is replaced as a whole when a worker tells its own; shared and never changed. Kept on disk,
// so that the palette is there before any worker is.
#pragma once

#include <QColor>
#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "engine/node/registry.hpp"
#include "engine/value.hpp"

namespace millrace::editor {

/// What a port looks like, besides its colour, so that types can be told apart without it.
enum class PortShape { Circle, Square, Diamond, Triangle, Hexagon };

struct TypeLook {
    QColor color;
    PortShape shape = PortShape::Circle;
};

class Catalogue {
public:
    /// From the tables of `initialise`; those that can't be understood are left out.
    explicit Catalogue(const engine::Value& node_types = {});

    const engine::NodeType* find(std::string_view id) const { return registry_->find(id); }
    std::vector<const engine::NodeType*> types() const { return registry_->types(); }
    bool empty() const { return registry_->types().empty(); }
    const engine::Registry& registry() const { return *registry_; }

    /// Types that match all words of `query` in title, id, group, tags or documentation, best
    /// first: an id or title that begins with it, then words, then documentation.
    std::vector<const engine::NodeType*> search(const QString& query) const;

    /// A parameter's default in its JSON form; null when there is no such parameter.
    engine::Value default_of(const engine::NodeType& type, std::string_view param) const;

    /// Writes the tables beside the user's caches, and reads them back; nothing when there are
    /// none.
    static void keep(const engine::Value& node_types);
    static std::shared_ptr<const Catalogue> kept();

private:
    std::shared_ptr<engine::Registry> registry_;
};

/// Whether a wire from an output of type `given` may enter an input of type `wanted`. Variables
/// ("T") and unknown types (empty) fit everything; "list<T>" fits lists.
bool fits(std::string_view wanted, std::string_view given);

/// The same in every graph: the well-known payloads have looks of their own, others get one by
/// their name.
TypeLook look_of(std::string_view payload_type);

/// The colour of a family of node types: what stands before the dot of an id.
QColor family_color(std::string_view type_id);

}  // namespace millrace::editor
