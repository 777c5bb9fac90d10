# SPDX-License-Identifier: BSD-2-Clause
#
# The checker, which init, ./thole doctor, tests and fuzzers all compile.

set(CHECKER_SOURCES
    check.c config.c console.c core.c device.c dma.c interrupt.c link.c merge.c node.c order.c property.c
    region.c report.c text.c uses.c virtio.c)
list(TRANSFORM CHECKER_SOURCES PREPEND "${CMAKE_CURRENT_LIST_DIR}/")
