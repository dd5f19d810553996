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
    node/adapt node/adapt_field node/catalogue node/context node/curve node/generator node/instance node/params node/plugin node/registry node/spec
    plan/plan run/run
    visual/cloud visual/tensor visual/visual visual/io/cloud_io visual/io/files visual/io/kitti visual/io/safetensors)
foreach(header IN LISTS engine_headers)
    cmake_path(GET header PARENT_PATH folder)
    install(FILES engine/${header}.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/millrace/engine/${folder})
endforeach()
if(MILLRACE_NODES)
    install(DIRECTORY nodes/types nodes/ops DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/millrace/nodes
            FILES_MATCHING PATTERN "*.hpp" PATTERN "street" EXCLUDE PATTERN "avx*.hpp" EXCLUDE PATTERN "neon*.hpp" EXCLUDE PATTERN "mat_view.hpp" EXCLUDE)
endif()
install(DIRECTORY graphs DESTINATION ${CMAKE_INSTALL_DATADIR}/millrace)
install(DIRECTORY resources/ DESTINATION ${CMAKE_INSTALL_DATADIR}/millrace)

write_basic_package_version_file(${PROJECT_BINARY_DIR}/MillraceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/MillraceConfig.cmake.in ${PROJECT_BINARY_DIR}/MillraceConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)
install(FILES ${PROJECT_BINARY_DIR}/MillraceConfig.cmake ${PROJECT_BINARY_DIR}/MillraceConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/MillracePlugin.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)

# What makes the desktop know the editor: entry, icon, kind of file, description. The date in the description is that of the
# newest commit where there is one, so that two builds of one state are equal.
if(MILLRACE_GUI)
    set(desktop ${PROJECT_SOURCE_DIR}/packaging/desktop)
    execute_process(COMMAND git -C ${PROJECT_SOURCE_DIR} log -1 --format=%cs OUTPUT_VARIABLE MILLRACE_RELEASE_DATE
                    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT MILLRACE_RELEASE_DATE)
        string(TIMESTAMP MILLRACE_RELEASE_DATE %Y-%m-%d UTC)
    endif()
    configure_file(${desktop}/org.millrace.Editor.metainfo.xml ${PROJECT_BINARY_DIR}/org.millrace.Editor.metainfo.xml @ONLY)
    install(FILES ${desktop}/org.millrace.Editor.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
    install(FILES ${desktop}/org.millrace.Editor.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
    install(FILES ${desktop}/millrace-graph.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/mime/packages)
    install(FILES ${PROJECT_BINARY_DIR}/org.millrace.Editor.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo)
endif()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/millrace RENAME copyright)

# `cpack -G DEB` in the build folder: one package with programs, libraries, plug-ins, help, graphs and headers. What it
# depends on is read from the programs and libraries themselves.
set(CPACK_PACKAGE_NAME millrace)
set(CPACK_PACKAGE_VENDOR "The Millrace developers")
set(CPACK_PACKAGE_CONTACT "The Millrace developers <millrace@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "workbench for efficient AI: build, run and inspect pipelines")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Millrace runs pipelines for perception and on-device models. A pipeline is a graph: it is drawn in the editor, or run by
the command line on this machine or another one, and every wire can be looked into while it runs. Comes with node types for
point clouds, images and their fusion, and with ready-made graphs.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_RELOCATABLE OFF)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
# LibTorch on the reference BLAS is many times slower; the rest is drawing, fonts, reaching other machines and speaking words.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libopenblas0-pthread, libgl1-mesa-dri, libqt6svg6, fonts-dejavu-core, openssh-client, espeak-ng")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "fonts-noto-cjk")
include(CPack)
