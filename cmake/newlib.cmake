# SPDX-License-Identifier: BSD-2-Clause
#
# The C library, built once for all build trees: it lies in the cache, under a
# key of all that its bytes depend on. Target newlib builds it; target
# newlib-headers is for what only needs its headers.

if(NOT CMAKE_CROSSCOMPILING)
    return()
endif()

set(newlib_flags
    "-O2 -g1 -ffunction-sections -fdata-sections -fno-pic -fno-pie -ffreestanding \
-fno-builtin -fno-omit-frame-pointer -mcpu=cortex-a72 -mno-outline-atomics \
-mbranch-protection=none -fno-stack-protector -U_FORTIFY_SOURCE -mstrict-align \
-U__linux__ -U__linux -Ulinux -U__unix__ -U__unix -Uunix -U__gnu_linux__")

thole_tarball(newlib newlib_tarball)
thole_credit(newlib "${newlib_tarball}" "*/COPYING.NEWLIB")
set(newlib_script "${PROJECT_SOURCE_DIR}/tools/fetch/build-newlib")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${newlib_script}")

file(SHA256 "${newlib_tarball}" newlib_sum)
file(SHA256 "${newlib_script}" newlib_script_sum)
execute_process(COMMAND "${CMAKE_C_COMPILER}" --version OUTPUT_VARIABLE newlib_compiler)
string(SHA256 newlib_key
    "${newlib_sum} ${newlib_script_sum} ${CMAKE_C_COMPILER} ${newlib_compiler} ${newlib_flags}")
string(SUBSTRING ${newlib_key} 0 16 newlib_key)

set(THOLE_NEWLIB "${THOLE_CACHE}/newlib-${newlib_key}")
set(THOLE_NEWLIB_LIBS "${THOLE_NEWLIB}/lib/libm.a" "${THOLE_NEWLIB}/lib/libc.a")

add_custom_command(
    OUTPUT ${THOLE_NEWLIB_LIBS}
    COMMAND sh "${newlib_script}" "${newlib_tarball}" "${THOLE_NEWLIB}"
        "${THOLE_CROSS_PREFIX}" "${PROJECT_BINARY_DIR}/newlib.log" "${newlib_flags}"
    COMMENT "newlib"
    USES_TERMINAL VERBATIM)
add_custom_target(newlib DEPENDS ${THOLE_NEWLIB_LIBS})

# After GCC's own headers, which THOLE_MACHINE puts first.
add_library(newlib-headers INTERFACE)
target_compile_options(newlib-headers INTERFACE
    "SHELL:-isystem \"${THOLE_NEWLIB}/include\"")
add_dependencies(newlib-headers newlib)
