# SPDX-License-Identifier: BSD-2-Clause
#
# Compiler flags. THOLE_WARNINGS is for all code that is ours, THOLE_STRICT is
# added for kernel/ and arch/, THOLE_MACHINE is for all that runs on the board.
# Frame pointers stay in every build: stack traces follow them.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Assertions are part of a release build, so NDEBUG is never defined.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_ASM_FLAGS_RELWITHDEBINFO "-g")

# The same files come out wherever the checkout lies.
add_compile_options(
    -fno-omit-frame-pointer
    "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=."
    "-ffile-prefix-map=${PROJECT_BINARY_DIR}=./build/out")

set(THOLE_WARNINGS
    -Wall -Wextra -Werror -Wshadow -Wundef -Wvla -Wpointer-arith -Wwrite-strings
    -Wimplicit-fallthrough
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
    $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
    $<$<COMPILE_LANGUAGE:C>:-Wold-style-definition>)
set(THOLE_STRICT -Wconversion)

if(NOT CMAKE_CROSSCOMPILING)
    return()
endif()

# GCC's own headers (stdint.h, stdarg.h, ...) are wanted without the system's.
# limits.h has a folder of its own before GCC 13.
set(THOLE_COMPILER_INCLUDES "")
foreach(name include include-fixed)
    execute_process(
        COMMAND "${CMAKE_C_COMPILER}" -print-file-name=${name}
        OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(IS_DIRECTORY "${folder}")
        list(APPEND THOLE_COMPILER_INCLUDES "${folder}")
    endif()
endforeach()

execute_process(
    COMMAND "${CMAKE_C_COMPILER}" -mcpu=cortex-a72 -print-libgcc-file-name
    OUTPUT_VARIABLE THOLE_LIBGCC OUTPUT_STRIP_TRAILING_WHITESPACE)

# Outline atomics and the stack protector are on in some distributions'
# compilers and off in others': said here, so that all make the same code.
set(THOLE_MACHINE
    -mcpu=cortex-a72 -mno-outline-atomics -ffreestanding -fno-pic -fno-pie
    -U_FORTIFY_SOURCE -nostdinc
    -U__linux__ -U__linux -Ulinux -U__unix__ -U__unix -Uunix -U__gnu_linux__)
foreach(folder IN LISTS THOLE_COMPILER_INCLUDES)
    list(APPEND THOLE_MACHINE "SHELL:-isystem \"${folder}\"")
endforeach()

set(THOLE_LINK
    -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=4096
    -Wl,-z,noexecstack -Wl,--fatal-warnings)

set(THOLE_PROTECT -mbranch-protection=standard -fstack-protector-strong)
set(THOLE_NO_PROTECT -mbranch-protection=none -fno-stack-protector)

set(CMAKE_C_LINK_GROUP_USING_RESCAN "LINKER:--start-group" "LINKER:--end-group")
set(CMAKE_C_LINK_GROUP_USING_RESCAN_SUPPORTED TRUE)
