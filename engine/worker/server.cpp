#include "engine/worker/server.hpp"

#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <new>

#include <fmt/format.h>

namespace millrace::engine::worker {
namespace {

constexpr auto kPatience = std::chrono::seconds(2);
constexpr int kForcedEnd = 130;
constexpr std::size_t kMostRequests = 10'000;

class Server {
public:
    Server(int in, int out, Setup setup)
        : channel_(
              in, out, {.attachments = std::size_t{64} << 20},
              {.received = [this](Message message) { take(std::move(message)); },
               .misunderstood =
                   [this](const Problem& problem) { send(make_error({}, kParseError, problem)); },
               .ended = [this](const std::optional<Problem>& problem) { end(problem); }}),
          session_(std::make_unique<Session>(channel_, std::move(setup))) {
        {
            const std::scoped_lock lock(mutex_);
            ready_ = true;
        }
        changed_.notify_all();
    }

    bool run() {
        while (const auto request = next()) {
            answer(*request, [&] { return session_->serve(*request); });
            const std::scoped_lock lock(mutex_);
            serving_ = false;
        }
        if (!session_->stop(kPatience)) {
            // A call that never asks whether to stop must not outlive its client.
            channel_.flush(std::chrono::milliseconds(200));
            _exit(kForcedEnd);
        }
        session_.reset();
        channel_.flush(kPatience);
        return !problem_;
    }

private:
    void send(Message message) { channel_.send(std::move(message)); }

    /// On the reading thread.
    void take(Message message) {
        Request request;
        try {
            request = request_from(message.json);
        } catch (const RpcError& error) {
            const Value* id = message.json.find("id");
            send(make_error(id && (id->is_string() || id->is_int()) ? *id : Value(), error.code(),
                            error.problem()));
            return;
        }
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ready_; });
        // Steering a run is not held up by what takes long, unless that may be the run's start.
        const bool at_once =
            Session::is_control(request.method) && requests_.empty() && !(serving_ && starting_);
        if (!at_once) {
            if (requests_.size() >= kMostRequests) {
                lock.unlock();
                send(make_error(request.id, kFailed,
                                {.code = "E-RPC-015",
                                 .what = "Too many requests wait",
                                 .expected = fmt::format("at most {}", kMostRequests),
                                 .mend = "Wait for answers before sending more."}));
                return;
            }
            requests_.push_back(std::move(request));
            changed_.notify_all();
            return;
        }
        lock.unlock();
        answer(request, [&] { return session_->control(request); });
    }

    /// On the reading thread, last.
    void end(const std::optional<Problem>& problem) {
        if (problem)
            send(make_error({}, problem->code == "E-RPC-004" ? kParseError : kInvalidRequest,
                            *problem));
        const std::scoped_lock lock(mutex_);
        problem_ = problem;
        ended_ = true;
        changed_.notify_all();
    }

    std::optional<Request> next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ended_ || !requests_.empty(); });
        // Nobody reads answers any more.
        if (ended_ && requests_.empty()) return {};
        Request request = std::move(requests_.front());
        requests_.pop_front();
        serving_ = true;
        starting_ = request.method == "run/start" || request.method == "initialise";
        return request;
    }

    template <class Work>
    void answer(const Request& request, const Work& work) {
        const auto failed = [&](int code, const Problem& problem) {
            if (!request.id.is_null()) send(make_error(request.id, code, problem));
        };
        try {
            Session::Result result = work();
            if (!request.id.is_null())
                send(make_answer(request.id, std::move(result.object),
                                 std::move(result.attachments)));
        } catch (const RpcError& error) {
            failed(error.code(), error.problem());
        } catch (const Error& error) {
            failed(kFailed, error.problem());
        } catch (const std::bad_alloc&) {
            failed(kFailed, {.code = "E-MEM-001",
                             .what = "There is not enough memory",
                             .mend = "Use smaller inputs, or a machine with more memory."});
        } catch (const std::exception& error) {
            failed(kInternal, {.code = "E-INTERNAL-002",
                               .what = "A defect of the program",
                               .found = error.what(),
                               .mend = "Please report it with what was asked."});
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Request> requests_;
    bool ready_ = false, ended_ = false, serving_ = false, starting_ = false;
    std::optional<Problem> problem_;
    Channel channel_;
    std::unique_ptr<Session> session_;
};

}  // namespace

bool serve(int in, int out, Setup setup) { return Server(in, out, std::move(setup)).run(); }

}  // namespace millrace::engine::worker
