// Where the seeds of the libFuzzer targets go, and who makes them. For the program that writes
// them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "engine/visual/io/files.hpp"

namespace millrace::fuzz {

class SeedFolder {
public:
    explicit SeedFolder(std::filesystem::path path) : path_(std::move(path)) {}
    void put(const char* target, const std::string& name, std::string_view bytes) const {
        std::filesystem::create_directories(path_ / target);
        visual::write_file_atomically(path_ / target / name, bytes, visual::Durability::Process);
    }

private:
    std::filesystem::path path_;
};

/// Files of language models and of users' networks: tokenizers, checkpoints, corpora, ONNX.
void put_models(const SeedFolder& seeds);

/// Files whose tensors are LibTorch's: packed models, checkpoints.
void put_tensors(const SeedFolder& seeds);

}  // namespace millrace::fuzz
