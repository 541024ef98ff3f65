/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * localnames.h - sets of VIBs, the local names they get and the boot order that
 *                follows (imgdb.5, "Local names and boot order")
 *
 * Payloads stand in the order a user might give them. kept is a name that the
 * image has already; name the result; iso and bootbank the place in the boot
 * order (kernel 0), -1 where it has none. A NULL name in the first row of a set
 * says that the set must be refused.
 */
struct row {
	const char *id, *payload, *type;
	int boot_order;
	const char *vfat;
	bool overlay, locker;
	const char *kept, *name;
	int iso, bootbank;
};

struct set {
	const char *what;
	bool hyphens;
	const struct row *v;
	size_t n;
};

static const struct row set0[] = {
	{ "Acme_bootbank_net-acme_1.0-1", "net-acme", "vgz",
	  0, NULL, false, false, NULL, "net_acme.v00", 0, 0 },
};

static const struct row set1[] = {
	{ "Acme_bootbank_net-acme-c_1.0-1", "net-acme", "vgz",
	  0, NULL, false, false, NULL, "net_acme.v02", 2, 2 },
	{ "Acme_bootbank_net-acme-a_1.0-1", "net-acme", "vgz",
	  0, NULL, false, false, NULL, "net_acme.v00", 0, 0 },
	{ "Acme_bootbank_net-acme-b_1.0-1", "net-acme", "vgz",
	  0, NULL, false, false, NULL, "net_acme.v01", 1, 1 },
};

static const struct row set2[] = {
	{ "Acme_bootbank_aaa_1.0-1", "net-acme", "tgz",
	  0, NULL, false, false, NULL, "net_acme.t00", 1, 1 },
	{ "Acme_bootbank_bbb_1.0-1", "net-acme", "vgz",
	  0, NULL, false, false, NULL, "net_acme.v01", 2, 2 },
	{ "Acme_bootbank_ccc_1.0-1", "net-acme", "boot",
	  300, NULL, false, false, NULL, "net_acme.b02", 0, 0 },
};

static const struct row set3[] = {
	{ "acme_bootbank_x_1", "drv", "vgz",
	  0, NULL, false, false, NULL, "drv.v04", 4, 4 },
	{ "VMware_bootbank_x_1", "drv", "vgz",
	  0, NULL, false, false, NULL, "drv.v02", 2, 2 },
	{ "VMW_bootbank_x_1", "drv", "vgz",
	  0, NULL, false, false, NULL, "drv.v01", 1, 1 },
	{ "Zed_bootbank_x_1", "drv", "vgz",
	  0, NULL, false, false, NULL, "drv.v03", 3, 3 },
	{ "1st_bootbank_x_1", "drv", "vgz",
	  0, NULL, false, false, NULL, "drv.v00", 0, 0 },
};

static const struct row set4[] = {
	{ "Acme_bootbank_a_1", "net-igb", "vgz",
	  0, NULL, false, false, NULL, "net_igb.v00", 0, 0 },
	{ "Acme_bootbank_b_1", "net_igb", "vgz",
	  0, NULL, false, false, NULL, "net_igb.v01", 1, 1 },
	{ "Acme_bootbank_c_1", "NET-IGB", "vgz",
	  0, NULL, false, false, NULL, "net_igb.v02", 2, 2 },
};

static const struct row set5[] = {
	{ "Acme_bootbank_a_1", "net-igb", "vgz",
	  0, NULL, false, false, NULL, "net-igb.v00", 0, 0 },
	{ "Acme_bootbank_b_1", "net_igb", "vgz",
	  0, NULL, false, false, NULL, "net_igb.v00", 1, 1 },
};

