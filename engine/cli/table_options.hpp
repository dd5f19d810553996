// Options that several commands have, and the entries of the commands that run graphs. Private to the
// table.
#pragma once

#include "engine/cli/table.hpp"

namespace millrace::cli {

inline const Option kJson{.name = "json", .doc = "print exactly one JSON object on stdout"};
inline const Option kSet{
    .name = "set",
    .kind = Kind::Text,
    .value = "NODE.PARAM=VALUE",
    .doc = "set a parameter or a promoted parameter; the value is read as JSON, then as text",
    .repeats = true};
inline const Option kRoot{.name = "root",
                          .kind = Kind::Text,
                          .value = "NAME=DIR",
                          .doc = "what ${NAME} stands for in paths",
                          .repeats = true};
inline const Option kThreads{.name = "threads",
                             .kind = Kind::Integer,
                             .value = "N",
                             .doc = "cores the run may use (default: all)"};
inline const Option kInFlight{.name = "in-flight",
                              .kind = Kind::Integer,
                              .value = "N",
                              .doc = "items a source may have under way"};
inline const Option kUntil{.name = "until",
                           .kind = Kind::Text,
                           .value = "NODE",
                           .doc = "run only what this node needs, and the node",
                           .repeats = true};
inline const Option kNoInline{.name = "no-inline",
                              .doc = "give every light node a task of its own"};
inline const Option kCache{
    .name = "cache",
    .kind = Kind::Text,
    .value = "DIR",
    .doc = "the content store (default: $MILLRACE_CACHE, or the user's cache folder)",
    .complete = Complete::Folder};
inline const Argument kGraph{.name = "GRAPH", .doc = "a graph file", .complete = Complete::Graph};

Command table_of_run();
Command table_of_heat();

}  // namespace millrace::cli
