// Work that outlives the editor, and versions that outlive saving.
#include "editor/document/journal.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

#include "editor/document/edits.hpp"
#include "engine/problem.hpp"

namespace millrace::editor {
namespace {

void add(Document& document, const char* type) {
    document.edit("Add", [&](engine::Graph& graph) { add_node(graph, type, 1, {0, 0}); });
}

/// Makes a journal look like that of an editor that is gone.
void orphan(const QString& journal) {
    QFile file(journal);
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    QByteArray bytes = file.readAll();
    file.close();
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);  // its number is nobody's now
    bytes.replace("\"process\":" + QByteArray::number(getpid()),
                  "\"process\":" + QByteArray::number(child));
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

TEST(Journal, ChangesAreWrittenByThemselvesAndGoWhenSaved) {
    QTemporaryDir folder;
    Document document;
    Journal journal(&document, folder.filePath("journal"));
    EXPECT_FALSE(QFile::exists(journal.path()));
    add(document, "t.a");
    EXPECT_TRUE(QTest::qWaitFor([&] { return QFile::exists(journal.path()); }, 20'000));
    document.save(folder.filePath("graph.json"));
    EXPECT_FALSE(QFile::exists(journal.path()));
}

TEST(Journal, WorkOfADeadEditorIsOfferedAndRead) {
    QTemporaryDir folder;
    const QString place = folder.filePath("journal");
    QString path;
    engine::Graph graph;
    {
        Document document;
        document.start({}, folder.filePath("graph.json"));
        Journal journal(&document, place);
        add(document, "t.a");
        journal.flush();
        EXPECT_TRUE(Journal::left_over(place).empty()) << "its editor lives";
        path = journal.path();
        graph = document.graph();
    }
    orphan(path);
    const auto found = Journal::left_over(place);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].file, folder.filePath("graph.json"));
    EXPECT_EQ(Journal::read(found[0]), graph);
    Journal::discard(found[0]);
    EXPECT_TRUE(Journal::left_over(place).empty());
}

TEST(Journal, AJournalThatIsDamagedIsNoWork) {
    QTemporaryDir folder;
    QFile file(folder.filePath("x.journal"));
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("nonsense");
    file.close();
    EXPECT_TRUE(Journal::left_over(folder.path()).empty());
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("{\"process\":0,\"file\":\"\",\"title\":\"t\"}\n{\"schema\": 3");
    file.close();
    const auto found = Journal::left_over(folder.path());
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THROW(Journal::read(found[0]), engine::Error);
    EXPECT_TRUE(QFile::exists(found[0].journal)) << "what can't be read is not thrown away";
}

TEST(Journal, AFolderThatCannotBeWrittenIsTold) {
    Document document;
    Journal journal(&document, "/proc/nothing");
    QSignalSpy failed(&journal, &Journal::failed);
    add(document, "t.a");
    journal.flush();
    EXPECT_TRUE(QTest::qWaitFor([&] { return !failed.isEmpty(); }, 20'000));
}

TEST(Versions, TheLastTenAreKept) {
    QTemporaryDir folder;
    const Versions versions(folder.filePath("versions"));
    const QString file = folder.filePath("graph.json");
    versions.keep(file);
    EXPECT_TRUE(versions.of(file).empty()) << "there is no file yet";
    for (int i = 0; i < 14; ++i) {
        QFile out(file);
        ASSERT_TRUE(out.open(QIODevice::WriteOnly));
        out.write(QByteArray::number(i));
        out.close();
        versions.keep(file);
        versions.keep(file);  // the same state is not kept twice
        ASSERT_TRUE(QTest::qWaitFor([&, at = QDateTime::currentMSecsSinceEpoch()] {
            return QDateTime::currentMSecsSinceEpoch() > at;  // names are milliseconds
        }));
    }
    const auto kept = versions.of(file);
    ASSERT_EQ(kept.size(), static_cast<std::size_t>(Versions::kKept));
    QFile newest(kept.front()), oldest(kept.back());
    ASSERT_TRUE(newest.open(QIODevice::ReadOnly) && oldest.open(QIODevice::ReadOnly));
    EXPECT_EQ(newest.readAll(), "13");
    EXPECT_EQ(oldest.readAll(), "4");
}

}  // namespace
}  // namespace millrace::editor