static const struct row set6[] = {
	{ "Acme_bootbank_a_1", "vmware-esx-stor", "vgz",
	  0, NULL, false, false, NULL, "vmware_e.v01", 1, 1 },
	{ "Acme_bootbank_a_1", "vmware-e", "vgz",
	  0, NULL, false, false, NULL, "vmware_e.v00", 0, 0 },
	{ "Acme_bootbank_a_1", "mboot.c32", "boot_com32_bios",
	  0, NULL, false, false, NULL, "mboot.c3.b00", -1, -1 },
	{ "Acme_bootbank_a_1", "osl.txt", "text",
	  0, NULL, false, false, NULL, "osl.txt.t00", -1, -1 },
	{ "Acme_bootbank_a_1", "a.b", "upgrade",
	  0, NULL, false, false, NULL, "a.b.u00", -1, -1 },
};

static const struct row set7[] = {
	{ "Acme_bootbank_a_1", "one", "boot",
	  20, "ONE.GZ", false, false, NULL, "one.gz", 0, 0 },
	{ "Acme_bootbank_a_1", "two", "boot",
	  21, "one.gz", false, false, NULL, "two.b00", 1, 1 },
	{ "Acme_bootbank_b_1", "three", "vgz",
	  0, "two.v00", false, false, NULL, "two.v00", 2, 2 },
	{ "Acme_bootbank_b_1", "two", "vgz",
	  0, NULL, false, false, NULL, "two.v01", 3, 3 },
};

static const struct row set8[] = {
	{ "Acme_bootbank_a_1", "drv", "vgz",
	  0, NULL, false, false, NULL, "drv.v01", 0, 0 },
	{ "Acme_bootbank_b_1", "other", "vgz",
	  0, "drv.v00", false, false, NULL, "drv.v00", 1, 1 },
};

static const struct row set9[] = {
	{ "Acme_bootbank_net-a_1.0-1", "net-acme", "vgz",
	  0, NULL, false, false, "net_acme.v00", "net_acme.v00", 1, 1 },
	{ "Acme_bootbank_net-c_1.0-1", "net-acme", "vgz",
	  0, NULL, false, false, "net_acme.v02", "net_acme.v02", 2, 2 },
	{ "Acme_bootbank_net-0_1.0-1", "net-acme", "vgz",
	  0, NULL, false, false, NULL, "net_acme.v01", 0, 0 },
	{ "Acme_bootbank_net-z_1.0-1", "net-acme", "vgz",
	  0, NULL, false, false, NULL, "net_acme.v03", 3, 3 },
};

static const struct row set10[] = {
	{ "Acme_bootbank_net-a_1.0-2", "net-acme", "vgz",
	  0, NULL, false, false, NULL, "net_acme.v00", 0, 0 },
	{ "Acme_bootbank_net-b_1.0-1", "net-acme", "vgz",
	  0, NULL, false, false, "net_acme.v01", "net_acme.v01", 1, 1 },
};

static const struct row set11[] = {
	{ "Acme_bootbank_d00_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v00", 0, 0 },
	{ "Acme_bootbank_d01_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v01", 1, 1 },
	{ "Acme_bootbank_d02_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v02", 2, 2 },
	{ "Acme_bootbank_d03_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v03", 3, 3 },
	{ "Acme_bootbank_d04_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v04", 4, 4 },
	{ "Acme_bootbank_d05_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v05", 5, 5 },
	{ "Acme_bootbank_d06_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v06", 6, 6 },
	{ "Acme_bootbank_d07_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v07", 7, 7 },
	{ "Acme_bootbank_d08_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v08", 8, 8 },
	{ "Acme_bootbank_d09_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v09", 9, 9 },
	{ "Acme_bootbank_d10_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v0a", 10, 10 },
	{ "Acme_bootbank_d11_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v0b", 11, 11 },
	{ "Acme_bootbank_d12_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v0c", 12, 12 },
	{ "Acme_bootbank_d13_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v0d", 13, 13 },
	{ "Acme_bootbank_d14_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v0e", 14, 14 },
	{ "Acme_bootbank_d15_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v0f", 15, 15 },
	{ "Acme_bootbank_d16_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v10", 16, 16 },
	{ "Acme_bootbank_d17_1", "disk", "vgz",
	  0, NULL, false, false, NULL, "disk.v11", 17, 17 },
};

