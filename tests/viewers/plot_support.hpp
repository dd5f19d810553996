// Series for the tests of plots, and pixels of what they show.
#pragma once

#include <QApplication>
#include <QColor>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/viewers/activate.hpp"
#include "viewers/plot/plot_view.hpp"
#include "viewers/theme.hpp"

namespace millrace::tests {

template <class T>
viewers::Viewer::Shared shared(T value) {
    return std::make_shared<const visual::Visual>(std::move(value));
}

inline visual::Series::Line line_of(std::string name, std::vector<double> x,
                                    std::vector<double> y) {
    return {.name = std::move(name), .x = std::move(x), .y = std::move(y)};
}

inline visual::Series::Line line_of(std::string name, std::size_t count,
                                    const std::function<double(double)>& value) {
    visual::Series::Line line{.name = std::move(name), .x = {}, .y = {}};
    for (std::size_t i = 0; i < count; ++i) {
        line.x.push_back(static_cast<double>(i));
        line.y.push_back(value(static_cast<double>(i)));
    }
    return line;
}

inline visual::Series series_of(std::vector<visual::Series::Line> lines) {
    return {.title = "loss", .x_label = "item", .y_label = "", .lines = std::move(lines)};
}

/// How many pixels of a part of the picture are about of this colour.
inline int pixels_of(const QImage& image, const QColor& color, QRect part = {}, int reach = 60) {
    if (part.isNull()) part = image.rect();
    int count = 0;
    for (int y = part.top(); y <= part.bottom(); ++y) {
        for (int x = part.left(); x <= part.right(); ++x) {
            if (!image.valid(x, y)) continue;
            const QColor found = image.pixelColor(x, y);
            const int away = std::abs(found.red() - color.red()) +
                             std::abs(found.green() - color.green()) +
                             std::abs(found.blue() - color.blue());
            count += away < reach;
        }
    }
    return count;
}

/// A plot in a window, its places and keys.
class Plot : public ::testing::Test {
protected:
    Plot() {
        viewers::apply_theme(*qApp, viewers::Theme::Dark);
        view.resize(900, 600);
    }
    void show() {
        view.show();
        ASSERT_TRUE(millrace::tests::activate(view));
        view.canvas()->setFocus();
        view.grab();
    }
    bool settle() {
        return QTest::qWaitFor([this] { return view.settled(); }, 20'000);
    }
    QColor color(std::size_t line) const {
        return viewers::PlotLook::from(view.palette(), view.font())
            .color(view.scene().lines()[line].color);
    }
    QPointF place(double x, double y) const {
        const auto layout = view.canvas()->layout_now();
        const auto& scene = view.scene();
        return {
            layout.area.left() + scene.x().share(scene.x().to_axis(x)) * layout.area.width(),
            layout.area.bottom() - scene.y().share(scene.y().to_axis(y)) * layout.area.height()};
    }
    void press(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(view.canvas(), static_cast<Qt::Key>(key), modifiers);
    }
    std::string told(std::size_t line, viewers::PlotTable::Column column) const {
        return view.table()->text_of(line, column).toStdString();
    }
    viewers::PlotView view;
    QTemporaryDir folder;
};

}  // namespace millrace::tests
