// From a plain struct with a call operator to a NodeType: reads the operator's signature, so that a node states
// its ports' types once, in C++. Included through registry.hpp only.
//
// Arguments, in the order of spec().inputs: `const T&` to read, `T` for a copy to change, `const T*` for an
// optional input, `std::shared_ptr<const T>` to pass on unchanged, `const Packet&` for any type. A const source may
// take engine::Item first; RunContext& may stand last.
// Results, in the order of spec().outputs: T, std::optional<T>, std::shared_ptr<const T>, Packet, a std::tuple of
// these, std::optional of such a tuple, or Generator of any of them. A source ends with std::nullopt.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/node/adapt_field.hpp"
#include "engine/node/generator.hpp"
#include "engine/node/instance.hpp"

namespace millrace::engine {

namespace adapt {

template <class F>
struct Signature;
template <class N, class R, class... A>
struct Signature<R (N::*)(A...)> {
    using Result = R;
    using Arguments = std::tuple<A...>;
    static constexpr bool is_const = false;
};
template <class N, class R, class... A>
struct Signature<R (N::*)(A...) const> : Signature<R (N::*)(A...)> {
    static constexpr bool is_const = true;
};

template <class T>
struct Strip {
    using type = T;
};
template <class T>
struct Strip<std::optional<T>> {
    using type = T;
};
template <class T>
struct Strip<std::shared_ptr<const T>> {
    using type = T;
};
template <class T>
struct Strip<Generator<T>> {
    using type = T;
};
template <class T>
struct Strip<const T*> {
    using type = T;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_generator = false;
template <class T>
inline constexpr bool is_generator<Generator<T>> = true;
template <class T>
inline constexpr bool is_tuple = false;
template <class... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;
template <class T>
inline constexpr bool is_shared = false;
template <class T>
inline constexpr bool is_shared<std::shared_ptr<const T>> = true;

template <class A>
inline constexpr bool is_context = std::is_same_v<A, RunContext&>;
template <class A>
inline constexpr bool is_item = std::is_same_v<std::remove_cvref_t<A>, Item>;
template <class A>
inline constexpr bool is_input = !is_context<A> && !is_item<A>;

/// Payload type of one argument or result; nullptr for a Packet.
template <class A>
const PayloadType* port_type() {
    using T = typename Strip<std::remove_cvref_t<A>>::type;
    if constexpr (std::is_same_v<T, Packet>) return nullptr;
    else if constexpr (is_optional<T> || is_shared<T>) return port_type<T>();
    else return &payload_type<T>();
}

template <class A>
decltype(auto) argument(std::span<const Packet> inputs, std::size_t index) {
    using T = std::remove_cvref_t<A>;
    const Packet& packet = inputs[index];
    if constexpr (std::is_same_v<T, Packet>) return (packet);
    else if constexpr (std::is_pointer_v<T>)
        return packet ? &packet.as<std::remove_cv_t<std::remove_pointer_t<T>>>() : nullptr;
    else if constexpr (is_shared<T>) return packet ? packet.share<typename Strip<T>::type>() : T{};
    else return (packet.as<T>());
}

template <class T>
Packet to_packet(T&& value) {
    using V = std::remove_cvref_t<T>;
    if constexpr (std::is_same_v<V, Packet>) return std::forward<T>(value);
    else if constexpr (is_shared<V>)
        return value ? Packet::of<typename Strip<V>::type>(std::forward<T>(value)) : Packet();
    else if constexpr (is_optional<V>)
        return value ? to_packet(*std::forward<T>(value)) : Packet();
    else return Packet::make<V>(std::forward<T>(value));
}

/// One result, perhaps a tuple, into the packets of the outputs.
template <class T>
void spread(T&& value, std::span<Packet> outputs) {
    if constexpr (is_tuple<std::remove_cvref_t<T>>) {
        std::size_t port = 0;
        std::apply([&](auto&... parts) { ((outputs[port++] = to_packet(std::move(parts))), ...); }, value);
    } else {
        outputs[0] = to_packet(std::forward<T>(value));
    }
}

template <class T>
class TypedGenerator final : public PacketGenerator {
public:
    explicit TypedGenerator(Generator<T> source) : source_(std::move(source)) {}
    bool next(std::span<Packet> outputs) override {
        std::optional<T> value = source_.next();
        if (!value) return false;
        spread(std::move(*value), outputs);
        return true;
    }

private:
    Generator<T> source_;
};

template <class R>
void store(R&& value, Results& results, bool source) {
    using T = std::remove_cvref_t<R>;
    if constexpr (is_generator<T>) {
        results.generator = std::make_unique<TypedGenerator<typename T::value_type>>(std::move(value));
    } else if constexpr (is_optional<T>) {
        if (value) spread(std::move(*value), results.packets);
        else results.ended = source;
    } else {
        spread(std::move(value), results.packets);
    }
}

template <class R>
void append_types(std::vector<const PayloadType*>& types) {
    using T = std::remove_cvref_t<R>;
    if constexpr (std::is_void_v<R>) {
    } else if constexpr (is_generator<T> || (is_optional<T> && is_tuple<typename Strip<T>::type>)) {
        append_types<typename Strip<T>::type>(types);
    } else if constexpr (is_tuple<T>) {
        [&]<class... P>(std::type_identity<std::tuple<P...>>) {
            (types.push_back(port_type<P>()), ...);
        }(std::type_identity<T>{});
    } else {
        types.push_back(port_type<T>());
    }
}

template <class N>
using CallSignature = Signature<decltype(&N::operator())>;

template <class N>
std::vector<const PayloadType*> input_types() {
    std::vector<const PayloadType*> types;
    [&]<class... A>(std::type_identity<std::tuple<A...>>) {
        ([&] { if constexpr (is_input<A>) types.push_back(port_type<A>()); }(), ...);
    }(std::type_identity<typename CallSignature<N>::Arguments>{});
    return types;
}

/// For each input, whether its argument can say that there is no value.
template <class N>
std::vector<bool> absentable_inputs() {
    // One call instead of push_back, of which GCC 14 warns without reason (-Warray-bounds).
    return []<class... A>(std::type_identity<std::tuple<A...>>) {
        constexpr auto kAnswers = [] {
            std::array<bool, (std::size_t{is_input<A>} + ... + 0)> answers = {};
            [[maybe_unused]] std::size_t next = 0;  // GCC 12 misses its use
            ([&] {
                using T = std::remove_cvref_t<A>;
                if constexpr (is_input<A>)
                    answers[next++] = std::is_pointer_v<T> || is_shared<T> || std::is_same_v<T, Packet>;
            }(), ...);
            return answers;
        }();
        return std::vector<bool>(kAnswers.begin(), kAnswers.end());
    }(std::type_identity<typename CallSignature<N>::Arguments>{});
}

template <class N>
std::vector<const PayloadType*> output_types() {
    std::vector<const PayloadType*> types;
    append_types<typename CallSignature<N>::Result>(types);
    return types;
}

template <class N>
class Instance final : public NodeInstance {
public:
    Instance() = default;
    explicit Instance(const N& node) : node_(node) {}

