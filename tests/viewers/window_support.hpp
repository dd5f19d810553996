// A folder, settings of their own, and what is written into both, for the tests of the window.
#pragma once

#include <QApplication>
#include <QImage>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>
// The parts of Qt Test for widgets come only with these, whatever the order of other headers.
#include <QtTest/qtest_widgets.h>
#include <QtTest/qtestkeyboard.h>
#include <QtTest/qtestmouse.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "engine/visual/codec.hpp"
#include "engine/visual/io/cloud_io.hpp"
#include "tests/viewers/activate.hpp"
#include "viewers/cloud/cloud_workspace.hpp"
#include "viewers/view/window.hpp"

namespace millrace::tests {

class WindowTest : public ::testing::Test {
protected:
    WindowTest() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("MillraceTests");
        QCoreApplication::setApplicationName("window");
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path() + "/settings");
        QSettings().clear();
    }
    ~WindowTest() override {
        QSettings().clear();
        QCoreApplication::setOrganizationName({});
    }

    std::string path(const std::string& name) const {
        return (folder.path() + "/").toStdString() + name;
    }
    QStringList paths(const std::vector<std::string>& names) const {
        QStringList list;
        for (const std::string& name : names) list << QString::fromStdString(path(name));
        return list;
    }
    void write(const std::string& name, const std::string& bytes) const {
        const std::filesystem::path file = path(name);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << bytes;
    }
    void write_cloud(const std::string& name, std::vector<visual::Point> points,
                     const visual::Vector3& origin = {}) const {
        visual::Cloud cloud;
        cloud.points = std::move(points);
        cloud.origin = origin;
        const std::filesystem::path file = path(name);
        write(name, visual::write_cloud(cloud, *visual::format_of(file)));
    }
    void write_image(const std::string& name, int width = 40, int height = 30) const {
        std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
        QImage image(width, height, QImage::Format_RGB888);
        image.fill(QColor(10, 20, 30));
        image.save(QString::fromStdString(path(name)));
    }
    static bool settle(view::Window& window) {
        return QTest::qWaitFor([&] { return window.settled(); }, 20'000);
    }
    /// Shown, active, with these files, all loaded.
    std::unique_ptr<view::Window> window_of(const std::vector<std::string>& names) const {
        auto window = std::make_unique<view::Window>();
        window->resize(1200, 800);
        window->open(paths(names));
        window->show();
        EXPECT_TRUE(millrace::tests::activate(*window));
        EXPECT_TRUE(settle(*window));
        return window;
    }
    static view::Pane* pane(const view::Window& window, const QString& title) {
        for (view::Pane* each : window.panes()->panes()) {
            if (each->title() == title) return each;
        }
        return nullptr;
    }
    static QTreeWidgetItem* row(const view::Window& window, const QString& text) {
        const auto found = window.findChild<QTreeWidget*>()->findItems(
            text, Qt::MatchExactly | Qt::MatchRecursive);
        return found.isEmpty() ? nullptr : found.front();
    }
    static QRect place(const view::Window& window, const view::Pane& pane) {
        return {pane.mapTo(window.panes(), QPoint()), pane.size()};
    }

    QTemporaryDir folder;
};

}  // namespace millrace::tests
