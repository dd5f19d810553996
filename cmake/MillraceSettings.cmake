# Compiler settings shared by every target; an interface target rather than global flags.
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)

add_library(millrace_settings INTERFACE)
target_compile_features(millrace_settings INTERFACE cxx_std_20)
target_include_directories(millrace_settings INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
# Warnings are for this build; a plug-in of somebody else's chooses its own.
target_compile_options(millrace_settings INTERFACE $<BUILD_INTERFACE:-Wall> $<BUILD_INTERFACE:-Wextra>
    $<BUILD_INTERFACE:-Wno-missing-field-initializers>
    $<$<CXX_COMPILER_ID:GNU>:$<BUILD_INTERFACE:-Wno-restrict>>)  # GCC 12 sees overlaps in std::string that are none (PR 105651)
if(MILLRACE_WERROR)
    target_compile_options(millrace_settings INTERFACE $<BUILD_INTERFACE:-Werror>)
endif()
if(MILLRACE_SANITIZE)
    target_compile_options(millrace_settings INTERFACE -fsanitize=${MILLRACE_SANITIZE} -fno-omit-frame-pointer -g1)
    target_link_options(millrace_settings INTERFACE -fsanitize=${MILLRACE_SANITIZE})
endif()
if(MILLRACE_FUZZ)
    # Coverage for libFuzzer in every part; its main function comes with the targets.
    target_compile_options(millrace_settings INTERFACE -fsanitize=fuzzer-no-link -fno-sanitize-recover=all)
endif()

find_program(MILLRACE_CCACHE ccache)
if(MILLRACE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Without this ccache keeps nothing of a file that uses a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${MILLRACE_CCACHE})
endif()
find_program(MILLRACE_MOLD mold)
if(MILLRACE_MOLD AND NOT MILLRACE_SANITIZE)
    add_link_options(-fuse-ld=mold)
endif()
