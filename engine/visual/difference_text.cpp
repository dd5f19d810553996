// Texts, tokens, tables and models against their like.
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "engine/visual/difference_tally.hpp"

namespace millrace::visual {
namespace {

constexpr std::size_t kMostRows = 10'000;  ///< of a picture
constexpr std::size_t kMostShown = 200;    ///< bytes of a text that is told

std::int64_t at(std::size_t index) { return static_cast<std::int64_t>(index); }

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t start = 0;
    for (std::size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1)
        lines.push_back(text.substr(start, end - start));
    if (start < text.size()) lines.push_back(text.substr(start));
    return lines;
}

/// Code points before the first byte that differs.
std::int64_t column_of(const std::string& a, const std::string& b) {
    std::size_t same = 0;
    while (same < std::min(a.size(), b.size()) && a[same] == b[same]) ++same;
    std::int64_t column = 0;
    for (std::size_t i = 0; i < same; ++i) column += (a[i] & 0xC0) != 0x80 ? 1 : 0;
    return column;
}

std::string shortened(const std::string& text) {
    if (text.size() <= kMostShown) return text;
    std::size_t end = kMostShown;
    while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "…";
}

/// As programs write numbers; a text with more than a number is none.
std::optional<double> number_in(const std::string& text) {
    const auto first = text.find_first_not_of(" \t+"), last = text.find_last_not_of(" \t");
    if (first == std::string::npos) return {};
    double value = 0;
    const char* end = text.data() + last + 1;
    const auto [stop, bad] = std::from_chars(text.data() + first, end, value);
    return bad == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

void finish_table(Table picture, Tally& tally) {
    if (!tally.options.picture) return;
    picture.full_rows = std::max<std::uint64_t>(picture.full_rows, picture.rows.size());
    tally.result.picture = std::make_shared<const Visual>(std::move(picture));
}

void add_row(Table& picture, std::vector<std::string> row) {
    ++picture.full_rows;
    if (picture.rows.size() < kMostRows) picture.rows.push_back(std::move(row));
}

struct Columns {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
};

/// Columns by name, of equal names in order.
Columns columns_of(const Table& a, const Table& b, Tally& tally) {
    Columns columns;
    std::multimap<std::string, std::size_t> by_name;
    for (std::size_t j = 0; j < b.columns.size(); ++j) by_name.emplace(b.columns[j], j);
    for (std::size_t i = 0; i < a.columns.size(); ++i) {
        const auto found = by_name.lower_bound(a.columns[i]);
        if (found == by_name.end() || found->first != a.columns[i]) {
            tally.unlike(fmt::format("column \"{}\" is missing in the second", a.columns[i]));
            continue;
        }
        columns.pairs.emplace_back(i, found->second);
        if (i != found->second) tally.identical = false;
        by_name.erase(found);
    }
    for (const auto& [name, j] : by_name)
        tally.unlike(fmt::format("column \"{}\" is missing in the first", name));
    return columns;
}

const std::string& cell_of(const std::vector<std::string>& row, std::size_t column) {
    static const std::string kEmpty;
    return column < row.size() ? row[column] : kEmpty;
}

/// Layers by name; a name that stands twice is told apart by how often it stood before.
std::map<std::string, std::size_t> layers_by_name(const ModelGraph& model) {
    std::map<std::string, std::size_t> layers, seen;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const std::string& name = model.layers[i].name;
        const std::size_t before = seen[name]++;
        layers.emplace(before == 0 ? name : fmt::format("{} #{}", name, before + 1), i);
    }
    return layers;
}

std::set<std::pair<std::string, std::string>> edges_of(const ModelGraph& model) {
    std::set<std::pair<std::string, std::string>> edges;
    const auto name = [&](int layer) {
        return layer >= 0 && static_cast<std::size_t>(layer) < model.layers.size()
                   ? model.layers[static_cast<std::size_t>(layer)].name
                   : fmt::format("layer {}", layer);
    };
    for (const auto& [from, to] : model.edges) edges.emplace(name(from), name(to));
    return edges;
}

}  // namespace

