# What an installed Millrace consists of: the engine with its headers, payloads and mathematics for third parties, plug-ins,
# resources and graphs. find_package(Millrace) gives Millrace::engine, Millrace::types and Millrace::ops.
include(CMakePackageConfigHelpers)

set(millrace_libraries millrace_engine millrace_settings)
if(MILLRACE_NODES)
    list(APPEND millrace_libraries millrace_types millrace_ops)
endif()
foreach(library engine settings types ops)
    if(TARGET millrace_${library})
        set_target_properties(millrace_${library} PROPERTIES EXPORT_NAME ${library})
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
install(DIRECTORY engine nodes DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/millrace
        FILES_MATCHING PATTERN "*.hpp" PATTERN "cli" EXCLUDE)
install(DIRECTORY graphs DESTINATION ${CMAKE_INSTALL_DATADIR}/millrace)
install(DIRECTORY resources/ DESTINATION ${CMAKE_INSTALL_DATADIR}/millrace/resources)

write_basic_package_version_file(${PROJECT_BINARY_DIR}/MillraceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/MillraceConfig.cmake.in ${PROJECT_BINARY_DIR}/MillraceConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)
install(FILES ${PROJECT_BINARY_DIR}/MillraceConfig.cmake ${PROJECT_BINARY_DIR}/MillraceConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/MillracePlugin.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Millrace)
