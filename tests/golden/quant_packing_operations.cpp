// Adapters from the cases of the `quant` files on packed weights to nodes/ops/quant/pack.hpp.
#include <stdexcept>
#include <string>
#include <vector>

#include "nodes/ops/quant/pack.hpp"
#include "tests/golden/tree.hpp"

namespace millrace::golden {
namespace {

std::vector<std::int8_t> as_codes(const Tensor& tensor) {
    return {tensor.integers.begin(), tensor.integers.end()};
}

Item bytes(const ops::PackedRows& packed) {
    return integer_tensor("uint8", {std::size_t(packed.rows), std::size_t(packed.row_bytes)},
                          packed.bytes);
}

/// What all three files share: the codes of a weight, activations [tokens, columns], scales.
struct Product {
    std::int64_t rows, columns;
    std::vector<std::int8_t> codes, activation;
    std::vector<float> activation_scale, row_scale;

    Product(const Case& given, std::vector<std::int8_t> weight_codes, std::vector<float> scale)
        : rows(std::int64_t(given.param("rows"))),
          columns(std::int64_t(given.param("columns"))),
          codes(std::move(weight_codes)),
          activation(as_codes(given.input("activation"))),
          activation_scale(given.input("activation_scale").floats()),
          row_scale(std::move(scale)) {}

    ops::CodeMatrix weight() const { return {codes, rows, columns}; }
    ops::CodeMatrix matrix(const std::vector<std::int8_t>& values) const {
        return {values, std::int64_t(values.size()) / columns, columns};
    }
    Item dots(const std::vector<std::int32_t>& products) const {
        return integer_tensor("int32", {products.size() / row_scale.size(), row_scale.size()},
                              products);
    }

    Members outputs() const {
        const auto products = ops::integer_products(weight(), matrix(activation));
        const auto out = ops::scaled_products(products, activation_scale, row_scale);
        return {{"dot", dots(products)},
                {"out", float32_tensor({activation_scale.size(), row_scale.size()}, out)},
                {"row_sum", integer_tensor("int32", {row_scale.size()}, ops::row_sums(weight()))}};
    }
};

Product from_codes(const Case& given) {
    return {given, as_codes(given.input("codes")), given.input("row_scale").floats()};
}

void expect_round_trip(const Product& product, const std::vector<std::int8_t>& unpacked) {
    if (unpacked != product.codes) throw std::logic_error("unpacking gives other codes");
}

Members pack_binary(const Case& given) {
    const Product product = from_codes(given);
    const auto packed = ops::pack_binary(product.weight(), 8),
               wide = ops::pack_binary(product.weight(), 64);
    expect_round_trip(product, ops::unpack_binary(packed));
    expect_round_trip(product, ops::unpack_binary(wide));
    const auto signs = as_codes(given.input("activation_binary")),
               bits = as_codes(given.input("activation_01"));
    Members outputs = product.outputs();
    outputs["packed"] = bytes(packed);
    outputs["packed_64"] = bytes(wide);
    outputs["dot_binary"] =
        product.dots(ops::binary_products(wide, ops::pack_binary(product.matrix(signs), 64)));
    outputs["dot_01"] = product.dots(ops::integer_products(product.weight(), product.matrix(bits)));
    return outputs;
}

Members pack_ternary(const Case& given) {
    const Product product = from_codes(given);
    const auto two_bits = ops::pack_ternary_2bit(product.weight()),
               base3 = ops::pack_ternary_base3(product.weight());
    const auto planes = ops::pack_ternary_planes(product.weight());
    expect_round_trip(product, ops::unpack_ternary_2bit(two_bits));
    expect_round_trip(product, ops::unpack_ternary_base3(base3));
    expect_round_trip(product, ops::unpack_ternary_planes(planes));
    const auto trits = as_codes(given.input("activation_ternary"));
    Members outputs = product.outputs();
    outputs["packed_2bit"] = bytes(two_bits);
    outputs["packed_base3"] = bytes(base3);
    outputs["plane_plus"] = bytes(planes.plus);
    outputs["plane_minus"] = bytes(planes.minus);
    outputs["dot_ternary"] = product.dots(
        ops::ternary_products(planes, ops::pack_ternary_planes(product.matrix(trits))));
    return outputs;
}

Members pack4(const Case& given) {
    const auto rows = std::int64_t(given.param("rows")),
               columns = std::int64_t(given.param("columns"));
    const bool is_weight = given.inputs.contains("weight");
    const ops::NibbleWeight weight =
        is_weight
            ? ops::nibble_weight(given.input("weight").floats(), rows, columns)
            : ops::NibbleWeight{as_codes(given.input("codes")), given.input("row_scale").floats()};
    const Product product(given, weight.codes, weight.row_scale);
    const ops::PackedRows packed = ops::pack_nibbles(product.weight());
    expect_round_trip(product, ops::unpack_nibbles(packed));
    std::vector<float> values;
    for (std::size_t i = 0; i < weight.codes.size(); ++i) {
        values.push_back(float(weight.codes[i]) * weight.row_scale[i / columns]);
    }
    const std::size_t height = rows, width = columns;
    Members outputs = product.outputs();
    outputs["packed"] = bytes(packed);
    outputs["codes"] = integer_tensor("int8", {height, width}, weight.codes);
    outputs["row_scale"] = float32_tensor({height}, weight.row_scale);
    outputs["weight_q"] = float32_tensor({height, width}, values);
    return outputs;
}

}  // namespace

void add_quant_packing_operations(Operations& operations) {
    operations.insert(
        {{"pack_binary", pack_binary}, {"pack_ternary", pack_ternary}, {"pack4", pack4}});
}

}  // namespace millrace::golden
