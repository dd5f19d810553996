#include "engine/worker/protocol.hpp"

#include <cmath>

#include <fmt/format.h>

#include "engine/value_parse.hpp"

namespace millrace::engine::worker {
namespace {

[[noreturn]] void invalid(std::string expected, std::string found) {
    throw RpcError(kInvalidRequest, {.code = "E-RPC-005",
                                     .what = "The message is no JSON-RPC 2.0 request",
                                     .expected = std::move(expected),
                                     .found = std::move(found),
                                     .mend = "See the page on the worker's protocol."});
}

}  // namespace

Request request_from(const Value& json) {
    if (json.is_array()) invalid("one request a message", "a list; batches are not served");
    if (!json.is_object()) invalid("an object", std::string(json.kind()));
    const Value* version = json.find("jsonrpc");
    if (!version || *version != Value("2.0"))
        invalid("\"jsonrpc\": \"2.0\"", version ? shortened(to_json(*version)) : "nothing");
    const Value* method = json.find("method");
    if (!method || !method->is_string())
        invalid("\"method\", a text", method ? std::string(method->kind()) : "nothing");
    Request request{.id = {}, .method = method->as_string(), .params = {}};
    if (const Value* id = json.find("id")) {
        if (!id->is_string() && !id->is_number() && !id->is_null())
            invalid("\"id\", a text or a number", std::string(id->kind()));
        request.id = *id;
    }
    if (const Value* params = json.find("params")) {
        if (!params->is_object()) invalid("\"params\", an object", std::string(params->kind()));
        request.params = params->as_object();
    }
    return request;
}

RpcError::RpcError(int code, Problem problem) : code_(code), problem_(std::move(problem)) {}

namespace {

Object envelope() { return {{"jsonrpc", "2.0"}}; }

}  // namespace

Message make_request(std::int64_t id, std::string_view method, Object params) {
    Object json = envelope();
    json["id"] = id;
    json["method"] = method;
    json["params"] = std::move(params);
    return {std::move(json)};
}

Message make_notice(std::string_view method, Object params, std::vector<Attachment> attachments) {
    Object json = envelope();
    json["method"] = method;
    json["params"] = std::move(params);
    return {std::move(json), std::move(attachments)};
}

Message make_answer(const Value& id, Object result, std::vector<Attachment> attachments) {
    Object json = envelope();
    json["id"] = id;
    json["result"] = std::move(result);
    return {std::move(json), std::move(attachments)};
}

Message make_error(const Value& id, int code, const Problem& problem) {
    Object json = envelope();
    json["id"] = id;
    // Through the problem's own form, which mends foreign bytes.
    Value data = to_value(problem);
    json["error"] = Object{{"code", code}, {"message", *data.find("what")}, {"data", data}};
    return {std::move(json)};
}

const Value* Params::find(std::string_view name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->second.is_null() ? nullptr : &found->second;
}

void Params::wrong(std::string_view name, std::string expected, std::string found) const {
    throw RpcError(
        kInvalidParams,
        {.code = "E-RPC-006",
         .what = fmt::format("The parameter \"{}\" of {} is missing or wrong", name, method_),
         .expected = std::move(expected),
         .found = std::move(found),
         .where = std::string(name),
         .mend = "See the page on the worker's protocol."});
}

std::optional<std::string> Params::text_if(std::string_view name) const {
    const Value* found = find(name);
    if (!found) return {};
    if (!found->is_string()) wrong(name, "a text", std::string(found->kind()));
    return found->as_string();
}

std::string Params::text(std::string_view name) const {
    auto found = text_if(name);
    if (!found) wrong(name, "a text", "nothing");
    return *std::move(found);
}

bool Params::flag(std::string_view name, bool otherwise) const {
    const Value* found = find(name);
    if (!found) return otherwise;
    if (!found->is_bool()) wrong(name, "true or false", std::string(found->kind()));
    return found->as_bool();
}

std::optional<std::int64_t> Params::integer_if(std::string_view name, std::int64_t least,
                                               std::int64_t most) const {
    const Value* found = find(name);
    if (!found) return {};
    const std::string expected = fmt::format("an integer of {} to {}", least, most);
    if (!found->is_int()) wrong(name, expected, std::string(found->kind()));
    if (found->as_int() < least || found->as_int() > most)
        wrong(name, expected, std::to_string(found->as_int()));
    return found->as_int();
}

std::int64_t Params::integer(std::string_view name, std::int64_t least, std::int64_t most) const {
    const auto found = integer_if(name, least, most);
    if (!found) wrong(name, fmt::format("an integer of {} to {}", least, most), "nothing");
    return *found;
}

double Params::number(std::string_view name, double least, double otherwise) const {
    const Value* found = find(name);
    if (!found) return otherwise;
    const std::string expected = fmt::format("a number of at least {}", least);
    if (!found->is_number()) wrong(name, expected, std::string(found->kind()));
    const double number = found->as_double();
    if (!std::isfinite(number) || number < least) wrong(name, expected, number_text(number));
    return number;
}

std::vector<std::string> Params::texts(std::string_view name) const {
    std::vector<std::string> result;
    const Value* found = find(name);
    if (!found) return result;
    if (!found->is_array()) wrong(name, "a list of texts", std::string(found->kind()));
    for (const Value& one : found->as_array()) {
        if (!one.is_string()) wrong(name, "a list of texts", std::string(one.kind()));
        result.push_back(one.as_string());
    }
    return result;
}

Object Params::object(std::string_view name) const {
    const Value* found = find(name);
    if (!found) return {};
    if (!found->is_object()) wrong(name, "an object", std::string(found->kind()));
    return found->as_object();
}

}  // namespace millrace::engine::worker
