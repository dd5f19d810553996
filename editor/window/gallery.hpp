// The ready-made graphs that Millrace comes with, as the welcome page shows them.
#pragma once

#include <QString>
#include <vector>

namespace millrace::editor {

struct Template {
    QString file;     ///< the graph
    QString title;    ///< of its meta data
    QString about;    ///< its first sentence
    QString picture;  ///< a file; may be empty
    int seconds = 0;  ///< how long it took on two cores; 0 when nobody measured
};

/// The folder `graphs` of the installation, or of the sources that this program was built from;
/// empty when there is none.
QString graphs_folder();
/// All graphs in the folders of `folder`, by title. What can't be read is left out.
std::vector<Template> templates_in(const QString& folder);

}  // namespace millrace::editor
