// The editor's one bridge to a worker process: starts it, asks it, and brings what it says to the
// window thread. A worker that dies ends the run and nothing else; the next request starts another
// one. Window thread only; callbacks come there, too, and not after the session is gone.
#pragma once

#include <QObject>
#include <QStringList>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "engine/graph/graph.hpp"
#include "engine/problem.hpp"
#include "engine/worker/client.hpp"

namespace millrace::editor {

/// What a run is asked to do beside running the graph.
struct RunRequest {
    QStringList until = {};   ///< nodes after which it ends; all when empty
    QStringList freeze = {};  ///< frozen nodes that are called, and whose results are kept
    bool paused = false;      ///< begins paused, for stepping
    bool use_cache = true;
    std::uint64_t seed = 0;
    QString out = {};                 ///< run folder; the worker makes one when empty
    bool resume = false;              ///< goes on in `out`
    QStringList record_visuals = {};  ///< outputs, or "all"
    QStringList sketches = {};        ///< outputs, or "all"
    QStringList keep = {};            ///< outputs whose packets are kept whole, or "all"
};

/// A packet that passed a wire that is looked at.
struct SeenPacket {
    int subscription = 0;
    QString output;  ///< NODE.PORT
    std::uint64_t item = 0;
    QString type;
    std::uint64_t bytes = 0;
    std::vector<std::shared_ptr<const visual::Visual>> visuals = {};
    engine::Value sketch = {};
    std::optional<engine::Problem> problem = {};
};

class Session : public QObject {
    Q_OBJECT

public:
    enum class State { Off, Starting, Ready, Running, Paused, Stopping };
    Q_ENUM(State)
    using Answer = engine::worker::Answer;
    using Done = std::function<void(const Answer&)>;

    /// `command` starts a worker: {"millrace", "worker"} or {"ssh", host, "millrace", "worker"}.
    explicit Session(QStringList command, QObject* parent = nullptr);
    ~Session() override;

    /// Other words that start a worker: the one there is ends, start() or the next request starts
    /// one of the new kind. Not while a graph runs.
    void use(QStringList command);

    State state() const { return state_; }
    bool is_running() const {
        return state_ == State::Running || state_ == State::Paused || state_ == State::Stopping;
    }
    const QStringList& command() const { return command_; }
    /// Process number of the worker; 0 when there is none.
    qint64 process() const;

    /// Starts the worker unless it is there; catalogue() follows.
    void start();
    /// Any request of the protocol; starts the worker when needed. `done` is called once.
    void call(const QString& method, engine::Object params, Done done);

    /// Sends the graph and runs it; problems() tells when it can't.
    void run(const engine::Graph& graph, const QString& file, const RunRequest& request = {});
    void stop();
    void pause();
    void go_on();
    void step();
    /// Ends a worker that does not answer.
    void kill();
    /// A hot parameter of the run under way.
    void set_parameter(const QString& node, const QString& name, const engine::Value& value);
    /// Checks the graph without running it; problems() follows.
    void validate(const engine::Graph& graph, const QString& file);

    /// Looks at an output; packets follow through packet(). The number is the session's own and
    /// holds when another worker is started. `bytes` is the most that a packet's visuals may take.
    int subscribe(const QString& output, bool visual, bool sketch, double per_second = 10,
                  int bytes = 4 << 20);
    void unsubscribe(int subscription);

Q_SIGNALS:
    void state_changed(millrace::editor::Session::State state);
    /// The worker's node types, as in `millrace nodes --json`.
    void catalogue(const millrace::engine::Value& node_types);
    /// All problems of the graph as it was sent last.
    void problems(const std::vector<millrace::engine::Problem>& problems);
    void run_started(int run, const QString& out);
    void figures(const millrace::engine::Value& figures);
    void event(const millrace::engine::Value& event);
    void run_ended(const QString& status, const QString& out,
                   const millrace::engine::Value& report);
    void packet(const millrace::editor::SeenPacket& packet);
    /// The worker is gone without having been asked to go.
    void died(const millrace::engine::Problem& problem);
    void log(const QString& text);

private:
    struct Subscribed {
        QString output;
        bool visual = true, sketch = false;
        double per_second = 10;
        int bytes = 4 << 20;
        int number = -1;  ///< the worker's; -1 while there is none
    };
    void set_state(State state);
    void launch();
    void notice(const std::string& method, const engine::Value& params,
                const std::vector<engine::worker::Attachment>& attachments);
    void take_packet(const engine::Value& params,
                     const std::vector<engine::worker::Attachment>& attachments);
    void lost(const std::optional<engine::Problem>& problem);
    void send_graph(const engine::Graph& graph, const QString& file, std::function<void()> then);
    void ask_subscription(int own);
    void tell(const engine::Problem& problem);
    void drop_client();

    /// What callbacks hold: a client may outlive the session, while its process is being ended.
    struct Link {
        std::mutex mutex;
        Session* session = nullptr;  ///< null when what comes is to be passed over
    };
    /// From any thread: `work` on the window thread, unless the client was dropped by then.
    template <class Work>
    static void on_window(const std::shared_ptr<Link>& link, Work work) {
        const std::scoped_lock lock(link->mutex);
        if (!link->session) return;
        QMetaObject::invokeMethod(
            link->session,
            [link, work = std::move(work)] {
                // Only this thread drops clients.
                if (link->session) work();
            },
            Qt::QueuedConnection);
    }

    QStringList command_;
    State state_ = State::Off;
    bool unreachable_ = false;  ///< the last worker was gone before it had answered
    std::unique_ptr<engine::worker::Client> client_;
    std::shared_ptr<Link> link_;  ///< of client_
    /// Notices of a run whose start has not been answered yet: a short run may be over by then.
    struct Early {
        std::string method;
        engine::Value params;
    };
    std::vector<Early> early_;
    std::int64_t run_ = 0;  ///< the worker's number of the newest run that was answered
    std::map<int, Subscribed> subscribed_;
    int next_subscription_ = 1;
};

}  // namespace millrace::editor