void compare_kind(const Text& a, const Text& b, Tally& tally) {
    if (a.full_bytes > a.text.size() || b.full_bytes > b.text.size())
        tally.remark("the beginnings of the texts were compared, not the whole");
    if (a.text != b.text) tally.identical = false;
    const auto first = lines_of(a.text), second = lines_of(b.text);
    const std::size_t both = std::min(first.size(), second.size());
    // An inserted line must not make all that follows differ.
    std::size_t head = 0, tail = 0;
    while (head < both && first[head] == second[head]) ++head;
    while (tail < both - head && first[first.size() - 1 - tail] == second[second.size() - 1 - tail])
        ++tail;
    const std::size_t left_a = first.size() - head - tail, left_b = second.size() - head - tail;
    Text picture;
    // Lines that agree count, too: head + tail of them.
    for (std::size_t i = 0; i < head; ++i) tally.texts(first[i], second[i], [] { return Place{}; });
    for (std::size_t i = 0; i < tail; ++i)
        tally.texts(first[first.size() - tail + i], second[second.size() - tail + i],
                    [] { return Place{}; });
    for (std::size_t i = 0; i < std::max(left_a, left_b) && !tally.stopped(); ++i) {
        const std::size_t line = head + i;
        if (i < left_a && i < left_b) {
            tally.texts(first[line], second[line], [&] {
                return Place{.kind = Place::Kind::Line,
                             .a = at(line),
                             .b = at(line),
                             .row = at(line),
                             .column = column_of(first[line], second[line])};
            });
        } else {
            const bool of_a = i < left_a;
            tally.alone({.kind = Place::Kind::Line,
                         .a = of_a ? at(line) : -1,
                         .b = of_a ? -1 : at(line),
                         .row = at(line),
                         .column = 0},
                        shortened(of_a ? first[line] : second[line]));
        }
    }
    for (Element& element : tally.result.worst) {
        element.text_a = shortened(element.text_a);
        element.text_b = shortened(element.text_b);
    }
    tally.result.matched = head + tail + std::min(left_a, left_b);
    // The same lines with another last end, or none.
    if (a.text != b.text && left_a == 0 && left_b == 0) tally.unlike("the last line's end");
    for (std::size_t i = 0; i < std::min(left_a, kMostRows); ++i)
        picture.text += fmt::format("{:>5} - {}\n", head + i + 1, first[head + i]);
    for (std::size_t i = 0; i < std::min(left_b, kMostRows); ++i)
        picture.text += fmt::format("{:>5} + {}\n", head + i + 1, second[head + i]);
    if (tally.options.picture)
        tally.result.picture = std::make_shared<const Visual>(std::move(picture));
}

void compare_kind(const Tokens& a, const Tokens& b, Tally& tally) {
    const auto sound = [](const Tokens& tokens) {
        return tokens.scores.empty() || tokens.scores.size() == tokens.tokens.size();
    };
    if (!sound(a) || !sound(b)) {
        return tally.refuse(
            {.code = "E-VISUAL-013",
             .what = "Tokens contradict their scores",
             .expected = "no scores, or one a token",
             .found = fmt::format("{} and {} scores", a.scores.size(), b.scores.size()),
             .mend = "Record them again."});
    }
    Table picture{.columns = {"token", "a", "b", "score a", "score b", "a - b"}, .rows = {}};
    const std::size_t both = std::min(a.tokens.size(), b.tokens.size());
    const bool scores = !a.scores.empty() && !b.scores.empty();
    if (a.scores.empty() != b.scores.empty() && both > 0)
        tally.unlike(a.scores.empty() ? "only the second has scores" : "only the first has scores");
    const auto place = [](std::size_t i, const char* part) {
        return Place{
            .kind = Place::Kind::Token, .a = at(i), .b = at(i), .row = at(i), .part = part};
    };
    tally.begin("token");
    for (std::size_t i = 0; i < both; ++i)
        tally.texts(a.tokens[i], b.tokens[i], [&] { return place(i, "token"); });
    const auto alone = [&](const Tokens& tokens, bool of_a) {
        for (std::size_t i = both; i < tokens.tokens.size(); ++i)
            tally.alone({.kind = Place::Kind::Token,
                         .a = of_a ? at(i) : -1,
                         .b = of_a ? -1 : at(i),
                         .row = at(i),
                         .part = "token"},
                        shortened(tokens.tokens[i]));
    };
    alone(a, true);
    alone(b, false);
    if (scores) {
        tally.begin("score");
        for (std::size_t i = 0; i < both && !tally.stopped(); ++i)
            tally.pair(a.scores[i], b.scores[i], [&] { return place(i, "score"); });
    }
    for (std::size_t i = 0; i < std::max(a.tokens.size(), b.tokens.size()); ++i) {
        const bool in_a = i < a.tokens.size(), in_b = i < b.tokens.size();
        const double apart = in_a && in_b && scores ? a.scores[i] - b.scores[i] : 0;
        if (in_a && in_b && a.tokens[i] == b.tokens[i] && apart == 0) continue;
        const auto score = [&](const Tokens& tokens, bool has) {
            return has && !tokens.scores.empty() ? number_in_words(tokens.scores[i]) : "";
        };
        add_row(picture, {std::to_string(i), in_a ? a.tokens[i] : "", in_b ? b.tokens[i] : "",
                          score(a, in_a), score(b, in_b),
                          in_a && in_b && scores ? number_in_words(apart) : ""});
    }
    tally.result.matched = both;
    finish_table(std::move(picture), tally);
}

