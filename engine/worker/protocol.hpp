// JSON-RPC 2.0 over messages: requests, answers, notices and the codes of errors. See
// resources/help/worker-protocol.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/worker/message.hpp"

namespace millrace::engine::worker {

/// Raised when a client of an older number can't be served.
inline constexpr int kProtocol = 1;

enum Code {
    kParseError = -32700,
    kInvalidRequest = -32600,
    kUnknownMethod = -32601,
    kInvalidParams = -32602,
    kInternal = -32603,
    kFailed = -32000,         ///< a problem of the engine; `data` is its report
    kNotInitialised = -32002  ///< the first request must be `initialise`
};

/// A request or notice that came.
struct Request {
    Value id;  ///< null for a notice
    std::string method;
    Object params;
};

/// What a message asks. Throws RpcError with kInvalidRequest when it is no request.
Request request_from(const Value& json);

/// Ends a request with an error. `problem` goes into `data`.
class RpcError : public std::exception {
public:
    RpcError(int code, Problem problem);
    int code() const { return code_; }
    const Problem& problem() const { return problem_; }
    const char* what() const noexcept override { return problem_.what.c_str(); }

private:
    int code_;
    Problem problem_;
};

Message make_request(std::int64_t id, std::string_view method, Object params);
Message make_notice(std::string_view method, Object params,
                    std::vector<Attachment> attachments = {});
Message make_answer(const Value& id, Object result, std::vector<Attachment> attachments = {});
Message make_error(const Value& id, int code, const Problem& problem);

/// Members of a request's params, each checked. A missing or wrong one throws RpcError with
/// kInvalidParams.
class Params {
public:
    Params(const std::string& method, const Object& object) : method_(method), object_(object) {}

    const Value* find(std::string_view name) const;
    std::string text(std::string_view name) const;
    std::optional<std::string> text_if(std::string_view name) const;
    bool flag(std::string_view name, bool otherwise = false) const;
    std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most) const;
    std::optional<std::int64_t> integer_if(std::string_view name, std::int64_t least,
                                           std::int64_t most) const;
    double number(std::string_view name, double least, double otherwise) const;
    std::vector<std::string> texts(std::string_view name) const;  ///< empty when missing
    Object object(std::string_view name) const;                   ///< empty when missing
    [[noreturn]] void wrong(std::string_view name, std::string expected, std::string found) const;

private:
    const std::string& method_;
    const Object& object_;
};

}  // namespace millrace::engine::worker
