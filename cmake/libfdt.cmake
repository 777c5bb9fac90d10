# SPDX-License-Identifier: BSD-2-Clause
#
# libfdt, from dtc's sources: target fdt for what runs on the board, target
# fdt-host for tools and tests. fdt uses no FP registers, so it serves init as well
# as programs, and reads numbers of trees as they lie: in normal memory. It takes its
# headers from newlib, and needs from whoever links it: memchr, memcmp,
# memcpy, memmove, memset, strlen, strnlen, strrchr, strtoul.

thole_source(dtc dtc_folder)
if(CMAKE_CROSSCOMPILING)
    thole_tarball(dtc dtc_tarball)
    thole_credit(libfdt "${dtc_tarball}" "*/BSD-2-Clause" "*/libfdt/*.[ch]")
    thole_credit(gpl-2 "${dtc_tarball}" "*/GPL")
    file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/credits/libgcc.used"
        CONTENT "gcc-${CMAKE_C_COMPILER_VERSION} -\n")
endif()

set(fdt_sources
    fdt.c fdt_addresses.c fdt_check.c fdt_empty_tree.c fdt_overlay.c
    fdt_ro.c fdt_rw.c fdt_strerror.c fdt_sw.c fdt_wip.c)
list(TRANSFORM fdt_sources PREPEND "${dtc_folder}/libfdt/")

if(CMAKE_CROSSCOMPILING)
    set(fdt_target fdt)
else()
    set(fdt_target fdt-host)
endif()

add_library(${fdt_target} STATIC EXCLUDE_FROM_ALL ${fdt_sources})
target_include_directories(${fdt_target} SYSTEM PUBLIC "${dtc_folder}/libfdt")
target_compile_options(${fdt_target} PRIVATE
    -w "-ffile-prefix-map=${dtc_folder}=dtc" -ffunction-sections)

if(CMAKE_CROSSCOMPILING)
    target_compile_options(fdt PRIVATE
        ${THOLE_MACHINE} ${THOLE_NO_PROTECT} -mgeneral-regs-only)
    target_link_libraries(fdt PUBLIC newlib-headers)
endif()