void compare_kind(const Table& a, const Table& b, Tally& tally) {
    if (a.full_rows > a.rows.size() || b.full_rows > b.rows.size())
        tally.remark("the first rows of the tables were compared, not the whole");
    const Columns columns = columns_of(a, b, tally);
    Table picture{.columns = {"row", "column", "a", "b", "a - b"}, .rows = {}};
    const std::size_t both = std::min(a.rows.size(), b.rows.size());
    for (std::size_t row = 0; row < both && !tally.stopped(); ++row) {
        for (const auto& [i, j] : columns.pairs) {
            const std::string &one = cell_of(a.rows[row], i), &other = cell_of(b.rows[row], j);
            const auto place = [&, i = i] {
                return Place{.kind = Place::Kind::Cell,
                             .a = at(row),
                             .b = at(row),
                             .row = at(row),
                             .column = at(i),
                             .part = a.columns[i]};
            };
            const auto x = number_in(one), y = number_in(other);
            if (one != other) tally.identical = false;
            if (x && y)
                tally.pair(*x, *y, place);
            else
                tally.texts(one, other, place);
            if (one != other && !(x && y && *x == *y))
                add_row(picture, {std::to_string(row + 1), a.columns[i], one, other,
                                  x && y ? number_in_words(*x - *y) : ""});
        }
    }
    const auto alone = [&](const Table& table, bool of_a) {
        for (std::size_t row = both; row < table.rows.size(); ++row) {
            tally.alone({.kind = Place::Kind::Cell,
                         .a = of_a ? at(row) : -1,
                         .b = of_a ? -1 : at(row),
                         .row = at(row)},
                        shortened(cell_of(table.rows[row], 0)));
            add_row(picture, {std::to_string(row + 1), "", of_a ? "a row" : "missing",
                              of_a ? "missing" : "a row", ""});
        }
    };
    alone(a, true);
    alone(b, false);
    tally.result.matched = both;
    finish_table(std::move(picture), tally);
}

void compare_kind(const ModelGraph& a, const ModelGraph& b, Tally& tally) {
    Table picture{.columns = {"layer", "what", "a", "b"}, .rows = {}};
    const auto first = layers_by_name(a), second = layers_by_name(b);
    for (const auto& [name, i] : first) {
        const auto found = second.find(name);
        if (found == second.end()) {
            tally.alone({.kind = Place::Kind::Layer, .a = at(i)}, name);
            add_row(picture, {name, "layer", a.layers[i].type, "missing"});
            continue;
        }
        ++tally.result.matched;
        const std::size_t j = found->second;
        if (i != j) tally.identical = false;
        const ModelGraph::Layer &one = a.layers[i], &other = b.layers[j];
        const auto place = [&, i = i](const char* part) {
            return Place{.kind = Place::Kind::Layer, .a = at(i), .b = at(j), .part = part};
        };
        const std::string shape_a = fmt::format("[{}]", fmt::join(one.output_shape, ", ")),
                          shape_b = fmt::format("[{}]", fmt::join(other.output_shape, ", "));
        tally.texts(one.type, other.type, [&] { return place("type"); });
        tally.texts(shape_a, shape_b, [&] { return place("output shape"); });
        tally.pair(static_cast<double>(one.parameters), static_cast<double>(other.parameters),
                   [&] { return place("parameters"); });
        if (one.type != other.type) add_row(picture, {name, "type", one.type, other.type});
        if (shape_a != shape_b) add_row(picture, {name, "output shape", shape_a, shape_b});
        if (one.parameters != other.parameters) {
            tally.identical = false;
            add_row(picture, {name, "parameters", std::to_string(one.parameters),
                              std::to_string(other.parameters)});
        }
    }
    for (const auto& [name, j] : second) {
        if (first.contains(name)) continue;
        tally.alone({.kind = Place::Kind::Layer, .b = at(j)}, name);
        add_row(picture, {name, "layer", "missing", b.layers[j].type});
    }
    const auto edges_a = edges_of(a), edges_b = edges_of(b);
    for (const auto& [from, to] : edges_a) {
        if (edges_b.contains({from, to})) continue;
        tally.unlike(fmt::format("the edge {} to {} is missing in the second", from, to));
        add_row(picture, {from, "edge to " + to, "there", "missing"});
    }
    for (const auto& [from, to] : edges_b) {
        if (edges_a.contains({from, to})) continue;
        tally.unlike(fmt::format("the edge {} to {} is missing in the first", from, to));
        add_row(picture, {from, "edge to " + to, "missing", "there"});
    }
    finish_table(std::move(picture), tally);
}

}  // namespace millrace::visual
