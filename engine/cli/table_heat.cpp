#include "engine/cli/table_options.hpp"

namespace millrace::cli {

Command table_of_heat() {
    return {
        .name = "heat",
        .summary = "Show which layers of a quantized model hurt",
        .about =
            "Runs a float and a quantized model on the same data and writes for every layer how "
            "far the output moves if it alone is quantized; signal over error in dB and cosine of "
            "the error it makes by itself, of what it inherits from layers before it, and of both; "
            "and how many values lie at the ends of the quantizers' grids. The run folder gets "
            "artifacts/heat.csv, artifacts/heat.json and a "
            "picture. The work is done by a graph, which must promote \"float\" and \"quantized\", "
            "for --data also \"data\", and write artifacts/heat.csv. The default is for decoders; "
            "ternary-binary/heat is for encoder-decoders and keyword-spotting/heat for spotters "
            "(models that train.json and train-int8.json write; device files, .mkws, hold no "
            "model that runs in float). In JSON an infinite ratio (no error) is the text \"inf\", "
            "and NaN "
            "(nothing to measure) is null.",
        .arguments = {{.name = "FLOAT", .doc = "the float model", .complete = Complete::File},
                      {.name = "QUANTIZED",
                       .doc = "the model with quantized layers",
                       .complete = Complete::File}},
        .options =
            {{.name = "data",
              .letter = "d",
              .kind = Kind::Text,
              .value = "FILE",
              .doc = "what the models run on, such as tokens (default: the graph's own)",
              .complete = Complete::File},
             {.name = "graph",
              .letter = "g",
              .kind = Kind::Text,
              .value = "GRAPH",
              .doc = "a graph file, or the name of a template (default: llm-qat/heat)",
              .complete = Complete::Graph},
             {.name = "out",
              .letter = "o",
              .kind = Kind::Text,
              .value = "DIR",
              .doc = "the run folder (default: runs/heat-TIME)",
              .complete = Complete::Folder},
             {.name = "overwrite", .doc = "replace the run that is in the run folder"},
             kSet,
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
             {.name = "intra-threads", .kind = Kind::Integer, .value = "N", .doc = "as for run"},
             kRoot,
             {.name = "timeout",
              .kind = Kind::Number,
              .value = "SECONDS",
              .doc = "end the run after so long, exit code 6"},
             {.name = "memory",
              .kind = Kind::Integer,
              .value = "MB",
              .doc = "resident memory the run may take, else exit code 7"},
             kCache,
             {.name = "no-cache", .doc = "compute everything"},
             kJson},
        .examples = {{"millrace heat teacher.safetensors llm-qat-4-8-4.safetensors --out runs/heat",
                      "layer by layer, on the small corpus that is built in"},
                     {"millrace heat llama/ quantized.safetensors --data tokens.safetensors --set "
                      "heat.measure=sketches",
                      "with less memory, from sketches"},
                     {"millrace heat teacher.safetensors ternary-2-2-2.safetensors --graph "
                      "ternary-binary/heat --json",
                      "of an encoder-decoder, for a program to read"}},
        .run = heat_command};
}

}  // namespace millrace::cli
