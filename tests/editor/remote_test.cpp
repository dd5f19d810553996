// Workers on other machines, through a stand-in for ssh: chosen, lost, and browsed.
#include <sys/stat.h>

#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSignalSpy>
#include <QTreeWidget>

#include "editor/comfort/canvas_bars.hpp"
#include "editor/comfort/remote_paths.hpp"
#include "editor/comfort/workers.hpp"
#include "editor/panels/problems_panel.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

TEST(Hosts, NamesThatSshWouldTakeForSomethingElseAreRefused) {
    for (const char* good : {"far", "user@far.example.org", "gpu-7", "me@10.0.0.3", "box_1"})
        EXPECT_EQ(host_fault(good), QString()) << good;
    for (const char* bad : {"", "-oProxyCommand=rm", "a b", "a;b", "$(x)", "far\n", "a'b"})
        EXPECT_NE(host_fault(bad), QString()) << bad;
    const QStringList words = command_for({"far", {}});
    EXPECT_EQ(words.mid(words.indexOf("far")), (QStringList{"far", "millrace", "worker"}));
}

class RemoteTest : public EditorTest {
protected:
    RemoteTest() {
        // As ssh does: words are joined and given to a shell, the streams passed on.
        const QString ssh = path("ssh");
        write(
            ssh,
            "#!/bin/sh\nwhile [ \"$1\" = -o ]; do shift 2; done\nhost=$1; shift\n"
            "if [ \"$host\" = gone ]; then echo 'ssh: connect to host gone: No route to host' >&2; "
            "exit 255; fi\nexec sh -c \"$*\"\n");
        chmod(ssh.toLocal8Bit().constData(), 0755);
        before_ = qgetenv("PATH");
        qputenv("PATH", folder.path().toLocal8Bit() + ':' + before_);
        keep_hosts({{"far", MILLRACE_BINARY_DIR "/bin/millrace"}, {"gone", {}}});
    }
    ~RemoteTest() override { qputenv("PATH", before_); }

    QByteArray before_;
};

TEST_F(RemoteTest, GraphsRunOnAHostAndHereAgain) {
    make();
    wait_for_catalogue();
    Workers* workers = window->comfort().workers;
    EXPECT_TRUE(
        QTest::qWaitFor([&] { return workers->label()->text() == "this machine"; }, 60'000));
    auto* menu = window->findChild<QMenu*>("worker-menu");
    workers->fill(menu);
    QStringList offered;
    for (const QAction* action : menu->actions()) offered << action->text();
    EXPECT_TRUE(offered.contains("far") && offered.contains("This machine"));
    const qint64 here = window->session().process();
    menu->actions()[1]->trigger();
    EXPECT_TRUE(workers->is_remote());
    ASSERT_TRUE(reaches(Session::State::Ready));
    EXPECT_TRUE(QTest::qWaitFor([&] { return workers->label()->text() == "on far"; }, 60'000))
        << workers->label()->text().toStdString();
    EXPECT_NE(window->session().process(), here);
    EXPECT_EQ(window->session().command().front(), "ssh");
    engine::Graph graph = small();
    graph.nodes["counter"].params["items"] = 3;
    window->document().start(graph, {});
    QSignalSpy ended(&window->session(), &Session::run_ended);
    window->run();
    ASSERT_TRUE(QTest::qWaitFor([&] { return !ended.isEmpty(); }, 60'000));
    EXPECT_EQ(ended.front().front().toString(), "succeeded");
    EXPECT_TRUE(workers->choose({}));
    EXPECT_EQ(window->session().command(), worker());
}

TEST_F(RemoteTest, AHostThatCanNotBeReachedIsToldWithAWayBack) {
    make();
    wait_for_catalogue();
    EXPECT_FALSE(window->comfort().workers->choose("nobody")) << "not in the list";
    ASSERT_TRUE(window->comfort().workers->choose("gone"));
    window->session().start();
    NoticeBar* bar = window->comfort().worker_bar;
    ASSERT_TRUE(QTest::qWaitFor([&] { return !bar->text().isEmpty(); }, 60'000));
    EXPECT_TRUE(bar->text().contains("gone")) << bar->text().toStdString();
    EXPECT_TRUE(bar->text().contains("No route to host")) << bar->text().toStdString();
    EXPECT_TRUE(window->comfort().workers->label()->text().contains("not connected"));
    EXPECT_LE(window->problems()->topLevelItemCount(), 1) << "told once";
    window->document().start(small(), {});
    picture(window.get(), "unreachable");
    EXPECT_TRUE(bar->press("Use this machine"));
    EXPECT_TRUE(reaches(Session::State::Ready));
    EXPECT_EQ(bar->text(), QString());
    // The failure is not repeated at the next start.
    EXPECT_EQ(QSettings().value("editor/worker").toString(), QString());
}

TEST_F(RemoteTest, FilesOfTheHostAreBrowsed) {
    make();
    wait_for_catalogue();
    ASSERT_TRUE(window->comfort().workers->choose("far"));
    QDir(folder.path()).mkpath("data/scans");
    write(path("data/scans/one.bin"), "1234");
    RemoteFolderDialog dialog(&window->session(), "far", false, window.get());
    dialog.show();
    dialog.go(path("data"));
    auto* list = dialog.findChild<QTreeWidget*>();
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog.settled(); }, 60'000));
    EXPECT_EQ(dialog.folder(), QFileInfo(path("data")).canonicalFilePath());
    ASSERT_EQ(list->topLevelItemCount(), 1);
    EXPECT_EQ(list->topLevelItem(0)->text(0), "scans");
    Q_EMIT list->itemActivated(list->topLevelItem(0), 0);
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog.settled(); }, 60'000));
    ASSERT_EQ(list->topLevelItemCount(), 1);
    picture(&dialog, "remote-folder");
    // Enter in the field goes there and does not close the dialog.
    auto* place = dialog.findChild<QLineEdit*>();
    ASSERT_NE(place, nullptr);
    place->setFocus();
    place->setText(path("data"));
    QTest::keyClick(place, Qt::Key_Return);
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog.settled(); }, 60'000));
    EXPECT_TRUE(dialog.isVisible());
    EXPECT_EQ(list->topLevelItem(0)->text(0), "scans");
    dialog.go(path("data/scans"));
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog.settled(); }, 60'000));
    // What is not there is told, and the list stays.
    dialog.go("/nowhere/at/all");
    ASSERT_TRUE(QTest::qWaitFor([&] { return dialog.settled(); }, 60'000));
    EXPECT_NE(dialog.fault(), QString());
    EXPECT_EQ(list->topLevelItemCount(), 1);
    list->setCurrentItem(list->topLevelItem(0));
    Q_EMIT list->itemActivated(list->topLevelItem(0), 0);
    EXPECT_EQ(dialog.result(), QDialog::Accepted);
    EXPECT_TRUE(dialog.chosen().endsWith("data/scans/one.bin"));
}

}  // namespace
}  // namespace millrace::editor
