#include "editor/catalogue/catalogue.hpp"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSaveFile>
#include <QStandardPaths>
#include <algorithm>
#include <array>
#include <map>

#include "engine/hash.hpp"
#include "engine/node/table.hpp"

namespace millrace::editor {
namespace {

// Told apart with most kinds of colour-blindness (after Okabe and Ito, with further ones between).
constexpr std::array<QRgb, 10> kColors = {0xff4c9be8, 0xffe8833a, 0xff35b58b, 0xffd987b5,
                                          0xffd6b23c, 0xff7fc4f0, 0xff9a7fd1, 0xffb5795f,
                                          0xff8ab552, 0xff6f80d6};

QString kept_file() {
    return QStandardPaths::writableLocation(QStandardPaths::CacheLocation) + "/node-types.json";
}

/// How well a type answers one word; 0: not at all.
int rank_of(const engine::NodeType& type, const QString& word) {
    const QString title = QString::fromStdString(type.spec.title);
    const QString id = QString::fromStdString(type.spec.id);
    if (title.startsWith(word, Qt::CaseInsensitive)) return 100;
    const QString name = id.section('.', -1);
    if (name.startsWith(word, Qt::CaseInsensitive)) return 90;
    const auto begins_word = [&](const QString& text) {
        for (const QString& part : text.split(QRegularExpression("[\\s._/-]+")))
            if (part.startsWith(word, Qt::CaseInsensitive)) return true;
        return false;
    };
    if (begins_word(title)) return 70;
    if (begins_word(id)) return 60;
    for (const std::string& tag : type.spec.tags)
        if (QString::fromStdString(tag).startsWith(word, Qt::CaseInsensitive)) return 50;
    if (title.contains(word, Qt::CaseInsensitive) || id.contains(word, Qt::CaseInsensitive))
        return 40;
    if (QString::fromStdString(type.spec.group).contains(word, Qt::CaseInsensitive)) return 30;
    if (QString::fromStdString(type.spec.doc).contains(word, Qt::CaseInsensitive)) return 10;
    return 0;
}

}  // namespace

Catalogue::Catalogue(const engine::Value& node_types)
    : registry_(std::make_shared<engine::Registry>()) {
    if (!node_types.is_array()) return;
    for (const engine::Value& table : node_types.as_array()) {
        try {
            engine::NodeType type = engine::type_from(
                table,
                {.check = [](const std::string&,
                             const engine::Array&) { return std::vector<engine::Problem>(); },
                 .migrate = [](const std::string&, int, engine::Object&) {}});
            if (registry_->find(type.spec.id)) continue;
            registry_->add_known(std::move(type));
        } catch (const engine::Error&) {
            // A later version's table: that node type is shown as one that is missing.
            continue;
        }
    }
}

std::vector<const engine::NodeType*> Catalogue::search(const QString& query) const {
    const QStringList words = query.simplified().split(' ', Qt::SkipEmptyParts);
    std::vector<std::pair<int, const engine::NodeType*>> found;
    for (const engine::NodeType* type : types()) {
        int sum = 1;
        for (const QString& word : words) {
            const int rank = rank_of(*type, word);
            sum = rank == 0 ? 0 : sum + rank;
            if (sum == 0) break;
        }
        if (sum > 0) found.emplace_back(sum, type);
    }
    std::ranges::stable_sort(found, [](const auto& a, const auto& b) {
        if (a.first != b.first) return a.first > b.first;
        return a.second->spec.title < b.second->spec.title;
    });
    std::vector<const engine::NodeType*> types;
    for (const auto& [rank, type] : found) types.push_back(type);
    return types;
}

engine::Value Catalogue::default_of(const engine::NodeType& type, std::string_view param) const {
    const engine::ParamSpec* spec = type.spec.param(param);
    if (!spec) return {};
    const auto instance = type.make();
    engine::Value value = spec->field.get(instance->object());
    // Documents name choices; fields hold their index.
    if (spec->field.kind() == engine::ParamKind::Choice && value.is_int()) {
        const auto index = static_cast<std::size_t>(value.as_int());
        if (index < spec->choices.size()) return spec->choices[index];
    }
    return value;
}

void Catalogue::keep(const engine::Value& node_types) {
    const QString file = kept_file();
    QDir().mkpath(QFileInfo(file).path());
    QSaveFile out(file);
    if (!out.open(QIODevice::WriteOnly)) return;  // costs the next start a moment, nothing else
    out.write(QByteArray::fromStdString(engine::to_json(node_types)));
    out.commit();
}

std::shared_ptr<const Catalogue> Catalogue::kept() {
    QFile in(kept_file());
    if (!in.open(QIODevice::ReadOnly)) return nullptr;
    try {
        return std::make_shared<const Catalogue>(
            engine::parse_json(in.readAll().toStdString(), in.fileName().toStdString()));
    } catch (const engine::Error&) {
        return nullptr;
    }
}

bool fits(std::string_view wanted, std::string_view given) {
    const auto is_open = [](std::string_view type) {
        return type.find('/') == type.npos && !type.starts_with("list<");
    };
    const auto element = [](std::string_view type) -> std::optional<std::string_view> {
        if (!type.starts_with("list<") || !type.ends_with('>')) return {};
        return type.substr(5, type.size() - 6);
    };
    if (is_open(wanted) || is_open(given)) return true;
    const auto wanted_element = element(wanted), given_element = element(given);
    if (wanted_element)
        return given == "list/1" || (given_element && fits(*wanted_element, *given_element));
    if (wanted == "list/1") return given == "list/1" || given_element;
    return wanted == given;
}

TypeLook look_of(std::string_view payload_type) {
    static const std::map<std::string_view, TypeLook> kKnown = {
        {"point_cloud", {QColor(0x35b58b), PortShape::Circle}},
        {"image", {QColor(0xe8a33a), PortShape::Square}},
        {"tensor", {QColor(0x4c9be8), PortShape::Hexagon}},
        {"boxes3d", {QColor(0xd987b5), PortShape::Diamond}},
        {"boxes2d", {QColor(0xe07a7a), PortShape::Diamond}},
        {"calibration", {QColor(0x9a7fd1), PortShape::Triangle}},
        {"text", {QColor(0xb9c2cc), PortShape::Square}},
        {"table", {QColor(0x8ab552), PortShape::Square}},
        {"metrics", {QColor(0x8ab552), PortShape::Triangle}},
        {"number", {QColor(0xb9c2cc), PortShape::Circle}}};
    if (payload_type.find('/') == payload_type.npos && !payload_type.starts_with("list<"))
        return {QColor(0x9aa3ad), PortShape::Circle};
    const std::string_view name = payload_type.substr(0, payload_type.find('/'));
    if (const auto known = kKnown.find(name); known != kKnown.end()) return known->second;
    const engine::Hash128 hash = engine::hash_text(std::string(name));
    return {QColor::fromRgb(kColors[hash.low % kColors.size()]),
            static_cast<PortShape>(hash.high % 5)};
}

QColor family_color(std::string_view type_id) {
    const std::string_view family = type_id.substr(0, type_id.find('.'));
    static const std::map<std::string_view, QRgb> kKnown = {
        {"loaders", 0xff3f8f6b}, {"points", 0xff3c7fb8}, {"fusion", 0xff8a62b5},
        {"image", 0xffb5823c},   {"sinks", 0xffa8575f},  {"control", 0xff66707c},
        {"training", 0xff4f7f3a}};
    if (const auto known = kKnown.find(family); known != kKnown.end()) return QColor(known->second);
    return QColor::fromRgb(kColors[engine::hash_text(std::string(family)).low % kColors.size()])
        .darker(130);
}

}  // namespace millrace::editor
