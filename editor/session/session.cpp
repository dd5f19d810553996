#include "editor/session/session.hpp"

#include <signal.h>
#include <QMetaObject>
#include <thread>
#include <utility>

#include "engine/value.hpp"

namespace millrace::editor {
namespace {

engine::Array texts(const QStringList& list) {
    engine::Array array;
    for (const QString& text : list) array.emplace_back(text.toStdString());
    return array;
}

std::string text_of(const engine::Value& object, std::string_view name) {
    const engine::Value* found = object.find(name);
    return found && found->is_string() ? found->as_string() : std::string();
}

std::int64_t number_of(const engine::Value& object, std::string_view name) {
    const engine::Value* found = object.find(name);
    return found && found->is_int() ? found->as_int() : 0;
}

std::vector<engine::Problem> problems_of(const engine::Value& result) {
    std::vector<engine::Problem> problems;
    const engine::Value* list = result.find("problems");
    if (!list || !list->is_array()) return problems;
    for (const engine::Value& one : list->as_array()) problems.push_back(engine::problem_from(one));
    return problems;
}

}  // namespace

Session::Session(QStringList command, QObject* parent)
    : QObject(parent), command_(std::move(command)) {}

Session::~Session() { drop_client(); }

/// Ending a worker may take seconds, which nobody should wait for.
void Session::drop_client() {
    if (link_) {
        const std::scoped_lock lock(link_->mutex);
        link_->session = nullptr;
    }
    link_.reset();
    if (!client_) return;
    std::thread([client = std::shared_ptr<engine::worker::Client>(std::move(client_))]() mutable {
        client.reset();
    }).detach();
}

qint64 Session::process() const { return client_ ? client_->process() : 0; }

void Session::set_state(State state) {
    if (state == state_) return;
    state_ = state;
    Q_EMIT state_changed(state);
}

void Session::tell(const engine::Problem& problem) {
    // died() tells of a worker's end, once for all that waited for it.
    if (problem.code == "E-WORKER-001") return;
    Q_EMIT problems(std::vector<engine::Problem>{problem});
}

void Session::start() {
    if (!client_) launch();
}

void Session::use(QStringList command) {
    if (is_running()) return;
    command_ = std::move(command);
    unreachable_ = false;
    drop_client();
    for (auto& [own, subscribed] : subscribed_) subscribed.number = -1;
    set_state(State::Off);
}

void Session::launch() {
    const auto link = std::make_shared<Link>();
    link->session = this;
    link_ = link;
    run_ = 0;
    early_.clear();
    std::vector<std::string> words;
    for (const QString& word : command_) words.push_back(word.toStdString());
    set_state(State::Starting);
    try {
        client_ = std::make_unique<engine::worker::Client>(
            words,
            engine::worker::Client::Events{
                .notice =
                    [this, link](const std::string& method, const engine::Value& params,
                                 const std::vector<engine::worker::Attachment>& attachments) {
                        on_window(link, [this, method, params, attachments] {
                            notice(method, params, attachments);
                        });
                    },
                .log =
                    [this, link](std::string_view text) {
                        on_window(link,
                                  [this, text = QString::fromUtf8(
                                             text.data(), static_cast<qsizetype>(text.size()))] {
                                      Q_EMIT log(text);
                                  });
                    },
                .ended =
                    [this, link](const std::optional<engine::Problem>& problem) {
                        on_window(link, [this, problem] { lost(problem); });
                    }});
    } catch (const engine::Error& error) {
        unreachable_ = true;
        set_state(State::Off);
        Q_EMIT died(error.problem());
        return;
    }
    call("initialise", {{"protocol", 1}}, [this](const Answer& answer) {
        if (answer.problem) {
            tell(*answer.problem);
            return;
        }
        unreachable_ = false;
        if (state_ == State::Starting) set_state(State::Ready);
        if (const engine::Value* types = answer.result.find("node_types")) Q_EMIT catalogue(*types);
    });
    for (auto& [own, subscribed] : subscribed_) {
        subscribed.number = -1;
        ask_subscription(own);
    }
}

void Session::call(const QString& method, engine::Object params, Done done) {
    if (!client_) launch();
    if (!client_) {
        done({.problem = engine::Problem{.code = "E-WORKER-001",
                                         .what = "There is no worker",
                                         .mend = "Choose another one in the menu Run › Worker."},
              .code = 0,
              .result = {},
              .attachments = {}});
        return;
    }
    client_->call(method.toStdString(), std::move(params),
                  [link = link_, done = std::move(done)](const Answer& answer) {
                      on_window(link, [done, answer] { done(answer); });
                  });
}

void Session::send_graph(const engine::Graph& graph, const QString& file,
                         std::function<void()> then) {
    engine::Object params{{"text", engine::write_graph(graph)}};
    if (!file.isEmpty()) params["file"] = file.toStdString();
    call("graph/open", std::move(params), [this, then = std::move(then)](const Answer& answer) {
        if (answer.problem) {
            tell(*answer.problem);
            return;
        }
        const auto found = problems_of(answer.result);
        if (engine::any_errors(found)) {
            Q_EMIT problems(found);
            return;
        }
        then();
    });
}

void Session::run(const engine::Graph& graph, const QString& file, const RunRequest& request) {
    if (is_running()) return;
    send_graph(graph, file, [this, request] {
        engine::Object params{{"paused", request.paused},
                              {"cache", request.use_cache},
                              {"seed", static_cast<std::int64_t>(request.seed)},
                              {"resume", request.resume}};
        if (!request.until.isEmpty()) params["until"] = texts(request.until);
        if (!request.freeze.isEmpty()) params["freeze"] = texts(request.freeze);
        if (!request.out.isEmpty()) params["out"] = request.out.toStdString();
        if (!request.record_visuals.isEmpty())
            params["record_visuals"] = texts(request.record_visuals);
        if (!request.sketches.isEmpty()) params["record"] = texts(request.sketches);
        if (!request.keep.isEmpty()) params["keep"] = texts(request.keep);
        call("run/start", std::move(params), [this, request](const Answer& answer) {
            if (answer.problem) {
                tell(*answer.problem);
                return;
            }
            Q_EMIT problems(problems_of(answer.result));
            const engine::Value* run = answer.result.find("run");
            if (!run || !run->is_int()) return;
            run_ = run->as_int();
            set_state(request.paused ? State::Paused : State::Running);
            Q_EMIT run_started(static_cast<int>(run->as_int()),
                               QString::fromStdString(text_of(answer.result, "out")));
            for (const Early& one : std::exchange(early_, {})) notice(one.method, one.params, {});
        });
    });
}

void Session::validate(const engine::Graph& graph, const QString& file) {
    if (is_running()) return;  // the worker's graph is that of the run
    // Each edit asks for this; only who asks for a worker tries again to reach one.
    if (!client_ && unreachable_) return;
    send_graph(graph, file, [this] {
        call("graph/validate", {}, [this](const Answer& answer) {
            if (answer.problem)
                tell(*answer.problem);
            else
                Q_EMIT problems(problems_of(answer.result));
        });
    });
}

void Session::stop() {
    if (!is_running()) return;
    set_state(State::Stopping);
    call("run/stop", {}, [](const Answer&) {});
}

void Session::pause() {
    if (state_ != State::Running) return;
    call("run/pause", {}, [this](const Answer& answer) {
        if (!answer.problem && state_ == State::Running) set_state(State::Paused);
    });
}

void Session::go_on() {
    if (state_ != State::Paused) return;
    call("run/continue", {}, [this](const Answer& answer) {
        if (!answer.problem && state_ == State::Paused) set_state(State::Running);
    });
}

void Session::step() {
    if (state_ == State::Paused) call("run/step", {}, [](const Answer&) {});
}

void Session::kill() {
    if (client_) ::kill(client_->process(), SIGKILL);
}

void Session::set_parameter(const QString& node, const QString& name, const engine::Value& value) {
    if (!is_running()) return;
    call("run/set", {{"node", node.toStdString()}, {"name", name.toStdString()}, {"value", value}},
         [this](const Answer& answer) {
             if (answer.problem) tell(*answer.problem);
         });
}

int Session::subscribe(const QString& output, bool visual, bool sketch, double per_second,
                       int bytes) {
    const int own = next_subscription_++;
    subscribed_[own] = {output, visual, sketch, per_second, bytes, -1};
    if (client_) ask_subscription(own);
    return own;
}

void Session::ask_subscription(int own) {
    const Subscribed& subscribed = subscribed_.at(own);
    call("wire/subscribe",
         {{"output", subscribed.output.toStdString()},
          {"visual", subscribed.visual},
          {"sketch", subscribed.sketch},
          {"per_second", subscribed.per_second},
          {"bytes", subscribed.bytes}},
         [this, own](const Answer& answer) {
             if (answer.problem) return;
             const auto number = static_cast<int>(number_of(answer.result, "subscription"));
             const auto found = subscribed_.find(own);
             if (found != subscribed_.end())
                 found->second.number = number;
             else  // given up meanwhile
                 call("wire/unsubscribe", {{"subscription", number}}, [](const Answer&) {});
         });
}

void Session::unsubscribe(int subscription) {
    const auto found = subscribed_.find(subscription);
    if (found == subscribed_.end()) return;
    const int number = found->second.number;
    subscribed_.erase(found);
    if (client_ && number >= 0)
        call("wire/unsubscribe", {{"subscription", number}}, [](const Answer&) {});
}

void Session::notice(const std::string& method, const engine::Value& params,
                     const std::vector<engine::worker::Attachment>& attachments) {
    if (method.starts_with("run/") && number_of(params, "run") > run_) {
        early_.push_back({method, params});
        return;
    }
    if (method == "run/figures") {
        if (const engine::Value* found = params.find("figures")) Q_EMIT figures(*found);
    } else if (method == "run/event") {
        if (const engine::Value* found = params.find("event")) Q_EMIT event(*found);
    } else if (method == "run/ended") {
        set_state(State::Ready);
        const engine::Value* report = params.find("report");
        Q_EMIT run_ended(QString::fromStdString(text_of(params, "status")),
                         QString::fromStdString(text_of(params, "out")),
                         report ? *report : engine::Value());
    } else if (method == "wire/packet" || method == "wire/missing") {
        take_packet(params, attachments);
    }
}

void Session::take_packet(const engine::Value& params,
                          const std::vector<engine::worker::Attachment>& attachments) {
    const auto number = number_of(params, "subscription");
    SeenPacket seen;
    for (const auto& [own, subscribed] : subscribed_) {
        if (subscribed.number != number) continue;
        seen.subscription = own;
        seen.output = subscribed.output;
    }
    if (seen.subscription == 0) return;
    seen.item = static_cast<std::uint64_t>(number_of(params, "item"));
    seen.type = QString::fromStdString(text_of(params, "type"));
    seen.bytes = static_cast<std::uint64_t>(number_of(params, "bytes"));
    if (const engine::Value* sketch = params.find("sketch")) seen.sketch = *sketch;
    try {
        if (const engine::Value* problem = params.find("problem"))
            seen.problem = engine::problem_from(*problem);
        else if (params.find("visuals"))
            for (visual::Visual& one : engine::worker::visuals_of(params, attachments))
                seen.visuals.push_back(std::make_shared<const visual::Visual>(std::move(one)));
    } catch (const engine::Error& error) {
        seen.problem = error.problem();
    }
    Q_EMIT packet(seen);
}

void Session::lost(const std::optional<engine::Problem>& problem) {
    const bool was_running = is_running();
    unreachable_ = state_ == State::Starting;
    drop_client();
    for (auto& [own, subscribed] : subscribed_) subscribed.number = -1;
    set_state(State::Off);
    if (was_running) Q_EMIT run_ended("lost", {}, {});
    if (problem) Q_EMIT died(*problem);
}

}  // namespace millrace::editor
