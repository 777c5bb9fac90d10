# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel: one program, to which kernel/ and arch/arm64/ both add sources.
#
#   thole_kernel(SOURCE... [BOOT SOURCE...] [LIBS LIBRARY...])
#       What only boots, BOOT, is not there any more when a program runs (kernel.ld). In a host preset the sources are only noted; thole_kernel_sources(OUT)
#       gives those under kernel/ to tests that link them with a simulated
#       machine.
#
# init's flat binary is embedded by assembly: `.incbin "init.bin"`. It is found
# through the assembler's include path, and every assembly file of the kernel
# is made again when it changes.

# Return addresses are signed with key B, which programs cannot use (docs/decisions). No
# table of jumps: what a program says would index it, and the branch could be guessed.
set(kernel_protect
    -mbranch-protection=bti+pac-ret+b-key -fstack-protector-strong -fno-jump-tables)
set(kernel_script "${PROJECT_SOURCE_DIR}/arch/arm64/kernel.ld")

# The whole kernel is compiled as one when it is linked: what happens at each event goes
# through small functions of many files. The compiler may make calls of loops in string.c
# only where it sees none of those functions; and kernel.ld places what tables.c has by the
# file that it is from. What each file is compiled to for itself is in
# its object, too: tests/static/tracing.py reads it.
set(kernel_code -mgeneral-regs-only -mstrict-align ${kernel_protect})
set(kernel_whole -flto -flto-partition=one -ffat-lto-objects)
# The linker calls the compiler, which must be told all that it was told for each file.
set(kernel_link ${THOLE_LINK} ${THOLE_MACHINE} ${kernel_code} ${kernel_whole}
    -O2 -g -fno-omit-frame-pointer -ffunction-sections
    "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=."
    "-ffile-prefix-map=${PROJECT_BINARY_DIR}=./build/out"
    -Wl,--gc-sections "LINKER:-T,${kernel_script}")

