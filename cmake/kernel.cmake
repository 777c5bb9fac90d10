# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel: one program, to which kernel/ and arch/arm64/ both add sources. Of some of
# them a configuration picks (docs/configuration.md).
#
#   thole_kernel(SOURCE... [BOOT SOURCE...])
#       What all configurations have. What only boots, BOOT, is not there any more when a
#       program runs (kernel.ld).
#   thole_kernel_option(QUESTION ANSWER [SOURCE...] [BOOT SOURCE...])
#       The same, of those alone that give this answer. The folder options/QUESTION_ANSWER, in
#       small letters, may have headers that say so, such as option_QUESTION.h: they are found
#       by who includes them if the answer is given. A question is asked in all folders together.
#   thole_kernel_configuration(NAME QUESTION ANSWER...)
#       A kernel with one answer to each question. The one called `kernel` is what
#       `./thole run` starts, and of whose files the tests on the host are made;
#       kernels/NAME has the others.
#   thole_kernel_sources(OUT), thole_kernel_includes(OUT)
#       Of the configuration `kernel` what lies under kernel/: for tests on the host, which
#       link it with a simulated machine.
#
# init's flat binary is embedded by assembly: `.incbin "init.bin"`. It is found
# through the assembler's include path, and the file is assembled again when it changes.

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

