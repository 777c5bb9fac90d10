# SPDX-License-Identifier: BSD-2-Clause
#
# The archive of all programs but init, of which U-Boot loads as ramdisk what the
# system needs: cpio in the newc form, the same bytes for the same programs.

function(thole_archive)
    get_property(programs GLOBAL PROPERTY THOLE_PROGRAMS)
    if(NOT CMAKE_CROSSCOMPILING)
        return()
    endif()
    list(SORT programs)
    set(script "${PROJECT_SOURCE_DIR}/cmake/make-archive")
    set(archive "${PROJECT_BINARY_DIR}/archive.cpio")
    list(TRANSFORM programs PREPEND "${PROJECT_BINARY_DIR}/archive/"
        OUTPUT_VARIABLE files)
    file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/archive")

    # The list of names is a file, so that a program taken away makes the
    # archive anew.
    list(JOIN programs "\n" names)
    file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/archive.list" CONTENT "${names}\n")
    # Those that are packed only for a system that names them (tools/run/archive.py).
    get_property(optional GLOBAL PROPERTY THOLE_OPTIONAL_PROGRAMS)
    list(SORT optional)
    list(JOIN optional "\n" names)
    file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/archive.optional" CONTENT "${names}\n")
    add_custom_command(
        OUTPUT "${archive}"
        COMMAND sh "${script}" "${archive}" "${PROJECT_BINARY_DIR}/archive" ${programs}
        DEPENDS ${files} "${script}" "${PROJECT_BINARY_DIR}/archive.list"
        VERBATIM)
    add_custom_target(archive ALL DEPENDS "${archive}")
    foreach(program IN LISTS programs)
        add_dependencies(archive ${program}-stripped)
    endforeach()
endfunction()
