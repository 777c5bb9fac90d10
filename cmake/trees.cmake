# SPDX-License-Identifier: BSD-2-Clause
#
# The system trees: dts/systems/NAME.dts becomes dtb/NAME.dtb. They go through
# the C preprocessor first, so #include and constants from headers work. What
# dtc warns about is an error.

function(thole_trees)
    file(GLOB trees CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/dts/systems/*.dts")
    if(NOT trees)
        return()
    endif()
    find_program(THOLE_DTC dtc REQUIRED)
    file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/dtb")
    set(script "${PROJECT_SOURCE_DIR}/cmake/compile-tree")
    set(outputs "")
    foreach(tree IN LISTS trees)
        cmake_path(GET tree STEM LAST_ONLY name)
        set(output "${PROJECT_BINARY_DIR}/dtb/${name}.dtb")
        add_custom_command(
            OUTPUT "${output}"
            COMMAND sh "${script}" "${CMAKE_C_COMPILER}" "${THOLE_DTC}"
                "${tree}" "${output}" "${PROJECT_SOURCE_DIR}/dts"
                "${PROJECT_SOURCE_DIR}/include"
            DEPENDS "${tree}" "${script}"
            DEPFILE "${output}.d"
            VERBATIM)
        list(APPEND outputs "${output}")
    endforeach()
    add_custom_target(trees ALL DEPENDS ${outputs})
endfunction()
