// Files: pictures that carry graphs, what others do to the document's file, and saving that fails.
#include <sys/resource.h>

#include <csignal>

#include <QDir>
#include <QImage>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QXmlStreamReader>

#include "editor/canvas/items.hpp"
#include "editor/comfort/canvas_bars.hpp"
#include "editor/comfort/file_watch.hpp"
#include "editor/comfort/graph_picture.hpp"
#include "editor/panels/problems_panel.hpp"
#include "editor/window/gallery.hpp"
#include "engine/problem.hpp"
#include "tests/editor/window_support.hpp"

namespace millrace::editor {
namespace {

std::string code_of(const QString& file) {
    try {
        graph_in_picture(file);
        return "none";
    } catch (const engine::Error& error) {
        return error.problem().code;
    }
}

class PictureTest : public EditorTest {
protected:
    void SetUp() override {
        make();
        graph = small();
        graph.meta["title"] = "Ünïcode <&> \"quoted\" 图";
        graph.nodes["counter"].title = "a & b < c";
        window->document().start(graph, {});
        text = text_of(graph);
    }
    engine::Graph graph;
    QByteArray text;
};

TEST_F(PictureTest, APngCarriesItsGraphAndIsAPicture) {
    const QByteArray png = png_of(*window->scene(), text);
    write(path("canvas.png"), png);
    EXPECT_EQ(graph_in_picture(path("canvas.png")), text);
    const QImage image = QImage::fromData(png, "PNG");
    EXPECT_GT(image.width(), 600);
    // Other programs find the text where the format keeps it.
    EXPECT_EQ(image.text("millrace"), QString::fromUtf8(text));
    ASSERT_TRUE(window->open(path("canvas.png")));
    EXPECT_EQ(text_of(window->document().graph()), text);
    EXPECT_EQ(window->document().file(), QString()) << "a copy without a file of its own";
}

TEST_F(PictureTest, AnSvgCarriesItsGraphAndDrawsTheNodes) {
    const QByteArray svg = svg_of(*window->scene(), text);
    write(path("canvas.svg"), svg);
    EXPECT_EQ(graph_in_picture(path("canvas.svg")), text);
    QXmlStreamReader xml(svg);
    int paths = 0;
    QStringList texts;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) continue;
        paths += xml.name() == u"path";
        if (xml.name() == u"text") texts << xml.readElementText();
    }
    EXPECT_FALSE(xml.hasError()) << xml.errorString().toStdString();
    EXPECT_GT(paths, 8);
    EXPECT_TRUE(texts.join(' ').contains("a & b < c")) << texts.join('|').toStdString();
    if (const QString to = qEnvironmentVariable("MILLRACE_PICTURES"); !to.isEmpty())
        write(to + "/canvas.svg", svg);
    ASSERT_TRUE(window->open(path("canvas.svg")));
    EXPECT_EQ(text_of(window->document().graph()), text);
}

TEST_F(PictureTest, WhatIsNoSuchPictureIsToldAndChangesNothing) {
    QImage plain(20, 20, QImage::Format_RGB32);
    plain.fill(Qt::red);
    plain.save(path("plain.png"));
    EXPECT_EQ(code_of(path("plain.png")), "E-PICTURE-003");
    EXPECT_EQ(code_of(path("nothing.png")), "E-PICTURE-001");
    write(path("text.png"), "this is no picture");
    EXPECT_EQ(code_of(path("text.png")), "E-PICTURE-002");
    write(path("empty.png"), "");
    EXPECT_EQ(code_of(path("empty.png")), "E-PICTURE-002");
    write(path("plain.svg"), "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>");
    EXPECT_EQ(code_of(path("plain.svg")), "E-PICTURE-003");
    write(path("broken.svg"), "<svg><metadata>");
    EXPECT_EQ(code_of(path("broken.svg")), "E-PICTURE-002");
    // Entities that would grow to gigabytes.
    write(path("bomb.svg"),
          "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'><!ENTITY c "
          "'&b;&b;&b;&b;&b;'>]><svg "
          "xmlns:m='urn:millrace:svg:1'><m:graph>&c;</m:graph></svg>");
    EXPECT_NE(code_of(path("bomb.svg")), "none");
    EXPECT_FALSE(window->open(path("plain.png")));
    EXPECT_EQ(text_of(window->document().graph()), text);
}

TEST_F(PictureTest, DamagedAndCutPngsNeverDoMoreThanFail) {
    const QByteArray png = png_of(*window->scene(), text);
    const qsizetype at = png.indexOf("iTXt");
    ASSERT_GT(at, 0);
    QByteArray damaged = png;
    damaged[at + 40] = static_cast<char>(damaged[at + 40] ^ 1);
    write(path("damaged.png"), damaged);
    EXPECT_EQ(code_of(path("damaged.png")), "E-PICTURE-002") << "its checksum is wrong";
    QByteArray huge = png;
    for (int i = 0; i < 4; ++i) huge[at - 4 + i] = '\xff';
    write(path("huge.png"), huge);
    EXPECT_EQ(code_of(path("huge.png")), "E-PICTURE-002") << "a length beyond the file";
    for (qsizetype length = 0; length < std::min<qsizetype>(png.size(), at + 200); length += 7) {
        write(path("cut.png"), png.left(length));
        EXPECT_NE(code_of(path("cut.png")), "none") << length;
    }
    // A graph that is none is refused with its problems.
    write(path("wrong.png"), png_with_graph(png_of(*window->scene(), {}), "{\"schema\": 7"));
    EXPECT_FALSE(window->open(path("wrong.png")));
    EXPECT_EQ(text_of(window->document().graph()), text);
}

