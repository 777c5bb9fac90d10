# SPDX-License-Identifier: BSD-2-Clause
#
# Programs, the library they link, and init. In the host presets these words do
# nothing, so a folder's tests may stand beside its program.
#
#   thole_library(NAME SOURCE... [LIBS LIBRARY...] [NEWLIB] [GENERAL_REGS] [PROTECT])
#   thole_program(NAME SOURCE... [LIBS LIBRARY...] [NEWLIB] [GENERAL_REGS] [PROTECT])
#   thole_init(SOURCE... [LIBS LIBRARY...] [NEWLIB] [GENERAL_REGS] [PROTECT])
#   thole_guest(NAME SCRIPT SOURCE... [LIBS LIBRARY...] [NEWLIB] [GENERAL_REGS] [PROTECT])
#       a test that runs in init's place: guests/NAME/Image is the kernel with it;
#       SCRIPT is its linker script
#
# NEWLIB        with the C library; without it there is GCC's libgcc alone
# GENERAL_REGS  no FP or SIMD registers: such a program costs no FP switch
# PROTECT       branch protection and stack protector; the library supplies
#               __stack_chk_guard and __stack_chk_fail
#
# The library `thole` (lib/) is linked to every program, and `thole-newlib`,
# what newlib asks of a system, to those with NEWLIB if there is such a target.

set(program_options NEWLIB GENERAL_REGS PROTECT)

# Flags that library, program and init share.
function(thole_program_flags target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "${program_options}" "" "")
    target_include_directories(${target} PRIVATE
        "${CMAKE_CURRENT_SOURCE_DIR}"
        "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/lib/include")
    target_compile_options(${target} PRIVATE
        ${THOLE_WARNINGS} ${THOLE_MACHINE} -ffunction-sections -fdata-sections
        -ftls-model=local-exec
        $<IF:$<BOOL:${arg_PROTECT}>,${THOLE_PROTECT},${THOLE_NO_PROTECT}>
        $<$<BOOL:${arg_GENERAL_REGS}>:-mgeneral-regs-only>)
    if(arg_NEWLIB)
        target_link_libraries(${target} PRIVATE newlib-headers)
    endif()
endfunction()

# Links TARGET as a static program laid out by the linker script SCRIPT.
function(thole_program_link target script)
    cmake_parse_arguments(PARSE_ARGV 2 arg "${program_options}" "" "LIBS")
    set(group thole ${arg_LIBS})
    if(arg_NEWLIB)
        list(APPEND group $<TARGET_NAME_IF_EXISTS:thole-newlib> ${THOLE_NEWLIB_LIBS})
    endif()
    list(APPEND group "${THOLE_LIBGCC}")
    list(JOIN group "," group)
    target_link_libraries(${target} PRIVATE ${arg_LIBS} "$<LINK_GROUP:RESCAN,${group}>")
    target_link_options(${target} PRIVATE
        ${THOLE_LINK} -Wl,--gc-sections -Wl,-z,separate-code "LINKER:-T,${script}")
    set_target_properties(${target} PROPERTIES
        SUFFIX .elf LINK_DEPENDS "${script}"
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/programs")
endfunction()

# The words that follow OPTIONS and LIBS, for handing on.
macro(thole_program_arguments)
    cmake_parse_arguments(arg "${program_options}" "" "LIBS" ${ARGN})
    set(sources ${arg_UNPARSED_ARGUMENTS})
    set(options "")
    foreach(option IN LISTS program_options)
        if(arg_${option})
            list(APPEND options ${option})
        endif()
    endforeach()
endmacro()

function(thole_library name)
    if(NOT CMAKE_CROSSCOMPILING)
        return()
    endif()
    thole_program_arguments(${ARGN})
    add_library(${name} STATIC ${sources})
    thole_program_flags(${name} ${options})
    target_link_libraries(${name} PUBLIC ${arg_LIBS})
endfunction()

function(thole_program name)
    if(NOT CMAKE_CROSSCOMPILING)
        return()
    endif()
    thole_program_arguments(${ARGN})
    add_executable(${name} ${sources})
    thole_program_flags(${name} ${options})
    thole_program_link(${name} "${PROJECT_SOURCE_DIR}/lib/program.ld"
        ${options} LIBS ${arg_LIBS})

    # What goes into the archive has no symbols; programs/NAME.elf keeps them.
    set(stripped "${PROJECT_BINARY_DIR}/archive/${name}")
    add_custom_command(
        OUTPUT "${stripped}"
        COMMAND "${CMAKE_OBJCOPY}" --strip-all $<TARGET_FILE:${name}> "${stripped}"
        DEPENDS ${name} VERBATIM)
    add_custom_target(${name}-stripped DEPENDS "${stripped}")
    set_property(GLOBAL APPEND PROPERTY THOLE_PROGRAMS ${name})
    # Of boards, and of systems, that have them.
    cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}"
        OUTPUT_VARIABLE place)
    if(place MATCHES "^(drivers|examples|servers)/")
        set_property(GLOBAL APPEND PROPERTY THOLE_OPTIONAL_PROGRAMS ${name})
    endif()
endfunction()

# A flat image (struct init_image) in FOLDER/init.bin, out of arg_... and sources.
macro(thole_flat target script folder)
    add_executable(${target} ${sources})
    thole_program_flags(${target} ${options})
    thole_program_link(${target} "${script}" ${options} LIBS ${arg_LIBS})
    set(flat "${folder}/init.bin")
    add_custom_command(
        OUTPUT "${flat}"
        COMMAND "${CMAKE_OBJCOPY}" -O binary $<TARGET_FILE:${target}> "${flat}"
        DEPENDS ${target} VERBATIM)
    add_custom_target(${target}-flat ALL DEPENDS "${flat}")
endmacro()

function(thole_init)
    if(NOT CMAKE_CROSSCOMPILING)
        return()
    endif()
    thole_program_arguments(${ARGN})
    thole_flat(init "${PROJECT_SOURCE_DIR}/servers/init/init.ld" "${PROJECT_BINARY_DIR}")
endfunction()

function(thole_guest name script)
    if(NOT CMAKE_CROSSCOMPILING)
        return()
    endif()
    thole_program_arguments(${ARGN})
    set(folder "${PROJECT_BINARY_DIR}/guests/${name}")
    file(MAKE_DIRECTORY "${folder}")
    thole_flat(${name} "${CMAKE_CURRENT_SOURCE_DIR}/${script}" "${folder}")
    set_property(GLOBAL APPEND PROPERTY THOLE_GUESTS ${name})
endfunction()
