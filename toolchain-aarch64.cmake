# SPDX-License-Identifier: BSD-2-Clause
#
# The cross compiler. Any AArch64 gcc will do: -DTHOLE_CROSS_PREFIX=PREFIX
# names another than the distribution's, with a folder if it is not on PATH.

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

set(THOLE_CROSS_PREFIX "aarch64-linux-gnu-" CACHE STRING
    "What stands before gcc, objcopy, ... in the names of the cross tools")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES THOLE_CROSS_PREFIX)

set(CMAKE_C_COMPILER "${THOLE_CROSS_PREFIX}gcc")
set(CMAKE_ASM_COMPILER "${THOLE_CROSS_PREFIX}gcc")

# There is no C library to link a trial program with.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