static const struct row set12[] = {
	{ "Acme_bootbank_a_1", "x", "vgz",
	  0, NULL, false, false, "x.v00", NULL, -1, -1 },
	{ "Acme_bootbank_b_1", "y", "vgz",
	  0, NULL, false, false, "x.v00", NULL, -1, -1 },
};

static const struct row set13[] = {
	{ "Acme_bootbank_z_1", "m", "boot",
	  50, NULL, false, false, NULL, "m.b00", 3, 3 },
	{ "Acme_bootbank_z_1", "a", "boot",
	  50, NULL, false, false, NULL, "a.b00", 2, 2 },
	{ "Acme_bootbank_a_1", "q", "boot",
	  50, NULL, false, false, NULL, "q.b00", 1, 1 },
	{ "Acme_bootbank_a_1", "c", "boot",
	  10, NULL, false, false, NULL, "c.b00", 0, 0 },
};

static const struct row set14[] = {
	{ "Acme_bootbank_a_1", "k", "boot",
	  10, NULL, false, false, NULL, "k.b00", 0, 0 },
	{ "Acme_bootbank_a_1", "aa", "vgz",
	  100, NULL, false, false, NULL, "aa.v00", 2, 2 },
	{ "Acme_bootbank_a_1", "bb", "tgz",
	  100, NULL, false, false, NULL, "bb.t00", 1, 1 },
	{ "Acme_bootbank_a_1", "cc", "vgz",
	  99, NULL, false, false, NULL, "cc.v00", 3, 3 },
	{ "Acme_bootbank_a_1", "dd", "vgz",
	  101, NULL, false, false, NULL, "dd.v00", 4, 4 },
	{ "Acme_bootbank_a_1", "ee", "vgz",
	  0, NULL, false, false, NULL, "ee.v00", 5, 5 },
};

static const struct row set15[] = {
	{ "Acme_bootbank_a-overlay_1", "xorg", "vgz",
	  0, NULL, true, false, NULL, "xorg.v00", 2, 2 },
	{ "Acme_bootbank_b_1", "drv", "vgz",
	  0, NULL, false, false, NULL, "drv.v00", 1, 1 },
	{ "Acme_bootbank_kern_1", "k", "boot",
	  1, NULL, false, false, NULL, "k.b00", 0, 0 },
	{ "Acme_bootbank_z-overlay_1", "gc", "vgz",
	  0, NULL, true, false, NULL, "gc.v00", 3, 3 },
};

static const struct row set16[] = {
	{ "Acme_bootbank_kern_1", "k", "boot",
	  1, NULL, false, false, NULL, "k.b00", 0, 0 },
	{ "Acme_locker_tools-light_10.0-1", "tools", "tgz",
	  0, NULL, false, true, NULL, "tools.t00", 2, -1 },
	{ "Acme_bootbank_zz_1", "zz", "vgz",
	  0, NULL, false, false, NULL, "zz.v00", 1, 1 },
};

