#include "editor/inspector/section.hpp"

#include <QSettings>
#include <QToolButton>
#include <QVBoxLayout>

namespace millrace::editor {

Section::Section(const QString& name, const QString& title, bool open, QWidget* parent)
    : QWidget(parent),
      heading_(new QToolButton),
      content_(new QWidget),
      column_(new QVBoxLayout(content_)) {
    setObjectName("section_" + name);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 2, 0, 0);
    whole->setSpacing(2);
    heading_->setText(title);
    heading_->setCheckable(true);
    heading_->setAutoRaise(true);
    heading_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    heading_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    heading_->setToolTip(tr("Show or fold away"));
    QFont bold = heading_->font();
    bold.setBold(true);
    heading_->setFont(bold);
    column_->setContentsMargins(8, 0, 0, 4);
    column_->setSpacing(4);
    whole->addWidget(heading_);
    whole->addWidget(content_);
    const QString key = "editor/inspector/" + name;
    heading_->setChecked(QSettings().value(key, open).toBool());
    const auto follow = [this] {
        heading_->setArrowType(is_open() ? Qt::DownArrow : Qt::RightArrow);
        content_->setVisible(is_open());
    };
    follow();
    connect(heading_, &QToolButton::toggled, this, [this, key, follow](bool on) {
        QSettings().setValue(key, on);
        follow();
        Q_EMIT toggled(on);
    });
}

bool Section::is_open() const { return heading_->isChecked(); }
void Section::set_open(bool open) { heading_->setChecked(open); }
void Section::set_title(const QString& title) { heading_->setText(title); }

}  // namespace millrace::editor
