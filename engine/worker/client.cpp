#include "engine/worker/client.hpp"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <fmt/format.h>

#include "engine/value_parse.hpp"
#include "engine/visual/codec.hpp"
#include "engine/worker/protocol.hpp"

namespace millrace::engine::worker {
namespace {

constexpr std::size_t kLastWords = 4096;
constexpr auto kPatience = std::chrono::seconds(3);
constexpr auto kLastWordsPatience = std::chrono::milliseconds(500);

std::string name_of(int signal) {
    const char* name = sigabbrev_np(signal);
    return name ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

}  // namespace

Client::Client(const std::vector<std::string>& command, Events events)
    : events_(std::move(events)), process_(command) {
    // Writing to a worker that is gone must not end this program.
    signal(SIGPIPE, SIG_IGN);
    log_ = std::thread([this, file = process_.take_errors()] { read_log(file); });
    channel_ = std::make_unique<Channel>(
        process_.take_output(), process_.take_input(), MessageLimits{.json = std::size_t{1} << 30},
        Channel::Events{.received = [this](Message message) { received(std::move(message)); },
                        .misunderstood =
                            [](const Problem&) {},  // an answer that never comes is told at the end
                        .ended = [this](const std::optional<Problem>& problem) { lost(problem); }});
}

Client::~Client() {
    {
        const std::scoped_lock lock(mutex_);
        asked_to_end_ = true;
    }
    channel_->finish();
    if (!process_.wait(kPatience)) process_.kill(SIGKILL);
    process_.wait(kPatience);
    channel_.reset();
    log_.join();
}

bool Client::alive() const {
    const std::scoped_lock lock(mutex_);
    return !gone_;
}

void Client::call(std::string_view method, Object params, Done done) {
    std::int64_t id = 0;
    {
        const std::scoped_lock lock(mutex_);
        if (!gone_) {
            id = next_++;
            waiting_[id] = std::move(done);
        }
    }
    if (id == 0) {
        done({.problem = Problem{.code = "E-WORKER-001",
                                 .what = "The worker has ended",
                                 .mend = "Start another one."},
              .code = kFailed,
              .result = {},
              .attachments = {}});
        return;
    }
    channel_->send(make_request(id, method, std::move(params)));
}

Answer Client::call_and_wait(std::string_view method, Object params,
                             std::chrono::milliseconds patience) {
    struct Wait {
        std::mutex mutex;
        std::condition_variable changed;
        std::optional<Answer> answer;
    };
    const auto wait = std::make_shared<Wait>();
    call(method, std::move(params), [wait](const Answer& answer) {
        const std::scoped_lock lock(wait->mutex);
        wait->answer = answer;
        wait->changed.notify_all();
    });
    std::unique_lock lock(wait->mutex);
    if (wait->changed.wait_for(lock, patience, [&] { return wait->answer.has_value(); }))
        return *wait->answer;
    return {.problem = Problem{.code = "E-WORKER-003",
                               .what = fmt::format("The worker gave no answer to {}", method),
                               .expected = fmt::format("one within {} ms", patience.count()),
                               .mend = "End the worker and start another one."},
            .code = kFailed,
            .result = {},
            .attachments = {}};
}

void Client::received(Message message) {
    const Value* method = message.json.find("method");
    if (method && method->is_string()) {
        const Value* params = message.json.find("params");
        if (events_.notice)
            events_.notice(method->as_string(), params ? *params : Value(), message.attachments);
        return;
    }
    const Value* id = message.json.find("id");
    if (!id || !id->is_int()) return;
    Done done;
    {
        const std::scoped_lock lock(mutex_);
        const auto found = waiting_.find(id->as_int());
        if (found == waiting_.end()) return;
        done = std::move(found->second);
        waiting_.erase(found);
    }
    Answer answer;
    answer.attachments = std::move(message.attachments);
    if (const Value* result = message.json.find("result")) {
        answer.result = *result;
    } else {
        const Value* error = message.json.find("error");
        const Value* code = error ? error->find("code") : nullptr;
        const Value* data = error ? error->find("data") : nullptr;
        answer.code = code && code->is_int() ? static_cast<int>(code->as_int()) : kInternal;
        try {
            answer.problem =
                data ? problem_from(*data)
                     : Problem{.code = "E-RPC-005",
                               .what = "The worker's answer is neither result nor error"};
        } catch (const Error& malformed) {
            answer.problem = malformed.problem();
        }
    }
    done(answer);
}

void Client::read_log(int file) {
    std::array<char, 4096> buffer;
    while (true) {
        const ssize_t count = read(file, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        const std::string_view text(buffer.data(), static_cast<std::size_t>(count));
        {
            const std::scoped_lock lock(mutex_);
            last_words_ += text;
            if (last_words_.size() > kLastWords)
                last_words_.erase(0, last_words_.size() - kLastWords);
        }
        if (events_.log) events_.log(text);
    }
    close(file);
    const std::scoped_lock lock(mutex_);
    log_ended_ = true;
    log_over_.notify_all();
}

Problem Client::death_problem(const std::optional<Problem>& stream) {
    Problem problem{.code = "E-WORKER-001",
                    .what = "The worker has ended",
                    .expected = "a worker that goes on until it is asked to end"};
    const auto exit = process_.wait(kPatience);
    if (!exit) {
        problem.found = stream ? stream->what : "its output was closed";
        process_.kill(SIGKILL);
    } else if (exit->signal != 0) {
        problem.found =
            fmt::format("ended by {} ({})", name_of(exit->signal),
                        sigdescr_np(exit->signal) ? sigdescr_np(exit->signal) : "unknown");
        problem.cause = exit->signal == SIGKILL
                            ? "The system ran out of memory, or somebody ended it."
                            : "A node, or a library it uses, has a defect.";
    } else {
        problem.found = fmt::format("exit code {}", exit->code);
        if (exit->code == 127) problem.cause = "The program was not found on the other machine.";
    }
    std::string words;
    {
        // They may still be on their way; for ever, where a process of the worker's lives on.
        std::unique_lock lock(mutex_);
        log_over_.wait_for(lock, kLastWordsPatience, [this] { return log_ended_; });
        words = last_words_;
    }
    while (!words.empty() && words.back() == '\n') words.pop_back();
    if (const auto line = words.rfind('\n'); line != std::string::npos) words.erase(0, line + 1);
    if (!words.empty())
        problem.cause += (problem.cause.empty() ? "" : " ") +
                         fmt::format("Its last words: {}", shortened(as_utf8(words), 200));
    problem.mend =
        "The graph is safe; the next run starts another worker. Lower its memory, or see the log "
        "of the last node.";
    return problem;
}

void Client::lost(const std::optional<Problem>& stream) {
    bool asked = false;
    {
        const std::scoped_lock lock(mutex_);
        asked = asked_to_end_;
    }
    const Problem problem =
        asked ? Problem{.code = "E-WORKER-001", .what = "The worker was asked to end"}
              : death_problem(stream);
    std::map<std::int64_t, Done> waiting;
    {
        const std::scoped_lock lock(mutex_);
        gone_ = true;
        waiting.swap(waiting_);
    }
    for (const auto& [id, done] : waiting)
        done({.problem = problem, .code = kFailed, .result = {}, .attachments = {}});
    if (events_.ended) events_.ended(asked ? std::nullopt : std::optional(problem));
}

std::vector<visual::Visual> visuals_of(const Value& description,
                                       const std::vector<Attachment>& attachments) {
    std::vector<visual::Visual> visuals;
    const Value* list = description.find("visuals");
    if (!list || !list->is_array()) return visuals;
    std::vector<std::span<const std::byte>> arrays;
    for (const Attachment& attachment : attachments) arrays.push_back(attachment.bytes);
    for (const Value& one : list->as_array()) visuals.push_back(visual::decode(one, arrays));
    return visuals;
}

}  // namespace millrace::engine::worker
