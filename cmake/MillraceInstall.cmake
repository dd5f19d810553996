# What an installed Millrace consists of: the program, the engine with its headers, payloads and mathematics for third
# parties, plug-ins, resources and graphs. find_package(Millrace) gives Millrace::engine and, where the node families were
# built, Millrace::types and Millrace::ops.
include(CMakePackageConfigHelpers)

set(millrace_libraries millrace_engine millrace_settings)
if(MILLRACE_NODES)
    list(APPEND millrace_libraries millrace_types millrace_ops)
endif()
foreach(library engine settings types ops)
    if(TARGET millrace_${library})
        set_target_properties(millrace_${library} PROPERTIES EXPORT_NAME ${library})
    endif()
    if(TARGET millrace_${library} AND NOT library STREQUAL settings)
        set_target_properties(millrace_${library} PROPERTIES INSTALL_RPATH "$ORIGIN")
    endif()
endforeach()
install(TARGETS ${millrace_libraries} EXPORT MillraceTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT MillraceTargets NAMESPACE Millrace:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)
target_include_directories(millrace_settings INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/millrace>)

get_property(plugins GLOBAL PROPERTY MILLRACE_PLUGINS)
if(plugins)
    set_target_properties(${plugins} PROPERTIES INSTALL_RPATH "$ORIGIN/..")
    install(TARGETS ${plugins} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/millrace)
endif()
# The node contract, payloads and what they show, documents, planning and running; the rest of the engine is its own affair.
set(engine_headers
    hash node numbers packet problem random record sketch value
    graph/graph graph/migrate
    node/adapt node/adapt_field node/catalogue node/context node/generator node/instance node/params node/plugin node/registry node/spec
    plan/plan run/run
    visual/cloud visual/tensor visual/visual visual/io/cloud_io visual/io/files visual/io/kitti visual/io/safetensors)
foreach(header IN LISTS engine_headers)
    cmake_path(GET header PARENT_PATH folder)
    install(FILES engine/${header}.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/millrace/engine/${folder})
endforeach()
if(MILLRACE_NODES)
    install(DIRECTORY nodes/types nodes/ops DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/millrace/nodes
            FILES_MATCHING PATTERN "*.hpp" PATTERN "street" EXCLUDE PATTERN "mat_view.hpp" EXCLUDE)
endif()
install(DIRECTORY graphs DESTINATION ${CMAKE_INSTALL_DATADIR}/millrace)
install(DIRECTORY resources/ DESTINATION ${CMAKE_INSTALL_DATADIR}/millrace)

write_basic_package_version_file(${PROJECT_BINARY_DIR}/MillraceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/MillraceConfig.cmake.in ${PROJECT_BINARY_DIR}/MillraceConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)
install(FILES ${PROJECT_BINARY_DIR}/MillraceConfig.cmake ${PROJECT_BINARY_DIR}/MillraceConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/MillracePlugin.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)
