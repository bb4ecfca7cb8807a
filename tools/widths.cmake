# Which widths are compiled, from the processors that are compiled for: not from the one that compiles.
# Sets PH_TARGETS, PH_WIDTHS, and PH_ARCH_<width> where a build is for several processors at once.
# By itself: cmake -DAPPLE=1 -DCMAKE_OSX_ARCHITECTURES=arm64 -P tools/widths.cmake

set(PH_TARGETS ${CMAKE_SYSTEM_PROCESSOR})
if(APPLE AND CMAKE_OSX_ARCHITECTURES)
  set(PH_TARGETS ${CMAKE_OSX_ARCHITECTURES})  # a Mac builds for either or both
endif()
set(PH_WIDTHS generic)
foreach(target ${PH_TARGETS})
  string(TOLOWER ${target} target)
  if(target MATCHES "^(x86_64|amd64|x86_64h)$")
    set(widths avx2 avx512)
  elseif(target MATCHES "^(arm64|arm64e|aarch64)$")
    set(widths neon)
  else()
    set(widths)
  endif()
  list(APPEND PH_WIDTHS ${widths})
  foreach(width ${widths})
    list(APPEND PH_ARCH_${width} ${target})
  endforeach()
endforeach()
list(REMOVE_DUPLICATES PH_WIDTHS)
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  message("${PH_WIDTHS}")
endif()
