# millrace_plugin(FAMILY NODES name … [LIBS …] [EXTRA file …]): libmillrace-FAMILY.so from NAME.cpp of each node, with a
# generated entry that calls register_NAME for each. The functions stand in NAMESPACE (default millrace::nodes).
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
    target_link_libraries(millrace_${family} PRIVATE ${ARG_LIBS})
    set_property(GLOBAL APPEND PROPERTY MILLRACE_PLUGINS millrace_${family})
endfunction()
