# millrace_plugin(FAMILY NODES name … [LIBS …] [EXTRA file …]): libmillrace-FAMILY.so from NAME.cpp of each node, with a
# generated entry that calls register_NAME for each. The functions stand in NAMESPACE (default millrace::nodes). Links the
# engine, and LIBS besides; EXTRA are sources that are no node types. The target is millrace_FAMILY. Put the library into a
# folder of MILLRACE_PLUGIN_PATH, beside the program, or into lib/millrace of an installation.
function(millrace_plugin family)
    cmake_parse_arguments(ARG "" "NAMESPACE" "NODES;LIBS;EXTRA" ${ARGN})
    if(NOT ARG_NAMESPACE)
        set(ARG_NAMESPACE millrace::nodes)
    endif()
    set(declarations "")
    set(calls "")
    set(sources ${ARG_EXTRA})
    foreach(node IN LISTS ARG_NODES)
        string(APPEND declarations "void register_${node}(::millrace::engine::Registry& registry);\n")
        string(APPEND calls "    register_${node}(registry);\n")
        list(APPEND sources ${node}.cpp)
    endforeach()
    set(entry ${CMAKE_CURRENT_BINARY_DIR}/${family}_entry.cpp)
    file(CONFIGURE OUTPUT ${entry} CONTENT [[
#include "engine/node/plugin.hpp"

namespace @ARG_NAMESPACE@ {
@declarations@
void register_family_@family@(::millrace::engine::Registry& registry) {
@calls@}
}  // namespace @ARG_NAMESPACE@

MILLRACE_PLUGIN(::@ARG_NAMESPACE@::register_family_@family@)
]] @ONLY)
    add_library(millrace_${family} SHARED ${sources} ${entry})
    set_target_properties(millrace_${family} PROPERTIES OUTPUT_NAME millrace-${family})
    # Inside Millrace's own build the engine is a target of it, elsewhere an imported one.
    if(TARGET millrace_engine)
        target_link_libraries(millrace_${family} PRIVATE millrace_engine millrace_settings ${ARG_LIBS})
    else()
        target_link_libraries(millrace_${family} PRIVATE Millrace::engine ${ARG_LIBS})
    endif()
    set_property(GLOBAL APPEND PROPERTY MILLRACE_PLUGINS millrace_${family})
endfunction()
