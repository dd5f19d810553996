#include "tests/bench/onednn_int8.hpp"

#include <cstring>
#include <memory>

#include <oneapi/dnnl/dnnl.hpp>

namespace millrace::bench {
namespace {

struct Product {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
    dnnl::memory tokens, weights, out;
    dnnl::matmul matmul;

    Product(std::int64_t token_count, std::int64_t rows, std::int64_t columns) {
        using Type = dnnl::memory::data_type;
        using Tag = dnnl::memory::format_tag;
        const dnnl::memory::desc from({token_count, columns}, Type::s8, Tag::ab),
            by({columns, rows}, Type::s8, Tag::any), to({token_count, rows}, Type::f32, Tag::ab);
        const dnnl::matmul::primitive_desc plan(dnnl::matmul::desc(from, by, to), engine);
        tokens = dnnl::memory(from, engine);
        weights = dnnl::memory(plan.weights_desc(), engine);
        out = dnnl::memory(to, engine);
        matmul = dnnl::matmul(plan);
        dnnl::memory plain({{columns, rows}, Type::s8, Tag::ba}, engine);
        std::memset(plain.get_data_handle(), 1, rows * columns);
        std::memset(tokens.get_data_handle(), 3, token_count * columns);
        dnnl::reorder(plain, weights).execute(stream, plain, weights);
        stream.wait();
    }
    void run() {
        matmul.execute(stream,
                       {{DNNL_ARG_SRC, tokens}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, out}});
        stream.wait();
    }
};

}  // namespace

std::function<void()> onednn_int8(std::int64_t tokens, std::int64_t rows, std::int64_t columns) {
    return [product = std::make_shared<Product>(tokens, rows, columns)] { product->run(); };
}

}  // namespace millrace::bench
