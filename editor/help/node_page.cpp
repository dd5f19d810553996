// A node type's reference, made from the table it gives of itself.
#include <QCoreApplication>
#include <QLocale>
#include <QStringList>
#include <cmath>

#include "editor/help/help_pages.hpp"

namespace millrace::editor {
namespace {

QString translated(const char* text) { return QCoreApplication::translate("NodePage", text); }
QString text(std::string_view utf8) {
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

/// Text as Markdown shows it: nothing in it is taken for a mark, and a table's row stays one line.
QString shown(const QString& plain) {
    QString made;
    for (const QChar c : plain) {
        if (QStringView(u"\\`*_{}[]<>#|~").contains(c)) made += '\\';
        made += c == '\n' ? QChar(' ') : c;
    }
    return made;
}

QString code(const QString& plain) {
    QString inner = plain;
    inner.remove('`').replace('|', QStringLiteral("\\|"));
    return inner.isEmpty() ? QString() : '`' + inner + '`';
}

QString row(const QStringList& cells) { return "| " + cells.join(" | ") + " |\n"; }

QString head(const QStringList& cells) {
    QString line = "|";
    for (qsizetype i = 0; i < cells.size(); ++i) line += "---|";
    return row(cells) + line + '\n';
}

QString type_of(const std::string& type) {
    return type.empty() ? translated("any") : code(text(type));
}

QString note_on(const engine::InputSpec& input) {
    QStringList notes;
    if (input.sync != engine::Sync::Stream) notes << text(to_text(input.sync));
    if (input.optional) notes << translated("optional");
    return notes.join(", ");
}

QString limits(const engine::ParamSpec& param) {
    if (!param.choices.empty()) {
        QStringList names;
        for (const std::string& choice : param.choices) names << code(text(choice));
        return names.join(", ");
    }
    const bool low = std::isfinite(param.range.low), high = std::isfinite(param.range.high);
    const auto number = [](double value) { return QLocale::c().toString(value, 'g', 10); };
    QString range =
        low && high ? translated("%1 to %2").arg(number(param.range.low), number(param.range.high))
        : low       ? translated("from %1").arg(number(param.range.low))
        : high      ? translated("to %1").arg(number(param.range.high))
                    : QString();
    if (!param.unit.empty()) range += (range.isEmpty() ? QString() : " ") + text(param.unit);
    return range;
}

QString change_of(engine::Change change) {
    switch (change) {
        case engine::Change::Hot:
            return translated("at the next item");
        case engine::Change::Warm:
            return translated("restarts the node");
        case engine::Change::Cold:
            break;
    }
    return translated("at the next run");
}

}  // namespace

QString node_page(const engine::NodeType& type, const Catalogue& catalogue) {
    const engine::NodeSpec& spec = type.spec;
    QString page = "# " + shown(text(spec.title)) + "\n\n" + code(text(spec.id)) + " · " +
                   shown(text(spec.group)) + " · " + translated("version %1").arg(spec.version) +
                   "\n\n" + shown(text(spec.doc)) + '\n';
    if (!spec.source.empty())
        page += '\n' + translated("Source: %1").arg(shown(text(spec.source))) + '\n';
    if (!spec.inputs.empty()) {
        page += "\n## " + translated("Inputs") + "\n\n" +
                head({translated("Name"), translated("Type"), " ", translated("What")});
        for (const engine::InputSpec& input : spec.inputs)
            page += row({code(text(input.name)), type_of(input.type), note_on(input),
                         shown(text(input.doc))});
    }
    if (!spec.outputs.empty()) {
        page += "\n## " + translated("Outputs") + "\n\n" +
                head({translated("Name"), translated("Type"), translated("What")});
        for (const engine::OutputSpec& output : spec.outputs)
            page += row({code(text(output.name)), type_of(output.type), shown(text(output.doc))});
    }
    if (!spec.params.empty()) {
        page += "\n## " + translated("Parameters") + "\n\n" +
                head({translated("Name"), translated("Default"), translated("Limits"),
                      translated("A change holds"), translated("What")});
        for (const engine::ParamSpec& param : spec.params)
            page += row({code(text(param.name)),
                         code(text(engine::to_json(catalogue.default_of(type, param.name)))),
                         limits(param), change_of(param.change), shown(text(param.doc))});
    }
    QStringList facts;
    facts << (type.parallel ? translated("Works on several items at once.")
                            : translated("Works on one item at a time."));
    facts << (type.pure ? translated("Its results can be kept and used again.")
                        : translated("Its results are never kept."));
    if (spec.random) facts << translated("Draws random numbers, by seed, node and item.");
    if (type.generator) facts << translated("One item can give many results.");
    if (!spec.worst_time.empty())
        facts
            << translated("Can't be stopped in the middle: %1.").arg(shown(text(spec.worst_time)));
    page += "\n## " + translated("Behaviour") + "\n\n- " + facts.join("\n- ") + '\n';
    if (!spec.tags.empty()) {
        QStringList tags;
        for (const std::string& tag : spec.tags) tags << shown(text(tag));
        page += '\n' + translated("Found as: %1").arg(tags.join(", ")) + '\n';
    }
    return page;
}

}  // namespace millrace::editor
