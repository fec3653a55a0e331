#pragma once

// statfs(2), which Swift's Glibc module leaves out.
#include <sys/statfs.h>

// renameat2(2) and its flags. glibc has had it since 2.28, but declares it only under _GNU_SOURCE, which Swift's Glibc module does
// not define.
int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path, unsigned int flags);

// sync_file_range(2), for the same reason.
int sync_file_range(int file, long offset, long count, unsigned int flags);

// syncfs(2), for the same reason.
int syncfs(int file);

// signalfd(2), whose header Swift's Glibc module leaves out.
#include <signal.h>
int signalfd(int descriptor, const sigset_t *signals, int flags);

// O_PATH of open(2), for the same reason.
static const int zwl_o_path = 010000000;

// prctl(2), which has variable arguments, and its operations.
static inline int zwl_prctl(int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    int prctl(int operation, ...);
    return prctl(operation, a, b, c, d);
}

// openat2(2), which glibc does not wrap, and its constants. Returns a descriptor, or -1 with errno set.
#include <stdint.h>
#include <sys/syscall.h>

static inline int zwl_openat2(int directory, const char *path, int flags, unsigned int mode, uint64_t resolve) {
    struct {
        uint64_t flags;
        uint64_t mode;
        uint64_t resolve;
    } how = {(uint64_t)(unsigned int)flags, mode, resolve};
    long syscall(long number, ...);
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

enum {
    zwl_pr_set_pdeathsig = 1,
    zwl_sfd_cloexec = 02000000,
    zwl_sfd_nonblock = 04000,
    zwl_resolve_no_magiclinks = 0x02,
    zwl_resolve_no_symlinks = 0x04,
    zwl_resolve_beneath = 0x08,
    zwl_rename_noreplace = 1 << 0,
    zwl_rename_exchange = 1 << 1,
    zwl_sync_file_range_write = 1 << 1,
};
