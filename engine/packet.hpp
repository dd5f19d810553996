// Payloads and packets. A packet is one immutable, shared payload with its type erased; branches share it.
// Any C++ type travels once PayloadTraits is specialised beside it.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include "engine/problem.hpp"
#include "engine/record.hpp"
#include "engine/sketch.hpp"
#include "engine/visual/visual.hpp"

namespace millrace::engine {

/// To be specialised for each payload type T:
///
///     static constexpr std::string_view name = "point_cloud";
///     static constexpr int version = 1;                       // layout version of the record
///     static Record record(const T&);                         // views; valid as long as the payload
///     static T restore(const Record&);                        // throws Error when the record is malformed
///     static std::vector<visual::Visual> visual(const T&, const visual::Budget&);
template <class T>
struct PayloadTraits;

template <class T>
concept Payload = requires(const T& value, const Record& record, const visual::Budget& budget) {
    { PayloadTraits<T>::name } -> std::convertible_to<std::string_view>;
    { PayloadTraits<T>::version } -> std::convertible_to<int>;
    { PayloadTraits<T>::record(value) } -> std::same_as<Record>;
    { PayloadTraits<T>::restore(record) } -> std::same_as<T>;
    { PayloadTraits<T>::visual(value, budget) } -> std::same_as<std::vector<visual::Visual>>;
};

/// What the engine knows of a payload type. Identity across plug-ins is `name` with its version, never an
/// address: two plug-ins may each carry their own PayloadType for one type.
struct PayloadType {
    std::string name;  ///< "point_cloud/1"
    std::size_t size;  ///< sizeof, to refuse a plug-in built with another layout
    Record (*record)(const void*);
    std::shared_ptr<const void> (*restore)(const Record&);
    std::vector<visual::Visual> (*visual)(const void*, const visual::Budget&);

    friend bool operator==(const PayloadType& a, const PayloadType& b) { return a.name == b.name; }
};

namespace detail {

template <Payload T>
PayloadType make_payload_type() {
    return {std::string(PayloadTraits<T>::name) + "/" + std::to_string(PayloadTraits<T>::version), sizeof(T),
            [](const void* data) { return PayloadTraits<T>::record(*static_cast<const T*>(data)); },
            [](const Record& record) -> std::shared_ptr<const void> {
                return std::make_shared<const T>(PayloadTraits<T>::restore(record));
            },
            [](const void* data, const visual::Budget& budget) {
                return PayloadTraits<T>::visual(*static_cast<const T*>(data), budget);
            }};
}

}  // namespace detail

template <Payload T>
const PayloadType& payload_type() {
    // Made elsewhere, so that what every packet asks for is small enough to be inlined.
    static const PayloadType type = detail::make_payload_type<T>();
    return type;
}

class Packet {
public:
    Packet() = default;
    Packet(const PayloadType* type, std::shared_ptr<const void> data)
        : type_(type), data_(std::move(data)) {}
    template <Payload T>
    static Packet of(std::shared_ptr<const T> data) {
        return {&payload_type<T>(), std::move(data)};
    }
    template <Payload T>
    static Packet make(T value) {
        return of<T>(std::make_shared<const T>(std::move(value)));
    }

    explicit operator bool() const { return data_ != nullptr; }
    const PayloadType& type() const { return *type_; }
    /// The raw parts, for the engine alone: a packet whose type is null and whose data is not stands for one that is
    /// still to be loaded or computed.
    const PayloadType* type_or_null() const { return type_; }
    const std::shared_ptr<const void>& data() const { return data_; }
    template <Payload T>
    bool is() const {
        return data_ && (type_ == &payload_type<T>() || *type_ == payload_type<T>());
    }
    /// The payload. The planner has checked the type where it could be known; a mismatch throws
    /// Error (E-TYPE-001).
    template <Payload T>
    const T& as() const {
        if (!is<T>()) wrong_type(payload_type<T>());
        return *static_cast<const T*>(data_.get());
    }
    template <Payload T>
    std::shared_ptr<const T> share() const {
        if (!is<T>()) wrong_type(payload_type<T>());
        return std::static_pointer_cast<const T>(data_);
    }

    Record record() const { return type_->record(data_.get()); }
    Sketch sketch() const { return sketch_of(record(), type_->name); }
    Hash128 hash() const { return hash_of(record(), type_->name); }
    std::vector<visual::Visual> visual(const visual::Budget& budget) const {
        return type_->visual(data_.get(), budget);
    }
    /// Bytes of all arrays, children included; attributes are not counted.
    std::size_t bytes() const;

private:
    [[noreturn]] void wrong_type(const PayloadType& wanted) const;

    const PayloadType* type_ = nullptr;
    std::shared_ptr<const void> data_;
};

/// Payload types by name, for reading serialised packets; filled by the registry.
class PayloadLookup {
public:
    virtual ~PayloadLookup() = default;
    virtual const PayloadType* find_payload(std::string_view name) const = 0;
};

/// The serialised form: a safetensors file whose __metadata__ carries the type and attributes; children
/// stand under the prefix "0/", "1/", …
std::string serialise(const Packet& packet);

/// Reads it back. Throws Error: E-FILE-01x when malformed, E-TYPE-002 when the type is unknown.
Packet deserialise(std::string_view bytes, const PayloadLookup& types);

/// A list of packets of one type: what batch gives and unbatch takes.
struct List {
    std::string element_type;  ///< payload name of the elements; empty in an empty list of unknown type
    std::vector<Packet> items;
};

template <>
struct PayloadTraits<List> {
    static constexpr std::string_view name = "list";
    static constexpr int version = 1;
    static Record record(const List& list);
    static List restore(const Record& record);
    static std::vector<visual::Visual> visual(const List& list, const visual::Budget& budget);
};

/// One number on a wire, and any JSON value on a wire.
template <>
struct PayloadTraits<double> {
    static constexpr std::string_view name = "number";
    static constexpr int version = 1;
    static Record record(const double& value);
    static double restore(const Record& record);
    static std::vector<visual::Visual> visual(const double& value, const visual::Budget& budget);
};
template <>
struct PayloadTraits<Value> {
    static constexpr std::string_view name = "value";
    static constexpr int version = 1;
    static Record record(const Value& value);
    static Value restore(const Record& record);
    static std::vector<visual::Visual> visual(const Value& value, const visual::Budget& budget);
};

}  // namespace millrace::engine
