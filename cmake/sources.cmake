# SPDX-License-Identifier: BSD-2-Clause
#
# Libraries that are taken as they are. They are fetched when the build is
# configured, into a cache outside the build tree (tools/fetch/fetch); a build
# needs no network.

set(THOLE_SOURCES "" CACHE PATH
    "A folder with the tarballs of cmake/sources.txt; empty: the environment's, or fetch them")

if(DEFINED ENV{XDG_CACHE_HOME} AND NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
    set(THOLE_CACHE "$ENV{XDG_CACHE_HOME}/thole")
else()
    set(THOLE_CACHE "$ENV{HOME}/.cache/thole")
endif()
add_compile_options("-ffile-prefix-map=${THOLE_CACHE}=./cache")

# thole_tarball(NAME OUT): the path of the tarball NAME, fetched and checked.
function(thole_tarball name out)
    set(list "${PROJECT_SOURCE_DIR}/cmake/sources.txt")
    set(folder "${THOLE_SOURCES}")
    if(folder STREQUAL "")
        set(folder "$ENV{THOLE_SOURCES}")
    endif()
    set_property(DIRECTORY "${PROJECT_SOURCE_DIR}"
        APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${list}")
    execute_process(
        COMMAND "${CMAKE_COMMAND}" -E env "THOLE_SOURCES=${folder}"
            sh "${PROJECT_SOURCE_DIR}/tools/fetch/fetch" ${name} "${list}"
        OUTPUT_VARIABLE tarball OUTPUT_STRIP_TRAILING_WHITESPACE
        RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "There are no sources of ${name}: see above.")
    endif()
    set(${out} "${tarball}" PARENT_SCOPE)
endfunction()

# thole_credit(NAME TARBALL PATTERN...): notes for the images' NOTICE (tools/run/notice.py)
# which sources were used, NAME.used, and takes from them their licence, NAME.licence:
# files that match, and who is said to hold the copyright of the rest of them.
function(thole_credit name tarball)
    set(folder "${PROJECT_BINARY_DIR}/credits")
    file(SHA256 "${tarball}" sum)
    cmake_path(GET tarball FILENAME file)
    set(used "${file} ${sum}\n")
    if(EXISTS "${folder}/${name}.used")
        file(READ "${folder}/${name}.used" noted)
        if(noted STREQUAL used)
            return()
        endif()
    endif()
    file(REMOVE_RECURSE "${folder}/${name}")
    file(ARCHIVE_EXTRACT INPUT "${tarball}" DESTINATION "${folder}/${name}" PATTERNS ${ARGN})
    file(GLOB_RECURSE found "${folder}/${name}/*")
    set(holders "")
    set(text "")
    foreach(each IN LISTS found)
        if(each MATCHES "\\.[ch]$")
            file(STRINGS "${each}" lines REGEX "Copyright")
            list(TRANSFORM lines REPLACE "^.*Copyright" "Copyright")
            list(APPEND holders ${lines})
        else()
            file(READ "${each}" content)
            string(APPEND text "${content}\n")
        endif()
    endforeach()
    list(REMOVE_DUPLICATES holders)
    list(SORT holders)
    list(JOIN holders "\n" holders)
    file(WRITE "${folder}/${name}.licence" "${holders}\n\n${text}")
    file(REMOVE_RECURSE "${folder}/${name}")
    file(WRITE "${folder}/${name}.used" "${used}")
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
