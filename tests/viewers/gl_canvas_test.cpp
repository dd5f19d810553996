// How the canvas of OpenGL lives in a window: chosen, lost, replaced, and without a driver.
#include <QHBoxLayout>
#include <QOffscreenSurface>
#include <QOpenGLWidget>
#include <QProcess>
#include <QScreen>
#include <QWindow>
#include <thread>

#include "tests/viewers/gl_support.hpp"
#include "viewers/cloud/gl/driver.hpp"

namespace millrace::tests {
namespace {

using viewers::CloudView;
using viewers::RendererChoice;

TEST_F(GlCloud, APictureComesBackAfterTheContextIsLost) {
    const auto view = view_with(random_cloud(20'000, 14));
    const QImage before = picture(*view, RendererChoice::OpenGl);
    // A widget that moves into another window gets another context.
    QWidget window;
    auto* row = new QHBoxLayout(&window);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(view.get());
    window.resize(before.size());
    window.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&window));
    ASSERT_TRUE(settle(*view));
    EXPECT_TRUE(view->chooser().opengl()) << qPrintable(view->chooser().reason());
    EXPECT_LE(share_of_difference(before, view->screenshot()), kShare);
    view->setParent(nullptr);
}

TEST_F(GlCloud, ADriverIsLookedAtBesideTheWindow) {
    if (!viewers::gl::can_look_beside_window()) GTEST_SKIP() << "not with this system's OpenGL";
    const auto surface = viewers::gl::make_surface();
    viewers::gl::Driver found;
    std::thread([&] { found = viewers::gl::look_at(*surface); }).join();
    const viewers::gl::Driver here = viewers::gl::look_at(*surface);
    EXPECT_FALSE(found.name.isEmpty());
    EXPECT_EQ(found.name, here.name);
    EXPECT_EQ(found.card, here.card);
    EXPECT_EQ(found.fault, here.fault);
}

TEST_F(GlCloud, SwitchingForthAndBackKeepsThePicture) {
    const auto view = view_with(random_cloud(20'000, 15));
    const QImage software = picture(*view, RendererChoice::Software);
    for (int i = 0; i < 3; ++i) {
        EXPECT_LE(share_of_difference(software, picture(*view, RendererChoice::OpenGl)), kShare);
        EXPECT_EQ(share_of_difference(software, picture(*view, RendererChoice::Software)), 0);
        ASSERT_TRUE(QTest::qWaitFor([&] { return !view->findChild<QOpenGLWidget*>(); }));
    }
    EXPECT_TRUE(view->isVisible());
}

TEST_F(GlCloud, TheWindowShowsWhatTheScreenshotShows) {
    const auto view = view_with(random_cloud(20'000, 16));
    const QImage drawn = picture(*view, RendererChoice::OpenGl);
    ASSERT_TRUE(QTest::qWaitFor([&] {
        const QImage seen = view->screen()->grabWindow(view->winId()).toImage();
        return share_of_difference(drawn, seen) <= kShare;
    }));
}

TEST_F(GlCloud, ItRestsWhenAllIsDrawn) {
    const auto view = view_with(random_cloud(20'000, 17));
    picture(*view, RendererChoice::OpenGl);
    struct Counter : QObject {
        int paints = 0;
        bool eventFilter(QObject*, QEvent* event) override {
            paints += event->type() == QEvent::Paint;
            return false;
        }
    } counter;
    QTest::qWait(50);
    for (QWidget* widget : view->findChildren<QWidget*>()) widget->installEventFilter(&counter);
    view->installEventFilter(&counter);
    QTest::qWait(100);
    EXPECT_EQ(counter.paints, 0);
    view->update();
    EXPECT_TRUE(QTest::qWaitFor([&] { return counter.paints >= 2; }));
    const int paints = counter.paints;
    QTest::qWait(100);
    EXPECT_EQ(counter.paints, paints);
}

TEST_F(GlCloud, ThePointerReachesTheView) {
    const auto view = view_with(room_cloud(20));
    picture(*view, RendererChoice::OpenGl);
    const QPoint place = place_of(*view, {10, 10, 0});
    QTest::mouseClick(view->windowHandle(), Qt::LeftButton, {}, place);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !view->card().empty(); }));
    const auto picked = view->pick_at(place);
    ASSERT_TRUE(picked);
    view->chooser().choose(RendererChoice::Software);
    ASSERT_TRUE(settle(*view));
    const auto same = view->pick_at(place);
    ASSERT_TRUE(same);
    EXPECT_EQ(picked->index, same->index);
}

TEST_F(GlCloud, TooManyPointsForTheCardAreDrawnBySoftware) {
    const auto view = view_with(random_cloud(20'000, 18));
    const QImage drawn = picture(*view, RendererChoice::OpenGl);
    view->chooser().set_most_bytes(16 * 19'999);
    EXPECT_FALSE(view->chooser().opengl());
    EXPECT_TRUE(view->chooser().reason().contains("memory"));
    ASSERT_TRUE(settle(*view));
    EXPECT_LE(share_of_difference(drawn, view->screenshot()), kShare);
    // A smaller cloud is the card's again.
    view->show_visual(shared(random_cloud(10'000, 19)));
    ASSERT_TRUE(settle(*view));
    EXPECT_TRUE(view->chooser().opengl());
}

TEST_F(GlCloud, AutomaticKeepsSoftwareWhereOpenGlIsSoftware) {
    const auto view = view_with(random_cloud(1'000, 20));
    EXPECT_EQ(view->chooser().choice(), RendererChoice::Automatic);
    ASSERT_TRUE(QTest::qWaitFor([&] {
        return view->chooser().reason().contains("no graphics card");
    })) << qPrintable(view->chooser().reason());
    EXPECT_FALSE(view->chooser().opengl());
    for (QAction* action : view->renderer_actions())
        EXPECT_TRUE(action->toolTip().contains(view->chooser().reason()));
    EXPECT_TRUE(viewers::gl::is_software("llvmpipe (LLVM 15.0.6, 256 bits)"));
    EXPECT_FALSE(viewers::gl::is_software("NVIDIA GeForce RTX 3060/PCIe/SSE2"));
    EXPECT_FALSE(viewers::gl::is_software("Mesa Intel(R) UHD Graphics 620 (KBL GT2)"));
}

TEST_F(GlCloud, TheChoiceIsRememberedAndTheEnvironmentComesFirst) {
    {
        const auto view = view_with(random_cloud(1'000, 21));
        view->renderer_actions().at(1)->trigger();
        EXPECT_TRUE(view->chooser().opengl());
        EXPECT_TRUE(view->renderer_actions().at(1)->isChecked());
    }
    const auto again = view_with(random_cloud(1'000, 21));
    EXPECT_TRUE(again->chooser().opengl());
    qputenv("MILLRACE_RENDERER", "software");
    const auto other = view_with(random_cloud(1'000, 21));
    qunsetenv("MILLRACE_RENDERER");
    EXPECT_FALSE(other->chooser().opengl());
    EXPECT_EQ(other->chooser().choice(), RendererChoice::Software);
    QSettings().setValue("viewers/renderer", "software");
    qputenv("MILLRACE_RENDERER", "gl");
    const auto third = view_with(random_cloud(1'000, 21));
    qunsetenv("MILLRACE_RENDERER");
    EXPECT_TRUE(third->chooser().opengl());
}

TEST_F(GlCloud, WithoutOpenGl33SoftwareDrawsAndSaysSo) {
    if (!qEnvironmentVariableIsSet("MILLRACE_OLD_OPENGL")) {
        QProcess child;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("MILLRACE_OLD_OPENGL", "1");
        environment.insert("MESA_GL_VERSION_OVERRIDE", "2.1");
        child.setProcessEnvironment(environment);
        child.setProcessChannelMode(QProcess::ForwardedChannels);
        child.start(QCoreApplication::applicationFilePath(),
                    {QStringLiteral("--gtest_filter=GlCloud.WithoutOpenGl33*")});
        ASSERT_TRUE(child.waitForFinished(60'000));
        EXPECT_EQ(child.exitStatus(), QProcess::NormalExit);
        EXPECT_EQ(child.exitCode(), 0);
        return;
    }
    const auto view = view_with(random_cloud(20'000, 22));
    const QImage before = picture(*view, RendererChoice::Software);
    view->renderer_actions().at(1)->trigger();
    EXPECT_FALSE(view->chooser().opengl());
    EXPECT_TRUE(view->status().contains("OpenGL")) << qPrintable(view->status());
    EXPECT_TRUE(view->renderer_actions().at(1)->toolTip().contains(view->status()));
    ASSERT_TRUE(settle(*view));
    EXPECT_EQ(share_of_difference(before, view->screenshot()), 0);
}

}  // namespace
}  // namespace millrace::tests