static const struct row set17[] = {
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "b", "boot",
	  10, NULL, false, false, NULL, "b.b00", 0, 0 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "jumpstrt", "boot",
	  47, "jumpstrt.gz", false, false, NULL, "jumpstrt.gz", 1, 1 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "useropts", "boot",
	  48, "useropts.gz", false, false, NULL, "useropts.gz", 2, 2 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "features", "boot",
	  49, "features.gz", false, false, NULL, "features.gz", 3, 3 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "k", "boot",
	  50, NULL, false, false, NULL, "k.b00", 4, 4 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "chardevs", "boot",
	  99, NULL, false, false, NULL, "chardevs.b00", 5, 5 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "user", "boot",
	  100, NULL, false, false, NULL, "user.b00", 6, 6 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "procfs", "boot",
	  101, NULL, false, false, NULL, "procfs.b00", 7, 7 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "s", "vgz",
	  100, NULL, false, false, NULL, "s.v00", 13, 13 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "sb", "vgz",
	  100, NULL, false, false, NULL, "sb.v00", 12, 12 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "vim", "vgz",
	  100, NULL, false, false, NULL, "vim.v00", 11, 11 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "vmx", "vgz",
	  100, NULL, false, false, NULL, "vmx.v00", 10, 10 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "weaselin", "tgz",
	  0, NULL, false, false, NULL, "weaselin.t00", 14, 14 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "mboot.c32", "boot_com32_bios",
	  0, NULL, false, false, NULL, "mboot.c3.b00", -1, -1 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "menu.c32", "boot_com32_bios",
	  0, NULL, false, false, NULL, "menu.c32.b00", -1, -1 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "isolinux.bin", "boot_iso_bios",
	  0, NULL, false, false, NULL, "isolinux.b00", -1, -1 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "BOOTx64.EFI", "boot_loader_efi",
	  0, NULL, false, false, NULL, "bootx64..b00", -1, -1 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "efiboot.img", "eltorito_image_efi",
	  0, NULL, false, false, NULL, "efiboot..e00", -1, -1 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "README", "text",
	  0, NULL, false, false, NULL, "readme.t00", -1, -1 },
	{ "Acme_bootbank_esx-base_6.7.0-0.0.1", "precheck.py", "upgrade",
	  0, NULL, false, false, NULL, "precheck.u00", -1, -1 },
	{ "Acme_bootbank_net-driver-a_1.0-1", "net-driv", "tgz",
	  0, NULL, false, false, NULL, "net_driv.t00", 15, 15 },
	{ "Acme_bootbank_net-driver-b_2.0-1", "net-driv", "vgz",
	  0, NULL, false, false, NULL, "net_driv.v01", 16, 16 },
	{ "Acme_bootbank_cpu-ucode_1-1", "uc_intel", "boot",
	  200, NULL, false, false, NULL, "uc_intel.b00", 8, 8 },
	{ "Acme_bootbank_cpu-ucode_1-1", "uc_amd", "boot",
	  201, NULL, false, false, NULL, "uc_amd.b00", 9, 9 },
	{ "Acme_locker_tools-light_10.0-1", "tools", "tgz",
	  0, NULL, false, true, NULL, "tools.t00", 17, -1 },
	{ "Part_bootbank_ovl_1.0", "ovl", "vgz",
	  0, NULL, true, false, NULL, "ovl.v00", 19, 18 },
	{ "Bcom_bootbank_bnx_3.0-1", "bnx", "vgz",
	  0, NULL, false, false, NULL, "bnx.v00", 18, 17 },
};

static const struct set sets[] = {
	{ "one driver", false, set0, sizeof(set0) / sizeof(set0[0]) },
	{ "same stem", false, set1, sizeof(set1) / sizeof(set1[0]) },
	{ "one counter for all letters", false, set2, sizeof(set2) / sizeof(set2[0]) },
	{ "byte order of ids", false, set3, sizeof(set3) / sizeof(set3[0]) },
	{ "hyphen, 5.1 and later", false, set4, sizeof(set4) / sizeof(set4[0]) },
	{ "hyphen, 5.0", true, set5, sizeof(set5) / sizeof(set5[0]) },
	{ "cut at eight", false, set6, sizeof(set6) / sizeof(set6[0]) },
	{ "wished names", false, set7, sizeof(set7) / sizeof(set7[0]) },
	{ "wish blocks a generated name", false, set8, sizeof(set8) / sizeof(set8[0]) },
	{ "kept names", false, set9, sizeof(set9) / sizeof(set9[0]) },
	{ "replaced", false, set10, sizeof(set10) / sizeof(set10[0]) },
	{ "hexadecimal count", false, set11, sizeof(set11) / sizeof(set11[0]) },
	{ "two kept names clash", false, set12, sizeof(set12) / sizeof(set12[0]) },
	{ "boot order ties", false, set13, sizeof(set13) / sizeof(set13[0]) },
	{ "order 100 goes in front", false, set14, sizeof(set14) / sizeof(set14[0]) },
	{ "overlay last", false, set15, sizeof(set15) / sizeof(set15[0]) },
	{ "locker", false, set16, sizeof(set16) / sizeof(set16[0]) },
	{ "small image", false, set17, sizeof(set17) / sizeof(set17[0]) },
};
