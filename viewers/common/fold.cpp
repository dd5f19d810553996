#include "viewers/common/fold.hpp"

#include <QCoreApplication>
#include <QToolButton>
#include <QVBoxLayout>

namespace millrace::viewers {

QToolButton* add_fold(QVBoxLayout* layout, const QString& title, QWidget* content, bool open) {
    auto* heading = new QToolButton;
    heading->setText(title);
    heading->setCheckable(true);
    heading->setAutoRaise(true);
    heading->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    heading->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    heading->setToolTip(QCoreApplication::translate("Fold", "Show or fold away"));
    QFont bold = heading->font();
    bold.setBold(true);
    heading->setFont(bold);
    const auto toggle = [heading, content](bool on) {
        heading->setArrowType(on ? Qt::DownArrow : Qt::RightArrow);
        content->setVisible(on);
    };
    QObject::connect(heading, &QToolButton::toggled, content, toggle);
    layout->addWidget(heading);
    layout->addWidget(content);
    heading->setChecked(open);
    toggle(open);
    return heading;
}

}  // namespace millrace::viewers
