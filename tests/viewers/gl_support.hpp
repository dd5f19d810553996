// Pictures of the OpenGL renderer held against those of the software one, in a real QOpenGLWidget
// drawn by Mesa's llvmpipe.
#pragma once

#include <QCoreApplication>
#include <QDir>
#include <QSet>
#include <QSettings>
#include <QTemporaryDir>

#include "tests/viewers/cloud_support.hpp"

namespace millrace::tests {

/// Two pictures are the same when at most this share of the pixels differs by more than 3 of 255.
inline constexpr double kShare = 0.002;

inline double share_of_difference(const QImage& a, const QImage& b) {
    constexpr int kStep = 3;
    if (a.size() != b.size()) return 1;
    int count = 0;
    for (int y = 0; y < a.height(); ++y) {
        for (int x = 0; x < a.width(); ++x) {
            const QRgb p = a.pixel(x, y), q = b.pixel(x, y);
            count += std::abs(qRed(p) - qRed(q)) > kStep ||
                     std::abs(qGreen(p) - qGreen(q)) > kStep ||
                     std::abs(qBlue(p) - qBlue(q)) > kStep;
        }
    }
    return static_cast<double>(count) / (a.width() * a.height());
}

/// So many different colours that it can't be an empty picture.
inline int colors_of(const QImage& image) {
    QSet<QRgb> seen;
    for (int y = 0; y < image.height(); y += 3) {
        for (int x = 0; x < image.width(); x += 3) seen.insert(image.pixel(x, y));
    }
    return static_cast<int>(seen.size());
}

class GlCloud : public testing::Test {
protected:
    static void SetUpTestSuite() {
        // The user's own settings stay as they are.
        static QTemporaryDir folder;
        QCoreApplication::setOrganizationName("Millrace tests");
        QCoreApplication::setApplicationName("gl");
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
        qunsetenv("MILLRACE_RENDERER");
    }
    void SetUp() override { QSettings().clear(); }

    static std::unique_ptr<viewers::CloudView> view_with(visual::Cloud cloud,
                                                         QSize size = {480, 360}) {
        auto view = view_of(std::move(cloud), size);
        view->set_overlays({.boxes = true, .labels = false, .legend = false});
        return view;
    }

    static QImage picture(viewers::CloudView& view, viewers::RendererChoice choice) {
        view.chooser().choose(choice);
        EXPECT_EQ(view.chooser().opengl(), choice == viewers::RendererChoice::OpenGl)
            << qPrintable(view.chooser().reason());
        EXPECT_TRUE(settle(view));
        return view.screenshot().convertToFormat(QImage::Format_RGB32);
    }

    /// Share of pixels by which both renderers differ; pictures that do are kept where
    /// MILLRACE_PICTURES says.
    static double difference(viewers::CloudView& view, int least_colors = 50) {
        const QImage software = picture(view, viewers::RendererChoice::Software);
        const QImage opengl = picture(view, viewers::RendererChoice::OpenGl);
        EXPECT_GE(colors_of(software), least_colors);
        if (const QString folder = qEnvironmentVariable("MILLRACE_PICTURES"); !folder.isEmpty()) {
            const QString name =
                QString::fromUtf8(testing::UnitTest::GetInstance()->current_test_info()->name());
            software.save(QDir(folder).filePath(name + "-software.png"));
            opengl.save(QDir(folder).filePath(name + "-opengl.png"));
        }
        return share_of_difference(software, opengl);
    }

    static void change(viewers::CloudView& view, const std::function<void(visual::Style&)>& what) {
        visual::Style style = view.style();
        what(style);
        view.set_style(style);
    }
};

}  // namespace millrace::tests
