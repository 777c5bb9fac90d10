# SPDX-License-Identifier: BSD-2-Clause
#
# Libraries that are taken as they are. They are fetched when the build is
# configured, into a cache outside the build tree (tools/fetch/fetch); a build
# needs no network.

set(THOLE_SOURCES "" CACHE PATH
    "A folder with the tarballs of cmake/sources.txt; empty: fetch them")

if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
    set(THOLE_CACHE "$ENV{XDG_CACHE_HOME}/thole")
else()
    set(THOLE_CACHE "$ENV{HOME}/.cache/thole")
endif()
add_compile_options("-ffile-prefix-map=${THOLE_CACHE}=./cache")

# thole_tarball(NAME OUT): the path of the tarball NAME, fetched and checked.
function(thole_tarball name out)
    set(list "${PROJECT_SOURCE_DIR}/cmake/sources.txt")
    set_property(DIRECTORY "${PROJECT_SOURCE_DIR}"
        APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${list}")
    execute_process(
        COMMAND "${CMAKE_COMMAND}" -E env "THOLE_SOURCES=${THOLE_SOURCES}"
            sh "${PROJECT_SOURCE_DIR}/tools/fetch/fetch" ${name} "${list}"
        OUTPUT_VARIABLE tarball OUTPUT_STRIP_TRAILING_WHITESPACE
        RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "There are no sources of ${name}: see above.")
    endif()
    set(${out} "${tarball}" PARENT_SCOPE)
endfunction()

# thole_source(NAME OUT): the folder with the unpacked sources of NAME. It is
# shared by all build trees and named by what is in it; nobody writes to it.
function(thole_source name out)
    thole_tarball(${name} tarball)
    file(SHA256 "${tarball}" sum)
    string(SUBSTRING ${sum} 0 16 sum)
    set(folder "${THOLE_CACHE}/unpacked/${name}-${sum}")
    if(NOT IS_DIRECTORY "${folder}")
        string(RANDOM LENGTH 8 unique)
        set(work "${folder}.${unique}")
        file(ARCHIVE_EXTRACT INPUT "${tarball}" DESTINATION "${work}")
        # A tarball holds one folder; that becomes the result, all at once. If
        # another build was quicker, its folder is as good.
        file(GLOB top LIST_DIRECTORIES true "${work}/*")
        file(RENAME "${top}" "${folder}" RESULT renamed)
        file(REMOVE_RECURSE "${work}")
        if(NOT IS_DIRECTORY "${folder}")
            message(FATAL_ERROR "Could not unpack ${tarball}: ${renamed}")
        endif()
    endif()
    set(${out} "${folder}" PARENT_SCOPE)
endfunction()
