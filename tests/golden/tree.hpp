// The tree of expected-number files, the table of operations that are built, and the list of those
// owed.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/golden/golden.hpp"

namespace millrace::golden {

/// Works out the outputs of one case from its parameters and inputs.
using Operation = std::function<Members(const Case&)>;
using Operations = std::map<std::string, Operation>;

/// Every operation that is built, by the name the files give it.
Operations operations();

/// Part of operations(): 3D detection, fusion, point sets.
void add_points_operations(Operations& operations);

/// Keyword spotting: int8 arithmetic, features, costs.
void add_kws_operations(Operations& operations);
void add_kws_network_operations(Operations& operations);

/// Language models.
void add_language_operations(Operations& operations);

/// Quantizers and low-bit layers; packed weights.
void add_quant_operations(Operations& operations);
void add_quant_packing_operations(Operations& operations);

/// Metrics of texts; tokenizers.
void add_text_operations(Operations& operations);
void add_tokenizer_operations(Operations& operations);

/// Losses, optimizers and schedules of training.
void add_training_operations(Operations& operations);

/// MILLRACE_GOLDEN if set, else ../shared/golden beside the sources, else the copies kept with the
/// tests.
std::filesystem::path tree_folder();

/// Every .json file below `folder`, sorted; empty when there is no such folder.
std::vector<std::filesystem::path> tree_files(const std::filesystem::path& folder);

/// The names in tests/golden/owed.txt.
std::set<std::string> owed_operations();

/// What is wrong with one file: an operation neither built nor owed, or both; an unreadable file;
/// results that differ.
std::vector<std::string> check_file(const std::filesystem::path& path, const Operations& built,
                                    const std::set<std::string>& owed);

}  // namespace millrace::golden
