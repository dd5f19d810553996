#include "engine/cli/table_options.hpp"

namespace millrace::cli {

Command table_of_run() {
    return {
        .name = "run",
        .summary = "Run a graph",
        .about =
            "Runs a graph to its end and leaves a run folder: run.json, graph.json, events.ndjson, "
            "metrics.csv, logs/, "
            "artifacts/ and checkpoints/. Paths given with --set are relative to the current "
            "folder, paths in the file "
            "to the file. ${out} stands for the run folder, ${resources} for Millrace's own. A "
            "first interrupt stops the run "
            "in good order, a second one ends the program at once.",
        .arguments = {kGraph},
        .options =
            {kSet,
             {.name = "out",
              .letter = "o",
              .kind = Kind::Text,
              .value = "DIR",
              .doc = "the run folder (default: runs/GRAPH-TIME)",
              .complete = Complete::Folder},
             {.name = "overwrite", .doc = "replace the run that is in the run folder"},
             {.name = "resume", .doc = "go on from the newest checkpoint in the run folder"},
             {.name = "seed",
              .letter = "s",
              .kind = Kind::Integer,
              .value = "S",
              .doc = "seed of all random numbers (default: 0)"},
             {.name = "threads",
              .letter = "j",
              .kind = Kind::Integer,
              .value = "N",
              .doc = kThreads.doc},
             {.name = "intra-threads",
              .kind = Kind::Integer,
              .value = "N",
              .doc = "cores one compute call may use (default: $OMP_NUM_THREADS, else as "
                     "--threads); results can differ in the last digit with it; 1 is often "
                     "fastest for small models"},
             kInFlight,
             kUntil,
             {.name = "keep-going",
              .letter = "k",
              .doc = "a node that fails skips the item; the exit code is 1 all the same"},
             kRoot,
             {.name = "timeout",
              .kind = Kind::Number,
              .value = "SECONDS",
              .doc = "end the run after so long, exit code 6"},
             {.name = "memory",
              .kind = Kind::Integer,
              .value = "MB",
              .doc = "resident memory the run may take, else exit code 7"},
             {.name = "checkpoint",
              .kind = Kind::Number,
              .value = "SECONDS",
              .doc =
                  "time between checkpoints (default: 30; 0: none by time, the default of several "
                  "processes)"},
             {.name = "checkpoint-items",
              .kind = Kind::Integer,
              .value = "N",
              .doc =
                  "also one after every N items of a source (default of several processes: 500)"},
             {.name = "checkpoints-kept",
              .kind = Kind::Integer,
              .value = "N",
              .doc = "how many of the newest checkpoints stay (default: 2)"},
             {.name = "record",
              .kind = Kind::Text,
              .value = "WIRE|all",
              .doc = "keep sketches of this output (NODE.PORT, or all of NODE) for compare",
              .repeats = true},
             {.name = "keep",
              .kind = Kind::Text,
              .value = "WIRE|all",
              .doc = "keep the packets of this output as safetensors, and their sketches",
              .repeats = true},
             {.name = "record-visuals",
              .kind = Kind::Text,
              .value = "WIRE|all",
              .doc = "keep small visuals of this output for looking at later, and its sketches",
              .repeats = true},
             {.name = "visual-size",
              .kind = Kind::Integer,
              .value = "KB",
              .doc = "size of the visuals of one packet (default: 1024)"},
             {.name = "trace",
              .kind = Kind::Text,
              .value = "FILE",
              .doc = "write a timeline for Perfetto or chrome://tracing",
              .complete = Complete::File},
             kCache,
             {.name = "no-cache", .doc = "compute everything"},
             {.name = "freeze",
              .kind = Kind::Text,
              .value = "NODE|all",
              .doc = "call this frozen node again and keep what it gives as its frozen results",
              .repeats = true},
             kNoInline,
             {.name = "events", .doc = "print each event as one JSON object a line while running"},
             kJson,
             {.name = "dry-run", .letter = "n", .doc = "plan only, as `millrace plan` does"}},
        .examples = {{"millrace run graphs/fusion/lidar-camera-overlay.json",
                      "on the synthetic street it has built in"},
                     {"millrace run graph.json --set source.kind=kitti --set "
                      "source.root=data/kitti --out runs/kitti --threads 4",
                      "on real frames, into a folder of that name"},
                     {"millrace run graph.json --out runs/long --resume --events",
                      "go on where a killed run left off, and watch it"}},
        .run = run_command};
}

}  // namespace millrace::cli
