#include "editor/comfort/workers.hpp"

#include <QActionGroup>
#include <QLabel>
#include <QMenu>
#include <QRegularExpression>
#include <QSettings>

namespace millrace::editor {
namespace {

const QString kHosts = QStringLiteral("editor/hosts");
const QString kChosen = QStringLiteral("editor/worker");
const QString kProgram = QStringLiteral("editor/worker_program");
constexpr int kPatienceSeconds = 15;

}  // namespace

QList<Host> kept_hosts() {
    QList<Host> hosts;
    QSettings settings;
    const int count = settings.beginReadArray(kHosts);
    for (int i = 0; i < count; ++i) {
        settings.setArrayIndex(i);
        const Host host{settings.value("name").toString(), settings.value("program").toString()};
        if (host_fault(host.name).isEmpty()) hosts << host;
    }
    return hosts;
}

void keep_hosts(const QList<Host>& hosts) {
    QSettings settings;
    settings.remove(kHosts);
    settings.beginWriteArray(kHosts);
    for (int i = 0; i < hosts.size(); ++i) {
        settings.setArrayIndex(i);
        settings.setValue("name", hosts[i].name);
        settings.setValue("program", hosts[i].program);
    }
    settings.endArray();
}

QString host_fault(const QString& name) {
    if (name.isEmpty()) return Workers::tr("A host needs a name.");
    // What begins with a dash would be an option of ssh.
    static const QRegularExpression good(
        QStringLiteral("^[A-Za-z0-9_][A-Za-z0-9_.@:%\\[\\]-]*\\z"));
    return good.match(name).hasMatch()
               ? QString()
               : Workers::tr(
                     "“%1” is no name of a host: use user@host or a name of ssh's "
                     "configuration.")
                     .arg(name);
}

QStringList command_for(const Host& host) {
    // Nobody could type a password: the worker's streams are the protocol's.
    return {"ssh",
            "-o",
            "BatchMode=yes",
            "-o",
            QStringLiteral("ConnectTimeout=%1").arg(kPatienceSeconds),
            host.name,
            host.program.isEmpty() ? QStringLiteral("millrace") : host.program,
            "worker"};
}

Workers::Workers(Session* session, QObject* parent)
    : QObject(parent), session_(session), standard_(session->command()), label_(new QLabel) {
    label_->setObjectName("worker-label");
    label_->setToolTip(tr("Where graphs run"));
    connect(session, &Session::state_changed, this, &Workers::show_state);
    connect(session, &Session::catalogue, this, [this] {
        reached_ = true;
        show_state();
    });
    connect(session, &Session::died, this, [this](const engine::Problem& problem) {
        if (!is_remote()) return;
        const QString what = QString::fromStdString(problem.what);
        QString cause = QString::fromStdString(problem.cause);
        // What ssh had to say says it all.
        static const QString words = QStringLiteral("Its last words: ");
        if (const auto at = cause.indexOf(words); at >= 0) cause = cause.mid(at + words.size());
        Q_EMIT unreachable(host_, cause.isEmpty() ? what : cause);
    });
    if (!QSettings().value(kProgram).toString().isEmpty()) local_changed();
    // The choice of the last time, without asking anything yet: the session starts later.
    if (const QString host = QSettings().value(kChosen).toString(); !host.isEmpty()) choose(host);
    show_state();
}

QStringList Workers::local() const {
    QStringList command = standard_;
    const QString program = QSettings().value(kProgram).toString();
    if (!program.isEmpty() && !command.isEmpty()) command.front() = program;
    return command;
}

void Workers::local_changed() {
    if (!is_remote() && session_->command() != local()) session_->use(local());
}

void Workers::hosts_changed() {
    if (!is_remote() || session_->is_running()) return;
    const QList<Host> hosts = kept_hosts();
    const auto found = std::ranges::find(hosts, host_, &Host::name);
    if (found == hosts.end())
        choose({});
    else if (session_->command() != command_for(*found))
        choose(host_);
}

bool Workers::choose(const QString& host) {
    if (session_->is_running()) return false;
    QStringList command = local();
    if (!host.isEmpty()) {
        const QList<Host> hosts = kept_hosts();
        const auto found = std::ranges::find(hosts, host, &Host::name);
        if (found == hosts.end()) return false;
        command = command_for(*found);
    }
    host_ = host;
    reached_ = false;
    QSettings().setValue(kChosen, host);
    session_->use(command);
    show_state();
    Q_EMIT chosen();
    return true;
}

void Workers::fill(QMenu* menu) {
    menu->clear();
    auto* group = new QActionGroup(menu);
    const auto offer = [&](const QString& text, const QString& host) {
        QAction* action = menu->addAction(text, this, [this, host] {
            if (choose(host)) session_->start();
        });
        action->setCheckable(true);
        action->setChecked(host == host_);
        action->setEnabled(!session_->is_running());
        group->addAction(action);
    };
    offer(tr("This machine"), {});
    for (const Host& host : kept_hosts()) offer(host.name, host.name);
    menu->addSeparator();
    menu->addAction(tr("Edit the list…"), this, &Workers::settings_wanted);
}

void Workers::show_state() {
    const QString where = is_remote() ? host_ : tr("this machine");
    // Of this machine the state of the session says it all.
    if (is_remote() && session_->state() == Session::State::Off)
        label_->setText(tr("%1: not connected").arg(where));
    else if (is_remote() && !reached_)
        label_->setText(tr("%1: connecting…").arg(where));
    else
        label_->setText(is_remote() ? tr("on %1").arg(where) : where);
}

}  // namespace millrace::editor
