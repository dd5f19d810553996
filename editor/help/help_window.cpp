#include "editor/help/help_window.hpp"

#include <QAction>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QDir>
#include <QFileInfo>
#include <QFont>
#include <QHeaderView>
#include <QImageReader>
#include <QLineEdit>
#include <QRegularExpression>
#include <QResizeEvent>
#include <QScrollBar>
#include <QSettings>
#include <QSplitter>
#include <QTextBlock>
#include <QTextTable>
#include <QToolBar>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace millrace::editor {
namespace {

constexpr int kMostPicture = 900, kMargin = 24, kSettleMs = 200;

/// Qt shows tables as tight as text; cells get room and thin lines.
void loosen_tables(QTextDocument& document) {
    QTextFrame::iterator at = document.rootFrame()->begin();
    for (; !at.atEnd(); ++at) {
        auto* table = qobject_cast<QTextTable*>(at.currentFrame());
        if (!table) continue;
        // Markdown wants a head; where there is none, an empty row would stand in its place.
        bool has_head = false;
        for (int column = 0; column < table->columns(); ++column)
            has_head |= !table->cellAt(0, column).firstCursorPosition().block().text().isEmpty();
        if (!has_head) table->removeRows(0, 1);
        QTextTableFormat format = table->format();
        format.setCellPadding(5);
        format.setCellSpacing(0);
        format.setBorder(1);
        format.setBorderCollapse(true);
        format.setBorderBrush(QColor(128, 128, 128, 110));
        format.setTopMargin(4);
        format.setBottomMargin(10);
        format.setWidth(QTextLength(QTextLength::PercentageLength, 97));
        table->setFormat(format);
    }
}

/// Headings and paragraphs with air between them.
void loosen_text(QTextDocument& document) {
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        QTextCursor cursor(block);
        if (cursor.currentTable()) continue;
        QTextBlockFormat format = block.blockFormat();
        const bool heading = format.headingLevel() > 0;
        if (format.hasProperty(QTextFormat::BlockCodeLanguage) ||
            format.hasProperty(QTextFormat::BlockCodeFence))
            continue;
        if (heading) {
            format.setTopMargin(format.headingLevel() == 1 ? 0 : 16);
            format.setBottomMargin(8);
        } else if (!block.textList()) {
            format.setBottomMargin(8);
        }
        format.setLineHeight(118, QTextBlockFormat::ProportionalHeight);
        cursor.setBlockFormat(format);
    }
}

}  // namespace

HelpBrowser::HelpBrowser(HelpPages* pages, QWidget* parent) : QTextBrowser(parent), pages_(pages) {
    setOpenLinks(false);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    document()->setDocumentMargin(kMargin);
    setAccessibleName(tr("Help page"));
    again_.setSingleShot(true);
    again_.setInterval(kSettleMs);
    connect(&again_, &QTimer::timeout, this, [this] {
        const int before = verticalScrollBar()->value();
        show_page(page_);
        verticalScrollBar()->setValue(before);
    });
}

QVariant HelpBrowser::loadResource(int type, const QUrl& name) {
    if (type != QTextDocument::ImageResource || !name.isRelative()) return {};
    const QString file = pages_->file_linked(page_, name.path());
    if (file.isEmpty()) return {};
    QImageReader reader(file);
    const int room = std::clamp(viewport()->width() - 2 * kMargin - 10, 200, kMostPicture);
    if (const QSize size = reader.size(); size.isValid() && size.width() > room)
        reader.setScaledSize({room, size.height() * room / size.width()});
    return reader.read();
}

void HelpBrowser::show_page(const QString& name) {
    page_ = name;
    QString markdown = pages_->text(name);
    // Pictures that can't be drawn leave a broken frame behind, unlike their absence.
    if (!QImageReader::supportedImageFormats().contains("svg")) {
        static const QRegularExpression drawing(R"(!\[[^\]]*\]\([^)]*\.svg\))");
        markdown.remove(drawing);
    }
    document()->clear();
    document()->setMarkdown(markdown, QTextDocument::MarkdownDialectGitHub);
    loosen_text(*document());
    loosen_tables(*document());
    verticalScrollBar()->setValue(0);
}

/// Pictures are as wide as there is room, so another width means other pictures.
void HelpBrowser::resizeEvent(QResizeEvent* event) {
    QTextBrowser::resizeEvent(event);
    if (page_.isEmpty() || event->size().width() == event->oldSize().width()) return;
    again_.start();
}