class DiskTest : public EditorTest {
protected:
    void SetUp() override {
        make();
        file = path("graph.json");
        write(file, text_of(small()));
        ASSERT_TRUE(window->open(file));
        other = small();
        other.nodes["counter"].params["items"] = 99;
    }
    void edit_here() {
        window->document().edit("Here", [](engine::Graph& graph) {
            graph.nodes["rate_limit"].params["per_second"] = 5.0;
        });
    }
    NoticeBar* bar() { return window->comfort().file_bar; }
    bool told(const QString& part) {
        return QTest::qWaitFor([&] { return bar()->text().contains(part); }, 20'000);
    }
    engine::Value items() const {
        const auto& params = window->document().graph().nodes.at("counter").params;
        const auto found = params.find("items");
        return found == params.end() ? engine::Value() : found->second;
    }
    QString file;
    engine::Graph other;
};

TEST_F(DiskTest, AChangeIsToldAndReloadedOnWish) {
    write(file, text_of(other));
    ASSERT_TRUE(told("changed on disk"));
    picture(window.get(), "changed");
    EXPECT_EQ(items(), engine::Value()) << "nothing is read unasked";
    EXPECT_TRUE(bar()->press("Reload"));
    EXPECT_EQ(items(), engine::Value(99));
    EXPECT_FALSE(window->document().is_modified());
    EXPECT_EQ(bar()->text(), QString());
    EXPECT_TRUE(window->save()) << "without a question";
}

TEST_F(DiskTest, UnsavedEditsOutliveAReload) {
    edit_here();
    write(file, text_of(other));
    ASSERT_TRUE(told("unsaved changes"));
    EXPECT_TRUE(bar()->press("Reload"));
    EXPECT_FALSE(window->document().graph().nodes.at("rate_limit").params.contains("per_second"));
    window->document().history().undo();
    EXPECT_EQ(window->document().graph().nodes.at("rate_limit").params.at("per_second"),
              engine::Value(5.0));
    EXPECT_TRUE(window->document().is_modified());
}

TEST_F(DiskTest, KeepingMineAsksBeforeClosingAndSavesWithoutAnotherQuestion) {
    write(file, text_of(other));
    ASSERT_TRUE(told("changed on disk"));
    EXPECT_TRUE(bar()->press("Keep mine"));
    EXPECT_TRUE(window->document().is_modified());
    window->comfort().watch->look();
    EXPECT_EQ(bar()->text(), QString()) << "told once";
    EXPECT_TRUE(window->save());
    EXPECT_EQ(read(file), text_of(small()));
    // What another program wrote is kept among the versions.
    bool kept = false;
    for (const QString& version : Versions().of(file)) kept |= read(version) == text_of(other);
    EXPECT_TRUE(kept);
}

TEST_F(DiskTest, WhatDiffersIsShownInWords) {
    write(file, text_of(other));
    ASSERT_TRUE(told("changed on disk"));
    EXPECT_TRUE(bar()->press("Show what differs"));
    auto* dialog = window->findChild<QDialog*>("differences");
    ASSERT_NE(dialog, nullptr);
    const QString text = dialog->findChild<QPlainTextEdit*>()->toPlainText();
    EXPECT_TRUE(text.contains("counter") && text.contains("99")) << text.toStdString();
    picture(dialog, "differences");
    EXPECT_FALSE(bar()->text().isEmpty()) << "the question is still open";
    dialog->close();
}

TEST_F(DiskTest, AFileThatIsReplacedAndOneThatIsGoneAreNoticed) {
    // As most programs save: a new file takes the name.
    write(path("new.json"), text_of(other));
    ASSERT_EQ(std::rename(path("new.json").toLocal8Bit(), file.toLocal8Bit()), 0);
    ASSERT_TRUE(told("changed on disk"));
    ASSERT_TRUE(bar()->press("Reload"));
    ASSERT_TRUE(QFile::remove(file));
    ASSERT_TRUE(told("not there any more"));
    EXPECT_TRUE(window->document().is_modified()) << "only here is it left";
    EXPECT_TRUE(bar()->press("Save it again"));
    EXPECT_EQ(read(file), text_of(other));
    EXPECT_EQ(bar()->text(), QString());
}

TEST_F(DiskTest, AFileThatBecomesAsItWasEndsTheQuestion) {
    write(file, text_of(other));
    ASSERT_TRUE(told("changed on disk"));
    write(file, text_of(small()));
    EXPECT_TRUE(QTest::qWaitFor([&] { return bar()->text().isEmpty(); }, 20'000));
    write(file, "{ no graph");
    ASSERT_TRUE(told("changed on disk"));
    EXPECT_TRUE(bar()->press("Reload"));
    EXPECT_TRUE(bar()->text().contains("no graph any more"));
    EXPECT_EQ(text_of(window->document().graph()), text_of(small()));
}

TEST_F(DiskTest, OwnSavesAreNoNews) {
    edit_here();
    ASSERT_TRUE(window->save());
    bool told_of_own = false;
    QObject::connect(window->comfort().watch, &FileWatch::noticed, window.get(),
                     [&] { told_of_own = told_of_own || read(file) != text_of(other); });
    window->comfort().watch->look();
    // The system's notices come in order: with that of a real change those of the save are past.
    write(file, text_of(other));
    ASSERT_TRUE(told("changed on disk"));
    EXPECT_FALSE(told_of_own);
}

TEST_F(DiskTest, EarlierVersionsComeBackAsAStep) {
    auto* earlier = window->findChild<QMenu*>("versions");
    ASSERT_NE(earlier, nullptr);
    Q_EMIT earlier->aboutToShow();
    ASSERT_EQ(earlier->actions().size(), 1);
    EXPECT_FALSE(earlier->actions().front()->isEnabled()) << "none yet";
    const engine::Graph first = window->document().graph();
    edit_here();
    ASSERT_TRUE(window->save());
    const engine::Graph second = window->document().graph();
    Q_EMIT earlier->aboutToShow();
    ASSERT_EQ(earlier->actions().size(), 1);
    earlier->actions().front()->trigger();
    EXPECT_EQ(window->document().graph(), first);
    EXPECT_TRUE(window->document().is_modified());
    window->document().history().undo();
    EXPECT_EQ(window->document().graph(), second);
    write(path("broken"), "no graph");
    EXPECT_FALSE(window->open_version(path("broken")));
    EXPECT_EQ(window->document().graph(), second);
}

class SaveFault : public DiskTest {
protected:
    NoticeBar* fault() { return window->comfort().save_bar; }
    void expect_kept(const QByteArray& before) {
        EXPECT_FALSE(fault()->text().isEmpty());
        EXPECT_TRUE(window->document().is_modified());
        EXPECT_EQ(window->document().graph().nodes.at("rate_limit").params.at("per_second"),
                  engine::Value(5.0));
        EXPECT_EQ(read(file), before);
    }
};

TEST_F(SaveFault, AFileThatNobodyMayWriteIsLeftAndSaid) {
    edit_here();
    const QByteArray before = read(file);
    QFile::setPermissions(file, QFile::ReadOwner | QFile::ReadUser);
    EXPECT_FALSE(window->save());
    expect_kept(before);
    picture(window.get(), "not-saved");
    QFile::setPermissions(file, QFile::ReadOwner | QFile::WriteOwner);
    EXPECT_TRUE(fault()->press("Try again"));
    EXPECT_FALSE(window->document().is_modified());
    EXPECT_EQ(fault()->text(), QString());
}

TEST_F(SaveFault, IsForgottenWithItsDocument) {
    edit_here();
    QFile::setPermissions(file, QFile::ReadOwner | QFile::ReadUser);
    ASSERT_FALSE(window->save());
    ASSERT_FALSE(fault()->text().isEmpty());
    window->document().start(small(), {});
    EXPECT_EQ(fault()->text(), QString());
}

TEST_F(SaveFault, AFolderThatVanishedIsSaid) {
    QDir().mkpath(path("share"));
    const QString there = path("share/graph.json");
    write(there, text_of(small()));
    ASSERT_TRUE(window->open(there));
    edit_here();
    QDir(path("share")).removeRecursively();
    EXPECT_FALSE(window->save());
    EXPECT_TRUE(fault()->text().contains("graph.json")) << fault()->text().toStdString();
    EXPECT_TRUE(window->document().is_modified());
    QDir().mkpath(path("share"));
    EXPECT_TRUE(fault()->press("Try again"));
    EXPECT_TRUE(QFile::exists(there));
}

TEST_F(SaveFault, AFullDiskLeavesTheOldFileWhole) {
    edit_here();
    const QByteArray before = read(file);
    // The system refuses further bytes as it does on a full disk, with another word for it.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit old = {};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
    rlimit small_files = old;
    small_files.rlim_cur = 16;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small_files), 0);
    const bool saved = window->save();
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
    EXPECT_FALSE(saved);
    expect_kept(before);
    EXPECT_EQ(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden), QStringList{"graph.json"})
        << "nothing half written is left";
    EXPECT_TRUE(window->save());
}

TEST(Gallery, ShippedGraphsHavePictureLineAndTime) {
    const auto shown = templates_in(MILLRACE_SOURCE_DIR "/graphs");
    ASSERT_GE(shown.size(), 3U);
    for (const Template& one : shown) {
        EXPECT_FALSE(one.title.isEmpty()) << one.file.toStdString();
        EXPECT_FALSE(one.about.isEmpty()) << one.file.toStdString();
        EXPECT_GT(one.seconds, 0) << one.file.toStdString();
    }
}

}  // namespace
}  // namespace millrace::editor
