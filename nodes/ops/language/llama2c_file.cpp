#include "nodes/ops/language/llama2c_file.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

#include "engine/problem.hpp"
#include "nodes/ops/language/llama.hpp"

namespace millrace::ops {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kWords = 7, kHeaderBytes = kWords * sizeof(std::int32_t);
constexpr std::int32_t kLaterMagic = 0x616b3432;

[[noreturn]] void fail(const char* code, std::string what, std::string expected, std::string found,
                       const std::string& where, const char* mend) {
    throw engine::Error({.code = code,
                         .what = std::move(what),
                         .expected = std::move(expected),
                         .found = std::move(found),
                         .where = where,
                         .mend = mend});
}

std::int64_t product(const std::vector<std::int64_t>& shape) {
    std::int64_t product = 1;
    for (const std::int64_t extent : shape) product *= extent;
    return product;
}

engine::Value spec_of(const std::array<std::int32_t, kWords>& words) {
    const std::int64_t vocabulary = words[5];
    return engine::Object{{"architecture", "llama"},
                          {"width", words[0]},
                          {"hidden", words[1]},
                          {"layers", words[2]},
                          {"heads", words[3]},
                          {"key_value_heads", words[4]},
                          {"vocabulary", vocabulary < 0 ? -vocabulary : vocabulary},
                          {"context", words[6]},
                          {"norm_epsilon", 1e-5},
                          {"rotary_base", 10000.0},
                          {"rotary", "interleaved"},
                          {"tied_head", vocabulary > 0}};
}

/// The model that a header, which is whole, describes.
Llama described(std::span<const std::byte> header, const std::string& name) {
    std::array<std::int32_t, kWords> words = {};
    std::memcpy(words.data(), header.data(), kHeaderBytes);
    if (words[0] == kLaterMagic) {
        fail("E-LM-031", "The file has a later layout of llama2.c", "the first layout, float32",
             fmt::format("version {}", words[1]), name, "Export the checkpoint with --version 0.");
    }
    try {
        return Llama(spec_of(words));
    } catch (const engine::Error& error) {
        const engine::Problem& cause = error.problem();
        fail(
            "E-LM-032",
            "The file is no checkpoint of llama2.c, or damaged: its header has sizes that no model "
            "has",
            cause.expected, cause.what + ": " + cause.found, name,
            "Give a folder with config.json, a .gguf or .safetensors file, or one of llama2.c.");
    }
}

std::int64_t table_values(const LlamaSizes& sizes) { return sizes.context * sizes.head_width(); }

void check_size(const Llama& llama, std::uint64_t bytes, const std::string& name) {
    const auto values = llama.parameter_count() + table_values(llama.sizes());
    const auto expected = kHeaderBytes + static_cast<std::uint64_t>(values) * sizeof(float);
    if (bytes == expected) return;
    fail("E-LM-033", "The file is not as long as its header says",
         fmt::format("{} bytes", expected), fmt::format("{} bytes", bytes), name,
         "Download or export the checkpoint again.");
}

void check_header(std::uint64_t bytes, const std::string& name) {
    if (bytes >= kHeaderBytes) return;
    fail("E-LM-031", "The file ends within its header", fmt::format("{} bytes", kHeaderBytes),
         fmt::format("{} bytes", bytes), name, "Download or export the checkpoint again.");
}

/// Takes one tensor after the other from a file whose length is right.
class Reader {
public:
    Reader(std::span<const std::byte> bytes, std::string name)
        : left_(bytes), name_(std::move(name)) {}

    at::Tensor take(const std::string& tensor, const std::vector<std::int64_t>& shape) {
        const auto bytes = static_cast<std::size_t>(product(shape)) * sizeof(float);
        at::Tensor values = at::empty(shape, at::kFloat);
        std::memcpy(values.data_ptr<float>(), left_.data(), bytes);
        left_ = left_.subspan(bytes);
        if (!values.isfinite().all().item<bool>()) {
            fail("E-LM-034", "A weight is NaN or infinity", "finite numbers", tensor, name_,
                 "Download or export the checkpoint again.");
        }
        return values;
    }

    void skip(std::int64_t values) {
        left_ = left_.subspan(static_cast<std::size_t>(values) * sizeof(float));
    }

private:
    std::span<const std::byte> left_;
    std::string name_;
};

/// Parts of a layer in the file's order.
constexpr std::array<const char*, 9> kOrder = {
    "input_layernorm",  "self_attn.q_proj", "self_attn.k_proj",
    "self_attn.v_proj", "self_attn.o_proj", "post_attention_layernorm",
    "mlp.gate_proj",    "mlp.down_proj",    "mlp.up_proj"};

}  // namespace

types::Model read_llama2c(std::span<const std::byte> bytes, const std::string& name) {
    check_header(bytes.size(), name);
    const Llama llama = described(bytes, name);
    check_size(llama, bytes.size(), name);
    const Llama::Shapes shapes = llama.parameter_shapes();
    types::Model model{.spec = llama.spec()};
    Reader reader(bytes.subspan(kHeaderBytes), name);
    const auto take = [&](const std::string& tensor) {
        model.parameters[tensor] = reader.take(tensor, shapes.at(tensor));
    };
    take("model.embed_tokens.weight");
    for (const char* part : kOrder) {
        for (std::int64_t layer = 0; layer < llama.sizes().layers; ++layer)
            take(Llama::prefix(layer) + part + ".weight");
    }
    take("model.norm.weight");
    reader.skip(table_values(llama.sizes()));
    if (!llama.tied_head()) take("lm_head.weight");
    return model;
}

types::Model load_llama2c(const std::filesystem::path& path) {
    const auto unreadable = [&](const char* found) {
        fail("E-LM-030", "The checkpoint cannot be read", "a file that can be read", found,
             path.string(), "Check the path and the rights of the file.");
    };
    std::error_code code;
    const std::uint64_t size = std::filesystem::file_size(path, code);
    if (code) unreadable("no file of that name, or a folder");
    check_header(size, path.string());
    std::ifstream stream(path, std::ios::binary);
    std::vector<std::byte> bytes(kHeaderBytes);
    const auto read = [&](std::size_t from) {
        const auto count = static_cast<std::streamsize>(bytes.size() - from);
        stream.read(reinterpret_cast<char*>(bytes.data() + from), count);
        if (stream.gcount() != count) unreadable("an error while reading");
    };
    read(0);
    check_size(described(bytes, path.string()), size, path.string());
    bytes.resize(static_cast<std::size_t>(size));
    read(kHeaderBytes);
    return read_llama2c(bytes, path.string());
}

}  // namespace millrace::ops
