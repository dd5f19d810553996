# millrace_pch(TARGET [header …]): the standard headers nearly every file reads, and those given, precompiled for TARGET.
# Parsing headers is most of a build. A file still includes what it uses: the preset `tidy` builds without any of this.
set(MILLRACE_STD_HEADERS <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <limits> <map> <memory> <optional>
    <set> <span> <string> <string_view> <utility> <variant> <vector>)
function(millrace_pch target)
    if(MILLRACE_PCH)
        target_precompile_headers(${target} PRIVATE ${MILLRACE_STD_HEADERS} ${ARGN})
    endif()
endfunction()
