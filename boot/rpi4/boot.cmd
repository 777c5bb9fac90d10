# SPDX-License-Identifier: BSD-2-Clause
#
# U-Boot's script on a Raspberry Pi 4's card (boot.scr). Debian's U-Boot for it knows no
# FIT images, so `booti` starts the kernel, and what a FIT would check is checked here:
# the CRC32 of kernel and archive, which the file `sums` has. It loads the system tree
# before the prompt, where a user may change it, and defines `thole_boot`, which starts
# the kernel with the tree as it is then.
#
#   fdt addr ${thole_addr}
#   fdt set /thole/clock status disabled
#   boot

# All is read to where it stays, below 192 MiB. The firmware's tree and U-Boot lie high
# in the first GiB, and page 0 is the firmware's.
setenv thole_kernel_addr  200000
setenv thole_sums_addr    2300000
setenv thole_sum_addr     2300100
setenv thole_addr         2500000
setenv thole_board_addr   2600000
setenv thole_archive_addr 2800000

setenv thole_from ${devtype} ${devnum}:${distro_bootpart}
setenv thole_size
if load ${thole_from} ${thole_addr} system.dtb; then
	setenv thole_size ${filesize}
else
	echo "thole: this card has no system.dtb: no server will be started."
fi

# The user may have made the tree larger, so its header tells the size; a header
# that cannot be read leaves the file's size, and the kernel says what is wrong.
setenv thole_measure 'if fdt addr ${thole_addr}; then fdt header get thole_size totalsize; fi'

# The firmware's tree is copied, for what follows it may be another's.
setenv thole_copy 'fdt addr ${fdt_addr} && fdt get value thole_chip / compatible 1; fdt move ${fdt_addr} ${thole_board_addr}; fdt resize 1000'
setenv thole_tell 'fdt set /chosen thole,system "<0 0x${thole_addr} 0 0x${thole_size}>"'

# Is what was loaded to thole_at what the file `sums` says at thole_sum?
setenv thole_check 'crc32 ${thole_at} ${filesize} ${thole_sum_addr} && cmp.b ${thole_sum_addr} ${thole_sum} 4'
setenv thole_damaged 'echo "thole: ${thole_file} on this card is damaged or missing: write the card again."; false'
setenv thole_fetch 'if load ${thole_from} ${thole_at} ${thole_file} && run thole_check; then true; else run thole_damaged; fi'

setenv thole_load_sums 'setenv thole_file sums; load ${thole_from} ${thole_sums_addr} sums || run thole_damaged'
setenv thole_kernel 'setenv thole_file Image; setenv thole_at ${thole_kernel_addr}; setenv thole_sum ${thole_sums_addr}; run thole_fetch'
setenv thole_archive 'setenv thole_file archive.cpio; setenv thole_at ${thole_archive_addr}; setexpr thole_sum ${thole_sums_addr} + 4; run thole_fetch'
setenv thole_start 'booti ${thole_kernel_addr} ${thole_archive_addr}:${filesize} ${thole_board_addr}'
setenv thole_other 'echo "thole: this card is for a Raspberry Pi 4, and the board says that its chip is ${thole_chip}."; false'
setenv thole_chip_known 'test "${thole_chip}" = brcm,bcm2711 || run thole_other'

setenv thole_boot 'setenv thole_chip nothing; test -z "${thole_size}" || run thole_measure; run thole_copy'
setenv thole_boot "${thole_boot}"'; test -z "${thole_size}" || run thole_tell'
setenv thole_boot "${thole_boot}"'; run thole_chip_known && run thole_load_sums && run thole_kernel && run thole_archive && run thole_start'

# U-Boot's own boot order runs this script to boot; its environment on the card boots later.
if test "${thole_wait}" != yes; then
	run thole_boot
fi