function(thole_kernel)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "BOOT;LIBS")
    set(sources ${arg_UNPARSED_ARGUMENTS})
    list(TRANSFORM sources PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
    list(TRANSFORM arg_BOOT PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
    set_property(GLOBAL APPEND PROPERTY THOLE_KERNEL_SOURCES ${sources})
    set_property(GLOBAL APPEND PROPERTY THOLE_KERNEL_BOOT ${arg_BOOT})
    set_property(GLOBAL APPEND PROPERTY THOLE_KERNEL_LIBS ${arg_LIBS})
endfunction()

function(thole_kernel_sources out)
    get_property(sources GLOBAL PROPERTY THOLE_KERNEL_SOURCES)
    get_property(boot GLOBAL PROPERTY THOLE_KERNEL_BOOT)
    set(core "")
    foreach(source IN LISTS sources boot)
        cmake_path(RELATIVE_PATH source BASE_DIRECTORY "${PROJECT_SOURCE_DIR}"
            OUTPUT_VARIABLE relative)
        if(relative MATCHES "^kernel/.*\\.c$")
            list(APPEND core "${source}")
        endif()
    endforeach()
    set(${out} ${core} PARENT_SCOPE)
endfunction()

# The same objects, linked with a guest (thole_guest) in init's place.
function(thole_kernel_guest name)
    set(folder "${PROJECT_BINARY_DIR}/guests/${name}")
    set(init_image "${PROJECT_SOURCE_DIR}/arch/arm64/init_image.S")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${init_image}")
    file(READ "${init_image}" assembly)
    string(REPLACE "\"init.bin\"" "\"guests/${name}/init.bin\"" assembly "${assembly}")
    file(CONFIGURE OUTPUT "${folder}/init_image.S" CONTENT "${assembly}" @ONLY)
    set_property(SOURCE "${folder}/init_image.S" APPEND PROPERTY
        OBJECT_DEPENDS "${folder}/init.bin")
    add_executable(kernel-${name}
        "${folder}/init_image.S"
        $<FILTER:$<TARGET_OBJECTS:kernel>,EXCLUDE,arch/arm64/init_image>
        $<TARGET_OBJECTS:kernel_boot>)
    target_compile_options(kernel-${name} PRIVATE
        ${THOLE_MACHINE} "-Wa,-I,${PROJECT_BINARY_DIR}")
    target_link_libraries(kernel-${name} PRIVATE "${THOLE_LIBGCC}")
    target_link_options(kernel-${name} PRIVATE ${kernel_link})
    set_target_properties(kernel-${name} PROPERTIES
        OUTPUT_NAME kernel SUFFIX .elf LINK_DEPENDS "${kernel_script}"
        RUNTIME_OUTPUT_DIRECTORY "${folder}")
    add_custom_command(
        OUTPUT "${folder}/Image"
        COMMAND "${CMAKE_OBJCOPY}" -O binary $<TARGET_FILE:kernel-${name}> "${folder}/Image"
        DEPENDS kernel-${name} VERBATIM)
    add_custom_target(image-${name} ALL DEPENDS "${folder}/Image")
endfunction()

# Makes the target out of what the folders noted; called once, at the top.
function(thole_kernel_finish)
    get_property(sources GLOBAL PROPERTY THOLE_KERNEL_SOURCES)
    if(NOT CMAKE_CROSSCOMPILING OR NOT sources)
        return()
    endif()
    get_property(boot GLOBAL PROPERTY THOLE_KERNEL_BOOT)
    get_property(libs GLOBAL PROPERTY THOLE_KERNEL_LIBS)

    # What only boots stays in files of its own, which kernel.ld puts apart.
    add_library(kernel_boot OBJECT ${boot})
    add_executable(kernel ${sources} $<TARGET_OBJECTS:kernel_boot>)
    foreach(target kernel kernel_boot)
        target_include_directories(${target} PRIVATE
            "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include"
            "${PROJECT_SOURCE_DIR}/kernel" "${PROJECT_SOURCE_DIR}/arch/arm64")
        target_compile_options(${target} PRIVATE
            ${THOLE_WARNINGS} ${THOLE_STRICT} ${THOLE_MACHINE}
            ${kernel_code} -ffunction-sections -fdata-sections)
    endforeach()
    target_compile_options(kernel PRIVATE ${kernel_whole})
    set_property(SOURCE "${PROJECT_SOURCE_DIR}/kernel/string.c" "${PROJECT_SOURCE_DIR}/kernel/tables.c"
        TARGET_DIRECTORY kernel APPEND PROPERTY COMPILE_OPTIONS -fno-lto)
    target_link_libraries(kernel PRIVATE ${libs} "${THOLE_LIBGCC}")
    target_link_options(kernel PRIVATE
        ${kernel_link} "LINKER:-Map,${PROJECT_BINARY_DIR}/kernel.map")
    set_target_properties(kernel PROPERTIES
        SUFFIX .elf LINK_DEPENDS "${kernel_script}"
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")

    # Until there is an init, the kernel embeds nothing.
    set(init "${PROJECT_BINARY_DIR}/init.bin")
    if(NOT TARGET init)
        file(TOUCH "${init}")
    endif()
    set(assembly ${sources})
    list(FILTER assembly INCLUDE REGEX "\\.S$")
    set_property(SOURCE ${assembly} APPEND PROPERTY OBJECT_DEPENDS "${init}")
    set_property(SOURCE ${assembly} APPEND PROPERTY
        COMPILE_OPTIONS "-Wa,-I,${PROJECT_BINARY_DIR}")

    set(image "${PROJECT_BINARY_DIR}/Image")
    add_custom_command(
        OUTPUT "${image}"
        COMMAND "${CMAKE_OBJCOPY}" -O binary $<TARGET_FILE:kernel> "${image}"
        DEPENDS kernel VERBATIM)
    add_custom_target(image ALL DEPENDS "${image}")

    get_property(guests GLOBAL PROPERTY THOLE_GUESTS)
    foreach(guest IN LISTS guests)
        thole_kernel_guest(${guest})
    endforeach()
endfunction()
