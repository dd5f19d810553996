#include "engine/cli/table_options.hpp"

#include <algorithm>

namespace millrace::cli {
namespace {

std::vector<Command> about_graphs() {
    return {
        {.name = "validate",
         .summary = "Check graphs and list every problem",
         .about = "Checks documents, types, rates, cycles, parameters, and whether the files they "
                  "name exist. Never computes "
                  "anything, and lists all problems at once.",
         .arguments =
             {{.name = "GRAPH", .doc = "graph files", .most = -1, .complete = Complete::Graph}},
         .options = {kSet, kRoot, kJson},
         .examples = {{"millrace validate graph.json", "every problem of one graph"},
                      {"millrace validate graphs/*/*.json", "of many"},
                      {"millrace validate graph.json --set source.root=data --json",
                       "with an override, for a program to read"}},
         .run = validate_command},
        {.name = "plan",
         .summary = "Show how a graph would run",
         .about = "Shows the stages (nodes that run as one task), rates, wires with their "
                  "capacities, and resources. Computes nothing.",
         .arguments = {kGraph},
         .options = {kSet, kRoot, kThreads, kInFlight, kUntil, kNoInline, kJson},
         .examples = {{"millrace plan graph.json", "stages, rates and wires"},
                      {"millrace plan graph.json --until overlay", "only what one node needs"},
                      {"millrace plan graph.json --threads 8 --json", "for a program to read"}},
         .run = plan_command},
        {.name = "why",
         .summary = "Explain cache hits and misses of a node",
         .about = "Says in one line each, for a node and all it depends on, whether the next run "
                  "takes its results from the "
                  "content store, and if not, what changed since the last run of this graph file.",
         .arguments = {kGraph, {.name = "NODE", .doc = "the id of a node"}},
         .options =
             {kSet,
              kRoot,
              {.name = "seed",
               .letter = "s",
               .kind = Kind::Integer,
               .value = "S",
               .doc = "seed the run would have (default: 0)"},
              kThreads,
              {.name = "intra-threads", .kind = Kind::Integer, .value = "N", .doc = "as for run"},
              kCache,
              kJson},
         .examples = {{"millrace why graph.json overlay", "why this node would be computed again"},
                      {"millrace why graph.json overlay --set project.camera=1",
                       "what an override would change"},
                      {"millrace why graph.json overlay --json", "for a program to read"}},
         .run = why_command},
        {.name = "compare",
         .summary = "Compare two runs or two wires by their numbers",
         .about = "A and B are run folders, wires of them (FOLDER:NODE.PORT), or packet files. "
                  "Packets are compared exactly where "
                  "both runs kept them (run --keep), else from sketches (run --record), and it "
                  "says which. Names the first node that "
                  "differs and the worst element. Exit code 5 when a difference lies beyond the "
                  "tolerance.",
         .arguments = {{.name = "A", .doc = "the reference", .complete = Complete::File},
                       {.name = "B",
                        .doc = "what is compared with it",
                        .complete = Complete::File}},
         .options = {{.name = "rtol",
                      .kind = Kind::Number,
                      .value = "X",
                      .doc = "relative tolerance (default: 0)"},
                     {.name = "atol",
                      .kind = Kind::Number,
                      .value = "X",
                      .doc = "absolute tolerance (default: 0)"},
                     kJson},
         .examples = {{"millrace compare runs/golden runs/new",
                       "the first node where a run departs from another"},
                      {"millrace compare runs/a:float.out runs/a:quantized.out --rtol 1e-2",
                       "two wires of one run"},
                      {"millrace compare a.safetensors b.safetensors --atol 1e-6 --json",
                       "two packets"}},
         .run = compare_command},
        {.name = "diff",
         .summary = "Show what differs between two graphs in meaning",
         .about = "Compares two graphs by what they mean: nodes, parameters, wires and subgraphs. "
                  "A run folder stands for the graph that ran in it. "
                  "Layout, notes, backdrops, order and "
                  "formatting count for nothing. Exit code 5 when they differ.",
         .arguments = {{.name = "A", .doc = "the graph before", .complete = Complete::Graph},
                       {.name = "B", .doc = "the graph after", .complete = Complete::Graph}},
         .options = {kJson},
         .examples = {{"millrace diff before.json after.json", "what changed"},
                      {"millrace diff graph.json runs/a", "what a run overrode"},
                      {"millrace diff a.json b.json --json", "for a program to read"}},
         .run = diff_command},
        {.name = "export",
         .summary = "Draw a graph as SVG or DOT",
         .about = "Draws a graph with its nodes, ports, wires, backdrops and notes; the SVG file "
                  "carries the graph itself in its metadata.",
         .arguments = {kGraph},
         .options =
             {{.name = "to",
               .kind = Kind::Text,
               .value = "svg|dot",
               .doc = "the kind of drawing, several parted by commas (default: by the name of "
                      "--out, else svg)",
               .complete = Complete::Choice,
               .choices = {"svg", "dot"}},
              {.name = "out",
               .letter = "o",
               .kind = Kind::Text,
               .value = "FILE",
               .doc =
                   "where it goes (default: stdout); with several kinds each gets its own ending",
               .complete = Complete::File},
              {.name = "expand", .doc = "draw the content of subgraphs in place of their calls"}},
         .examples = {{"millrace export graph.json --out graph.svg", "a picture"},
                      {"millrace export graph.json --to dot | dot -Tpdf -o graph.pdf",
                       "through Graphviz"},
                      {"millrace export graph.json --to dot,svg --out graph",
                       "both, as graph.dot and graph.svg"}},
         .run = export_command},
        {.name = "new",
         .summary = "Begin a graph from a template",
         .about = "Copies a ready-made graph. Without a template it lists them.",
         .arguments = {{.name = "TEMPLATE",
                        .doc = "the name of a template, or \"empty\"",
                        .least = 0},
                       {.name = "FILE",
                        .doc = "where the graph goes (default: the template's name here)",
                        .least = 0,
                        .complete = Complete::File}},
         .options = {{.name = "title",
                      .kind = Kind::Text,
                      .value = "TEXT",
                      .doc = "the new graph's title"},
                     {.name = "overwrite", .doc = "replace a file that is there"},
                     kJson},
         .examples = {{"millrace new", "the list of templates"},
                      {"millrace new fusion/lidar-camera-overlay mine.json --title \"My street\"",
                       "a copy to change"},
                      {"millrace new empty mine.json", "a graph without nodes"}},
         .run = new_command},
        {.name = "migrate",
         .summary = "Bring a graph up to this version",
         .about = "Applies renamed types and parameters and the migrations of node types. Shows "
                  "what would change; with --write the file "
                  "is replaced.",
         .arguments =
             {{.name = "GRAPH", .doc = "graph files", .most = -1, .complete = Complete::Graph}},
         .options = {{.name = "write", .letter = "w", .doc = "write the files"}, kJson},
         .examples = {{"millrace migrate old.json", "what would change"},
                      {"millrace migrate old.json --write", "change it"},
                      {"millrace migrate graphs/*/*.json --json",
                       "many at once, for a program to read"}},
         .run = migrate_command},
    };
}

std::vector<Command> about_the_program() {
    return {
        {.name = "nodes",
         .summary = "List node types, or show one's reference page",
         .about = "Without a type it lists all types by group. With one it prints its whole "
                  "reference page: ports, parameters, flags.",
         .arguments = {{.name = "TYPE",
                        .doc = "a node type, or a family of them such as \"points\"",
                        .least = 0,
                        .complete = Complete::NodeType}},
         .options = {{.name = "names", .doc = "only the ids, one a line"},
                     {.name = "markdown",
                      .kind = Kind::Text,
                      .value = "DIR",
                      .doc = "write all reference pages as Markdown",
                      .complete = Complete::Folder},
                     kJson},
         .examples = {{"millrace nodes", "all types"},
                      {"millrace nodes points.range_crop", "one type's page"},
                      {"millrace nodes --markdown docs/nodes", "all pages as files"}},
         .run = nodes_command},
        {.name = "cache",
         .summary = "Show or clear the content store",
         .about = "Shows how much the content store holds. Results of pure nodes are kept there "
                  "and used again; removing them costs time, "
                  "never results.",
         .options = {{.name = "clear", .doc = "remove everything"},
                     {.name = "shrink",
                      .kind = Kind::Number,
                      .value = "GB",
                      .doc = "remove the least recently used beyond so much"},
                     kCache,
                     kJson},
         .examples = {{"millrace cache", "folder, size and limit"},
                      {"millrace cache --shrink 1", "leave at most one gigabyte"},
                      {"millrace cache --clear", "leave nothing"}},
         .run = cache_command},
        {.name = "bench",
         .summary = "Measure this machine",
         .about =
             "Runs a benchmark program and prints its ratios. The suite \"engine\" sets the "
             "engine against raw oneTBB in one process, \"kernels\" the packed matrix products "
             "against LibTorch, \"generation\" packed language models against float ones. "
             "Suites are the programs millrace-bench-SUITE beside this one; an unknown name "
             "lists them.",
         .arguments = {{.name = "SUITE",
                        .doc = "engine (the default), kernels, generation, or another one",
                        .least = 0}},
         .options = {kJson},
         .examples = {{"millrace bench", "the engine against oneTBB"},
                      {"millrace bench engine --json", "for a program to read"},
                      {"millrace bench kernels --json", "packed products of 1 to 8 bits"}},
         .run = bench_command},
        {.name = "worker",
         .summary = "Run graphs for another program",
         .about = "Answers JSON-RPC 2.0 requests on its standard input and output, as the editor "
                  "sends them; the page on the worker's protocol tells all. Ends when its input "
                  "does, and stops the run that is under way.",
         .options = {{.name = "runs",
                      .kind = Kind::Text,
                      .value = "DIR",
                      .doc =
                          "where run folders are made when the client names none (default: runs)",
                      .complete = Complete::Folder},
                     kRoot,
                     kCache,
                     {.name = "no-cache", .doc = "compute everything"}},
         .examples = {{"millrace worker", "for a client that holds both ends"},
                      {"ssh host millrace worker", "the same on another machine"},
                      {"millrace worker --root data=/srv/frames", "with a named folder of data"}},
         .run = worker_command},
        {.name = "doctor",
         .summary = "Check this machine and installation",
         .about = "Looks at cores, memory, BLAS and OpenMP libraries, plug-ins, the content store, "
                  "display and disk, and says what to do.",
         .options = {kJson},
         .examples = {{"millrace doctor", "what is well and what is not"},
                      {"millrace doctor --json", "for a program to read, or a report"},
                      {"MILLRACE_PLUGIN_PATH=build/bin millrace doctor",
                       "whether a plug-in of yours loads"}},
         .run = doctor_command},
        {.name = "help",
         .summary = "Show help on a command",
         .about = "Shows what a command does, its options and examples; the same as --help after "
                  "the command.",
         .arguments = {{.name = "COMMAND", .doc = "a command", .least = 0}},
         .examples = {{"millrace help", "all commands"},
                      {"millrace help run", "one command"},
                      {"millrace run --help", "the same"}},
         .run = help_command},
        {.name = "completion",
         .summary = "Print the completion script of a shell",
         .about = "Prints a script for bash, zsh or fish.",
         .arguments = {{.name = "SHELL",
                        .doc = "bash, zsh or fish",
                        .complete = Complete::Choice,
                        .choices = {"bash", "zsh", "fish"}}},
         .examples = {{"source <(millrace completion bash)", "for this shell"},
                      {"millrace completion zsh > ~/.zfunc/_millrace", "for zsh"},
                      {"millrace completion fish > ~/.config/fish/completions/millrace.fish",
                       "for fish"}},
         .run = completion_command},
        {.name = "man",
         .summary = "Print the manual page",
         .about = "Prints the manual page in roff.",
         .examples = {{"millrace man > millrace.1", "the page"},
                      {"millrace man | man -l -", "read it"},
                      {"millrace man | groff -man -Tpdf > millrace.pdf", "print it"}},
         .run = man_command},
    };
}

}  // namespace

const std::vector<Command>& commands() {
    static const std::vector<Command> all = [] {
        std::vector<Command> list = {table_of_run()};
        std::ranges::move(about_graphs(), std::back_inserter(list));
        list.push_back(table_of_heat());
        std::ranges::move(about_the_program(), std::back_inserter(list));
        return list;
    }();
    return all;
}

const Command* find_command(std::string_view name) {
    const auto found = std::ranges::find(commands(), name, &Command::name);
    return found == commands().end() ? nullptr : &*found;
}

}  // namespace millrace::cli
