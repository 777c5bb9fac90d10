# SPDX-License-Identifier: BSD-2-Clause
#
# Host programs and tests; in the cross preset these words do nothing.
#
#   thole_tool(NAME SOURCE... [LIBS ...] [INCLUDES ...] [DEFINES ...])
#       a program for the developer's machine: build/host/bin/NAME
#   thole_test(NAME SOURCE... [GROUP unit] [TIMEOUT 30] [LIBS ...]
#              [INCLUDES ...] [DEFINES ...] [ARGS ...] [NO_SANITIZE])
#       a CMocka program, run by ctest as GROUP/NAME with the label GROUP
#   thole_fuzzer(NAME SOURCE... [GROUP model] [TIMEOUT 60] [RUNS 20000]
#                [LIBS ...] [INCLUDES ...] [DEFINES ...] [CORPUS FOLDER] [ARGS ...])
#       a libFuzzer program, only where THOLE_FUZZ is on
#   thole_script_test(NAME COMMAND WORD... [GROUP system] [TIMEOUT 60] [SERIAL])
#       any command, run at the top of the sources; exit code 77 is "skipped"
#
# INCLUDES are relative to the top of the sources. Everything is compiled with
# include/ and lib/include/ on the path.

option(THOLE_SANITIZE "Address and undefined-behaviour checks in unit tests" ON)
option(THOLE_FUZZ "Build the fuzzers too (needs clang)" OFF)
option(THOLE_SCRIPT_TESTS "Register tests that are commands, not programs" ON)
set(THOLE_VIRT "${PROJECT_SOURCE_DIR}/build/virt" CACHE PATH
    "The build tree of the cross preset, for tests that look at what it made")

# The leak checker hangs where processes may not be traced, as in containers.
set(test_environment
    "ASAN_OPTIONS=detect_leaks=0" "UBSAN_OPTIONS=print_stacktrace=1"
    "THOLE_ROOT=${PROJECT_SOURCE_DIR}" "THOLE_VIRT=${THOLE_VIRT}"
    "THOLE_HOST=${PROJECT_BINARY_DIR}")

# Makes an executable out of the caller's parsed arguments (arg_...).
macro(thole_host_program name)
    list(TRANSFORM arg_INCLUDES PREPEND "${PROJECT_SOURCE_DIR}/")
    add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
    target_include_directories(${name} PRIVATE
        "${CMAKE_CURRENT_SOURCE_DIR}" ${arg_INCLUDES}
        "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/lib/include")
    target_compile_definitions(${name} PRIVATE ${arg_DEFINES})
    target_compile_options(${name} PRIVATE ${THOLE_WARNINGS})
    target_link_libraries(${name} PRIVATE ${arg_LIBS})
endmacro()

function(thole_sanitize name)
    set(checks -fsanitize=address,undefined -fno-sanitize-recover=all)
    target_compile_options(${name} PRIVATE ${checks})
    target_link_options(${name} PRIVATE ${checks})
endfunction()

function(thole_tool name)
    if(CMAKE_CROSSCOMPILING)
        return()
    endif()
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LIBS;INCLUDES;DEFINES")
    thole_host_program(${name})
    set_target_properties(${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
endfunction()

# Registers NAME, to be run as the command in ARGN.
function(thole_register name group timeout)
    add_test(NAME ${group}/${name} COMMAND ${ARGN}
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
    set_tests_properties(${group}/${name} PROPERTIES
        LABELS ${group} TIMEOUT ${timeout} SKIP_RETURN_CODE 77
        ENVIRONMENT "${test_environment}")
endfunction()

function(thole_test name)
    if(CMAKE_CROSSCOMPILING OR THOLE_FUZZ) # the preset host has them, with the same checks
        return()
    endif()
    cmake_parse_arguments(PARSE_ARGV 1 arg
        "NO_SANITIZE" "GROUP;TIMEOUT" "LIBS;INCLUDES;DEFINES;ARGS")
    thole_defaults(GROUP unit TIMEOUT 30)
    thole_host_program(${name})
    target_link_libraries(${name} PRIVATE cmocka)
    set_target_properties(${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
    if(THOLE_SANITIZE AND NOT arg_NO_SANITIZE)
        thole_sanitize(${name})
    endif()
    thole_register(${name} ${arg_GROUP} ${arg_TIMEOUT} ${name} ${arg_ARGS})
endfunction()

function(thole_fuzzer name)
    if(CMAKE_CROSSCOMPILING OR NOT THOLE_FUZZ)
        return()
    endif()
    cmake_parse_arguments(PARSE_ARGV 1 arg
        "" "GROUP;TIMEOUT;RUNS;CORPUS" "LIBS;INCLUDES;DEFINES;ARGS")
    thole_defaults(GROUP model TIMEOUT 60 RUNS 20000)
    thole_host_program(${name})
    thole_sanitize(${name})
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
    if(arg_CORPUS)
        cmake_path(ABSOLUTE_PATH arg_CORPUS)
    endif()
    # What fails must not look skipped: libFuzzer's own exit code for it is 77.
    # New inputs that it finds go to a folder of the build, not to the corpus.
    set(found "${PROJECT_BINARY_DIR}/tests/${name}.corpus")
    file(MAKE_DIRECTORY "${found}")
    thole_register(${name} ${arg_GROUP} ${arg_TIMEOUT}
        ${name} -runs=${arg_RUNS} -seed=1 -error_exitcode=1 -timeout_exitcode=1 "-artifact_prefix=${found}." ${arg_ARGS}
        "${found}" ${arg_CORPUS})
endfunction()

function(thole_script_test name)
    if(CMAKE_CROSSCOMPILING OR NOT THOLE_SCRIPT_TESTS)
        return()
    endif()
    cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "GROUP;TIMEOUT" "COMMAND")
    thole_defaults(GROUP system TIMEOUT 60)
    thole_register(${name} ${arg_GROUP} ${arg_TIMEOUT} ${arg_COMMAND})
    if(arg_SERIAL)
        set_tests_properties(${arg_GROUP}/${name} PROPERTIES RUN_SERIAL TRUE)
    endif()
endfunction()

# Gives the parsed arguments that were not said their values.
macro(thole_defaults)
    set(default_words ${ARGN})
    while(default_words)
        list(POP_FRONT default_words default_name default_value)
        if(NOT arg_${default_name})
            set(arg_${default_name} ${default_value})
        endif()
    endwhile()
endmacro()