HelpWindow::HelpWindow(HelpPages pages, QWidget* parent)
    : QMainWindow(parent),
      pages_(std::move(pages)),
      browser_(new HelpBrowser(&pages_)),
      tree_(new QTreeWidget),
      search_(new QLineEdit) {
    setObjectName("help-window");
    setWindowTitle(tr("Help – Millrace"));
    auto* bar = addToolBar(tr("Pages"));
    bar->setMovable(false);
    bar->setObjectName("help-bar");
    const auto add = [&](const QString& text, const QKeySequence& key) {
        auto* action = bar->addAction(text);
        action->setShortcut(key);
        action->setToolTip(tr("%1 (%2)").arg(text, key.toString(QKeySequence::NativeText)));
        return action;
    };
    back_ = add(tr("Back"), QKeySequence("Alt+Left"));
    forward_ = add(tr("Forward"), QKeySequence("Alt+Right"));
    connect(back_, &QAction::triggered, this, [this] {
        if (at_ > 0) --at_;
        show_now();
    });
    connect(forward_, &QAction::triggered, this, [this] {
        if (at_ + 1 < history_.size()) ++at_;
        show_now();
    });
    auto* find = new QAction(tr("Search"), this);
    find->setShortcut(QKeySequence("Ctrl+F"));
    connect(find, &QAction::triggered, search_, qOverload<>(&QWidget::setFocus));
    auto* close = new QAction(tr("Close"), this);
    close->setShortcut(QKeySequence(Qt::Key_Escape));
    connect(close, &QAction::triggered, this, &QWidget::close);
    addActions({find, close});
    search_->setPlaceholderText(tr("Search the help"));
    search_->setAccessibleName(tr("Search the help"));
    search_->setClearButtonEnabled(true);
    tree_->setHeaderHidden(true);
    tree_->setAccessibleName(tr("Contents"));
    tree_->setFrameShape(QFrame::NoFrame);
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(8, 8, 0, 8);
    column->addWidget(search_);
    column->addWidget(tree_, 1);
    auto* parts = new QSplitter;
    parts->addWidget(left);
    parts->addWidget(browser_);
    parts->setStretchFactor(1, 1);
    parts->setSizes({270, 730});
    parts->setChildrenCollapsible(false);
    setCentralWidget(parts);
    connect(search_, &QLineEdit::textChanged, this, [this] {
        fill();
        mark_words();
    });
    connect(search_, &QLineEdit::returnPressed, this, [this] {
        const auto found = pages_.search(search_->text());
        if (!found.empty()) open(found.front());
    });
    connect(tree_, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        const QString name = item ? item->data(0, Qt::UserRole).toString() : QString();
        if (!name.isEmpty() && name != page_) open(name);
    });
    connect(browser_, &QTextBrowser::anchorClicked, this, &HelpWindow::follow);
    resize(1020, 760);
    restoreGeometry(QSettings().value("editor/help").toByteArray());
    fill();
}

void HelpWindow::closeEvent(QCloseEvent* event) {
    QSettings().setValue("editor/help", saveGeometry());
    event->accept();
}

void HelpWindow::refresh() {
    fill();
    if (!page_.isEmpty()) browser_->show_page(page_);
}

/// The contents, or what the search left of them.
void HelpWindow::fill() {
    const QSignalBlocker quiet(tree_);
    tree_->clear();
    const QString words = search_->text().trimmed();
    std::vector<QString> wanted;
    if (!words.isEmpty()) wanted = pages_.search(words);
    QTreeWidgetItem* group = nullptr;
    QFont bold = tree_->font();
    bold.setBold(true);
    for (const HelpPages::Page& page : pages_.contents()) {
        if (!words.isEmpty() && std::ranges::find(wanted, page.name) == wanted.end()) continue;
        if (!group || group->text(0) != page.group) {
            group = new QTreeWidgetItem(tree_, {page.group});
            group->setFont(0, bold);
            group->setFlags(Qt::ItemIsEnabled);
            // The nodes are many: their groups open when they are looked for.
            group->setExpanded(!words.isEmpty() || !page.name.startsWith(u"nodes/"));
        }
        auto* item = new QTreeWidgetItem(group, {page.title});
        item->setData(0, Qt::UserRole, page.name);
        if (page.name != page_) continue;
        tree_->setCurrentItem(item);
        group->setExpanded(true);
    }
    if (tree_->topLevelItemCount() == 0) {
        auto* none = new QTreeWidgetItem(tree_, {tr("No page matches.")});
        none->setFlags(Qt::NoItemFlags);
    }
}

void HelpWindow::open(const QString& name) {
    if (at_ >= 0 && history_[at_] == name) return show_now();
    history_ = history_.mid(0, at_ + 1);
    history_ << name;
    at_ = history_.size() - 1;
    show_now();
}

void HelpWindow::show_now() {
    if (at_ < 0) return;
    page_ = history_[at_];
    browser_->show_page(page_);
    mark_words();
    back_->setEnabled(at_ > 0);
    forward_->setEnabled(at_ + 1 < history_.size());
    const QSignalBlocker quiet(tree_);
    for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
        QTreeWidgetItem* group = tree_->topLevelItem(i);
        for (int k = 0; k < group->childCount(); ++k) {
            if (group->child(k)->data(0, Qt::UserRole).toString() != page_) continue;
            group->setExpanded(true);
            tree_->setCurrentItem(group->child(k));
        }
    }
}

/// What is searched is marked in the page.
void HelpWindow::mark_words() {
    QList<QTextEdit::ExtraSelection> marks;
    for (const QString& word : search_->text().split(' ', Qt::SkipEmptyParts)) {
        if (word.size() < 2) continue;
        QTextCursor at(browser_->document());
        while (!(at = browser_->document()->find(word, at)).isNull()) {
            QTextEdit::ExtraSelection mark;
            mark.cursor = at;
            mark.format.setBackground(QColor(0xffd76a));
            mark.format.setForeground(QColor(0x1d2126));
            marks << mark;
        }
    }
    browser_->setExtraSelections(marks);
}

void HelpWindow::follow(const QUrl& link) {
    if (link.isRelative() && link.path().isEmpty()) {
        browser_->scrollToAnchor(link.fragment());
        return;
    }
    if (const QString name = pages_.linked(page_, link.toString()); !name.isEmpty())
        return open(name);
    if (link.isRelative() && link.path().endsWith(u".json")) {
        const QString file = pages_.file_linked(page_, link.path());
        if (!file.isEmpty()) Q_EMIT graph_wanted(file);
    } else if (link.scheme() == u"https" || link.scheme() == u"http") {
        QDesktopServices::openUrl(link);
    }
}

}  // namespace millrace::editor