# Appends to what is known under THOLE_KERNEL_${key} the sources and, behind BOOT, others.
function(kernel_note key)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "BOOT")
    set(sources ${arg_UNPARSED_ARGUMENTS})
    list(TRANSFORM sources PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
    list(TRANSFORM arg_BOOT PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
    set_property(GLOBAL APPEND PROPERTY "THOLE_KERNEL_${key}_SOURCES" ${sources})
    set_property(GLOBAL APPEND PROPERTY "THOLE_KERNEL_${key}_BOOT" ${arg_BOOT})
endfunction()

function(thole_kernel)
    kernel_note(ALL ${ARGN})
endfunction()

function(thole_kernel_option question answer)
    kernel_note("${question}_${answer}" ${ARGN})
    set_property(GLOBAL APPEND PROPERTY THOLE_KERNEL_QUESTIONS ${question})
    set_property(GLOBAL APPEND PROPERTY "THOLE_KERNEL_${question}" ${answer})
    string(TOLOWER "${question}_${answer}" folder)
    cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/options")
    if(EXISTS "${folder}")
        set_property(GLOBAL APPEND PROPERTY "THOLE_KERNEL_${question}_${answer}_INCLUDES" "${folder}")
    endif()
endfunction()

function(thole_kernel_configuration name)
    set_property(GLOBAL APPEND PROPERTY THOLE_KERNELS ${name})
    set_property(GLOBAL PROPERTY "THOLE_KERNEL_OF_${name}" ${ARGN})
endfunction()

# PROPERTY (SOURCES, BOOT or INCLUDES) of all, and of each answer that the configuration gives.
function(kernel_collect out name property)
    get_property(questions GLOBAL PROPERTY THOLE_KERNEL_QUESTIONS)
    list(REMOVE_DUPLICATES questions)
    get_property(said GLOBAL PROPERTY "THOLE_KERNEL_OF_${name}")
    cmake_parse_arguments(pick "" "${questions}" "" ${said})
    if(pick_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "kernel ${name}: nobody asks for '${pick_UNPARSED_ARGUMENTS}'; known: ${questions}")
    endif()
    get_property(found GLOBAL PROPERTY "THOLE_KERNEL_ALL_${property}")
    foreach(question IN LISTS questions)
        get_property(answers GLOBAL PROPERTY "THOLE_KERNEL_${question}")
        list(REMOVE_DUPLICATES answers)
        if(NOT "${pick_${question}}" IN_LIST answers)
            message(FATAL_ERROR "kernel ${name}: ${question} '${pick_${question}}' is none of: ${answers}")
        endif()
        get_property(more GLOBAL PROPERTY "THOLE_KERNEL_${question}_${pick_${question}}_${property}")
        list(APPEND found ${more})
    endforeach()
    set(${out} ${found} PARENT_SCOPE)
endfunction()

# Of a list those that lie under kernel/ and match.
macro(kernel_core out pattern)
    set(${out} ${ARGN})
    list(FILTER ${out} INCLUDE REGEX "^${PROJECT_SOURCE_DIR}/kernel/${pattern}$")
    set(${out} ${${out}} PARENT_SCOPE)
endmacro()

function(thole_kernel_sources out)
    kernel_collect(sources kernel SOURCES)
    kernel_collect(boot kernel BOOT)
    kernel_core(${out} ".*\\.c" ${sources} ${boot})
endfunction()

function(thole_kernel_includes out)
    kernel_collect(folders kernel INCLUDES)
    kernel_core(${out} ".*" ${folders})
endfunction()

# FOLDER/Image, out of a kernel.
function(kernel_image kernel folder)
    add_custom_command(
        OUTPUT "${folder}/Image"
        COMMAND "${CMAKE_OBJCOPY}" -O binary $<TARGET_FILE:${kernel}> "${folder}/Image"
        DEPENDS ${kernel} VERBATIM)
    add_custom_target(${kernel}-image ALL DEPENDS "${folder}/Image")
endfunction()

# The same objects, linked with a guest (thole_guest) in init's place.
function(kernel_guest kernel guest folder)
    set(init "${PROJECT_BINARY_DIR}/guests/${guest}/init.bin")
    set(name "${kernel}-${guest}")
    set(init_image "${PROJECT_SOURCE_DIR}/arch/arm64/init_image.S")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${init_image}")
    file(READ "${init_image}" assembly)
    string(REPLACE "\"init.bin\"" "\"guests/${guest}/init.bin\"" assembly "${assembly}")
    file(CONFIGURE OUTPUT "${folder}/init_image.S" CONTENT "${assembly}" @ONLY)
    set_property(SOURCE "${folder}/init_image.S" APPEND PROPERTY OBJECT_DEPENDS "${init}")
    add_executable(${name}
        "${folder}/init_image.S"
        $<FILTER:$<TARGET_OBJECTS:${kernel}>,EXCLUDE,arch/arm64/init_image>
        $<TARGET_OBJECTS:${kernel}_boot>)
    target_compile_options(${name} PRIVATE
        ${THOLE_MACHINE} "-Wa,-I,${PROJECT_BINARY_DIR}")
    target_link_libraries(${name} PRIVATE "${THOLE_LIBGCC}")
    target_link_options(${name} PRIVATE ${kernel_link})
    set_target_properties(${name} PROPERTIES
        OUTPUT_NAME kernel SUFFIX .elf LINK_DEPENDS "${kernel_script}"
        RUNTIME_OUTPUT_DIRECTORY "${folder}")
    kernel_image(${name} "${folder}")
endfunction()

# FOLDER/kernel.elf and Image: a configuration, with the objects that guests are linked with.
function(kernel_make kernel name folder)
    kernel_collect(sources ${name} SOURCES)
    kernel_collect(boot ${name} BOOT)
    kernel_collect(includes ${name} INCLUDES)

    # What only boots stays in files of its own, which kernel.ld puts apart.
    add_library(${kernel}_boot OBJECT ${boot})
    add_executable(${kernel} ${sources} $<TARGET_OBJECTS:${kernel}_boot>)
    foreach(target ${kernel} ${kernel}_boot)
        target_include_directories(${target} PRIVATE
            "${PROJECT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/include"
            "${PROJECT_SOURCE_DIR}/kernel" "${PROJECT_SOURCE_DIR}/arch/arm64" ${includes})
        target_compile_options(${target} PRIVATE
            ${THOLE_WARNINGS} ${THOLE_STRICT} ${THOLE_MACHINE}
            ${kernel_code} -ffunction-sections -fdata-sections)
    endforeach()
    target_compile_options(${kernel} PRIVATE ${kernel_whole})
    set_property(SOURCE "${PROJECT_SOURCE_DIR}/kernel/string.c" "${PROJECT_SOURCE_DIR}/kernel/tables.c"
        TARGET_DIRECTORY ${kernel} APPEND PROPERTY COMPILE_OPTIONS -fno-lto)
    target_link_libraries(${kernel} PRIVATE "${THOLE_LIBGCC}")
    target_link_options(${kernel} PRIVATE ${kernel_link} "LINKER:-Map,${folder}/kernel.map")
    set_target_properties(${kernel} PROPERTIES
        OUTPUT_NAME kernel SUFFIX .elf LINK_DEPENDS "${kernel_script}"
        RUNTIME_OUTPUT_DIRECTORY "${folder}")
    kernel_image(${kernel} "${folder}")
endfunction()

# Makes the targets out of what the folders noted; called once, at the top.
function(thole_kernel_finish)
    if(NOT CMAKE_CROSSCOMPILING)
        return()
    endif()

    # Until there is an init, the kernel embeds nothing.
    set(init "${PROJECT_BINARY_DIR}/init.bin")
    if(NOT TARGET init)
        file(TOUCH "${init}")
    endif()
    set(init_image "${PROJECT_SOURCE_DIR}/arch/arm64/init_image.S")
    set_property(SOURCE "${init_image}" APPEND PROPERTY OBJECT_DEPENDS "${init}")
    set_property(SOURCE "${init_image}" APPEND PROPERTY COMPILE_OPTIONS "-Wa,-I,${PROJECT_BINARY_DIR}")

    get_property(names GLOBAL PROPERTY THOLE_KERNELS)
    get_property(guests GLOBAL PROPERTY THOLE_GUESTS)
    foreach(name IN LISTS names)
        set(kernel "kernel-${name}")
        set(folder "${PROJECT_BINARY_DIR}/kernels/${name}")
        if("${name}" STREQUAL "kernel")
            set(kernel kernel)
            set(folder "${PROJECT_BINARY_DIR}")
        endif()
        kernel_make(${kernel} ${name} "${folder}")
        foreach(guest IN LISTS guests)
            kernel_guest(${kernel} ${guest} "${folder}/guests/${guest}")
        endforeach()
    endforeach()
endfunction()
