// The settings' page about runs: the program, hosts, the cache.
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPointer>
#include <QPushButton>
#include <QSettings>
#include <QTableWidget>
#include <QThread>
#include <QVBoxLayout>

#include "editor/comfort/settings_dialog.hpp"
#include "editor/comfort/workers.hpp"
#include "engine/problem.hpp"
#include "engine/run/cache.hpp"

namespace millrace::editor {
namespace {

/// Counting thousands of files takes moments; the text comes when it is known.
void count_cache(QLabel* label) {
    QThread* thread = QThread::create([label = QPointer<QLabel>(label)] {
        QString text;
        try {
            const engine::CacheStore store(engine::default_cache_folder(),
                                           engine::default_cache_limit());
            const auto usage = store.usage();
            text = SettingsDialog::tr("%1 in %n file(s), of at most %2", nullptr,
                                      static_cast<int>(usage.files))
                       .arg(QLocale().formattedDataSize(static_cast<qint64>(usage.bytes)),
                            QLocale().formattedDataSize(static_cast<qint64>(store.limit())));
        } catch (const engine::Error& error) {
            text = QString::fromStdString(error.problem().what);
        }
        QMetaObject::invokeMethod(
            qApp,
            [label, text] {
                if (label) label->setText(text);
            },
            Qt::QueuedConnection);
    });
    QObject::connect(thread, &QThread::finished, thread, &QObject::deleteLater);
    thread->start(QThread::LowPriority);
}

}  // namespace

QWidget* SettingsDialog::make_runs() {
    auto* page = new QWidget;
    QFormLayout* form = form_on(page);
    auto* program = new QLineEdit(QSettings().value("editor/worker_program").toString());
    program->setObjectName("worker-program");
    program->setPlaceholderText(tr("millrace, beside this program"));
    connect(program, &QLineEdit::editingFinished, this, [this, program] {
        QSettings().setValue("editor/worker_program", program->text().trimmed());
        workers_->local_changed();
    });
    form->addRow(tr("Program on this machine:"), program);
    form->addRow(tr("Hosts:"), make_hosts());
    auto* cache = new QLabel(tr("being counted…"));
    cache->setObjectName("cache-size");
    cache->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    count_cache(cache);
    form->addRow(tr("Kept results:"), cache);
    auto* where = new QLabel(QString::fromStdString(engine::default_cache_folder().string()));
    where->setWordWrap(true);
    where->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    where->setForegroundRole(QPalette::PlaceholderText);
    where->setTextInteractionFlags(Qt::TextSelectableByMouse);
    form->addRow(QString(), where);
    return page;
}

QWidget* SettingsDialog::make_hosts() {
    auto* whole = new QWidget;
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 0, 0);
    auto* table = new QTableWidget(0, 2);
    table->setObjectName("hosts");
    table->setHorizontalHeaderLabels({tr("Host"), tr("Program there")});
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table->verticalHeader()->hide();
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setAccessibleName(tr("Hosts that run graphs"));
    auto* fault = new QLabel;
    fault->setWordWrap(true);
    fault->hide();
    const auto add_row = [table](const Host& host) {
        const int row = table->rowCount();
        table->insertRow(row);
        table->setItem(row, 0, new QTableWidgetItem(host.name));
        table->setItem(row, 1, new QTableWidgetItem(host.program));
        return row;
    };
    for (const Host& host : kept_hosts()) add_row(host);
    const auto keep = [this, table, fault] {
        QList<Host> hosts;
        QString wrong;
        for (int row = 0; row < table->rowCount(); ++row) {
            const auto text = [&](int at) {
                const QTableWidgetItem* item = table->item(row, at);
                return item ? item->text().trimmed() : QString();
            };
            if (text(0).isEmpty()) continue;  // not filled in yet
            if (const QString bad = host_fault(text(0)); !bad.isEmpty())
                wrong = bad;
            else
                hosts << Host{text(0), text(1)};
        }
        keep_hosts(hosts);
        workers_->hosts_changed();
        fault->setText(wrong);
        fault->setVisible(!wrong.isEmpty());
    };
    connect(table, &QTableWidget::cellChanged, this, keep);
    auto* add = new QPushButton(tr("Add a host"));
    auto* remove = new QPushButton(tr("Remove"));
    connect(add, &QPushButton::clicked, this, [table, add_row] {
        const int row = add_row({});
        table->setCurrentCell(row, 0);
        table->editItem(table->item(row, 0));
    });
    connect(remove, &QPushButton::clicked, this, [table, keep] {
        if (table->currentRow() >= 0) table->removeRow(table->currentRow());
        keep();
    });
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(add);
    buttons->addWidget(remove);
    buttons->addStretch(1);
    auto* about = new QLabel(
        tr("Reached as “ssh HOST millrace worker”, with keys rather than passwords. Choose one in "
           "the menu Run › Worker."));
    about->setWordWrap(true);
    about->setForegroundRole(QPalette::PlaceholderText);
    column->addWidget(table, 1);
    column->addWidget(fault);
    column->addLayout(buttons);
    column->addWidget(about);
    return whole;
}

}  // namespace millrace::editor