    void* object() override { return &node_; }

    std::vector<Problem> check() const override {
        if constexpr (requires { node_.check(); }) return node_.check();
        return {};
    }

    void start(RunContext& context) override {
        if constexpr (requires { node_.start(context); }) node_.start(context);
        else if constexpr (requires { node_.start(); }) node_.start();
    }

    void call(std::span<const Packet> inputs, Results& results, RunContext& context) override {
        using Arguments = typename CallSignature<N>::Arguments;
        invoke<Arguments>(std::make_index_sequence<std::tuple_size_v<Arguments>>{}, inputs, results, context);
    }

    void finish(Results& results, RunContext& context) override {
        if constexpr (requires { node_.finish(context); }) {
            run_finish([&]() -> decltype(auto) { return node_.finish(context); }, results);
        } else if constexpr (requires { node_.finish(); }) {
            run_finish([&]() -> decltype(auto) { return node_.finish(); }, results);
        }
    }

    State save() const override {
        if constexpr (requires { node_.save(); }) return node_.save();
        return {};
    }

    void load(const State& state, RunContext& context) override {
        if constexpr (requires { node_.load(state, context); }) node_.load(state, context);
        else if constexpr (requires { node_.load(state); }) node_.load(state);
    }

    std::optional<std::uint64_t> count() const override {
        if constexpr (requires { node_.count(); }) return node_.count();
        return {};
    }

    std::vector<Path> files(std::uint64_t item) const override {
        if constexpr (requires { node_.files(item); }) return node_.files(item);
        return {};
    }

    std::uint64_t place(std::uint64_t item) const override {
        if constexpr (requires { node_.place(item); }) return node_.place(item);
        return item;
    }

    std::unique_ptr<NodeInstance> clone() const override {
        if constexpr (std::is_copy_constructible_v<N>) return std::make_unique<Instance<N>>(node_);
        return nullptr;
    }

private:
    template <class Arguments, std::size_t... I>
    void invoke(std::index_sequence<I...>, std::span<const Packet> inputs, Results& results,
                RunContext& context) {
        constexpr bool source = !(is_input<std::tuple_element_t<I, Arguments>> || ...);
        // Ports count only the arguments that are inputs: an Item in front is none.
        constexpr std::size_t skipped = [] {
            if constexpr (sizeof...(I) > 0) return is_item<std::tuple_element_t<0, Arguments>> ? 1u : 0u;
            return 0u;
        }();
        auto pick = [&]<class A, std::size_t index>() -> decltype(auto) {
            if constexpr (is_context<A>) return (context);
            else if constexpr (is_item<A>) return Item{context.item()};
            else return argument<A>(inputs, index - skipped);
        };
        using Result = typename CallSignature<N>::Result;
        if constexpr (std::is_void_v<Result>) {
            node_(pick.template operator()<std::tuple_element_t<I, Arguments>, I>()...);
        } else {
            store(node_(pick.template operator()<std::tuple_element_t<I, Arguments>, I>()...), results, source);
        }
    }

    template <class F>
    void run_finish(F&& finish, Results& results) {
        if constexpr (std::is_void_v<decltype(finish())>) finish();
        else store(finish(), results, false);
    }

    N node_{};
};

/// Whether finish() has a result, which only a node that numbers its outputs anew may have.
template <class N>
constexpr bool finish_gives() {
    if constexpr (requires(N node, RunContext& context) { node.finish(context); })
        return !std::is_void_v<decltype(std::declval<N&>().finish(std::declval<RunContext&>()))>;
    else if constexpr (requires(N node) { node.finish(); })
        return !std::is_void_v<decltype(std::declval<N&>().finish())>;
    else return false;
}

/// What the call operator says of a node's ports; null for an engine::Packet.
struct Ports {
    std::vector<const PayloadType*> inputs;
    std::vector<bool> absentable;  ///< of the inputs
    std::vector<const PayloadType*> outputs;
};

/// Fills port types and derived flags; throws Error (E-NODE-001) when the spec contradicts the call operator or itself.
void complete(NodeType& type, const Ports& ports);

/// The NodeType of N; port types are filled in from the call operator.
template <class N>
NodeType describe() {
    NodeType type;
    type.spec = N::spec();
    type.parallel = CallSignature<N>::is_const;
    type.has_finish = requires(N node, RunContext& context) { node.finish(context); } ||
                      requires(N node) { node.finish(); };
    type.has_save = requires(const N node) { node.save(); };
    type.has_files = requires(const N node) { node.files(0); };
    type.has_count = requires(const N node) { node.count(); };
    type.finish_gives = finish_gives<N>();
    type.generator = is_generator<std::remove_cvref_t<typename CallSignature<N>::Result>>;
    type.has_check = requires(const N node) { node.check(); };
    type.copyable = std::is_copy_constructible_v<N>;
    type.make = []() -> std::unique_ptr<NodeInstance> { return std::make_unique<Instance<N>>(); };
    complete(type, {input_types<N>(), absentable_inputs<N>(), output_types<N>()});
    return type;
}

template <class N>
std::vector<const PayloadType*> payloads_of() {
    std::vector<const PayloadType*> types = input_types<N>();
    for (const PayloadType* output : output_types<N>()) types.push_back(output);
    std::erase(types, nullptr);
    return types;
}

}  // namespace adapt
}  // namespace millrace::engine
